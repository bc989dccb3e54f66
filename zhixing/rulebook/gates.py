"""Gates: before an act, ALL that is missing, each with the desk that can supply it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from .engine import State, of_thing
from .expressions import Condition, Facts, anchor, first_day_beyond
from .model import Gate, Need, Rulebook
from .periods import Period
from .refusals import Reason, Refusal


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing a gate still wants. `earliest` is the first lawful day when only time is missing."""

    gate: Gate
    need: Need
    sentence: str
    clause: str
    earliest: date | None


def ask(book: Rulebook, state: State, kind: str, payload: Mapping[str, Any], at: datetime) -> list[Missing]:
    """Everything that the gates before `kind` still want. Unknown counts as missing."""
    gates = book.index.gates.get(kind)
    if not gates:
        return []
    facts = about(book, state, payload, at)
    missing = []
    for gate in gates:
        if not applies(gate, payload, facts):
            continue
        for need in gate.needs:
            predicate = book.predicates[need.predicate]
            if predicate.when(facts) is not True:
                earliest = earliest_day(predicate.when.source, facts)
                missing.append(Missing(gate, need, predicate.sentence, predicate.clause, earliest))
    return missing


def about(book: Rulebook, state: State, payload: Mapping[str, Any], at: datetime) -> Facts:
    """The facts as the act's own paper, lot or entrustment has them; one never mentioned has the facts' defaults."""
    own = {
        name: state.facts.get(of_thing(name, payload[each]), book.facts[name].default)
        for name, each in book.index.per_thing.items() if payload.get(each)
    }  # fmt: skip
    return Facts({**state.facts, **own}, state.happened, at) if own else state.view(at)


def applies(gate: Gate, payload: Mapping[str, Any], facts: Facts) -> bool:
    """Whether the gate stands before this act: its condition on the payload and on the facts."""
    condition = gate.condition
    if not condition:
        return True
    if "field" in condition:
        value = payload.get(condition["field"])
        if "is" in condition and value != condition["is"]:
            return False
        if "in" in condition and value not in condition["in"]:
            return False
    when = condition.get("when")
    return when(facts) is True if isinstance(when, Condition) else True


def earliest_day(source: Mapping[str, Any], facts: Facts) -> date | None:
    """The first day on which a condition that only waits for time becomes true."""
    inner = source.get("elapsed")
    if not inner or "over" not in inner:
        return None
    start = anchor(inner["since"], facts)
    return first_day_beyond(start, Period.parse(str(inner["over"]))) if start else None


def refuse(book: Rulebook, kind: str, missing: list[Missing]) -> Refusal:
    """The refusal that a clerk sees: every missing thing, its clause, what to do and which desk can."""
    reasons = []
    for item in missing:
        acts = "、".join(book.events[k].verb for k in item.need.by if k in book.events)
        now = f"最早 {item.earliest:%Y-%m-%d} 可以办理" if item.earliest else (f"先{acts}" if acts else "")
        reasons.append(Reason(f"尚未满足：{item.sentence}", item.gate.clause, now, book.desks[item.need.desk].title))
    return Refusal(f"暂不能{book.events[kind].verb}", reasons, status=409)
