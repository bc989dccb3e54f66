"""Cases as lists and their own page read them: a fixed number of statements, whatever the rows.

Pages go by key, never by number of rows skipped: the position after (or before) a row stays right while cases come in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from zhixing.rulebook import memory

from ..approvals.models import Approval
from ..calendars.models import CalendarVersion
from ..custody.models import Custody, Handoff
from ..dossier.models import Scan
from ..duties.models import Duty
from ..notices.models import Notice
from .limits import limits
from .models import Case, Party
from .timeline import DUTY

ROW = ("pk", "ref", "number", "applicants", "debtors", "claim_yuan", "filed_on", "holder", "track", "stage", "closed_on",
       "closing_way", "team", "cause", "handler__name")  # fmt: skip
SORTS: Mapping[str, tuple[Any, ...]] = {
    "filed": (F("filed_on"),),
    "claim": (Coalesce(F("claim_yuan"), Value(Decimal(-1))),),
    "number": (F("year"), F("kind"), F("seq")),
}
READERS: Mapping[str, tuple[Any, ...]] = {
    "filed": (date.fromisoformat,), "claim": (Decimal,), "number": (int, str, int),
}  # fmt: skip
STAGES = {
    "open": Q(closed_on__isnull=True) & ~Q(stage="void"), "closed": Q(closed_on__isnull=False),
    "suspended": Q(closed_on__isnull=True, stage="suspended"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What a case list is narrowed to; an empty value does not narrow. `late` asks for an open clock past its due moment."""

    holder: str = ""
    stage: str = ""
    track: str = ""
    year: int | None = None
    cause: str = ""
    filed_from: date | None = None
    filed_to: date | None = None
    claim_from: Decimal | None = None
    claim_to: Decimal | None = None
    late: bool = False
    team: str = ""


@dataclass(slots=True)
class CasePage:
    """One page of a list, with the positions of the pages around it ("" at the ends)."""

    rows: list[dict[str, Any]]
    previous: str = ""
    next: str = ""
    calendar_version: int = 0
    clocks: dict[int, dict[str, Any]] = field(default_factory=dict)


def filtered(court_id: int, wanted: CaseFilter, at: datetime) -> QuerySet[Case]:
    """The cases of a court that a filter lets through."""
    rows = Case.objects.filter(court_id=court_id)
    if wanted.stage:
        rows = rows.filter(STAGES.get(wanted.stage, Q()))
    exact = {"holder": wanted.holder, "track": wanted.track, "year": wanted.year, "team": wanted.team}
    spans = {"cause__contains": wanted.cause, "filed_on__gte": wanted.filed_from, "filed_on__lte": wanted.filed_to,
             "claim_yuan__gte": wanted.claim_from, "claim_yuan__lte": wanted.claim_to}  # fmt: skip
    rows = rows.filter(**{k: v for k, v in {**exact, **spans}.items() if v not in (None, "")})
    if wanted.late:
        rows = rows.filter(Exists(Duty.objects.filter(case=OuterRef("pk"), is_open=True, due_at__lt=at)))
    return rows


