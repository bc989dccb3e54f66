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
