"""Simple or ordinary (四(一)): the grounds as a table with the facts that decided each. A ground against beats any for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .engine import State, plain
from .expressions import Answer, looked_at
from .model import Ground, Rulebook


@dataclass(frozen=True, slots=True)
class Decided:
    """One ground with its answer (true, false, None for unknown) and the facts that decided it."""

    ground: Ground
    sentence: str
    answer: Answer
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Decision:
    """The proposed track with every ground for and against it."""

    track: str
    grounds_for: tuple[Decided, ...]
    grounds_against: tuple[Decided, ...]

    def as_json(self) -> dict[str, Any]:
        """`{"track", "for": [clauses], "against": [clauses], "undecided": [clauses]}`."""
        everything = [*self.grounds_for, *self.grounds_against]
        return {
            "track": self.track,
            "for": [d.ground.clause for d in self.grounds_for if d.answer],
            "against": [d.ground.clause for d in self.grounds_against if d.answer],
            "undecided": [d.ground.clause for d in everything if d.answer is None],
        }


def decide(book: Rulebook, state: State, at: datetime) -> Decision:
    """Propose a track. Simple needs a true ground for and no true ground against."""
    grounds_for = tuple(_decided(book, g, state, at) for g in book.triage_for)
    against = tuple(_decided(book, g, state, at) for g in book.triage_against)
    simple = any(d.answer for d in grounds_for) and not any(d.answer for d in against)
    return Decision("simple" if simple else "ordinary", grounds_for, against)


def _decided(book: Rulebook, ground: Ground, state: State, at: datetime) -> Decided:
    predicate = book.predicates[ground.predicate]
    facts = state.view(at)
    names = facts_of(book, ground.predicate)
    return Decided(ground, predicate.sentence, predicate.when(facts), {n: state.facts.get(n) for n in names})


def facts_of(book: Rulebook, predicate: str) -> list[str]:
    """The names of the facts that a predicate looks at, through other predicates too."""
    found: list[str] = []
    for what, name in looked_at(book.predicates[predicate].when.source):
        if what == "predicate":
            found += [n for n in facts_of(book, name) if n not in found]
        elif what in ("fact", "since") and name in book.facts and name not in found:
            found.append(name)
    return found


def triage_facts(book: Rulebook) -> list[str]:
    """Every fact that triage may ask for."""
    names: list[str] = []
    for ground in (*book.triage_for, *book.triage_against):
        names += [n for n in facts_of(book, ground.predicate) if n not in names]
    return names


def state_of(book: Rulebook, facts: Mapping[str, Any]) -> State:
    """A state holding the given facts. Raises ValueError naming an unknown fact and the facts that exist."""
    unknown = [n for n in facts if n not in book.facts]
    if unknown:
        raise ValueError(f"不认识的事实：{'、'.join(unknown)}。允许：{'、'.join(triage_facts(book))}")
    return State(facts={n: plain(v) for n, v in facts.items()})
