"""What must always hold of the engine, over random lives under the whole regulation (trust I15–I22)."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhixing.rulebook import engine, memory
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.loader import REGULATIONS, standard
from zhixing.rulebook.workdays import Calendar

BOOK = standard()
CALENDAR = Calendar.load(REGULATIONS / "calendar-cn.yaml")
CASE_KINDS = [e.kind for e in BOOK.events.values() if e.subject == "case"]
START = datetime(2023, 4, 3, 9, tzinfo=CST)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def value_of(field: Any, pick: st.DrawFn) -> Any:
    if field.choices:
        return pick(st.sampled_from(field.choices))
    return {
        "bool": lambda: pick(st.booleans()), "yuan": lambda: str(pick(st.integers(0, 10**6))) + ".00",
        "date": lambda: (START.date() + timedelta(days=pick(st.integers(0, 400)))).isoformat(),
        "int": lambda: pick(st.integers(0, 30)), "list": list,
    }.get(field.type, lambda: pick(st.sampled_from(["A", "B"])))()  # fmt: skip


@st.composite
def lives(draw: st.DrawFn) -> list[engine.Event]:
    """A case's filing and up to forty acts, in order of the moments at which they happened."""
    moments = sorted(draw(st.lists(st.integers(0, 60 * 24 * 500), max_size=40)))
    events = [engine.Event("case_filed", START, {"number": "x", "filed_on": "2023-04-03", "claim_yuan": "1000.00"}, 1)]
    for n, minutes in enumerate(moments, 2):
        spec = BOOK.events[draw(st.sampled_from(CASE_KINDS))]
        payload = {f.name: value_of(f, draw) for f in spec.fields}
        if spec.kind == "handoff_accepted":
            payload["to_desk"] = draw(st.sampled_from(list(BOOK.desks)))
        events.append(engine.Event(spec.kind, START + timedelta(minutes=minutes), payload, n))
    return events


def live(events: list[engine.Event]) -> tuple[engine.State, list[engine.Duty]]:
    state, duties = engine.State(), dict[int, engine.Duty]()
    for event in events:
        for duty in engine.apply(BOOK, CALENDAR, state, event):
            duties[id(duty)] = duty
    return state, list(duties.values())


@QUICK
@given(lives())
def test_storing_the_memory_after_every_step_changes_nothing(events: list[engine.Event]) -> None:
    """What `facts.record` does step by step (memory written and read between events) equals one replay."""
    text = memory.EMPTY
    for event in events:
        state = memory.load(text)
        engine.apply(BOOK, CALENDAR, state, event)
        text = memory.dump(state)
    whole, _ = live(events)
    assert json.loads(text) == json.loads(memory.dump(whole))


@QUICK
@given(lives())
def test_every_clock_has_its_clause_ends_after_its_start_and_closes_once(events: list[engine.Event]) -> None:
    state, duties = live(events)
    for duty in duties:
        rule = BOOK.duties[duty.rule]
        assert duty.clause == rule.clause
        assert not (duty.met_at and duty.stopped_at)
        closed = duty.met_at or duty.stopped_at
        assert (closed is None) == (state.open.get(duty.name) is duty)
        assert closed is None or closed >= duty.started_at
        if duty.due_at is not None and rule.due_field is None:
            assert duty.due_at >= duty.started_at
            if rule.roll and rule.within and rule.within.unit != "same_day" and not duty.extended_until:
                assert CALENDAR.is_working_day(duty.due_at.astimezone(CST).date())
    names = [(d.rule, d.key, d.n) for d in duties]
    assert len(names) == len(set(names))


@QUICK
@given(lives())
def test_a_clock_met_after_its_due_moment_remembers_it(events: list[engine.Event]) -> None:
    _, duties = live(events)
    for duty in duties:
        if duty.met_at and duty.due_at and duty.met_at > duty.due_at:
            assert duty.late_at is not None
            assert duty.status(duty.met_at) == "met_late"


PAIRS = [("delivery_phoned", "enforcement_notice_issued"), ("property_report_ordered", "enforcement_notice_issued"),
         ("hotline_told", "inquiry_started_zdz"), ("traditional_search_started", "inquiry_started_ddd")]  # fmt: skip


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_the_order_in_which_independent_acts_are_recorded_does_not_matter(first: str, second: str) -> None:
    """trust I16: two acts of one moment lead to the same clocks, whichever was typed in first."""
    filed = engine.Event("case_filed", START, {"number": "x", "filed_on": "2023-04-03"}, 1)
    later = START + timedelta(days=1)
    results = []
    for kinds in ((first, second), (second, first)):
        _, duties = live([filed, *(engine.Event(k, later, {}, 0) for k in kinds)])
        results.append({(d.rule, d.key, d.n): (d.due_at, d.met_at, d.stopped_at, d.late_at) for d in duties})
    assert results[0] == results[1]


@QUICK
@given(st.dates(date(2019, 1, 1), date(2026, 6, 1)), st.integers(1, 40), st.sampled_from(["working_days", "days", "months", "hours"]))
def test_a_longer_period_never_ends_earlier(day: date, n: int, unit: str) -> None:
    """trust I19. Hours that end on a day off keep their clock time (requirements, Times), so they grow by days only."""
    from zhixing.rulebook.deadlines import due
    from zhixing.rulebook.periods import Period

    anchor = datetime(day.year, day.month, day.day, 15, 20, tzinfo=CST)
    shorter, longer = (due(anchor, Period(k, unit), CALENDAR).due_at for k in (n, n + 1))
    assert shorter is not None
    assert longer is not None
    assert anchor < shorter
    assert shorter <= longer or (unit == "hours" and shorter.date() <= longer.date())
