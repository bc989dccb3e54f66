"""The rows of one event, by hand-written SQL: this is the hot path, and it is the same on every engine but for its verbs.

PostgreSQL: one reading statement (inside a transaction the journal head is locked before it), one data-modifying statement that
writes nothing when the head has moved. SQLite: the same rows one statement each, inside the IMMEDIATE transaction of the settings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import orjson

from zhixing.db.many import stored
from zhixing.db.prepared import kept_cursor
from zhixing.rulebook.engine import Duty
from zhixing.rulebook.model import Rulebook

from ..journal.chain import GENESIS

ENTRY = ("court_id", "stream", "seq", "kind", "case_id", "matter_id", "at", "recorded_at", "person_id", "person_name",
         "desk", "clause", "payload", "regulation", "calendar_version", "idempotency_key", "hash")  # fmt: skip
DUTY = {
    "rule": "text", "key": "text", "n": "int", "clause": "text", "desk": "text", "started_at": "timestamptz",
    "started_seq": "bigint", "due_at": "timestamptz", "provisional": "bool", "extended_until": "date",
    "met_at": "timestamptz", "met_seq": "bigint", "stopped_at": "timestamptz", "late_at": "timestamptz",
    "suspended_at": "timestamptz", "is_open": "bool", "warn_at": "timestamptz", "warned": "int",
}  # fmt: skip
IDENTITY = ("rule", "key", "n")
NOTICE = {"key": "text", "disclosure": "text", "recipient": "text", "channel": "text"}
COLUMNS = {"track": "track", "holder_desk": "holder", "team": "team", "closed_on": "closed_on",
           "closing_way": "closing_way", "stage": "stage", "handler_id": "handler_id"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Now:
    """Where the court's journal and the case's memory stand before the event."""

    seq: int
    hash: str
    document: str
    calendar_version: int
    repeated_seq: int | None


@dataclass(frozen=True, slots=True)
class Rows:
    """Everything one event writes."""

    fields: tuple[Any, ...]
    at: datetime
    recorded_at: datetime
    key: str | None
    previous: str
    hash: str
    duties: Sequence[Duty]
    document: str
    notices: Sequence[tuple[str, str, str, str]]
    columns: Mapping[str, Any]


def notices_of(book: Rulebook, kind: str, court_id: int, seq: int) -> list[tuple[str, str, str, str]]:
    """(key, disclosure, recipient, channel) of every notice that the event owes; the text is made when it is sent."""
    return [
        (f"{court_id}:{seq}:{d.id}:{who}", d.id, who, d.channel)
        for d in book.index.disclosures.get(kind, ()) for who in d.to
    ]  # fmt: skip


def changed_columns(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of the case row that follow facts which this event changed."""
    return {column: after[fact] for fact, column in COLUMNS.items() if fact in after and before.get(fact) != after[fact]}


def subject(case_id: int | None, matter_id: int | None) -> tuple[str, int | None]:
    """The column and id that the event is about ("case" when it is about the court itself)."""
    return ("matter", matter_id) if matter_id is not None else ("case", case_id)


READ = """SELECT h.seq, h.hash, s.document,
  (SELECT coalesce(max(v.version), 0) FROM calendar_version v WHERE v.court_id = h.court_id),
  (SELECT e.seq FROM journal_entry e WHERE e.court_id = h.court_id AND e.idempotency_key = CAST(%s AS text))
FROM journal_head h LEFT JOIN {what}_state s ON s.{what}_id = CAST(%s AS bigint)
WHERE h.court_id = %s AND h.stream = %s"""
LOCK = "SELECT 1 FROM journal_head WHERE court_id = %s AND stream = %s FOR UPDATE"
READS = {what: READ.format(what=what) for what in ("case", "matter")}


class HeadMoved(RuntimeError):
    """Somebody else recorded an event in the court since the head was read; nothing was written."""


