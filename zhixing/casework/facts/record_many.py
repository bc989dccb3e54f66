"""History in bulk: an imported register, a demo court, a replay. Same engine, same chain, same rows as `record`.

Gates are not asked and no notices are owed: what is imported has already happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import require
from zhixing.db.many import collector_paused, insert_many, stored
from zhixing.db.prepared import prepared_cursor
from zhixing.rulebook import engine, memory
from zhixing.rulebook.deadlines import CST

from ..journal.chain import link
from . import rules, write
from .record import STREAM, clean, dumps

CHUNK = 2000
SUBJECTS = ("case", "matter")
DUTY = ("court_id", "case_id", "matter_id", *write.DUTY)


@dataclass(frozen=True, slots=True)
class Past:
    """One event of the past: what, when, with what payload, which desk, and an idempotency key if it may come twice."""

    kind: str
    at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)
    desk: str = ""
    key: str | None = None


@dataclass(frozen=True, slots=True)
class History:
    """The past of one case, oldest first, or of one matter (`case_id` None then). `document` is its memory so far ("{}" for one just
    created), `columns` what its row is known to say already of the columns that follow its facts."""

    case_id: int | None
    events: Sequence[Past]
    document: str = memory.EMPTY
    columns: Mapping[str, Any] = field(default_factory=dict)
    matter_id: int | None = None


def record_many(histories: Iterable[History], *, court_id: int, under: str, by: Actor, at: datetime) -> int:
    """Record the histories under the action `under` in one transaction. Returns how many events were written.
    Raises ValueError for a history of neither a case nor a matter."""
    book = rules.rulebook()
    if not by.system:
        require(book, by, under, what="暂不能批量记录")
    moment = at.astimezone(CST)
    total = 0
    with collector_paused(), transaction.atomic():
        now = write.read(connection, court_id, STREAM, None, None, None)
        seq, chain = now.seq, now.hash
        calendar = rules.calendar(court_id, now.calendar_version)
        for chunk in _chunks(histories, CHUNK):
            rows = _Bulk(court_id, moment)
            for history in chunk:
                seq, chain = _one(book, calendar, history, rows, seq, chain, now.calendar_version, by)
            total += len(rows.entries)
            rows.save(connection)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE journal_head SET seq = %s, hash = %s WHERE court_id = %s AND stream = %s",
                           (seq, chain, court_id, STREAM))  # fmt: skip
    return total


def _chunks(items: Iterable[History], size: int) -> Iterator[list[History]]:
    chunk: list[History] = []
    for item in items:
        chunk.append(item)
        if len(chunk) >= size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


class _Bulk:
    """Rows of many events, written by COPY on PostgreSQL and executemany on SQLite."""

    def __init__(self, court_id: int, moment: datetime) -> None:
        self.court_id, self.moment, self.stamp = court_id, moment, moment.isoformat()
        self.entries: list[tuple[Any, ...]] = []
        self.fresh: list[tuple[Any, ...]] = []
        self.known: dict[str, list[tuple[Any, ...]]] = {what: [] for what in SUBJECTS}
        self.fresh_states: dict[str, list[tuple[int, str, int]]] = {what: [] for what in SUBJECTS}
        self.states: dict[str, list[tuple[int, str, int]]] = {what: [] for what in SUBJECTS}
        self.columns: list[tuple[int, dict[str, Any]]] = []

    def save(self, connection: Any) -> None:
        insert_many(connection, "journal_entry", write.ENTRY, self.entries)
        insert_many(connection, "duty", DUTY, self.fresh)
        for what in SUBJECTS:
            self._save_memory(connection, what)
        self._save_columns(connection)

    def _save_memory(self, connection: Any, what: str) -> None:
        """The duties that were there before, and what the engine remembers of each case or matter."""
        if self.fresh_states[what]:
            insert_many(connection, f"{what}_state", (f"{what}_id", "document", "events"), self.fresh_states[what])
        with connection.cursor() as cursor:
            if self.known[what]:
                cursor.executemany(f"INSERT INTO duty ({', '.join(DUTY)}) VALUES ({', '.join(['%s'] * len(DUTY))}) {write._upsert(what)}",
                                   [[stored(v, connection.vendor) for v in row] for row in self.known[what]])  # fmt: skip
            if self.states[what]:
                cursor.executemany(f"UPDATE {what}_state SET document = %s, events = events + %s WHERE {what}_id = %s",
                                   [(document, events, ident) for ident, document, events in self.states[what]])  # fmt: skip

    def _save_columns(self, connection: Any) -> None:
        alike: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
        for case_id, columns in self.columns:
            alike.setdefault(tuple(columns), []).append((*columns.values(), case_id))
        with prepared_cursor(connection) as cursor:
            for columns, rows in alike.items():
                names = ", ".join(f"{c} = %s" for c in columns)
                cursor.executemany(f"UPDATE case_file SET {names} WHERE id = %s", rows)


def _one(
    book: Any, calendar: Any, history: History, rows: _Bulk, seq: int, chain: str, version: int, by: Actor
) -> tuple[int, str]:
    state = memory.load(history.document)
    before = dict(state.facts)
    known = {id(d) for d in state.open.values()}
    changed: dict[int, engine.Duty] = {}
    for past in history.events:
        seq += 1
        at = past.at.astimezone(CST)
        data = clean(book, past.kind, past.payload, complete=False)
        for duty in engine.apply(book, calendar, state, engine.Event(past.kind, at, data, seq)):
            changed[id(duty)] = duty
        fields = (rows.court_id, STREAM, seq, past.kind, history.case_id, history.matter_id, at.isoformat(), rows.stamp, by.person_id,
                  by.name, past.desk, book.events[past.kind].clause, dumps(data), book.regulation.id, version)  # fmt: skip
        chain = link(chain, fields)
        rows.entries.append((*fields[:6], at, rows.moment, *fields[8:], past.key, chain))
    what, subject = write.subject(history.case_id, history.matter_id)
    for ident, duty in changed.items():
        target = rows.known[what] if ident in known else rows.fresh
        target.append((rows.court_id, history.case_id, history.matter_id, *write.duty_values(duty)))
    if subject is None:
        raise ValueError("a history is that of a case or of a matter")
    states = rows.fresh_states if history.document == memory.EMPTY else rows.states
    states[what].append((subject, memory.dump(state), len(history.events)))
    if history.case_id is None:
        return seq, chain
    changes = write.changed_columns(before, state.facts)
    columns = {c: v for c, v in changes.items() if c not in history.columns or history.columns[c] != v}
    if columns:
        rows.columns.append((history.case_id, columns))
    return seq, chain
