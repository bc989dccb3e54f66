"""Warning rungs: the moments around a due moment at which somebody is told, each claimed once."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

from .deadlines import CST
from .model import Warn
from .periods import Period
from .workdays import Calendar


@lru_cache(maxsize=4096)  # most clocks end with a day, and days are few
def rungs(warn: Warn, due_at: datetime, calendar: Calendar) -> tuple[datetime, ...]:
    """All rungs in order: those before, the due moment itself, those after. `due_at` is in the court's time."""
    before = sorted(_shift(due_at, p, calendar, -1) for p in warn.before)
    after = sorted(_shift(due_at, p, calendar, 1) for p in warn.after)
    return (*before, due_at, *after)


def next_rung(
    warn: Warn, due_at: datetime | None, at: datetime, calendar: Calendar, claimed: int = 0
) -> tuple[datetime | None, int]:
    """The next unclaimed rung and how many lie behind it. Rungs already past when the clock starts are passed over,
    but the last passed one stays to be claimed, so that a clock which begins late still warns once."""
    if due_at is None:
        return None, claimed
    moments = rungs(warn, due_at.astimezone(CST), calendar)
    while claimed < len(moments) - 1 and moments[claimed + 1] <= at:
        claimed += 1
    return (moments[claimed], claimed) if claimed < len(moments) else (None, claimed)


def _shift(moment: datetime, period: Period, calendar: Calendar, sign: int) -> datetime:
    """The same clock time `period` earlier or later."""
    if period.unit == "hours":
        return moment + sign * timedelta(hours=period.n)
    if period.unit == "working_days":
        day = calendar.add_working_days(moment.date(), sign * period.n)
        return moment + (day - moment.date())
    days = period.n * 30 if period.unit == "months" else period.n
    return moment + sign * timedelta(days=days)
