"""What the desk reads about deliveries: the piles, a case's grid of papers and rungs, letters on their way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from zhixing.casework.approvals.models import Approval
from zhixing.casework.cases.models import Case, Party
from zhixing.casework.papers.kinds import kinds
from zhixing.casework.papers.models import Paper
from zhixing.rulebook import memory

from .delivery_models import OPEN, Announcement, Attempt, Delivery, Letter
from .keeping import tried
from .ladder import ladder

DESK = "offline"
STEP_ORDER = [step for step, _ in Delivery.STEPS]
VERBS = {
    "phone": "打电话", "post": "邮寄", "on_the_way": "登记投递结果", "person": "直接送达", "announce": "申请公告", "running": "登记期满",
}  # fmt: skip


@dataclass(slots=True)
class Group:
    """The deliveries of one recipient of one case that wait for the same step."""

    case: Case
    recipient: str
    step: str
    rows: list[Delivery] = field(default_factory=list)
    last: Attempt | None = None

    @property
    def papers(self) -> str:
        """What is served, as one text."""
        return "、".join(row.paper for row in self.rows)

    @property
    def pick(self) -> str:
        """What a checkbox says: the refs of its deliveries."""
        return ",".join(row.ref for row in self.rows)


def counts(court_id: int) -> dict[str, int]:
    """Step → open deliveries; `new`: files of the desk with nothing put down yet. Two statements."""
    found = dict(Delivery.objects.filter(court_id=court_id).exclude(step="none").values_list("step").annotate(n=Count("pk")))
    return {**dict.fromkeys(STEP_ORDER, 0), **found, "new": _new(court_id).count()}


def _new(court_id: int) -> Any:
    return Case.objects.filter(~Exists(Delivery.objects.filter(case=OuterRef("pk"))), court_id=court_id, holder=DESK, closed_on__isnull=True)


def cases_without(court_id: int, after: int, limit: int) -> list[Case]:
    """Files at the desk for which nobody has put down what is to be served."""
    return list(_new(court_id).filter(pk__gt=after).order_by("pk")[:limit])


def pile(court_id: int, step: str, after: int, limit: int) -> tuple[list[Group], int]:
    """Deliveries waiting for a step, those of one recipient together, and where the next page begins (0: nowhere).
    Two statements whatever the rows."""
    rows = list(
        Delivery.objects.filter(court_id=court_id, step=step, pk__gt=after).select_related("case", "announcement").order_by("pk")[: limit + 1]
    )
    more = rows[limit - 1].pk if len(rows) > limit else 0
    rows = rows[:limit]
    last = {pk: attempts[-1] if attempts else None for pk, attempts in tried(rows).items()}
    groups: dict[tuple[int, str], Group] = {}
    for row in rows:
        group = groups.setdefault((row.case_id, row.recipient), Group(row.case, row.recipient, step))
        group.rows.append(row)
        group.last = group.last or last[row.pk]
    return list(groups.values()), more


def served(court_id: int, after: int, limit: int) -> list[Delivery]:
    """What is over, newest first."""
    rows = Delivery.objects.filter(court_id=court_id, step="none").select_related("case")
    return list((rows.filter(pk__lt=after) if after else rows).order_by("-pk")[:limit])


def case_of(court_id: int, ref: str) -> Case | None:
    """A case of the court with its engine state."""
    return Case.objects.filter(court_id=court_id, ref=ref).select_related("state_row", "court").first()


def facts_of(case: Case) -> dict[str, Any]:
    """What the engine knows of a case."""
    row = getattr(case, "state_row", None)
    state = memory.load(row.document if row else memory.EMPTY)
    return {**state.facts, "consulted": "delivery_address_consulted" in state.happened,
            "searching": "traditional_search_started" in state.happened, "searched": "traditional_search_registered" in state.happened}  # fmt: skip


@dataclass(slots=True)
class Line:
    """One paper of a recipient: its attempts by rung."""

    row: Delivery
    attempts: list[Attempt]

    def at(self, rung: str) -> list[Attempt]:
        """The attempts on a rung, oldest first."""
        return [a for a in self.attempts if a.rung == rung]

    @property
    def proofs(self) -> list[str]:
        """Refs of the papers that prove it."""
        return list(dict.fromkeys(a.scan_ref for a in self.attempts if a.scan_ref))


@dataclass(slots=True)
class Recipient:
    """A recipient's papers in a case, and the step that comes first among them."""

    name: str
    party: Party | None
    lines: list[Line] = field(default_factory=list)

    @property
    def open(self) -> list[Delivery]:
        """What is still to be served."""
        return [line.row for line in self.lines if line.row.state in OPEN]

    @property
    def step(self) -> str:
        """The earliest step of its open deliveries; `none` when nothing is left."""
        return min((row.step for row in self.open), key=STEP_ORDER.index, default="none")

    @property
    def letters(self) -> list[Letter]:
        """Letters on their way, each once."""
        found = {a.letter.pk: a.letter for line in self.lines for a in line.attempts if a.letter and a.letter.state == Letter.ON_THE_WAY}
        return list(found.values())

    @property
    def announcement(self) -> Announcement | None:
        """The announcement that its open deliveries wait for, when it was not refused."""
        over = (Approval.DECLINED, Approval.WITHDRAWN)
        return next((row.announcement for row in self.open if row.announcement and row.announcement.approval.state not in over), None)

    @property
    def answer(self) -> str:
        """Why the last request for an announcement was declined."""
        return next((r.announcement.approval.answer for r in self.open if r.announcement and r.announcement.approval.state == Approval.DECLINED), "")


