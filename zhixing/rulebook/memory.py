"""The engine state as a small JSON text and back. What is written is what is read: `load(dump(s)) == s`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import orjson

from .engine import Duty, State

EMPTY = "{}"


def dump(state: State) -> str:
    """The state as compact JSON text; moments and days are written as ISO text."""
    document = {"f": state.facts, "h": state.happened, "o": [_row(d) for d in state.open.values()], "c": state.counts, "x": state.excluded}
    return orjson.dumps(document).decode()


def load(text: str) -> State:
    """The state that `dump` wrote; an empty document is a case to which nothing has happened."""
    raw = orjson.loads(text)
    if not raw:
        return State()
    return State(raw["f"], raw["h"], {f"{r[0]}|{r[1]}": _duty(r) for r in raw["o"]}, raw["c"], raw["x"])


def _row(d: Duty) -> list[Any]:
    return [d.rule, d.key, d.n, d.clause, d.desk, d.started_at, d.started_seq, d.due_at, d.provisional, d.extended_until,
            d.late_at, d.suspended_at, d.parts, d.given_due, d.warn_at, d.warned]  # fmt: skip


def _duty(r: list[Any], moment: Any = datetime.fromisoformat) -> Duty:
    rule, key, n, clause, desk, started, seq, due, provisional, until, late, suspended, parts, given_due, warn, warned = r
    return Duty(
        rule, key, n, clause, desk, moment(started), seq, due and moment(due), provisional, until and date.fromisoformat(until),
        None, None, None, late and moment(late), suspended and moment(suspended),
        {k: moment(v) for k, v in parts.items()} if parts else {}, given_due, warn and moment(warn), warned,
    )  # fmt: skip
