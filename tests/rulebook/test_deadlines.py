"""Periods counted as the law counts them (民诉法第85条, 民诉法解释第125条; requirements, Times)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhixing.rulebook.deadlines import CST, CountingRules, Exclusion, count_json, due, explain
from zhixing.rulebook.loader import REGULATIONS
from zhixing.rulebook.periods import Period
from zhixing.rulebook.workdays import Calendar

CALENDAR = Calendar.load(REGULATIONS / "calendar-cn.yaml")
QUICK = settings(max_examples=150, deadline=None)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CST)


def ends(start: str, period: str, **more: object) -> str:
    answer = due(at(start), Period.parse(period), CALENDAR, **more).due_at  # type: ignore[arg-type]
    assert answer is not None
    return answer.strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("start", "period", "end"),
    [
        ("2023-09-28T10:00", "3 working_days", "2023-10-09 23:59:59"),
        ("2023-09-27T10:00", "3 working_days", "2023-10-08 23:59:59"),
        ("2023-04-28T10:00", "1 working_days", "2023-05-04 23:59:59"),
        ("2023-04-03T10:00", "10 working_days", "2023-04-18 23:59:59"),
        ("2026-02-13T10:00", "3 working_days", "2026-02-25 23:59:59"),
        ("2023-09-20T10:00", "15 days", "2023-10-07 23:59:59"),
        ("2026-02-12T10:00", "7 days", "2026-02-24 23:59:59"),
        ("2023-04-03T10:00", "15 days", "2023-04-18 23:59:59"),
        ("2023-04-03T10:00", "6 months", "2023-10-07 23:59:59"),
        ("2023-08-31T10:00", "6 months", "2024-02-29 23:59:59"),
        ("2023-10-01T10:00", "same_day", "2023-10-01 23:59:59"),
        ("2023-04-03T10:00", "24 hours", "2023-04-04 11:00:00"),
        ("2023-04-03T10:20", "24 hours", "2023-04-04 11:00:00"),
        ("2023-09-28T15:20", "24 hours", "2023-10-07 16:00:00"),
        ("2023-04-07T09:00", "24 hours", "2023-04-10 10:00:00"),
    ],
)
def test_a_period_ends_when_the_law_says(start: str, period: str, end: str) -> None:
    assert ends(start, period) == end


def test_hours_may_be_counted_from_the_very_moment_where_a_court_reads_it_so() -> None:
    assert ends("2023-04-03T10:20", "24 hours", counting=CountingRules("moment")) == "2023-04-04 10:20:00"


def test_a_term_that_is_no_period_of_procedure_does_not_roll() -> None:
    """四(四)3(2): a freeze that expires on a Saturday expires on that Saturday."""
    assert ends("2023-04-01T10:00", "7 days", roll=False) == "2023-04-08 23:59:59"


def test_what_is_taken_out_is_not_counted_and_is_shown_with_its_reason() -> None:
    """三(三)2 against 三(三)末段"""
    out = [Exclusion(date(2023, 6, 11), date(2023, 7, 10), "公告送达期间")]
    told = explain(at("2023-06-01T09:00"), Period.parse("30 days"), CALENDAR, out)
    assert told.due_at == at("2023-07-31T23:59:59")
    assert [s.date for s in told.skipped if s.why == "公告送达期间"] == [date(2023, 6, 11) + timedelta(days=i) for i in range(30)]
    assert len(told.counted) == 30


def test_while_an_exclusion_goes_on_the_clock_stands_still() -> None:
    assert due(at("2023-06-01T09:00"), Period.parse("30 days"), CALENDAR, [Exclusion(date(2023, 6, 5), None, "中止")]).due_at is None


def test_beyond_the_published_calendar_an_answer_is_provisional_and_says_so() -> None:
    late = count_json("3 working_days", "2026-12-30T10:00", CALENDAR)
    assert late["provisional"] is True
    assert any("暂定" in note for note in late["notes"])
    assert count_json("3 working_days", "2026-11-23T10:00", CALENDAR)["provisional"] is False


def test_the_command_line_tells_each_day_counted_and_each_day_skipped() -> None:
    answer = count_json("3 working_days", "2023-09-27T10:00", CALENDAR)
    assert (answer["due_on"], answer["due_at"]) == ("2023-10-08", "2023-10-08T23:59:59+08:00")
    assert answer["counted"] == ["2023-09-28", "2023-10-07", "2023-10-08"]
    assert answer["skipped"][0] == {"date": "2023-09-29", "why": "中秋节"}
    assert len(answer["skipped"]) == 8


@pytest.mark.parametrize("text", ["", "3", "working_days", "3 weeks", "-1 days", "1.5 days", "three days", "3 same_day"])
def test_a_period_that_makes_no_sense_is_refused_with_the_units_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="working_days"):
        Period.parse(text)


@pytest.mark.parametrize("text", ["3 working_days", "15 days", "24 hours", "6 months", "same_day"])
def test_a_period_is_written_as_it_is_read(text: str) -> None:
    assert str(Period.parse(text)) == text


MOMENTS = st.integers(1, 2600 * 24 * 60).map(lambda minutes: at("2019-01-02T00:00") + timedelta(minutes=minutes))
PERIODS = st.builds(Period, st.integers(1, 60), st.sampled_from(["working_days", "days", "months", "hours"]))


@QUICK
@given(MOMENTS, PERIODS, st.booleans())
def test_the_quick_answer_and_the_explained_one_are_the_same(anchor: datetime, period: Period, roll: bool) -> None:
    quick, told = due(anchor, period, CALENDAR, (), roll), explain(anchor, period, CALENDAR, (), roll)
    assert (quick.due_at, quick.provisional) == (told.due_at, told.provisional)


@QUICK
@given(MOMENTS, PERIODS)
def test_a_due_moment_comes_after_its_anchor_and_never_on_a_day_off(anchor: datetime, period: Period) -> None:
    """trust I18"""
    end = due(anchor, period, CALENDAR).due_at
    assert end is not None
    assert end > anchor
    assert CALENDAR.is_working_day(end.date())


@QUICK
@given(MOMENTS, PERIODS, st.integers(0, 80))
def test_a_new_holiday_never_makes_a_due_moment_earlier(anchor: datetime, period: Period, ahead: int) -> None:
    """trust I18"""
    day = anchor.date() + timedelta(days=ahead)
    longer = CALENDAR.with_overrides({day: ("off", "试验", "试验")}, version=1)
    before, after = due(anchor, period, CALENDAR).due_at, due(anchor, period, longer).due_at
    assert before is not None
    assert after is not None
    assert after >= before


@QUICK
@given(MOMENTS, st.builds(Period, st.integers(1, 60), st.sampled_from(["working_days", "days", "months"])), st.integers(0, 20), st.integers(0, 40))
def test_an_exclusion_never_makes_a_due_moment_earlier(anchor: datetime, period: Period, start: int, length: int) -> None:
    """trust I20: what is taken out only ever adds."""
    first = anchor.date() + timedelta(days=start)
    out = [Exclusion(first, first + timedelta(days=length), "公告")]
    before, after = due(anchor, period, CALENDAR).due_at, due(anchor, period, CALENDAR, out).due_at
    assert before is not None
    assert after is not None
    assert after >= before
