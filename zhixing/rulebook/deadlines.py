"""When a period ends, and the same answer told day by day.

Counting rules (民诉法第85条, 民诉法解释第125条): the anchor's own day or hour does not count; days and months that end on a
day off end on the next working day; hours run through nights and days off, from the next full hour, and when they end on a
day off they end at the same clock time of the next working day; `same_day` is the end of the anchor's own day.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Any

from .periods import Period
from .workdays import DAY, Calendar

CST = timezone(timedelta(hours=8))
LAST_SECOND = time(23, 59, 59, tzinfo=CST)


@dataclass(frozen=True, slots=True)
class CountingRules:
    """`hours_from`: "next_hour" (民诉法解释第125条: 从次时起算) or "moment" (from the very moment)."""

    hours_from: str = "next_hour"


STANDARD = CountingRules()


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Days taken out of a clock, first and last included; `to_date` None while it goes on."""

    from_date: date
    to_date: date | None
    why: str


@dataclass(frozen=True, slots=True)
class Due:
    """When a period ends (None while its clock stands still) and whether an unpublished calendar was needed."""

    due_at: datetime | None
    provisional: bool


@dataclass(frozen=True, slots=True)
class Skip:
    """A day that was not counted, and why."""

    date: date
    why: str


@dataclass(slots=True)
class Explanation:
    """A due moment told day by day."""

    due_at: datetime | None = None
    provisional: bool = False
    counted: list[date] = field(default_factory=list)
    skipped: list[Skip] = field(default_factory=list)
    rolled_from: date | None = None
    notes: list[str] = field(default_factory=list)


def local(moment: datetime) -> datetime:
    """A moment in the court's time; a naive one is taken to be that already."""
    return moment.replace(tzinfo=CST) if moment.tzinfo is None else moment.astimezone(CST)


