"""What the inquiry desk has to do, and what is known of a case's assets. Fixed numbers of statements whatever the rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Min, OuterRef, Q
from django.db.models.expressions import Subquery

from zhixing.casework.assets.analysis import Analysis, analysed
from zhixing.casework.assets.kinds import Kind, Step, kinds, steps
from zhixing.casework.assets.models import Asset, Feedback, Inquiry, Measure
from zhixing.casework.assets.totals import STANDING, Holding, cash_yuan, holdings
from zhixing.casework.calendars.models import CalendarVersion
from zhixing.casework.cases.models import Case, Party
from zhixing.casework.duties.clocks import Clock, clock_of, explain_url
from zhixing.casework.duties.models import Duty
from zhixing.casework.facts import rules
from zhixing.casework.journal.models import JournalEntry
from zhixing.rulebook.model import Rulebook

from .actions import COMPLETED, HANDLED, PASSED, PRINTED, STARTED

DESK = "inquiry"
PILES = {
    "start": ("待发起", (*STARTED.values(),), "发起查询"),
    "waiting": ("等待反馈", (), "导入反馈"),
    "feedback": ("反馈待处理", (PRINTED, HANDLED, "online_freeze_made"), "处理反馈"),
    "pass": ("辖区外待移交", (PASSED,), "移交委托"),
    "complete": ("待确认完成", (COMPLETED,), "确认完成"),
}  # pile → title, events that take a case off it, verb


@dataclass(frozen=True, slots=True)
class Row:
    """A case of a pile, its most urgent clock first. `waiting`: since when a query waits; `remark`: what went wrong with it."""

    id: int
    ref: str
    number: str
    applicants: str
    debtors: str
    clocks: Sequence[Clock] = ()
    waiting: datetime | None = None
    failed: int = 0
    remark: str = ""
    cursor: str = ""


def pile_rules(book: Rulebook, pile: str) -> list[str]:
    """The desk's duties that the pile's acts meet."""
    kinds_ = set(PILES[pile][1])
    return [r.id for r in book.duties.values() if r.desk == DESK and kinds_ & set(r.met_by.kinds)]


def counts(court_id: int, *, book: Rulebook) -> dict[str, int]:
    """How many cases stand in each pile: two statements."""
    each = {p: Count("case_id", filter=Q(rule__in=pile_rules(book, p)), distinct=True) for p in PILES if PILES[p][1]}
    found = Duty.objects.filter(court_id=court_id, desk=DESK, is_open=True, case__isnull=False).aggregate(**{f"n_{p}": c for p, c in each.items()})
    waiting = Inquiry.objects.filter(court_id=court_id, state__in=(Inquiry.ASKED, Inquiry.FAILED)).aggregate(n=Count("case_id", distinct=True))
    return {p: waiting["n"] if p == "waiting" else found[f"n_{p}"] for p in PILES}


def pile(court_id: int, name: str, *, book: Rulebook, at: datetime, after: str = "", limit: int = 50) -> list[Row]:
    """The cases of a pile, most urgent first: two statements."""
    if name == "waiting":
        return _waiting(court_id, after, limit)
    mine = Q(duties__desk=DESK, duties__is_open=True, duties__rule__in=pile_rules(book, name))
    cases = Case.objects.filter(mine, court_id=court_id).annotate(due=Min("duties__due_at", filter=mine))
    cases = _after(cases, "due", after)
    found = list(cases.order_by("due", "pk").values_list("pk", "ref", "number", "applicants", "debtors", "due")[:limit])
    clocks = _clocks(court_id, [row[0] for row in found], pile_rules(book, name), book, at)
    return [Row(*row[:5], clocks=clocks.get(row[0], ()), cursor=_cursor(row[5], row[0])) for row in found]


def _waiting(court_id: int, after: str, limit: int) -> list[Row]:
    mine = Q(inquiries__state__in=(Inquiry.ASKED, Inquiry.FAILED))
    cases = Case.objects.filter(mine, court_id=court_id).annotate(
        since=Min("inquiries__started_at", filter=mine), failed=Count("inquiries", filter=Q(inquiries__state=Inquiry.FAILED)),
        remark=Max("inquiries__remark", filter=mine),
    )  # fmt: skip
    columns = ("pk", "ref", "number", "applicants", "debtors", "since", "failed", "remark")
    rows = _after(cases, "since", after).order_by("since", "pk").values_list(*columns)[:limit]
    return [Row(*r[:5], waiting=r[5], failed=r[6], remark=r[7] or "", cursor=_cursor(r[5], r[0])) for r in rows]


def _cursor(moment: datetime | None, ident: int) -> str:
    return f"{moment.isoformat() if moment else ''}~{ident}"


def _after(cases: Any, column: str, cursor: str) -> Any:
    text, _, ident = cursor.partition("~")
    try:
        moment, pk = datetime.fromisoformat(text), int(ident)
    except ValueError:
        return cases
    return cases.filter(Q(**{f"{column}__gt": moment}) | Q(**{column: moment}, pk__gt=pk) | Q(**{f"{column}__isnull": True}))


def _clocks(court_id: int, cases: list[int], wanted: list[str], book: Rulebook, at: datetime) -> dict[int, list[Clock]]:
    version = CalendarVersion.objects.filter(court_id=OuterRef("court_id")).values("court_id").annotate(n=Max("version")).values("n")
    rows = Duty.objects.filter(case_id__in=cases, desk=DESK, is_open=True, rule__in=wanted)
    found: dict[int, list[Clock]] = {}
    for row in rows.annotate(case_ref=F("case__ref"), calendar_version=Subquery(version)):
        calendar = rules.calendar(court_id, row.calendar_version or 0)
        found.setdefault(row.case_id, []).append(clock_of(row, book=book, calendar=calendar, at=at, url=explain_url(row.pk, case_ref=row.case_ref)))
    return {case: sorted(clocks, key=lambda c: c.urgency) for case, clocks in found.items()}


@dataclass(frozen=True, slots=True)
class Line:
    """An asset as the list shows it: what must happen next (None: nothing by this desk)."""

    holding: Holding
    kind: Kind
    step: Step | None

    @property
    def asset(self) -> Asset:
        """The asset."""
        return self.holding.asset


@dataclass(slots=True)
class Picture:
    """All that is known of a case's property."""

    case: Case
    debtors: list[Party] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    inquiries: list[Inquiry] = field(default_factory=list)
    feedbacks: list[Feedback] = field(default_factory=list)

    @property
    def cash_yuan(self) -> Any:
        """Money that can be had."""
        return cash_yuan(line.holding for line in self.lines)

    @property
    def analysis(self) -> Analysis:
        """Whether it covers the claim."""
        return analysed((line.holding for line in self.lines), self.case.claim_yuan)

    @property
    def standing(self) -> list[Measure]:
        """Measures in force or waiting."""
        return [m for line in self.lines if (m := line.holding.standing) is not None]


