"""The only reader of the system clock. Everything below views and commands takes the moment as an argument."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

CST = timezone(timedelta(hours=8))
_frozen: list[datetime] = []


def now() -> datetime:
    """The present moment in the court's time zone."""
    return _frozen[-1] if _frozen else datetime.now(tz=CST)


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Let the clock stand at a moment (tests and the demo)."""
    _frozen.append(at.astimezone(CST))
    try:
        yield
    finally:
        _frozen.pop()