def add_months(day: date, n: int) -> date:
    """The corresponding day n months on, or the month's last day where there is none."""
    years, month = divmod(day.month - 1 + n, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def due(
    anchor: datetime, period: Period, calendar: Calendar, excluded: Sequence[Exclusion] = (), roll: bool = True,
    counting: CountingRules = STANDARD,
) -> Due:  # fmt: skip
    """When `period` after `anchor` ends. With an exclusion that still goes on, the clock stands still."""
    if anchor.tzinfo is not CST:
        anchor = local(anchor)
    if excluded:
        told = explain(anchor, period, calendar, excluded, roll, counting)
        return Due(told.due_at, told.provisional)
    if period.unit == "hours":
        return _due_hours(anchor, period, calendar, roll, counting)
    return _due_day(anchor.date(), period, calendar, roll)


@lru_cache(maxsize=4096)  # days are few: the clocks of thousands of cases begin on the same ones
def _due_day(start: date, period: Period, calendar: Calendar, roll: bool) -> Due:
    unit = period.unit
    if unit == "same_day":
        return Due(_end(start), not calendar.covers(start))
    if unit == "working_days":
        last = calendar.add_working_days(start, period.n)
    elif unit == "days":
        last = start + timedelta(days=period.n)
    else:
        last = add_months(start, period.n)
    ends = last if not roll or calendar.is_working_day(last) else calendar.next_working_day(last)
    return Due(_end(ends), not (calendar.covers(start) and calendar.covers(ends)))


def _end(day: date) -> datetime:
    return datetime.combine(day, LAST_SECOND)


def hour_start(anchor: datetime, counting: CountingRules) -> datetime:
    """From when a period in hours is counted."""
    if counting.hours_from == "moment":
        return anchor
    return anchor.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def _due_hours(anchor: datetime, period: Period, calendar: Calendar, roll: bool, counting: CountingRules) -> Due:
    end = hour_start(anchor, counting) + timedelta(hours=period.n)
    day = end.date()
    if roll and not calendar.is_working_day(day):
        end = datetime.combine(calendar.next_working_day(day), end.timetz())
    return Due(end, not (calendar.covers(anchor.date()) and calendar.covers(end.date())))


def explain(
    anchor: datetime, period: Period, calendar: Calendar, excluded: Sequence[Exclusion] = (), roll: bool = True,
    counting: CountingRules = STANDARD,
) -> Explanation:  # fmt: skip
    """The same answer as `due`, with every day counted or skipped and the reason."""
    anchor = local(anchor)
    told = Explanation()
    going_on = next((e for e in excluded if e.to_date is None), None)
    if going_on is not None:
        told.notes.append(f"{going_on.why}自 {going_on.from_date} 起尚未结束，时限中止计算")
        return told
    out = _excluded_days(anchor.date(), excluded)
    if period.unit == "hours":
        _explain_hours(told, anchor, period, calendar, out, roll, counting)
    elif period.unit == "same_day":
        told.due_at = _end(anchor.date())
        told.counted = [anchor.date()]
    else:
        _explain_days(told, anchor.date(), period, calendar, out, roll)
    assert told.due_at is not None
    told.provisional = not (calendar.covers(anchor.date()) and calendar.covers(told.due_at.date()))
    if told.provisional:
        told.notes.append(f"日历公布至 {calendar.cover_until}，其后只按周末推算，结果暂定")
    return told


def _excluded_days(anchor: date, excluded: Sequence[Exclusion]) -> dict[date, str]:
    days: dict[date, str] = {}
    for one in excluded:
        day, last = max(one.from_date, anchor + DAY), one.to_date
        while last is not None and day <= last:
            days.setdefault(day, one.why)
            day += DAY
    return days


def _explain_days(
    told: Explanation, start: date, period: Period, calendar: Calendar, out: dict[date, str], roll: bool
) -> None:
    wanted = period.n
    if period.unit == "months":
        wanted = (add_months(start, period.n) - start).days
    day = start
    while wanted > 0:
        day += DAY
        why = out.get(day) or (calendar.why_off(day) if period.unit == "working_days" else None)
        if why:
            told.skipped.append(Skip(day, why))
        else:
            told.counted.append(day)
            wanted -= 1
    told.due_at = _end(_rolled(told, day, calendar, out, roll))


def _rolled(told: Explanation, day: date, calendar: Calendar, out: dict[date, str], roll: bool) -> date:
    if not roll or calendar.is_working_day(day):
        return day
    told.rolled_from = day
    told.notes.append(f"最后一日 {day} 是{calendar.why_off(day)}，顺延至其后第一个工作日")
    while not calendar.is_working_day(day) or day in out:
        told.skipped.append(Skip(day, calendar.why_off(day) or out[day]))
        day += DAY
    return day


def _explain_hours(
    told: Explanation, anchor: datetime, period: Period, calendar: Calendar, out: dict[date, str], roll: bool,
    counting: CountingRules,
) -> None:  # fmt: skip
    moment = hour_start(anchor, counting)
    told.notes.append(f"触发所在的一小时不计，自 {moment:%m-%d %H:%M} 起算")
    left = timedelta(hours=period.n)
    while moment.date() in out:
        moment = datetime.combine(moment.date() + DAY, time(0, tzinfo=CST))
    while left > timedelta(0):
        midnight = datetime.combine(moment.date() + DAY, time(0, tzinfo=CST))
        if moment.date() in out:
            told.skipped.append(Skip(moment.date(), out[moment.date()]))
            moment = midnight
            continue
        step = min(left, midnight - moment)
        told.counted.append(moment.date())
        moment, left = moment + step, left - step
    day = moment.date()
    if roll and not calendar.is_working_day(day):
        moment = datetime.combine(_rolled(told, day, calendar, out, roll), moment.timetz())
    told.due_at = moment


def count_json(text: str, start: str, calendar: Calendar) -> dict[str, Any]:
    """What `zhixing rulebook count` answers. Raises ValueError for a period or moment it cannot read."""
    try:
        anchor = local(datetime.fromisoformat(start))
    except ValueError:
        raise ValueError(f"起算时间“{start}”看不懂，写法：2023-09-27T10:00") from None
    told = explain(anchor, Period.parse(text), calendar)
    assert told.due_at is not None
    return {
        "due_on": told.due_at.date().isoformat(), "due_at": told.due_at.isoformat(), "provisional": told.provisional,
        "counted": [d.isoformat() for d in told.counted],
        "skipped": [{"date": s.date.isoformat(), "why": s.why} for s in told.skipped], "notes": told.notes,
    }  # fmt: skip