def read(
    connection: Any, court_id: int, stream: str, case_id: int | None, matter_id: int | None, key: str | None, *, lock: bool = True
) -> Now:
    """Read the court's head (locked unless said otherwise) and the case's memory. A court without a head gets one."""
    what, ident = subject(case_id, matter_id)
    apart = lock and connection.vendor == "postgresql"
    cursor = kept_cursor(connection)

    def look() -> Any:
        if apart:  # a statement that waits for the head would still see the memory as it was before the wait
            cursor.execute(LOCK, (court_id, stream))
        cursor.execute(READS[what], (key, ident, court_id, stream))
        return cursor.fetchone()

    row = look()
    if row is None:
        cursor.execute(
            "INSERT INTO journal_head (court_id, stream, seq, hash) VALUES (%s, %s, 0, %s)"
            " ON CONFLICT (court_id, stream) DO NOTHING",
            (court_id, stream, GENESIS),
        )
        row = look()
    return Now(row[0], row[1], row[2] or "{}", row[3], row[4])


def duty_values(d: Duty) -> tuple[Any, ...]:
    """A duty's column values in the order of `DUTY`."""
    return (d.rule, d.key, d.n, d.clause, d.desk, d.started_at, d.started_seq, d.due_at, d.provisional, d.extended_until,
            d.met_at, d.met_seq, d.stopped_at, d.late_at, d.suspended_at, d.met_at is None and d.stopped_at is None,
            d.warn_at, d.warned)  # fmt: skip


def as_json(values: Sequence[tuple[Any, ...]], names: Iterable[str]) -> str:
    """Rows as a JSON array of objects, for `json_to_recordset`."""
    return orjson.dumps([dict(zip(names, row, strict=True)) for row in values]).decode()


def _upsert(what: str) -> str:
    sets = ", ".join(f"{c} = excluded.{c}" for c in DUTY if c not in IDENTITY)
    return f"ON CONFLICT ({what}_id, rule, key, n) WHERE {what}_id IS NOT NULL DO UPDATE SET {sets}"


@cache
def one_statement(what: str, columns: tuple[str, ...] = (), *, duties: bool = True, notices: bool = True) -> str:
    """Everything one event writes, as one statement; `columns` are those of the case row that change with it.

    Every part hangs on `head`: when the head or the calendar is no longer as seen nothing is written, and the answer is 0. What an event does not
    change is no part of its statement: opening a table and its indexes costs as much as a row.
    """
    parts = [f"""WITH head AS (UPDATE journal_head SET seq = %(seq)s, hash = %(hash)s
    WHERE court_id = %(court_id)s AND stream = %(stream)s AND seq = %(seq)s - 1 AND hash = %(previous)s
    AND %(calendar_version)s = (SELECT coalesce(max(v.version), 0) FROM calendar_version v WHERE v.court_id = %(court_id)s) RETURNING 1),
entry AS (INSERT INTO journal_entry ({", ".join(ENTRY)}) SELECT {", ".join(f"%({c})s" for c in ENTRY)} FROM head RETURNING 1),
memory AS (INSERT INTO {what}_state ({what}_id, document, events) SELECT %({what}_id)s, %(document)s, 1 FROM head
    WHERE %({what}_id)s IS NOT NULL
    ON CONFLICT ({what}_id) DO UPDATE SET document = excluded.document, events = {what}_state.events + 1)"""]
    if duties:
        names, kinds = ", ".join(DUTY), ", ".join(f"{n} {t}" for n, t in DUTY.items())
        parts.append(f"""clocks AS (INSERT INTO duty (court_id, {what}_id, {names})
    SELECT %(court_id)s, %({what}_id)s, {names} FROM head, json_to_recordset(%(duties)s::json) AS d({kinds})
    {_upsert(what)})""")
    if notices:
        names, kinds = ", ".join(NOTICE), ", ".join(f"{n} {t}" for n, t in NOTICE.items())
        parts.append(f"""outbox AS (INSERT INTO notice (court_id, {what}_id, seq, text, to_desk, state, attempts, created_at, next_at, error, {names})
    SELECT %(court_id)s, %({what}_id)s, %(seq)s, '', '', 'pending', 0, %(recorded_at)s, %(recorded_at)s, '', {names}
    FROM head, json_to_recordset(%(notices)s::json) AS m({kinds}))""")
    if columns:
        parts.append(f"follows AS (UPDATE case_file SET {', '.join(f'{c} = %(case_{c})s' for c in columns)} FROM head WHERE id = %(case_id)s)")
    return _typed(",\n".join(parts) + "\nSELECT count(*) FROM entry")


