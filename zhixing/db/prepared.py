"""Statements that stay prepared on a PostgreSQL server; on other engines Django's own cursor."""

from __future__ import annotations

from typing import Any

from django.db import connections
from psycopg import Cursor
from psycopg.types.datetime import TimestamptzLoader


class _Prepared(Cursor[Any]):
    """Binds on the server and keeps what it executes prepared there."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        return super().execute(query, params, **{"prepare": True, **options})

KEPT = "zhixing_cursor"


def kept_cursor(connection: Any) -> Any:
    """The one such cursor that a connection keeps, for an answer that is fetched before the next statement; not to be closed."""
    connection = connections[connection.alias]
    if connection.vendor != "postgresql" or connection.queries_logged:
        return connection.cursor()
    kept = connection.__dict__.get(KEPT)
    if kept is None or connection.connection is None or kept.cursor.connection is not connection.connection:
        kept = connection.__dict__[KEPT] = prepared_cursor(connection)
    return kept


def drop_kept(connection: Any) -> None:
    """Forget the kept cursor, which holds its last answer."""
    connection.__dict__.pop(KEPT, None)


def prepared_cursor(connection: Any) -> Any:
    """A cursor for a hot statement. A read-only GET sees its statements too; where statements are logged it is Django's own.

    Not for statements whose plan hangs on a parameter's value: after some runs the server plans them once for all values.
    """
    connection = connections[connection.alias]  # Django's proxy would look the connection up at every attribute
    if connection.vendor != "postgresql" or connection.queries_logged:
        return connection.cursor()
    connection.ensure_connection()
    connection.connection.prepare_threshold = 1  # Django sets None, which forbids it; its own cursors never prepare
    cursor = _Prepared(connection.connection)
    cursor.adapters.register_loader("timestamptz", TimestamptzLoader)  # Django's is written in Python
    return connection.make_cursor(cursor)
