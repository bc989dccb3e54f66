"""A clock as it is shown: one badge the same everywhere, in words a clerk says.

What the words count follows the rule's own unit: working days for a limit in working days, hours for one in hours, natural
days for the rest. Lateness is counted in natural days of the calendar on the wall, because that is how it is reported (一3).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from zhixing.rulebook.deadlines import CST, LAST_SECOND
from zhixing.rulebook.model import Rulebook
from zhixing.rulebook.workdays import Calendar

from .queries import SOON_DAYS

HOUR = timedelta(hours=1)
HOURS_SHOWN_UP_TO = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Clock:
    """What a badge needs and what stands beside it. `state` is a key of the badge's icons; `url` "" has no explanation.

    States: late today soon fine done done_late stopped suspended extended provisional.
    """

    state: str
    words: str
    url: str
    due_at: datetime | None
    clause: str
    title: str
    rule: str
    key: str
    desk: str
    is_open: bool
    late_at: datetime | None

    @property
    def urgency(self) -> tuple[bool, bool, datetime]:
        """For sorting: open before closed, by due moment; a clock that stands still comes after those that run."""
        still = self.due_at is None
        return (not self.is_open, still, self.due_at or datetime.max.replace(tzinfo=CST))


def clock_of(row: Any, *, book: Rulebook, calendar: Calendar, at: datetime, url: str = "") -> Clock:
    """The clock of a duty (row of the table, dict of its columns, worklist item or engine duty) seen at a moment."""
    get: Callable[[str], Any] = row.get if isinstance(row, Mapping) else partial(_attribute, row)
    name, due_at, late_at = get("rule"), _local(get("due_at")), _local(get("late_at"))
    rule = book.duties.get(name)
    state, words = _face(get, due_at, late_at, rule.within.unit if rule and rule.within else "", calendar, at.astimezone(CST))
    return Clock(
        state, words, url, due_at, get("clause"), rule.title if rule else name, name, get("key") or "", get("desk"),
        not (get("met_at") or get("stopped_at")), late_at,
    )  # fmt: skip


def explain_url(duty_id: int, *, case_ref: str | None = None, matter_ref: str | None = None) -> str:
    """Where the clock's explanation is read; "" when it belongs to neither. Written out: `reverse` for every row of a
    list costs more than its query; a test holds it to the address of the page."""
    if case_ref:
        return f"/cases/{case_ref}/clocks/{duty_id}/"
    return f"/matters/{matter_ref}/clocks/{duty_id}/" if matter_ref else ""


def _attribute(row: Any, name: str) -> Any:
    return getattr(row, name, None)


def _local(moment: datetime | None) -> datetime | None:
    return moment.astimezone(CST) if moment else None


def _face(
    get: Callable[[str], Any], due_at: datetime | None, late_at: datetime | None, unit: str, calendar: Calendar, now: datetime
) -> tuple[str, str]:
    """State and words. What is over comes first, then what stands still, what is late, what is uncertain."""
    if get("stopped_at"):
        return "stopped", "已终止"
    if get("met_at"):
        return ("done_late", "逾期办结") if late_at else ("done", "已办结")
    if due_at is None:
        return "suspended", "中止中"
    if now > due_at:
        return "late", _overdue(due_at, now)
    if due_at.date() == now.date():
        return "today", "今日到期" if due_at.timetz() == LAST_SECOND else _hours_left(due_at - now)
    if get("provisional"):
        return "provisional", "暂定(日历未公布)"
    # An extension that ends before the clock would anyway moves nothing and is not shown.
    if str(get("extended_until")) == due_at.date().isoformat():
        return "extended", f"已延期至 {due_at:%m-%d}"
    return _running(due_at, unit, calendar, now)


def _overdue(due_at: datetime, now: datetime) -> str:
    days = (now.date() - due_at.date()).days
    if days:
        return f"超期 {days} 天"
    hours = (now - due_at) // HOUR
    return f"超期 {hours} 小时" if hours else "超期不足 1 小时"


def _hours_left(left: timedelta) -> str:
    hours = left // HOUR
    return f"剩 {hours} 小时" if hours else f"剩 {max(left // timedelta(minutes=1), 1)} 分钟"


def _running(due_at: datetime, unit: str, calendar: Calendar, now: datetime) -> tuple[str, str]:
    days = (due_at.date() - now.date()).days
    state = "soon" if days < SOON_DAYS else "fine"
    if unit == "hours" and due_at - now <= HOURS_SHOWN_UP_TO:
        return state, _hours_left(due_at - now)
    working = calendar.working_days_between(now.date(), due_at.date()) if unit == "working_days" else 0
    return state, f"剩 {working} 个工作日" if working else f"剩 {days} 天"
