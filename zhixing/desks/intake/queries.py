"""What the window holds and what each file still wants before it may leave."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Q
from django.db.models.expressions import Subquery

from zhixing.casework.calendars.models import CalendarVersion
from zhixing.casework.cases.actions import FIRST_DESK
from zhixing.casework.cases.models import Case, Party
from zhixing.casework.custody.models import Handoff
from zhixing.casework.dossier.models import Scan
from zhixing.casework.duties.clocks import Clock, clock_of, explain_url
from zhixing.casework.duties.models import Duty
from zhixing.casework.facts import rules
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.people.queries import holders
from zhixing.rulebook import gates, memory
from zhixing.rulebook.engine import State
from zhixing.rulebook.gates import Missing
from zhixing.rulebook.model import Rulebook

from .actions import COUNTERSIGN_KIND, RECORD_KIND, STATEMENT_KIND, TOLD_KIND
from .models import Reception

STATES = {
    "waiting": ("待接待", "late"), "unsigned": ("已接待，待签名", "today"), "received": ("已接待", "info"),
    "explained": ("已说明原因", "info"), "ready": ("可移交", "fine"), "offered": ("已移交，待接收", "waiting"),
}  # fmt: skip
STEPS = {
    "waiting": ("登记接待", RECORD_KIND), "unsigned": ("补签", RECORD_KIND), "received": ("告知权利和风险", TOLD_KIND),
    "explained": ("复签", COUNTERSIGN_KIND), "ready": ("移交", "handoff_offered"), "offered": ("看移交", "handoff_offered"),
}  # fmt: skip
PAPERS = (RECORD_KIND, STATEMENT_KIND)


@dataclass(frozen=True, slots=True)
class Row:
    """A file at the window: its state (a key of `STATES`), what the gate still wants, its most urgent clock."""

    id: int
    ref: str
    number: str
    filed_on: date
    applicants: str
    debtors: str
    state: str
    missing: tuple[Missing, ...]
    clock: Clock | None
    has_paper: bool
    has_scan: bool

    @property
    def words(self) -> tuple[str, str]:
        """What the state is called and its colour."""
        return STATES[self.state]

    @property
    def step(self) -> tuple[str, str]:
        """The next act: its verb and event kind."""
        return STEPS[self.state]

    @property
    def cursor(self) -> str:
        """Where the next page begins after this row."""
        return f"{self.filed_on.isoformat()}~{self.id}"


def held(court_id: int, *, book: Rulebook, at: datetime, after: str = "", limit: int = 50) -> list[Row]:
    """The open files that the window holds, oldest first: four statements whatever the rows."""
    paper = Reception.objects.filter(case=OuterRef("pk"))
    scan = Scan.objects.filter(case=OuterRef("pk"), event_kind__in=PAPERS, volume=Scan.MAIN)
    cases = Case.objects.filter(court_id=court_id, holder=FIRST_DESK, closed_on__isnull=True)
    if position := _position(after):
        cases = cases.filter(Q(filed_on__gt=position[0]) | Q(filed_on=position[0], pk__gt=position[1]))
    found = list(
        cases.order_by("filed_on", "pk").annotate(has_paper=Exists(paper), has_scan=Exists(scan))
        .values_list("pk", "ref", "number", "filed_on", "applicants", "debtors", "state_row__document", "has_paper", "has_scan")[:limit]
    )  # fmt: skip
    idents = [row[0] for row in found]
    clocks = _clocks(court_id, idents, book, at)
    offered = set(Handoff.objects.filter(case_id__in=idents, state=Handoff.OFFERED).values_list("case_id", flat=True))
    rows = []
    for ident, ref, number, filed_on, applicants, debtors, document, has_paper, has_scan in found:
        state = memory.load(document or memory.EMPTY)
        missing = tuple(wanted(book, state, at))
        clock = min(clocks.get(ident, ()), key=lambda c: c.urgency, default=None)
        rows.append(Row(ident, ref, number, filed_on, applicants, debtors, state_of(state, missing, ident in offered), missing,
                        clock, has_paper, has_scan))  # fmt: skip
    return rows


def wanted(book: Rulebook, state: State, at: datetime) -> list[Missing]:
    """What the gate before handing on from the window still wants (三(一)3)."""
    return gates.ask(book, state, "handoff_offered", {"from_desk": FIRST_DESK}, at)


def state_of(state: State, missing: tuple[Missing, ...], is_offered: bool) -> str:
    """Where a file stands at the window, a key of `STATES`."""
    if is_offered:
        return "offered"
    if not missing:
        return "ready"
    facts = state.facts
    if facts.get("no_reception_signed") is True:
        return "explained"
    if facts.get("reception_recorded") is not True:
        return "waiting"
    signed = all(facts.get(name) is True for name in ("reception_signed", "interviewer_signed", "recorder_signed"))
    return "received" if signed else "unsigned"


def _clocks(court_id: int, cases: list[int], book: Rulebook, at: datetime) -> dict[int, list[Clock]]:
    """The window's running clocks of the cases, with the calendar that counts them."""
    version = CalendarVersion.objects.filter(court_id=OuterRef("court_id")).values("court_id").annotate(n=Max("version")).values("n")
    rows = (
        Duty.objects.filter(case_id__in=cases, desk=FIRST_DESK, is_open=True)
        .annotate(case_ref=F("case__ref"), calendar_version=Subquery(version))
    )  # fmt: skip
    found: dict[int, list[Clock]] = {}
    for row in rows:
        calendar = rules.calendar(court_id, row.calendar_version or 0)
        url = explain_url(row.pk, case_ref=row.case_ref)
        found.setdefault(row.case_id, []).append(clock_of(row, book=book, calendar=calendar, at=at, url=url))
    return found


def _position(after: str) -> tuple[date, int] | None:
    day, _, ident = after.partition("~")
    try:
        return date.fromisoformat(day), int(ident)
    except ValueError:
        return None


def case_at_window(court_id: int, ref: str) -> Case | None:
    """A case of the court with its engine state."""
    return Case.objects.filter(court_id=court_id, ref=ref).select_related("state_row", "court").first()


def parties_of(case_id: int) -> list[Party]:
    """The parties of a case in their order."""
    return list(Party.objects.filter(case_id=case_id).order_by("role", "position"))


def versions(case_id: int) -> list[Reception]:
    """Every version of the window's paper on a case, newest first."""
    rows = Reception.objects.filter(case_id=case_id).select_related("interviewer", "recorder", "staff")
    return list(rows.order_by("-version"))


def payload_of(reception: Reception) -> Mapping[str, Any]:
    """What was written down, as the journal keeps it."""
    text = JournalEntry.objects.filter(case_id=reception.case_id, seq=reception.seq).values_list("payload", flat=True).get()
    return json.loads(text)  # type: ignore[no-any-return]


def staff_of(court_id: int, book: Rulebook, on: date) -> list[tuple[str, str]]:
    """(id, name with team or post) of who works in the court, the window first."""
    working = sorted((role for role in book.roles.values() if role.desk), key=lambda role: role.desk != "intake")
    return holders(court_id, {role.id: role.title for role in working}, on)