def case_page(
    court_id: int, wanted: CaseFilter, *, sort: str = "-filed", after: str = "", before: str = "", size: int | None = None,
    at: datetime,
) -> CasePage:  # fmt: skip
    """One page of cases with the most urgent open clock of each: two statements."""
    name, size = sort.lstrip("-"), size or limits()["list"]["page"]
    if name not in SORTS:
        name, sort = "filed", "-filed"
    backwards = bool(before)
    down = sort.startswith("-") != backwards
    keys = (*SORTS[name], F("pk"))
    rows = filtered(court_id, wanted, at).annotate(
        **{f"key{i}": key for i, key in enumerate(SORTS[name])},
        calendar_version=Subquery(_versions(court_id)),
    )  # fmt: skip
    position = _position(name, before or after)
    if position is not None:
        rows = rows.filter(_beyond(keys, position, down))
    order = [key.desc() if down else key.asc() for key in keys]
    found = list(rows.order_by(*order).values(*ROW, *(f"key{i}" for i in range(len(SORTS[name]))), "calendar_version")[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    page = CasePage(found)
    if found:
        page.next = _cursor(found[-1], len(SORTS[name])) if backwards or more else ""
        page.previous = _cursor(found[0], len(SORTS[name])) if (more if backwards else position is not None) else ""
        page.calendar_version = found[0]["calendar_version"] or 0
        page.clocks = urgent_clocks(court_id, [row["pk"] for row in found])
    return page


def _versions(court_id: int) -> Any:
    return CalendarVersion.objects.filter(court_id=court_id).order_by("-version").values("version")[:1]


def _beyond(keys: Sequence[Any], position: Sequence[Any], down: bool) -> Q:
    """Rows after a position in key order, spelled out so that every engine reads it the same way."""
    names = [f"key{i}" for i in range(len(keys) - 1)] + ["pk"]
    beyond = Q()
    for i, name in enumerate(names):
        level = Q(**{f"{name}__{'lt' if down else 'gt'}": position[i]})
        for j in range(i):
            level &= Q(**{names[j]: position[j]})
        beyond |= level
    return beyond


def _cursor(row: Mapping[str, Any], keys: int) -> str:
    return "~".join([*(str(row[f"key{i}"]) for i in range(keys)), str(row["pk"])])


def _position(name: str, text: str) -> list[Any] | None:
    """The place a cursor names; None for an empty or unreadable one, which is the beginning."""
    parts = text.split("~")
    readers = (*READERS[name], int)
    if len(parts) != len(readers):
        return None
    try:
        return [read(part) for read, part in zip(readers, parts, strict=True)]
    except (ValueError, InvalidOperation):
        return None


CLOCK = ("pk", "case_id", "rule", "key", "clause", "desk", "due_at", "provisional", "extended_until", "met_at", "stopped_at",
         "late_at")  # fmt: skip


def urgent_clocks(court_id: int, case_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The open clock of each case that falls due first (one that stands still only when there is no other)."""
    rows = Duty.objects.filter(court_id=court_id, case_id__in=case_ids, is_open=True)
    found: dict[int, dict[str, Any]] = {}
    for row in rows.order_by(F("due_at").asc(nulls_last=True), "pk").values(*CLOCK):
        found.setdefault(row["case_id"], row)
    return found


EXPORTED = ("pk", "number", "filed_on", "case_type", "cause", "applicants", "debtors", "claim_yuan", "basis_number", "basis_court",
            "holder", "track", "stage", "team", "handler__name", "closed_on", "closing_way")  # fmt: skip


def persons_up_to(court_id: int, wanted: CaseFilter, most: int, at: datetime) -> int:
    """How many persons an export would hold, counted no further than `most`."""
    return Party.objects.filter(court_id=court_id, case__in=filtered(court_id, wanted, at)).values("pk")[:most].count()


def exported(court_id: int, wanted: CaseFilter, at: datetime) -> Iterator[dict[str, Any]]:
    """Every case a filter lets through, newest first, read in chunks; `clock` is its most urgent open clock or None."""
    caps = limits()["export"]
    position: tuple[date, int] | None = None
    left = caps["most_rows"]
    while left > 0:
        rows = filtered(court_id, wanted, at)
        if position is not None:
            rows = rows.filter(Q(filed_on__lt=position[0]) | Q(filed_on=position[0], pk__lt=position[1]))
        chunk = list(rows.order_by("-filed_on", "-pk").values(*EXPORTED)[: min(caps["chunk"], left)])
        if not chunk:
            return
        clocks = urgent_clocks(court_id, [row["pk"] for row in chunk])
        for row in chunk:
            yield {**row, "clock": clocks.get(row["pk"])}
        position, left = (chunk[-1]["filed_on"], chunk[-1]["pk"]), left - len(chunk)


def case_of(court_id: int, ref: str) -> dict[str, Any] | None:
    """One case with its engine state under `state` and the court's calendar version: one statement."""
    wanted = (*ROW, "year", "kind", "seq", "case_type", "basis_number", "basis_court", "note", "state_row__document")
    rows = Case.objects.filter(court_id=court_id, ref=ref).annotate(
        calendar_version=Coalesce(Subquery(_versions(court_id)), 0), scans_kept=Coalesce(_scans(), 0)
    )
    row = rows.values(*wanted, "calendar_version", "scans_kept").first()
    if row is not None:
        row["state"] = memory.load(row.pop("state_row__document") or memory.EMPTY)
    return row


def _scans() -> Any:
    return Subquery(Scan.objects.filter(case=OuterRef("pk")).order_by().values("case").annotate(n=Count("pk")).values("n"))


def parties_of(court_id: int, case_id: int) -> list[dict[str, Any]]:
    """The parties, applicants first, with their numbers in full: whoever shows them masks them."""
    rows = Party.objects.filter(court_id=court_id, case_id=case_id).order_by("role", "position")
    return list(rows.values("role", "position", "name", "id_kind", "id_number", "phone", "address"))


def party_of(court_id: int, case_ref: str, role: str, position: int) -> dict[str, Any] | None:
    """One party of a case by its place."""
    rows = Party.objects.filter(court_id=court_id, case__ref=case_ref, role=role, position=position)
    return rows.values("name", "id_number", "phone", "address").first()


def clocks_of(court_id: int, case_id: int) -> list[dict[str, Any]]:
    """Every clock of a case, in the order they started."""
    return list(Duty.objects.filter(court_id=court_id, case_id=case_id).order_by("started_at", "pk").values(*DUTY))


@dataclass(slots=True)
class Side:
    """What stands beside the work: where the file has been, what was told to whom, what was asked."""

    custody: list[dict[str, Any]] = field(default_factory=list)
    handoffs: list[dict[str, Any]] = field(default_factory=list)
    notices: list[dict[str, Any]] = field(default_factory=list)
    approvals: list[dict[str, Any]] = field(default_factory=list)


def side_of(court_id: int, case_id: int) -> Side:
    """Custody, open handoff, notices and approvals of a case, each newest first: one statement."""
    names = ("what", "at", "until", "first", "second", "third", "order")
    sources: dict[str, tuple[Any, tuple[Any, ...]]] = {
        "custody": (Custody.objects, (F("since_at"), F("until_at"), F("desk"), Value(""), Value(""))),
        "handoffs": (Handoff.objects, (F("offered_at"), F("answered_at"), F("from_desk"), F("to_desk"), F("state"))),
        "notices": (Notice.objects.exclude(disclosure="warning"), (F("created_at"), F("settled_at"), F("disclosure"), F("recipient"), F("state"))),
        "approvals": (Approval.objects, (F("asked_at"), F("decided_at"), F("kind"), F("asked_by__name"), F("state"))),
    }
    queries = [
        rows.filter(court_id=court_id, case_id=case_id).order_by()
        .values_list(Value(what), *columns, F("pk"))
        for what, (rows, columns) in sources.items()
    ]  # fmt: skip
    side = Side()
    for row in queries[0].union(*queries[1:], all=True):
        getattr(side, row[0]).append(dict(zip(names, row, strict=True)))
    for rows in (side.custody, side.handoffs, side.notices, side.approvals):
        rows.sort(key=lambda r: (r["at"], r["order"]), reverse=True)
    return side
