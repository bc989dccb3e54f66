"""One event in, duty changes out. Pure: state, event, rulebook and calendar are arguments.

The engine state of a case is a small document (`State`) that can be stored as JSON. Replaying a case's journal builds the
same state, whatever happened in between: that is what `zhixing verify` checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from .deadlines import CST, Exclusion, due
from .expressions import Facts
from .model import DutyRule, ExclusionRule, Rulebook
from .warnings import next_rung
from .workdays import Calendar

END_OF_DAY = timedelta(hours=23, minutes=59, seconds=59)
DAY = timedelta(days=1)
REPROJECTED = "clocks_reprojected"
HOLDER = "holder_desk"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `at` is when it happened (aware); `payload` holds the event kind's fields."""

    kind: str
    at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)
    seq: int = 0


@dataclass(slots=True)
class Duty:
    """One clock. `due_at` is None while it stands still; `late_at` is the due moment it first missed."""

    rule: str
    key: str
    n: int
    clause: str
    desk: str
    started_at: datetime
    started_seq: int
    due_at: datetime | None
    provisional: bool
    extended_until: date | None = None
    met_at: datetime | None = None
    met_seq: int | None = None
    stopped_at: datetime | None = None
    late_at: datetime | None = None
    suspended_at: datetime | None = None
    parts: dict[str, datetime] = field(default_factory=dict)
    given_due: str = ""
    warn_at: datetime | None = None
    warned: int = 0

    @property
    def name(self) -> str:
        """Which clock of the case this is: rule and the thing it is about."""
        return f"{self.rule}|{self.key}"

    def status(self, at: datetime) -> str:
        """open, met, late, met_late, stopped, extended or suspended, seen at a moment."""
        if self.stopped_at:
            return "stopped"
        if self.met_at:
            return "met_late" if self.late_at else "met"
        if self.due_at is None:
            return "suspended"
        if at > self.due_at:
            return "late"
        return "extended" if self.extended_until else "open"


@dataclass(slots=True)
class State:
    """What the engine remembers of a case: facts, when kinds happened, open clocks, exclusions, clock counters."""

    facts: dict[str, Any] = field(default_factory=dict)
    happened: dict[str, list[Any]] = field(default_factory=dict)
    open: dict[str, Duty] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    excluded: dict[str, list[list[str | None]]] = field(default_factory=dict)

    def view(self, at: datetime) -> Facts:
        """What conditions may look at, at a moment."""
        return Facts(self.facts, self.happened, at)


def apply(book: Rulebook, calendar: Calendar, state: State, event: Event) -> list[Duty]:
    """Let `event` happen: changes `state` and returns every duty that started or changed, in a fixed order."""
    kind, at, index = event.kind, event.at, book.index
    changed: dict[int, Duty] = {}
    _remember(state, event)
    holder = state.facts.get(HOLDER)
    _take_facts(book, state, event)
    if state.facts.get(HOLDER) != holder:
        for duty in state.open.values():
            desk = desk_of(book, state, book.duties[duty.rule])
            if desk != duty.desk:
                duty.desk = desk
                changed[id(duty)] = duty
    if kind in index.exclusion_starts or kind in index.exclusion_ends:
        for duty in _exclude(book, calendar, state, event):
            changed[id(duty)] = duty
    if kind == REPROJECTED:
        for duty in list(state.open.values()):
            _project(book, calendar, state, duty, at)
            changed[id(duty)] = duty
    touched = index.touches.get(kind)
    if touched:
        for duty in [d for d in state.open.values() if d.rule in touched]:
            if _touch(book, calendar, state, duty, event):
                changed[id(duty)] = duty
    for rule in index.starts.get(kind, ()):
        started = _start(book, calendar, state, rule, event)
        if started is not None:
            changed[id(started)] = started
    return list(changed.values())


def desk_of(book: Rulebook, state: State, rule: DutyRule) -> str:
    """The desk that owes a duty: the rule's own, or the desk that stands for it where that one holds the file (四(一)1)."""
    return book.index.stand_ins.get((rule.desk, state.facts.get(HOLDER, "")), rule.desk)