def grid(case: Case) -> list[Recipient]:
    """Every recipient of a case with the papers and attempts. Two statements."""
    rows = list(Delivery.objects.filter(case=case).select_related("party", "announcement__approval").order_by("pk"))
    attempts = tried(rows)
    found: dict[str, Recipient] = {}
    for row in rows:
        found.setdefault(row.recipient, Recipient(row.recipient, row.party)).lines.append(Line(row, attempts[row.pk]))
    return list(found.values())


def phone_log(recipients: Iterable[Recipient]) -> list[tuple[str, Attempt]]:
    """Every call once, newest first: papers called about together share a journal entry."""
    calls = {(a.seq or -a.pk): (r.name, a) for r in recipients for line in r.lines for a in line.at("phone") if a.result != Attempt.SKIPPED}
    return sorted(calls.values(), key=lambda pair: pair[1].at, reverse=True)


def parties_of(case: Case) -> list[Party]:
    """Whom papers can be served on: debtors first."""
    return sorted(Party.objects.filter(case=case), key=lambda p: (p.role != Party.DEBTOR, p.role, p.position))


def papers_of(case: Case) -> list[tuple[str, str]]:
    """(title, number) of the papers made for a case and not cancelled, as an offer."""
    return [(kinds()[p.kind].title if p.kind in kinds() else p.kind, p.number) for p in Paper.objects.filter(case=case).exclude(state=Paper.CANCELLED).order_by("pk")]


def deliveries(court_id: int, refs: Sequence[str]) -> list[Delivery]:
    """The open deliveries of these refs in their order, with cases and parties. Unknown ones are left out."""
    found = {d.ref: d for d in Delivery.objects.filter(court_id=court_id, ref__in=refs, state__in=OPEN).select_related("case", "party")}
    return [found[ref] for ref in refs if ref in found]


def letter_of(case: Case, n: int) -> Letter | None:
    """A letter of a case."""
    return Letter.objects.filter(case=case, pk=n).first()


def announcement_of(case: Case, n: int) -> Announcement | None:
    """An announcement of a case."""
    return Announcement.objects.filter(case=case, pk=n).select_related("approval").first()


def running_out(court_id: int, on: date) -> list[Announcement]:
    """Announcements that have run by a day."""
    rows = Announcement.objects.filter(court_id=court_id, state=Announcement.RUNNING, expires_on__lte=on)
    return list(rows.select_related("case").order_by("expires_on", "pk"))


def due_letters(at: datetime, limit: int) -> list[Letter]:
    """Letters on their way that the post is to be asked about."""
    return list(Letter.objects.filter(Q(ask_at__lte=at), state=Letter.ON_THE_WAY).select_related("case").order_by("ask_at", "pk")[:limit])


def rungs() -> list[tuple[str, str]]:
    """(id, title) of every way of serving, for the heads of a grid."""
    return [(rung.id, rung.title) for rung in ladder().rungs.values()]
