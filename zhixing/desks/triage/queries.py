"""Cases without a team, with the track the rulebook proposes, and the people who can take them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q

from zhixing.casework.cases.models import Case
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.people.models import Assignment, in_force
from zhixing.rulebook import memory, triage
from zhixing.rulebook.engine import State
from zhixing.rulebook.model import Rulebook
from zhixing.rulebook.triage import Decision

from . import records
from .tracks import Taker, tracks


@dataclass(frozen=True, slots=True)
class Row:
    """A case to allocate: its decided track ("" while undecided) and the proposal."""

    id: int
    ref: str
    number: str
    filed_on: date
    applicants: str
    debtors: str
    claim_yuan: Any
    track: str
    decision: Decision

    @property
    def takes(self) -> str:
        """The track whose people take it: the decided one, else the proposed."""
        return self.track or self.decision.track

    @property
    def grounds(self) -> list[str]:
        """Clauses that carry the proposal: those against when there are any, else those for."""
        shown = self.decision.as_json()
        return list(shown["against"] or shown["for"])

    @property
    def undecided(self) -> int:
        """How many grounds still lack a fact."""
        return len(self.decision.as_json()["undecided"])

    @property
    def cursor(self) -> str:
        """Where the next page begins after this row."""
        return f"{self.filed_on.isoformat()}~{self.id}"


def unallocated(court_id: int, *, book: Rulebook, at: datetime, after: str = "", limit: int = 50) -> list[Row]:
    """Open cases without a team, oldest first, each with what the records say about its grounds: four statements."""
    rows = Case.objects.filter(court_id=court_id, team="", closed_on__isnull=True)
    if position := _position(after):
        rows = rows.filter(Q(filed_on__gt=position[0]) | Q(filed_on=position[0], pk__gt=position[1]))
    columns = ("pk", "ref", "number", "filed_on", "applicants", "debtors", "claim_yuan", "track", "state_row__document")
    found = list(rows.order_by("filed_on", "pk").values_list(*columns)[:limit])
    known = records.facts_of(court_id, {row[0]: row[3] for row in found})
    return [
        Row(*values, triage.decide(book, records.add_to(memory.load(document or memory.EMPTY), known.get(values[0], {})), at))
        for *values, document in found
    ]


def takers(court_id: int, *, book: Rulebook, on: date) -> list[Taker]:
    """Everyone who holds a post of a desk that takes cases, with their open cases: two statements."""
    desks = {t.desk: t for t in tracks().values()}
    roles = {r.id: desks[r.desk] for r in book.roles.values() if r.desk in desks}
    posts = (
        Assignment.objects.filter(in_force(on), court_id=court_id, role__in=roles, person__is_active=True)
        .order_by("person__name", "pk").values_list("person_id", "person__name", "team", "role")
    )  # fmt: skip
    held = dict(
        Case.objects.filter(court_id=court_id, handler__isnull=False, closed_on__isnull=True)
        .values_list("handler_id").annotate(n=Count("pk")).order_by()
    )  # fmt: skip
    found: dict[tuple[int, str], Taker] = {}
    for person_id, name, team, role in posts:
        track = roles[role]
        taker = Taker(person_id, name, team or track.default_team, track.id, held.get(person_id, 0))
        found.setdefault((person_id, track.id), taker)
    return list(found.values())


def case_of(court_id: int, ref: str) -> Case | None:
    """A case of the court with its engine state and handler."""
    return Case.objects.filter(court_id=court_id, ref=ref).select_related("state_row", "handler").first()


def state_of(case: Case) -> State:
    """What the engine knows of a case."""
    row = getattr(case, "state_row", None)
    return memory.load(row.document if row else memory.EMPTY)


def decisions(case_id: int) -> list[dict[str, Any]]:
    """Every decision on the track so far, newest first, with its grounds (each change is logged)."""
    rows = JournalEntry.objects.filter(case_id=case_id, kind="track_set").order_by("-seq")
    return [{**json.loads(text), "at": at, "by": by} for text, at, by in rows.values_list("payload", "at", "person_name")]


def _position(after: str) -> tuple[date, int] | None:
    day, _, ident = after.partition("~")
    try:
        return date.fromisoformat(day), int(ident)
    except ValueError:
        return None


def numbers(court_id: int, refs: list[str]) -> dict[str, str]:
    """Case ref → number."""
    return dict(Case.objects.filter(court_id=court_id, ref__in=refs).values_list("ref", "number"))