def _remember(state: State, event: Event) -> None:
    stamp = event.at.isoformat()
    seen = state.happened.get(event.kind)
    if seen is None:
        state.happened[event.kind] = [stamp, stamp, 1]
    else:
        if stamp < seen[0]:
            seen[0] = stamp
        if stamp > seen[1]:
            seen[1] = stamp
        seen[2] += 1


def _take_facts(book: Rulebook, state: State, event: Event) -> None:
    spec = book.events.get(event.kind)
    if spec is None:
        return
    for name, value in spec.sets.items():
        if isinstance(value, str) and value[:1] == "$":
            value = event.payload.get(value[1:])
            if value is None or value == "":
                continue
        state.facts[name] = kept = plain(value)
        if (each := book.index.per_thing.get(name)) and (thing := event.payload.get(each)):
            state.facts[of_thing(name, thing)] = kept
    for name, value in spec.adds.items():
        sign, _, field = value.partition("$") if isinstance(value, str) else ("", "", "")
        amount = event.payload.get(field, 0) if field else value
        if amount not in (None, ""):
            state.facts[name] = str(Decimal(str(state.facts.get(name, 0))) + Decimal(f"{sign}{amount}"))


def of_thing(name: str, thing: Any) -> str:
    """Where a fact of one paper, lot or entrustment is kept, beside the latest one of the case."""
    return f"{name}@{thing}"


