"""Editing the court's calendar: previewed, given a reason, and every open clock it touches is projected again (一3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from zhixing.casework.facts import record, rules
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import require
from zhixing.rulebook import engine, memory
from zhixing.rulebook.refusals import Refusal
from zhixing.rulebook.workdays import Calendar

from ..cases.models import CaseState
from ..matters.models import MatterState
from .models import CalendarVersion

KINDS = ("off", "work")


@dataclass(frozen=True, slots=True)
class Moved:
    """One open clock that an edit moves."""

    what: str
    subject_id: int
    label: str
    rule: str
    key: str
    old_due_at: datetime | None
    new_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class DayEdit:
    """A day's new kind ("off" or "work"), its name and the notice it comes from; `kind` None returns to the shipped day."""

    day: date
    kind: str | None
    name: str
    source: str


def current_version(court_id: int) -> int:
    """The court's calendar version in force; 0 is the shipped State Council calendar."""
    newest = CalendarVersion.objects.filter(court_id=court_id).order_by("-version").values_list("version", flat=True).first()
    return newest or 0


def edited(court_id: int, edits: list[DayEdit], covers_until: date | None) -> tuple[Calendar, dict[str, Any], date | None]:
    """The calendar after the edits, the overrides that make it, and its end of cover. Refuses an edit without a source."""
    version = current_version(court_id)
    row = CalendarVersion.objects.filter(court_id=court_id, version=version).first()
    overrides = dict(row.overrides) if row else {}
    until = covers_until or (row.covers_until if row else None)
    for edit in edits:
        if edit.kind is None:
            overrides.pop(edit.day.isoformat(), None)
            continue
        if edit.kind not in KINDS or not edit.name.strip() or not edit.source.strip():
            raise Refusal.because("暂不能修改日历", "每一天都要写明是休息日还是工作日、名称和依据文件", clause="一3", field="source",
                                  now="请补全后再预览")  # fmt: skip
        overrides[edit.day.isoformat()] = [edit.kind, edit.name.strip(), edit.source.strip()]
    days = {date.fromisoformat(d): tuple(v) for d, v in overrides.items()}
    calendar = rules.shipped_calendar().with_overrides(days, version=version + 1, covers_until=until)
    return calendar, overrides, until


def preview(*, court_id: int, edits: list[DayEdit], covers_until: date | None = None, at: datetime) -> list[Moved]:
    """Which open clocks the edits would move, and to when. Nothing is written."""
    calendar, _, _ = edited(court_id, edits, covers_until)
    return list(_moved(court_id, calendar, at))


def _moved(court_id: int, calendar: Calendar, at: datetime) -> Iterator[Moved]:
    """Every open clock whose due moment differs under `calendar`: the memories are read, none is changed."""
    book = rules.rulebook()
    sources: Mapping[str, Any] = {
        "case": CaseState.objects.filter(case__court_id=court_id, case__duties__is_open=True).distinct()
        .values_list("case_id", "case__number", "document"),
        "matter": MatterState.objects.filter(matter__court_id=court_id, matter__duties__is_open=True).distinct()
        .values_list("matter_id", "matter__title", "document"),
    }  # fmt: skip
    for what, rows in sources.items():
        for ident, label, document in rows.iterator(chunk_size=2000):
            state = memory.load(document)
            before = {d.name: d.due_at for d in state.open.values()}
            engine.apply(book, calendar, state, engine.Event(engine.REPROJECTED, at))
            for duty in state.open.values():
                if duty.due_at != before[duty.name]:
                    yield Moved(what, ident, label, duty.rule, duty.key, before[duty.name], duty.due_at)


def edit_calendar(
    *, edits: list[DayEdit], reason: str, covers_until: date | None = None, by: Actor, at: datetime
) -> list[Moved]:
    """Write the court's next calendar version and project again exactly the open clocks that it moves.

    One transaction; each case touched gets the event `clocks_reprojected` with old and new moments and the reason.
    Refuses without a reason.
    """
    require(rules.rulebook(), by, "do:edit_calendar", what="暂不能修改日历")
    if not reason.strip():
        raise Refusal.because("暂不能修改日历", "没有写明理由", clause="一3", field="reason", now="请写明修改理由和依据")
    with transaction.atomic():
        calendar, overrides, until = edited(by.court_id, edits, covers_until)
        moved = list(_moved(by.court_id, calendar, at))
        version = current_version(by.court_id) + 1
        CalendarVersion.objects.create(court_id=by.court_id, version=version, overrides=overrides, covers_until=until,
                                       reason=reason, made_at=at, made_by_id=by.person_id)  # fmt: skip
        record("calendar_changed", court_id=by.court_id, under="do:edit_calendar", by=by, at=at,
               payload={"version": version, "reason": reason, "days": [e.day.isoformat() for e in edits], "moved": len(moved)})  # fmt: skip
        touched: dict[tuple[str, int], list[Moved]] = {}
        for one in moved:
            touched.setdefault((one.what, one.subject_id), []).append(one)
        for (what, ident), clocks in touched.items():
            subject = {"case_id": ident} if what == "case" else {"matter_id": ident}
            record(engine.REPROJECTED, court_id=by.court_id, **subject, under="do:edit_calendar", by=by, at=at,
                   payload={"version": version, "reason": reason, "clocks": [_clock(c) for c in clocks]})  # fmt: skip
    return moved


def _clock(moved: Moved) -> dict[str, str | None]:
    return {"rule": moved.rule, "key": moved.key, "old": _iso(moved.old_due_at), "new": _iso(moved.new_due_at)}


def _iso(value: datetime | None) -> str | None:
    return value.isoformat() if value else None
