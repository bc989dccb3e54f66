"""The State Council calendar 2019–2026, day by day, against two independent libraries (domain §10)."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import holidays
import pytest

from zhixing.rulebook.loader import REGULATIONS
from zhixing.rulebook.workdays import Calendar

CALENDAR = Calendar.load(REGULATIONS / "calendar-cn.yaml")
YEARS = range(2019, 2027)


@pytest.mark.parametrize("year", YEARS)
def test_every_day_agrees_with_two_independent_libraries(year: int) -> None:
    other = holidays.country_holidays("CN", years=year)
    day = date(year, 1, 1)
    while day.year == year:
        ours = CALENDAR.is_working_day(day)
        assert ours == other.is_working_day(day) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


@pytest.mark.parametrize("year", YEARS)
def test_every_special_day_names_its_notice_and_every_day_off_its_reason(year: int) -> None:
    """issue: the calendar as data with its source per day."""
    for day, (kind, name, source) in CALENDAR.special.items():
        if day.year == year:
            assert kind in ("off", "work")
            assert name
            assert source in CALENDAR.sources
            assert str(year) in CALENDAR.sources[source]["title"]
            assert (CALENDAR.why_off(day) is None) == (kind == "work")


def test_the_cover_ends_where_the_last_notice_ends() -> None:
    assert CALENDAR.covers(date(2026, 12, 31))
    assert not CALENDAR.covers(date(2027, 1, 1))
    assert CALENDAR.is_working_day(date(2027, 1, 1)), "beyond the cover only weekends are off"
    assert not CALENDAR.is_working_day(date(2027, 1, 2))


def test_working_days_are_counted_backwards_as_forwards() -> None:
    for start in (date(2023, 9, 27), date(2023, 10, 1), date(2024, 2, 18)):
        for n in (1, 3, 10):
            ahead = CALENDAR.add_working_days(start, n)
            assert CALENDAR.working_days_between(start, ahead) == n
            if CALENDAR.is_working_day(start):
                assert CALENDAR.add_working_days(ahead, -n) == start


def test_a_courts_own_day_is_laid_over_the_shipped_one_and_leaves_it_as_it_was() -> None:
    own = CALENDAR.with_overrides({date(2026, 3, 3): ("off", "院庆", "本院通知")}, version=1)
    assert not own.is_working_day(date(2026, 3, 3))
    assert own.why_off(date(2026, 3, 3)) == "院庆"
    assert own.source_of(date(2026, 3, 3)) == "本院通知"
    assert CALENDAR.is_working_day(date(2026, 3, 3))
    assert own.version == 1