def plain(value: Any) -> Any:
    """A payload value as it is kept: dates and moments as ISO text, money as text."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _key(rule: DutyRule, payload: Mapping[str, Any]) -> str:
    return str(payload.get(rule.per) or "") if rule.per else ""


def _touch(book: Rulebook, calendar: Calendar, state: State, duty: Duty, event: Event) -> bool:
    rule = book.duties[duty.rule]
    if rule.per and event.kind not in book.index.stops and _key(rule, event.payload) not in ("", duty.key):
        return False
    kind, at = event.kind, event.at
    if kind in rule.met_by.kinds and at >= duty.started_at:
        if rule.per and _key(rule, event.payload) != duty.key:
            return False
        return _meet(state, rule, duty, event)
    if kind in rule.stopped_by and at >= duty.started_at:
        duty.stopped_at, duty.warn_at = at, None
        del state.open[duty.name]
        return True
    if rule.extends and kind == rule.extends.by:
        return _extend(book, calendar, state, rule, duty, event)
    return False


def _meet(state: State, rule: DutyRule, duty: Duty, event: Event) -> bool:
    if rule.met_by.all:
        duty.parts.setdefault(event.kind, event.at)
        if len(duty.parts) < len(rule.met_by.kinds):
            return True
    _close(state, duty, max([event.at, *duty.parts.values()]), event.seq)
    return True


def _close(state: State, duty: Duty, at: datetime, seq: int) -> None:
    duty.met_at, duty.met_seq, duty.warn_at = at, seq, None
    _note_lateness(duty, at)
    state.open.pop(duty.name, None)


def _note_lateness(duty: Duty, at: datetime) -> None:
    """That a clock was once late is remembered for ever, also when it is extended or moved afterwards."""
    if duty.late_at is None and duty.due_at is not None and at > duty.due_at:
        duty.late_at = duty.due_at


def _extend(book: Rulebook, calendar: Calendar, state: State, rule: DutyRule, duty: Duty, event: Event) -> bool:
    assert rule.extends is not None
    until = event.payload.get(rule.extends.until_field)
    if not until:
        return False
    day = until if isinstance(until, date) else date.fromisoformat(str(until)[:10])
    _note_lateness(duty, event.at)
    duty.extended_until = max(day, duty.extended_until) if duty.extended_until else day
    _project(book, calendar, state, duty, event.at)
    return True


def _start(book: Rulebook, calendar: Calendar, state: State, rule: DutyRule, event: Event) -> Duty | None:
    key = _key(rule, event.payload)
    name = f"{rule.id}|{key}"
    if name in state.open:
        return None
    tests = book.index.conditions[rule.id]
    if tests:
        facts = state.view(event.at)
        if not all(test(facts) for test in tests):
            return None
    given = event.payload.get(rule.due_field) if rule.due_field else None
    if rule.due_field and not given:
        return None
    n = state.counts.get(name, 0) + 1
    state.counts[name] = n
    duty = Duty(rule.id, key, n, rule.clause, desk_of(book, state, rule), event.at, event.seq, None, False, given_due=plain(given or ""))
    state.open[name] = duty
    _project(book, calendar, state, duty, event.at)
    if not rule.per:
        _look_back(state, rule, duty, event)
    return duty


def _look_back(state: State, rule: DutyRule, duty: Duty, event: Event) -> None:
    """An act recorded before its duty began in the books, though it happened after, still meets or stops it."""
    found: dict[str, datetime] = {}
    for kind in rule.met_by.kinds:
        span = state.happened.get(kind)
        if span is not None and kind != event.kind:
            moment = next((m for m in map(datetime.fromisoformat, span[:2]) if m >= duty.started_at), None)
            if moment is not None:
                found[kind] = moment
    if rule.met_by.all:
        duty.parts.update(found)
    if found and (not rule.met_by.all or len(duty.parts) == len(rule.met_by.kinds)):
        _close(state, duty, max(duty.parts.values()) if rule.met_by.all else min(found.values()), event.seq)
        return
    for kind in rule.stopped_by:
        span = state.happened.get(kind)
        if span is not None and kind != event.kind and datetime.fromisoformat(span[1]) >= duty.started_at:
            duty.stopped_at, duty.warn_at = datetime.fromisoformat(span[1]), None
            state.open.pop(duty.name, None)
            return


def _project(book: Rulebook, calendar: Calendar, state: State, duty: Duty, at: datetime) -> None:
    """Recompute when the duty falls due, from its anchor, the calendar, what is taken out and what was extended."""
    rule = book.duties[duty.rule]
    _note_lateness(duty, at)
    excluded = exclusions(book, state, rule, duty.started_at)
    if rule.within is not None:
        answer = due(duty.started_at, rule.within, calendar, excluded, rule.roll)
        duty.due_at, duty.provisional = answer.due_at, answer.provisional
    else:
        day = date.fromisoformat(duty.given_due[:10])
        if rule.roll and not calendar.is_working_day(day):
            day = calendar.next_working_day(day)
        duty.due_at, duty.provisional = _end_of(day), not calendar.covers(day)
    if duty.due_at is not None and duty.extended_until:
        duty.due_at = max(duty.due_at, _end_of(duty.extended_until))
    duty.suspended_at = (duty.suspended_at or at) if duty.due_at is None else None
    duty.warned = 0
    duty.warn_at, duty.warned = next_rung(rule.warn, duty.due_at, at, calendar)


def _end_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=CST) + END_OF_DAY


def exclusions(book: Rulebook, state: State, rule: DutyRule, since: datetime) -> list[Exclusion]:
    """The periods taken out of a duty's clock since its start."""
    if not state.excluded:
        return []
    found = []
    for name, spans in state.excluded.items():
        spec = book.exclusions[name]
        if not (spec.suspends_all or name in rule.excludes):
            continue
        for first, last in spans:
            to = date.fromisoformat(last) if last else None
            if to is None or to >= since.date():
                found.append(Exclusion(date.fromisoformat(first or ""), to, spec.title))
    return found


def _exclude(book: Rulebook, calendar: Calendar, state: State, event: Event) -> list[Duty]:
    """An exclusion begins the day after its event and ends on the day of the event that ends it."""
    names = set()
    for spec in book.index.exclusion_starts.get(event.kind, ()):
        spans = state.excluded.setdefault(spec.id, [])
        if not spans or spans[-1][1] is not None:
            spans.append([(event.at.date() + DAY).isoformat(), None])
            names.add(spec.id)
    for spec in book.index.exclusion_ends.get(event.kind, ()):
        if _end_span(state, spec, event):
            names.add(spec.id)
    changed = []
    for duty in list(state.open.values()):
        rule = book.duties[duty.rule]
        if any(book.exclusions[n].suspends_all or n in rule.excludes for n in names):
            _project(book, calendar, state, duty, event.at)
            changed.append(duty)
    return changed


def _end_span(state: State, spec: ExclusionRule, event: Event) -> bool:
    spans = state.excluded.get(spec.id)
    if not spans or spans[-1][1] is not None:
        return False
    day = event.at.date().isoformat()
    if day < (spans[-1][0] or ""):
        spans.pop()
    else:
        spans[-1][1] = day
    return True
