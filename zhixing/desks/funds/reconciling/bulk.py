"""Many rows of a model at once, by COPY on PostgreSQL: each is like a first one but for what it says itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, models

from zhixing.db.many import insert_many


def reserved_ids(model: type[models.Model], count: int) -> list[int]:
    """The next ids of a table, nobody else's. On SQLite only inside a transaction, which alone writes."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", (table, count))
            return [row[0] for row in cursor.fetchall()]
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
        last = cursor.fetchone()[0]
    return list(range(last + 1, last + count + 1))


def insert_like(first: models.Model, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows that have the values of `first` (not saved) but for those they name, by column. Ids are given by all or by none."""
    rows = list(rows)
    if not rows:
        return
    fields = [f for f in first._meta.concrete_fields if not f.primary_key or f.attname in rows[0]]
    base = {f.attname: getattr(first, f.attname) for f in fields}
    names = list(base)
    with connection.wrap_database_errors:  # COPY would raise the driver's own
        insert_many(connection, first._meta.db_table, [f.column for f in fields], ([{**base, **row}[n] for n in names] for row in rows))
