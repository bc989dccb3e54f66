"""Writing many cases at once: rows of cases, parties and custody, by COPY on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models

from ..cases.actions import FIRST_DESK, NewCase, case_row, party_rows
from ..cases.models import Case, Party
from ..custody.models import Custody


def insert_cases(new: Sequence[NewCase], *, court_id: int, at: datetime) -> list[Case]:
    """Insert cases with their parties and the intake desk's custody. Returns the rows in the order given."""
    cases = [case_row(n, court_id) for n in new]
    if not cases:
        return []
    _insert(Case, cases)
    _insert(Party, [p for n, c in zip(new, cases, strict=True) for p in party_rows(c, n.parties)])
    _insert(Custody, [Custody(court_id=court_id, case=c, desk=FIRST_DESK, since_at=at) for c in cases])
    return cases


def replace_parties(case: Case, wanted: Iterable[Party]) -> None:
    """Set a case's parties to `wanted`; what they were stands in the journal's `case_corrected`."""
    Party.objects.filter(case=case).delete()
    Party.objects.bulk_create(list(wanted))


def _insert(model: type[models.Model], rows: Sequence[Any]) -> None:
    if connection.vendor != "postgresql" or not rows:
        model._default_manager.bulk_create(rows, batch_size=500)
        return
    fields = model._meta.concrete_fields
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", (table, len(rows)))
        for row, (ident,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = ident
        names = ", ".join(f'"{f.column}"' for f in fields)
        with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([getattr(row, f.attname) for f in fields])
