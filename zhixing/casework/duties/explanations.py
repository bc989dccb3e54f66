"""Why a clock shows what it shows: from the event that started it, day by day, to the due moment that the engine stored.

The journal is replayed up to the event that ended the clock (or to its end), so that what is explained is what the engine
knew then: exclusions that began later, or a calendar published later, cannot creep in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from zhixing.rulebook import engine
from zhixing.rulebook.deadlines import CST, LAST_SECOND, Exclusion, Explanation, explain
from zhixing.rulebook.model import DutyRule, Reading, Rulebook
from zhixing.rulebook.workdays import Calendar

DAY = timedelta(days=1)


class Happening(NamedTuple):
    """A journal entry as explanations read it."""

    seq: int
    kind: str
    at: datetime
    recorded_at: datetime
    person_name: str
    payload: dict[str, Any]
    calendar_version: int


@dataclass(frozen=True, slots=True)
class Span:
    """Neighbouring days with the same fate. `count` is the number reached on the last of them; None when not counted."""

    first: date
    last: date
    why: str
    count: int | None

    @property
    def days(self) -> int:
        """How many days it spans."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Extension:
    """An act that moved the clock's end: until when, recorded by whom, and what its record says."""

    until: date
    entry: Happening


@dataclass(slots=True)
class DutyExplanation:
    """The whole story. `agrees` says that the days counted here end at the due moment that is stored."""

    rule: DutyRule
    title: str
    limit: str
    started_at: datetime
    due_at: datetime | None
    agrees: bool
    provisional: bool = False
    started_by: Happening | None = None
    ended_by: Happening | None = None
    spans: list[Span] = field(default_factory=list)
    exclusions: list[Exclusion] = field(default_factory=list)
    extensions: list[Extension] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    late_at: datetime | None = None
    readings: list[Reading] = field(default_factory=list)
    article: str = ""
    verify: str = ""


def replay(
    book: Rulebook, calendar_of: Callable[[int], Calendar], entries: Iterable[Happening], row: Any
) -> tuple[engine.State, Calendar, Happening | None]:
    """State and calendar when the clock `row` ended, and the entry that ended it (None: it is open, and this is now)."""
    state, version = engine.State(), 0
    name = (row.rule, row.key, row.n)
    for entry in entries:
        version = entry.calendar_version
        event = engine.Event(entry.kind, entry.at.astimezone(CST), entry.payload, entry.seq)
        for duty in engine.apply(book, calendar_of(version), state, event):
            if (duty.rule, duty.key, duty.n) == name and (duty.met_at or duty.stopped_at):
                return state, calendar_of(version), entry
    return state, calendar_of(version), None


def explain_duty(
    row: Any, state: engine.State, book: Rulebook, calendar: Calendar, *, entries: Sequence[Happening] = (),
    ended_by: Happening | None = None,
) -> DutyExplanation:  # fmt: skip
    """Explain a duty (row of the table or engine duty) from the state and calendar that `replay` gave.

    Raises KeyError when the rule is no longer in the regulation.
    """
    rule = book.duties[row.rule]
    anchor = row.started_at.astimezone(CST)
    started = next((e for e in entries if e.seq == row.started_seq), None)
    excluded = engine.exclusions(book, state, rule, anchor)
    last_seq = ended_by.seq if ended_by else None
    extensions = _extensions(rule, row, entries, last_seq)
    told = explain(anchor, rule.within, calendar, excluded, rule.roll) if rule.within else _given(rule, row, state, started, calendar)
    due_at = told.due_at
    if due_at is not None and row.extended_until:
        moved = max(due_at, _end(row.extended_until))
        told.notes.append(f"经批准延至 {row.extended_until}" + ("" if moved > due_at else "，早于原到期日，到期日不变"))
        due_at = moved
    stored = row.due_at.astimezone(CST) if row.due_at else None
    return DutyExplanation(
        rule=rule, title=rule.title, limit=rule.within.label if rule.within else "到期日由登记的内容给出",
        started_at=anchor, due_at=stored, agrees=due_at == stored, provisional=told.provisional, started_by=started,
        ended_by=ended_by, spans=_spans(told), exclusions=excluded, extensions=extensions, notes=told.notes,
        late_at=row.late_at, readings=[r for r in book.readings.values() if rule.id in r.duties],
        article=_article(book, rule), verify=rule.verify or "",
    )  # fmt: skip


def _end(day: date) -> datetime:
    return datetime.combine(day, LAST_SECOND)


def _given(rule: DutyRule, row: Any, state: engine.State, started: Happening | None, calendar: Calendar) -> Explanation:
    """A due day that the event itself named (续封: the day on which the seizure ends)."""
    text = (started.payload.get(rule.due_field) if started and rule.due_field else "") or getattr(row, "given_due", "")
    if not text:
        known = state.open.get(f"{row.rule}|{row.key}")
        text = known.given_due if known else ""
    told = Explanation()
    if not text:
        told.notes.append("起算的登记里没有到期日")
        return told
    day = date.fromisoformat(str(text)[:10])
    told.notes.append(f"到期日 {day} 取自起算时的登记")
    if rule.roll and not calendar.is_working_day(day):
        told.rolled_from = day
        told.notes.append(f"{day} 是{calendar.why_off(day)}，顺延至其后第一个工作日")
        day = calendar.next_working_day(day)
    told.due_at, told.provisional = _end(day), not calendar.covers(day)
    return told


def _extensions(rule: DutyRule, row: Any, entries: Sequence[Happening], last_seq: int | None) -> list[Extension]:
    if rule.extends is None:
        return []
    found = []
    for entry in entries:
        until = entry.payload.get(rule.extends.until_field) if entry.kind == rule.extends.by else None
        other = rule.per and str(entry.payload.get(rule.per) or "") not in ("", row.key)
        if until and not other and entry.seq > row.started_seq and (last_seq is None or entry.seq <= last_seq):
            found.append(Extension(date.fromisoformat(str(until)[:10]), entry))
    return found


def _spans(told: Explanation) -> list[Span]:
    """Days in order, neighbours with the same fate put together."""
    # A last day that is off both counts and is passed over: it is shown as counted, the note tells where it moved.
    fates = {s.date: s.why for s in told.skipped} | dict.fromkeys(told.counted, "")
    spans: list[Span] = []
    count = 0
    for day in sorted(fates):
        why = fates[day]
        count += not why
        before = spans[-1] if spans else None
        number = None if why else count
        if before and before.why == why and before.last + DAY == day:
            spans[-1] = Span(before.first, day, why, number)
        else:
            spans.append(Span(day, day, why, number))
    return spans


def _article(book: Rulebook, rule: DutyRule) -> str:
    if rule.article is None:
        return ""
    statute = book.statutes.get(rule.article.statute)
    return f"{statute.title if statute else rule.article.statute}{rule.article.no}"
