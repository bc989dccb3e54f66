"""Every clock's explanation ends at the due moment that the engine stored, for every duty rule of the regulation (一3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.real_court import MONDAY, moment
from zhixing.casework.duties.explanations import Happening, explain_duty, replay
from zhixing.casework.facts import rules
from zhixing.rulebook import engine
from zhixing.rulebook.model import DutyRule, Rulebook

BOOK = rules.rulebook()
# Every duty starts whatever its conditions: the explanation is asked about all of them.
OPEN_BOOK = replace(BOOK, index=replace(BOOK.index, conditions=dict.fromkeys(BOOK.duties, ())))
CALENDAR = rules.shipped_calendar()
NATURE = [k for x in BOOK.exclusions.values() for k in (x.starts_on, *x.ends_on)]


def payload_of(kind: str, at: Any, rule: DutyRule) -> dict[str, Any]:
    """What an event must carry for this rule: a due day, a key, a day until which it is extended."""
    data: dict[str, Any] = {}
    if rule.due_field:
        data[rule.due_field] = (at.date() + timedelta(days=40)).isoformat()
    if rule.per:
        data[rule.per] = "1"
    if rule.extends and kind == rule.extends.by:
        data[rule.extends.until_field] = (at.date() + timedelta(days=25)).isoformat()
    return data


def live(rule: DutyRule, later: list[tuple[int, str]]) -> tuple[list[Happening], list[engine.Duty]]:
    """A life: the rule starts on Monday, then other events after so many hours."""
    state, entries, duties = engine.State(), [], {}
    at = MONDAY
    for seq, (hours, kind) in enumerate([(0, rule.starts_on[0]), *later], start=1):
        at += timedelta(hours=hours)
        entries.append(Happening(seq, kind, at, at, "样某", payload_of(kind, at, rule), 0))
        for duty in engine.apply(OPEN_BOOK, CALENDAR, state, engine.Event(kind, at, entries[-1].payload, seq)):
            duties[id(duty)] = duty
    return entries, [d for d in duties.values() if d.rule == rule.id]


def told(entries: list[Happening], duty: engine.Duty) -> Any:
    state, calendar, ended_by = replay(OPEN_BOOK, lambda version: CALENDAR, entries, duty)
    return explain_duty(duty, state, OPEN_BOOK, calendar, entries=entries, ended_by=ended_by)


@pytest.mark.parametrize("rule", BOOK.duties.values(), ids=lambda r: r.id)
def test_the_explanation_of_every_rule_agrees_with_its_due_moment(rule: DutyRule) -> None:
    entries, duties = live(rule, [])
    assert duties, f"{rule.id} 没有起算"
    for duty in duties:
        story = told(entries, duty)
        assert story.agrees
        assert story.due_at == duty.due_at
        assert story.started_by == entries[0]
        assert story.title == rule.title


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_it_agrees_whatever_happens_to_the_clock(data: st.DataObject) -> None:
    """Exclusions, suspensions, extensions, meeting and stopping, in any order."""
    rule = data.draw(st.sampled_from(list(BOOK.duties.values())))
    own = [*rule.met_by.kinds, *rule.stopped_by, *rule.starts_on, *([rule.extends.by] * 3 if rule.extends else [])]
    kinds = st.sampled_from([*NATURE, *own])
    entries, duties = live(rule, data.draw(st.lists(st.tuples(st.integers(0, 400), kinds), max_size=9)))
    for duty in duties:
        story = told(entries, duty)
        assert story.agrees, (rule.id, story.due_at, entries)


def extendable() -> DutyRule:
    return next(r for r in BOOK.duties.values() if r.extends and r.within and not r.per)


def test_every_day_is_counted_or_skipped_with_its_reason(book: Rulebook) -> None:
    """民诉法第85条: the first day does not count; 清明节 2026-04-04 to 04-06 is not worked."""
    rule = replace(next(r for r in book.duties.values() if r.within and r.within.unit == "working_days" and r.within.n > 2), conditions=())
    entries = [Happening(1, rule.starts_on[0], moment("2026-04-02 10:00"), moment("2026-04-02 10:00"), "样某", {}, 0)]
    state = engine.State()
    engine.apply(OPEN_BOOK, CALENDAR, state, engine.Event(entries[0].kind, entries[0].at, {}, 1))
    duty = next(d for d in state.open.values() if d.rule == rule.id)
    story = told(entries, duty)
    days = [span.first + timedelta(days=i) for span in story.spans for i in range(span.days)]
    assert days == [duty.started_at.date() + timedelta(days=i) for i in range(1, len(days) + 1)]
    assert [s.why for s in story.spans if s.why][:1] == ["清明节"]
    assert max(s.count or 0 for s in story.spans) == rule.within.n  # type: ignore[union-attr]


def test_what_was_taken_out_stands_there_with_its_dates(book: Rulebook) -> None:
    """三(三)2: the announcement is not counted."""
    rule = next(r for r in book.duties.values() if "announcement" in r.excludes and r.within)
    spec = book.exclusions["announcement"]
    entries, duties = live(rule, [(24, spec.starts_on), (24 * 30, spec.ends_on[0])])
    story = told(entries, duties[0])
    assert [(x.why, x.from_date, x.to_date) for x in story.exclusions] == [
        (spec.title, entries[1].at.date() + timedelta(days=1), entries[2].at.date())
    ]
    assert story.agrees
    assert spec.title in [s.why for s in story.spans]


def test_a_clock_that_stands_still_says_since_when() -> None:
    rule = next(r for r in BOOK.duties.values() if r.within and not r.survives_closing)
    entries, duties = live(rule, [(24, "case_suspended")])
    story = told(entries, duties[0])
    assert story.due_at is None
    assert story.agrees
    assert any("中止" in note for note in story.notes)


def test_an_extension_says_who_and_until_when() -> None:
    rule = extendable()
    assert rule.extends is not None
    entries, duties = live(rule, [(5, rule.extends.by)])
    story = told(entries, duties[0])
    assert [(e.until, e.entry.person_name) for e in story.extensions] == [(duties[0].extended_until, "样某")]
    assert story.agrees


def test_lateness_once_had_is_told_although_the_clock_was_extended() -> None:
    rule = extendable()
    assert rule.extends is not None
    entries, duties = live(rule, [(24 * 400, rule.extends.by)])
    assert told(entries, duties[0]).late_at is not None


def test_the_readings_of_disagreeing_clauses_are_shown_with_their_duties() -> None:
    reading = next(r for r in BOOK.readings.values() if r.duties)
    rule = BOOK.duties[reading.duties[0]]
    entries, duties = live(rule, [])
    assert reading in told(entries, duties[0]).readings
