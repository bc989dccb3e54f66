"""The engine state as a small JSON text and back. What is written is what is read: `load(dump(s)) == s`."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from .engine import Duty, State

EMPTY = "{}"


def dump(state: State) -> str:
    """The state as compact JSON text."""
    return json.dumps(
        {
            "f": state.facts,
            "h": state.happened,
            "o": [_row(d) for d in state.open.values()],
            "c": state.counts,
            "x": state.excluded,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def load(text: str) -> State:
    """The state that `dump` wrote; an empty document is a case to which nothing has happened."""
    raw = json.loads(text)
    if not raw:
        return State()
    duties = [_duty(r) for r in raw["o"]]
    return State(raw["f"], raw["h"], {d.name: d for d in duties}, raw["c"], raw["x"])


def _iso(value: date | datetime | None) -> str | None:
    return value.isoformat() if value else None


def _row(d: Duty) -> list[Any]:
    return [
        d.rule, d.key, d.n, d.clause, d.desk, d.started_at.isoformat(), d.started_seq, _iso(d.due_at), d.provisional,
        _iso(d.extended_until), _iso(d.late_at), _iso(d.suspended_at),
        {k: v.isoformat() for k, v in d.parts.items()}, d.given_due, _iso(d.warn_at), d.warned,
    ]  # fmt: skip


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _duty(r: list[Any]) -> Duty:
    return Duty(
        r[0], r[1], r[2], r[3], r[4], datetime.fromisoformat(r[5]), r[6], _moment(r[7]), r[8],
        extended_until=date.fromisoformat(r[9]) if r[9] else None, late_at=_moment(r[10]),
        suspended_at=_moment(r[11]), parts={k: datetime.fromisoformat(v) for k, v in r[12].items()},
        given_due=r[13], warn_at=_moment(r[14]), warned=r[15],
    )  # fmt: skip
