"""One read, the short way: a list of rows from a statement that stays prepared, on PostgreSQL and SQLite alike.

Django's cursor is made anew for every statement, dresses every moment in Python and never prepares. The pages people sit in
front of all day read through here instead: on PostgreSQL one cursor is kept for each connection.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from .many import stored
from .prepared import drop_kept, kept_cursor

LARGE = 1000  # rows: a cursor holds its last answer, and a large one is not to be held until the next read


def read(sql: str, params: Sequence[Any] | Mapping[str, Any] = (), *, moments: Collection[int] = ()) -> list[Sequence[Any]]:
    """Every row of one SELECT. Parameters may be dates and aware moments; the columns `moments` hold aware moments or None.

    What watches statements (the guard of a GET, a test that counts) sees it. Not for statements whose plan hangs on a
    parameter's value (`kept_cursor`).
    """
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor == "postgresql" and not connection.queries_logged:
        return _kept(connection, sql, params)
    with connection.cursor() as cursor:
        cursor.execute(sql, _stored(params, connection.vendor))
        rows = cursor.fetchall()
    if connection.vendor == "postgresql" or not moments:
        return rows  # type: ignore[no-any-return]
    return [tuple(_moment(v) if i in moments else v for i, v in enumerate(row)) for row in rows]


def _kept(connection: Any, sql: str, params: Any) -> list[Sequence[Any]]:
    """By the cursor that the connection keeps."""
    reader = kept_cursor(connection)
    reader.execute(sql, params)
    rows = reader.cursor.fetchall()
    if len(rows) > LARGE:
        drop_kept(connection)
    return rows  # type: ignore[no-any-return]


def _stored(params: Any, vendor: str) -> Any:
    if isinstance(params, Mapping):
        return {name: stored(value, vendor) for name, value in params.items()}
    return [stored(value, vendor) for value in params]


def _moment(value: datetime | str | None) -> datetime | None:
    """SQLite keeps moments as naive UTC text; the driver has read those that it knows for a column of moments."""
    if value is None:
        return None
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
