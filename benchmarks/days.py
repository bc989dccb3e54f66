"""Due dates: the product's `due` beside the `holidays` library, and every day of the calendar against two libraries."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta

import chinese_calendar
import holidays

from zhixing.casework.facts import rules
from zhixing.rulebook.deadlines import CST, due
from zhixing.rulebook.periods import Period

from .measuring import Line, Size, at_least, in_turn, rate

FIRST, LAST = date(2019, 1, 1), date(2026, 12, 31)


def run(size: Size) -> list[Line]:
    """days / holidays, and days agree."""
    calendar, china = rules.shipped_calendar(), holidays.country_holidays("CN", years=range(2019, 2028))
    dice, how_many = random.Random(1), size.of(20_000, 2_000)
    asked = [(date(2024, 1, 1) + timedelta(days=dice.randrange(600)), dice.randint(1, 30)) for _ in range(how_many)]
    anchors = [(datetime.combine(day, time(10, 30, tzinfo=CST)), Period(n, "working_days")) for day, n in asked]
    ours: list[date | None] = []
    theirs: list[date] = []

    def count_ours(_: int) -> None:
        ours[:] = [due(anchor, period, calendar).due_at for anchor, period in anchors]

    def count_theirs(_: int) -> None:
        theirs[:] = [china.get_nth_working_day(day, n) for day, n in asked]

    times = in_turn(count_ours, count_theirs)
    different = sum(a.date() != b for a, b in zip(ours, theirs, strict=True))  # type: ignore[union-attr]
    days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    for library in (china.is_working_day, chinese_calendar.is_workday):
        different += sum(calendar.is_working_day(day) != library(day) for day in days)
    return [
        at_least("days / holidays", rate(how_many, times[0]), rate(how_many, times[1]), 10, unit="/s", beside="holidays"),
        Line("days agree", f"{len(days):,} days", "holidays, chinesecalendar", f"{different} differ", "0 differ", different == 0),
    ]  # fmt: skip
