"""Counts of open clocks that are kept while they are right.

Clocks are written only together with an entry of the court's journal (`facts.record`), and the hash of its head moves in the
same transaction. What was counted at a head stays right while the head is the same and no edge of time has been crossed. The
reader asks for the head and, only when it has moved, for the rows: in one statement, so nothing can happen in between.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

# A condition beside those of the clocks counted, and its parameters' order: court, the head that is known ("" for none).
# It names no clock, so PostgreSQL asks once, before it reads a row.
MOVED = "NOT EXISTS (SELECT 1 FROM journal_head h WHERE h.court_id = %s AND h.stream = 'casework' AND h.hash = %s)"
MOST = 10_000  # desks of courts in one process: far more than there are, and no memory to speak of


class Kept(NamedTuple):
    """Rows counted at a head; right from `since` until before `until`."""

    head: str
    since: datetime
    until: datetime
    rows: Sequence[Any]


_kept: dict[Hashable, Kept] = {}


def recall(key: Hashable, at: datetime) -> tuple[str, Sequence[Any]]:
    """The head at which the rows of `key` were counted and the rows; ("", ()) when there are none for this moment."""
    found = _kept.get(key)
    return (found.head, found.rows) if found and found.since <= at < found.until else ("", ())


def keep(key: Hashable, kept: Kept) -> None:
    """Keep rows. Without a head (a court whose journal is empty) nothing is kept."""
    if len(_kept) >= MOST:
        _kept.clear()
    if kept.head:
        _kept[key] = kept


def forget() -> None:
    """Forget everything: for tests, whose next court may have the number and the history of this one, and for measuring."""
    _kept.clear()
