"""A list of events in, every duty out: the rulebook without a database (`zhixing rulebook run`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from . import engine
from .expressions import moment
from .model import Rulebook
from .workdays import Calendar


def run_events(book: Rulebook, calendar: Calendar, events: Sequence[Mapping[str, Any]], at: datetime) -> list[dict[str, Any]]:
    """Apply `{"kind", "at", "payload"}` in order of `at` and list every duty as seen at the moment `at`.

    Events after `at` have not happened yet and are left out. Raises ValueError naming an unknown event kind or a bad entry.
    """
    state = engine.State()
    duties: dict[int, engine.Duty] = {}
    for event in sorted((_event(book, raw, n) for n, raw in enumerate(events, 1)), key=lambda e: e.at):
        if event.at > at:
            break
        for duty in engine.apply(book, calendar, state, event):
            duties[id(duty)] = duty
    return [duty_json(book, d, at) for d in duties.values()]


def _event(book: Rulebook, raw: Mapping[str, Any], n: int) -> engine.Event:
    kind = raw.get("kind")
    if kind not in book.events:
        raise ValueError(f"第 {n} 个事件：不认识的事件 {kind}。允许的事件见 zhixing rulebook events --json")
    if not raw.get("at"):
        raise ValueError(f"第 {n} 个事件 {kind}：缺少 at（发生时间）")
    payload = {k: v for k, v in dict(raw.get("payload") or {}).items() if v is not None and v != ""}
    return engine.Event(str(kind), moment(raw["at"]), payload, n)


def duty_json(book: Rulebook, duty: engine.Duty, at: datetime) -> dict[str, Any]:
    """One duty as the command line shows it. Moments carry their offset."""
    rule = book.duties[duty.rule]
    return {
        "id": duty.rule, "key": duty.key, "n": duty.n, "clause": duty.clause, "desk": duty.desk, "title": rule.title,
        "effect": rule.effect, "started_at": duty.started_at.isoformat(),
        "due_at": duty.due_at.isoformat() if duty.due_at else None, "status": duty.status(at),
        "met_at": duty.met_at.isoformat() if duty.met_at else None,
        "late_since": duty.late_at.isoformat() if duty.late_at else None, "provisional": duty.provisional,
        "extended_until": duty.extended_until.isoformat() if duty.extended_until else None,
    }  # fmt: skip
