"""Warnings that come due are claimed once and told to the desk; a desk marks its reminders as read."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from zhixing.casework.facts import rules
from zhixing.casework.people.actors import Actor
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.refusals import Refusal
from zhixing.rulebook.warnings import next_rung
from zhixing.rulebook.workdays import Calendar

from ..calendars.models import CalendarVersion
from ..duties.models import Duty
from .models import Notice

DESK = "desk"
WARNING = "warning"
COLUMNS = ("pk", "rule", "desk", "due_at", "warn_at", "warned", "case_id", "matter_id", "case__number", "case__handler_id",
           "matter__title")  # fmt: skip


def claim_warnings(*, court_id: int, at: datetime, limit: int = 500) -> int:
    """Claim every warning rung that has come due and write one reminder for each. Returns how many were written.

    A rung is claimed by compare-and-swap on `warned` and `warn_at`, so that two sweepers tell a desk once; rungs that were
    passed while nobody swept are told as one. Call until it returns less than `limit`.
    """
    version = CalendarVersion.objects.filter(court_id=court_id).order_by("-version").values_list("version", flat=True).first()
    calendar = rules.calendar(court_id, version or 0)
    waiting = Duty.objects.filter(court_id=court_id, is_open=True, warn_at__lte=at)
    told = 0
    for row in waiting.order_by("warn_at", "pk").values(*COLUMNS)[:limit]:
        with transaction.atomic():
            rung = _claim(row, calendar, at)
            if rung is not None:
                told += _tell(court_id, row, rung, at)
    return told


def _claim(row: dict[str, Any], calendar: Calendar, at: datetime) -> int | None:
    """The rung now claimed, or None when another sweeper (or an event) was first."""
    warn = rules.rulebook().duties[row["rule"]].warn
    due_at = row["due_at"].astimezone(CST)
    _, rung = next_rung(warn, due_at, at, calendar, row["warned"])
    following, claimed = next_rung(warn, due_at, at, calendar, rung + 1)
    mine = Duty.objects.filter(pk=row["pk"], is_open=True, warned=row["warned"], warn_at=row["warn_at"])
    return rung if mine.update(warn_at=following, warned=claimed) == 1 else None


def _tell(court_id: int, row: dict[str, Any], rung: int, at: datetime) -> int:
    book = rules.rulebook()
    rule = book.duties[row["rule"]]
    due_at = row["due_at"].astimezone(CST)
    when = "已超期" if at > due_at else "今日到期" if due_at.date() == at.astimezone(CST).date() else "即将到期"
    about = row["case__number"] or row["matter__title"] or ""
    key = f"warn:{row['pk']}:{due_at:%Y%m%dT%H%M%S}:{rung}"
    _, created = Notice.objects.get_or_create(key=key, defaults={
        "court_id": court_id, "case_id": row["case_id"], "matter_id": row["matter_id"], "disclosure": WARNING, "seq": 0,
        "recipient": DESK, "to_desk": row["desk"], "to_person_id": row["case__handler_id"], "channel": DESK,
        "state": Notice.DELIVERED, "created_at": at, "settled_at": at,
        "text": f"{when}：{about} {rule.title}，{due_at:%m-%d %H:%M} 到期（{rule.clause}）",
    })  # fmt: skip
    return int(created)


def mark_read(*, desk: str, ids: Collection[int], by: Actor, at: datetime) -> int:
    """Mark reminders of one's own desk as read. Returns how many. Refuses another desk's."""
    if desk not in by.desks:
        raise Refusal.because("暂不能标记已读", "这是别的岗位组的提醒", status=403)
    rows = Notice.objects.filter(court_id=by.court_id, to_desk=desk, pk__in=list(ids), read_at=None)
    return rows.update(read_at=at)
