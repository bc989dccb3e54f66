"""Many rows at once: COPY on PostgreSQL, executemany elsewhere."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any


def insert_many(connection: Any, table: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of plain values, in the order of the columns `names`."""
    columns = ", ".join(f'"{name}"' for name in names)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                write = copy.write_row
                for row in rows:
                    write(row)
            return
        marks = ", ".join(["%s"] * len(names))
        cursor.executemany(
            f"INSERT INTO {table} ({columns}) VALUES ({marks})",
            [[stored(v, connection.vendor) for v in row] for row in rows],
        )


def stored(value: Any, vendor: str) -> Any:
    """A value as the engine's driver wants it: SQLite keeps moments as naive UTC text, as Django reads them."""
    if vendor == "sqlite":
        if isinstance(value, datetime):
            return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
        if isinstance(value, date):
            return value.isoformat()
    return value


@contextmanager
def collector_paused() -> Iterator[None]:
    """For work that makes thousands of small objects and no cycles: looking for cycles meanwhile costs a fifth of its time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