def case_of(court_id: int, ref: str) -> Case | None:
    """A case of the court with what its pages need."""
    return Case.objects.filter(court_id=court_id, ref=ref).select_related("court__prefecture", "handler").first()


def picture(case: Case) -> Picture:
    """Five statements."""
    assets = list(Asset.objects.filter(case=case).select_related("holder", "source").order_by("position"))
    measures = list(Measure.objects.filter(case=case).order_by("pk"))
    for measure in measures:
        measure.case = case
    rows = holdings(assets, measures)
    return Picture(
        case, list(Party.objects.filter(case=case, role=Party.DEBTOR).order_by("position")),
        [Line(h, kinds()[h.asset.kind], next_step(h)) for h in rows],
        list(Inquiry.objects.filter(case=case).select_related("debtor").order_by("-pk")),
        list(Feedback.objects.filter(case=case).select_related("imported_by").order_by("-pk")),
    )  # fmt: skip


def next_step(holding: Holding) -> Step | None:
    """What must be done with an asset: found where it lies, passed on, controlled, then turned into money."""
    asset, kind = holding.asset, kinds()[holding.asset.kind]
    if asset.state != Asset.OPEN or (not holding.is_worth and not asset.amount_yuan):
        return None
    if holding.standing is None and asset.area == Asset.UNKNOWN and "online" not in kind.traits:
        return steps()["locate"]
    if holding.standing is None and asset.area == Asset.OUT and "online" not in kind.traits:
        return steps()["pass"]
    control, *rest = kind.next
    if holding.standing is None:
        return None if holding.failed is not None and control == "freeze" else steps()[control]
    return steps()[rest[0]] if rest and holding.standing.state == Measure.ACTIVE else None