def parameters(rows: Rows, entry: dict[str, Any], columns: Mapping[str, Any]) -> dict[str, Any]:
    """What `one_statement` is executed with."""
    values = {**entry, "previous": rows.previous, "document": rows.document}
    for column, value in columns.items():
        values[f"case_{column}"] = value
    if rows.duties:
        values["duties"] = as_json([duty_values(d) for d in rows.duties], DUTY)
    if rows.notices:
        values["notices"] = as_json(rows.notices, NOTICE)
    return values


def _typed(sql: str) -> str:
    """Parameters that may be NULL inside a SELECT list need their type said to PostgreSQL."""
    for name, kind in {"case_id": "bigint", "matter_id": "bigint", "person_id": "bigint", "at": "timestamptz",
                       "recorded_at": "timestamptz", "idempotency_key": "text"}.items():  # fmt: skip
        sql = sql.replace(f"%({name})s", f"%({name})s::{kind}")
    return sql


def write(connection: Any, rows: Rows) -> None:
    """Write the rows of one event. Raises `HeadMoved`, with nothing written, when the head is no longer where it was seen."""
    entry = entry_of(rows)
    what, ident = subject(entry["case_id"], entry["matter_id"])
    columns = rows.columns if what == "case" and ident is not None else {}
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            _write_sqlite(cursor, rows, entry, what, ident)
            if columns:
                names = ", ".join(f"{c} = %s" for c in columns)
                cursor.execute(f"UPDATE case_file SET {names} WHERE id = %s", (*columns.values(), ident))
        return
    sql = one_statement(what, tuple(columns), duties=bool(rows.duties), notices=bool(rows.notices))
    cursor = kept_cursor(connection)
    cursor.execute(sql, parameters(rows, entry, columns))
    if cursor.fetchone()[0] != 1:
        raise HeadMoved


def entry_of(rows: Rows) -> dict[str, Any]:
    """The columns of the journal entry."""
    return dict(zip(ENTRY, (*rows.fields[:6], rows.at, rows.recorded_at, *rows.fields[8:], rows.key, rows.hash), strict=True))


def _write_sqlite(cursor: Any, rows: Rows, entry: Mapping[str, Any], what: str, ident: int | None) -> None:
    court_id, seq = entry["court_id"], entry["seq"]
    cursor.execute("UPDATE journal_head SET seq = %s, hash = %s WHERE court_id = %s AND stream = %s AND seq = %s",
                   (seq, rows.hash, court_id, entry["stream"], seq - 1))  # fmt: skip
    if cursor.rowcount != 1:
        raise HeadMoved
    cursor.execute(f"INSERT INTO journal_entry ({', '.join(ENTRY)}) VALUES ({', '.join(['%s'] * len(ENTRY))})",
                   [stored(v, "sqlite") for v in entry.values()])  # fmt: skip
    if ident is not None:
        cursor.execute(
            f"INSERT INTO {what}_state ({what}_id, document, events) VALUES (%s, %s, 1) ON CONFLICT ({what}_id)"
            f" DO UPDATE SET document = excluded.document, events = {what}_state.events + 1",
            (ident, rows.document),
        )
    if rows.duties:
        cursor.executemany(
            f"INSERT INTO duty (court_id, {what}_id, {', '.join(DUTY)}) VALUES ({', '.join(['%s'] * (len(DUTY) + 2))})"
            f" {_upsert(what)}",
            [(court_id, ident, *(stored(v, "sqlite") for v in duty_values(d))) for d in rows.duties],
        )
    if rows.notices:
        moment = stored(rows.recorded_at, "sqlite")
        cursor.executemany(
            f"INSERT INTO notice (court_id, {what}_id, seq, text, to_desk, state, attempts, created_at, next_at, error,"
            f" {', '.join(NOTICE)}) VALUES (%s, %s, %s, '', '', 'pending', 0, %s, %s, '', %s, %s, %s, %s)",
            [(court_id, ident, seq, moment, moment, *n) for n in rows.notices],
        )
