"""Matters come into being by their opening event: at a desk, or by the calendar (each watch day, each week)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from zhixing.casework.facts import Recorded, record, rules
from zhixing.casework.people.actors import Actor, system_actor
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.model import EventKind
from zhixing.rulebook.refusals import Refusal

from ..calendars.models import CalendarVersion
from ..journal.models import JournalEntry
from .models import Matter
from .queries import kinds_of, opening_events

TRIES = 5
DAILY, WEEKLY = "watch_day", "watch_week"


def open_matter(
    *, event: str, payload: Mapping[str, Any], number: str = "", title: str = "", case_id: int | None = None, desk: str = "",
    key: str | None = None, by: Actor, at: datetime, recorded_at: datetime | None = None,
) -> tuple[Matter, Recorded | None]:  # fmt: skip
    """Open a matter by its opening event. Without a `number` it gets the year's next one; a repeated `key` opens nothing
    twice and returns the matter that is there (with None). Raises `Refusal` for a number that is taken."""
    spec = rules.rulebook().events[event]
    if not spec.opens or not kinds_of(spec):
        raise Refusal.because(f"暂不能{spec.verb}", "这个事件不能新建事项", clause=spec.clause)
    if key is not None:
        entry = JournalEntry.objects.filter(court_id=by.court_id, idempotency_key=key).select_related("matter").first()
        if entry is not None and entry.matter is not None:
            return entry.matter, None
    row = Matter(
        court_id=by.court_id, kind=kinds_of(spec)[0], title=(title.strip() or title_of(spec, payload))[:200],
        desk=desk or next((d for d in by.desks if d in spec.desks), spec.desks[0] if spec.desks else ""),
        opened_at=at, case_id=case_id,
    )  # fmt: skip
    with transaction.atomic():
        _save(row, number.strip(), spec)
        done = record(event, court_id=by.court_id, matter_id=row.pk, payload=payload, desk=row.desk, key=key, by=by, at=at,
                      recorded_at=recorded_at)  # fmt: skip
    return row, done


def title_of(spec: EventKind, payload: Mapping[str, Any]) -> str:
    """A matter without a title is called by its kind and the first words that were entered."""
    words = next((str(payload[f.name]) for f in spec.fields if f.type in ("text", "choice") and payload.get(f.name)), "")
    return f"{spec.title}：{words}" if words else spec.title


def _save(row: Matter, number: str, spec: EventKind) -> None:
    """Save under the given number, or under the next free one of the year."""
    year = row.opened_at.astimezone(CST).year
    for attempt in range(TRIES):
        serial = Matter.objects.filter(court_id=row.court_id, kind=row.kind, number__startswith=f"{year}-").count() + 1
        row.number = number or f"{year}-{serial + attempt:04d}"
        try:
            with transaction.atomic():
                row.save()
                return
        except IntegrityError:
            if number:
                break
    raise Refusal.because(f"暂不能{spec.verb}", f"编号 {row.number} 已经登记过", clause=spec.clause, field="number",
                          now="请核对编号，或打开原事项", status=409)  # fmt: skip


def open_due_matters(*, court_id: int, at: datetime) -> list[Matter]:
    """Open today's watch day and this week's round where the regulation has them and nobody has. Safe to run at any time,
    on any number of machines: (court, kind, number) is unique. A day off has no watch day (二(一)1)."""
    today = at.astimezone(CST).date()
    version = CalendarVersion.objects.filter(court_id=court_id).order_by("-version").values_list("version", flat=True).first()
    year, week, _ = today.isocalendar()
    monday = today - timedelta(days=today.weekday())
    wanted = {WEEKLY: (f"{year}-W{week:02d}", f"{year}年第{week}周", monday)}
    if rules.calendar(court_id, version or 0).is_working_day(today):
        wanted[DAILY] = (today.isoformat(), f"{today:%Y年%-m月%-d日}", today)
    openings, by, opened = opening_events(rules.rulebook()), system_actor(court_id), []
    there = known_numbers(court_id, wanted)
    for kind, (number, words, day) in wanted.items():
        if kind in openings and (kind, number) not in there:
            spec = openings[kind]
            try:
                matter, _ = open_matter(event=spec.kind, payload=dated(spec, day.isoformat()), number=number,
                                        title=f"{spec.title} {words}", by=by, at=_morning(day), recorded_at=at)  # fmt: skip
            except Refusal as refusal:
                if refusal.status != 409:
                    raise
                continue  # another machine opened it a moment ago
            opened.append(matter)
    return opened


def known_numbers(court_id: int, kinds: Collection[str]) -> set[tuple[str, str]]:
    """(kind, number) of the newest matters of these kinds."""
    rows = Matter.objects.filter(court_id=court_id, kind__in=kinds).order_by("-pk")
    return set(rows.values_list("kind", "number")[:20])


def _morning(day: date) -> datetime:
    """A day's matter begins with the day, however late the worker woke up."""
    return datetime(day.year, day.month, day.day, tzinfo=CST)


def dated(spec: EventKind, day: str) -> dict[str, str]:
    """The opening event's date fields, filled with the day."""
    return {f.name: day for f in spec.fields if f.type == "date" and f.required}