def clocks_of(case: Case, *, book: Rulebook, at: datetime) -> Sequence[Clock]:
    """The desk's running clocks of a case, most urgent first."""
    mine = [r.id for r in book.duties.values() if r.desk == DESK]
    return _clocks(case.court_id, [case.pk], mine, book, at).get(case.pk, ())


def rejected_of(feedback: Feedback) -> list[dict[str, Any]]:
    """The rows of a feedback that were not taken, with why."""
    return list(json.loads(feedback.rejected))


def notes_of(feedback: Feedback) -> list[str]:
    """What was noted on the feedback's form each time it was printed (三(二)6(1)): one statement."""
    rows = JournalEntry.objects.filter(case_id=feedback.case_id, kind=PRINTED).order_by("seq").values_list("payload", flat=True)
    said = [json.loads(text) for text in rows]
    return [p["note"] for p in said if p.get("feedback_no") == feedback.number and p.get("note")]


def assets_of_court(court_id: int, after: int, limit: int) -> tuple[list[Line], int]:
    """The assets of a court's open cases in the order of their rows, and where the next page begins (0: nowhere): two statements."""
    rows = Asset.objects.filter(court_id=court_id, case__closed_on__isnull=True, pk__gt=after).select_related("holder", "source", "case")
    assets = list(rows.order_by("pk")[: limit + 1])
    more, assets = assets[limit - 1].pk if len(assets) > limit else 0, assets[:limit]
    measures = Measure.objects.filter(asset__in=assets).order_by("pk")
    return [Line(h, kinds()[h.asset.kind], next_step(h)) for h in holdings(assets, measures)], more


def ledger(court_id: int, *, until: date | None = None, since: date | None = None, after: str = "", limit: int = 50) -> list[Measure]:
    """Standing measures by their last day: one statement."""
    rows = Measure.objects.filter(court_id=court_id, state__in=STANDING, expires_on__isnull=False).select_related("case", "asset__holder")
    if until is not None:
        rows = rows.filter(expires_on__lte=until)
    if since is not None:
        rows = rows.filter(expires_on__gte=since)
    day, _, ident = after.partition("~")
    try:
        place = date.fromisoformat(day), int(ident)
    except ValueError:
        place = None
    if place:
        rows = rows.filter(Q(expires_on__gt=place[0]) | Q(expires_on=place[0], pk__gt=place[1]))
    return list(rows.order_by("expires_on", "pk")[:limit])


def ledger_counts(court_id: int, today: date, days: Sequence[int]) -> dict[str, int]:
    """How many lapsed, and how many end within each number of days: one statement."""
    each = {f"d{n}": Count("pk", filter=Q(expires_on__gte=today, expires_on__lte=today + timedelta(days=n))) for n in days}
    return Measure.objects.filter(court_id=court_id, state__in=STANDING).aggregate(
        lapsed=Count("pk", filter=Q(expires_on__lt=today)), all=Count("pk"), **each
    )


def measure_of(court_id: int, ref: str) -> Measure | None:
    """A measure of the court."""
    return Measure.objects.filter(court_id=court_id, ref=ref).select_related("case", "asset__holder").first()


def numbers(court_id: int, refs: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Case ref → number and debtors."""
    rows = Case.objects.filter(court_id=court_id, ref__in=refs)
    return {ref: (number, debtors) for ref, number, debtors in rows.values_list("ref", "number", "debtors")}
