"""The gate before an act as a list with ticks: what is there, what is missing, who can supply it, the first lawful day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from zhixing.casework.people.actors import Actor
from zhixing.rulebook import gates
from zhixing.rulebook.engine import State
from zhixing.rulebook.model import EventKind, Rulebook

from .subjects import may_record


@dataclass(frozen=True, slots=True)
class Line:
    """One thing a gate wants, and the acts that supply it: `mine` are those this person may record."""

    sentence: str
    clause: str
    met: bool
    desk: str
    acts: tuple[EventKind, ...]
    mine: tuple[EventKind, ...]
    earliest: date | None


@dataclass(frozen=True, slots=True)
class Checklist:
    """Everything the gates before an act want. `passable`: what is missing may be passed with a reason by this person."""

    lines: tuple[Line, ...]
    passable: bool

    @property
    def is_open(self) -> bool:
        """Nothing is missing."""
        return all(line.met for line in self.lines)


def checklist(book: Rulebook, state: State, kind: str, payload: Mapping[str, Any], by: Actor, at: datetime) -> Checklist:
    """Ask the gates before `kind`, keeping also what is satisfied; what two gates want stands once."""
    lines: dict[str, Line] = {}
    facts = state.view(at)
    for gate in book.index.gates.get(kind, ()):
        if not gates.applies(gate, payload, facts):
            continue
        for need in gate.needs:
            predicate = book.predicates[need.predicate]
            met = predicate.when(facts) is True
            acts = tuple(book.events[k] for k in need.by if k in book.events)
            mine = tuple(spec for spec in acts if may_record(book, by, spec))
            earliest = None if met else gates.earliest_day(predicate.when.source, facts)
            line = Line(predicate.sentence, gate.clause, met, book.desks[need.desk].title, acts, mine, earliest)
            lines.setdefault(need.predicate, line)
    missing = gates.ask(book, state, kind, payload, at)
    passable = bool(missing) and all(m.gate.override and by.roles & set(m.gate.override.roles) for m in missing)
    return Checklist(tuple(lines.values()), passable)
