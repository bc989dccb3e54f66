"""Replay: rebuild what the engine answered from the journal alone, and compare it with what is stored.

Cases are read in ranges of their ids and entries in ranges of their places, so that memory stays small and a large court is
shared out over the processors. What is equal is seen to be equal as a whole; only what differs is looked at column by column.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

import orjson
from django.apps import apps
from django.utils.module_loading import import_string

from zhixing.db.reading import read
from zhixing.db.sharing import shared_out
from zhixing.rulebook import engine, memory
from zhixing.rulebook.deadlines import CST

from ..cases.models import Case
from ..custody.models import Custody, Handoff
from ..dossier.models import Scan
from ..journal.chain import GENESIS, link
from ..journal.models import JournalHead
from . import rules, write

ENTRY_FIELDS = ("court_id", "stream", "seq", "kind", "case_id", "matter_id", "at", "recorded_at", "person_id",
                "person_name", "desk", "clause", "payload", "regulation", "calendar_version")  # fmt: skip
COMPARED = tuple(c for c in write.DUTY if c not in ("warn_at", "warned"))  # warnings are claimed by the worker
MOMENTS = tuple(n for n, c in enumerate(COMPARED, 1) if write.DUTY[c] == "timestamptz")
CASES, ENTRIES = 1000, 20_000
LAST = 2**62

CHAIN = f"SELECT {', '.join(ENTRY_FIELDS)}, hash FROM journal_entry WHERE court_id = %s AND stream = %s AND seq > %s AND seq <= %s ORDER BY seq"
FIRST_OF_RANGES = "SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM {table} WHERE court_id = %s) AS r WHERE n %% %s = 0 ORDER BY id"
EVENTS = """SELECT {what}_id, kind, at, payload, seq, calendar_version FROM journal_entry
WHERE court_id = %s AND stream = 'casework' AND {what}_id >= %s AND {what}_id < %s ORDER BY {what}_id, seq"""
DUTIES = "SELECT {what}_id, {columns} FROM duty WHERE court_id = %s AND {what}_id >= %s AND {what}_id < %s"
MEMORIES = """SELECT s.{what}_id, s.document FROM {what}_state s JOIN {table} t ON t.id = s.{what}_id
WHERE t.court_id = %s AND s.{what}_id >= %s AND s.{what}_id < %s"""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as the journal says: where, what was expected, what was found."""

    kind: str
    where: str
    expected: str
    found: str


def chain_differences(court_id: int, newest: int | None = None) -> Iterator[Difference]:
    """Recompute every hash of a court's streams (of the `newest` entries only, when given): gaps, changed rows and a wrong
    head are named."""
    for head in JournalHead.objects.filter(court_id=court_id):
        start = max(0, head.seq - newest) if newest else 0
        ranges = [(court_id, head.stream, first, first + ENTRIES) for first in range(start, head.seq, ENTRIES)]
        # Entries beyond the head would be missed by no range: the last one is open.
        ranges[-1:] = [(court_id, head.stream, ranges[-1][2] if ranges else start, LAST)]
        yield from shared_out(_chain_range, ranges)
        last = read("SELECT seq, hash FROM journal_entry WHERE court_id = %s AND stream = %s ORDER BY seq DESC LIMIT 1", (court_id, head.stream))
        seq, digest = last[0] if last else (0, GENESIS)
        if (head.seq, head.hash) != (seq, digest):
            yield Difference("chain", f"{head.stream} 链尾", f"{seq} {digest}", f"{head.seq} {head.hash}")


def _chain_range(court_id: int, stream: str, after: int, until: int) -> Iterator[Difference]:
    """The entries after one place, up to another: each hangs on the hash before it."""
    before = read("SELECT hash FROM journal_entry WHERE court_id = %s AND stream = %s AND seq = %s", (court_id, stream, after))
    previous, expected = before[0][0] if before else GENESIS, after
    moments = (ENTRY_FIELDS.index("at"), ENTRY_FIELDS.index("recorded_at"))
    for row in read(CHAIN, (court_id, stream, after, until), moments=moments):
        expected += 1
        if row[2] != expected:
            yield Difference("chain", f"{stream} #{row[2]}", f"序号 {expected}", f"序号 {row[2]}")
            expected = row[2]
        previous = link(previous, chained(row[:-1]))
        if previous != row[-1]:
            yield Difference("chain", f"{stream} #{row[2]}", previous, row[-1])
            previous = row[-1]


def chained(row: Sequence[Any]) -> tuple[Any, ...]:
    """An entry's values as they were hashed: moments in the court's own time."""
    at, recorded = row[6].astimezone(CST).isoformat(), row[7].astimezone(CST).isoformat()
    return (*row[:6], at, recorded, *row[8:])


def rebuild(court_id: int, events: Iterable[tuple[str, datetime, str, int, int]]) -> tuple[engine.State, list[engine.Duty]]:
    """State and every duty from (kind, at, payload, seq, calendar version), in the order they were recorded."""
    book, state = rules.rulebook(), engine.State()
    duties: dict[int, engine.Duty] = {}
    for kind, at, payload, seq, version in events:
        event = engine.Event(kind, at.astimezone(CST), orjson.loads(payload), seq)
        for duty in engine.apply(book, rules.calendar(court_id, version), state, event):
            duties[id(duty)] = duty
    return state, list(duties.values())


def state_differences(court_id: int, what: str = "case") -> Iterator[Difference]:
    """Every case (or matter) whose stored duties or memory differ from its replayed journal."""
    table = {"case": "case_file", "matter": "matter"}[what]
    bounds = [0, *(row[0] for row in read(FIRST_OF_RANGES.format(table=table), (court_id, CASES))), LAST]
    yield from shared_out(_state_range, [(court_id, what, table, *pair) for pair in pairwise(bounds)])


def _state_range(court_id: int, what: str, table: str, first: int, beyond: int) -> Iterator[Difference]:
    """The same for the cases from one id to before another."""
    span = (court_id, first, beyond)
    events: dict[int, list[Any]] = defaultdict(list)
    for number, *event in read(EVENTS.format(what=what), span, moments=(2,)):
        events[number].append(event)
    duties: dict[int, dict[Any, Any]] = defaultdict(dict)
    for number, *values in read(DUTIES.format(what=what, columns=", ".join(COMPARED)), span, moments=MOMENTS):
        duties[number][tuple(values[:3])] = values
    documents: dict[int, str] = {number: text for number, text in read(MEMORIES.format(what=what, table=table), span)}  # noqa: C416
    for number, found in events.items():
        state, rebuilt = rebuild(court_id, found)
        wanted = {(d.rule, d.key, d.n): _compared(d) for d in rebuilt}
        stored = duties.pop(number, {})
        if wanted != stored:
            yield from _name(f"{what} {number}", wanted, stored)
        document, expected = documents.get(number, ""), memory.dump(state)
        if document != expected and orjson.loads(document or "null") != orjson.loads(expected):
            yield Difference("memory", f"{what} {number}", expected[:200], document[:200])
    for number, stored in duties.items():
        yield Difference("duty", f"{what} {number}", "没有时限", f"{len(stored)} 个时限")


def _compared(d: engine.Duty) -> list[Any]:
    return list(write.duty_values(d)[: len(COMPARED)])


def _name(where: str, wanted: dict[Any, list[Any]], stored: dict[Any, list[Any]]) -> Iterator[Difference]:
    """Which clocks, and which of their columns, differ."""
    for name in wanted.keys() | stored.keys():
        a, b = wanted.get(name), stored.get(name)
        if a is None or b is None:
            yield Difference("duty", f"{where} {name}", "有" if a else "没有", "有" if b else "没有")
            continue
        for column, x, y in zip(COMPARED, a, b, strict=True):
            if x != y:
                yield Difference("duty", f"{where} {name} {column}", str(x), str(y))


def record_differences(court_id: int) -> Iterator[Difference]:
    """Custody, handoffs and references: one open holder per case, and it is the one the case names."""
    holders = dict(Custody.objects.filter(court_id=court_id, until_at=None).values_list("case_id", "desk"))
    for case_id, number, holder in Case.objects.filter(court_id=court_id).values_list("pk", "number", "holder").iterator():
        if holders.get(case_id) != holder:
            yield Difference("custody", number, holder, str(holders.get(case_id)))
    for scan in Scan.objects.filter(court_id=court_id).iterator():
        if not scan.file.storage.exists(scan.file.name):
            yield Difference("scan", scan.ref, scan.file.name, "文件不在")
    accepted = Handoff.objects.filter(court_id=court_id, state=Handoff.ACCEPTED, answered_by=None)
    for handoff in accepted.values_list("ref", flat=True):
        yield Difference("handoff", handoff, "接收人", "空")


def registered_differences(court_id: int) -> Iterator[Difference]:
    """What the rooms and desks check of their own (`AppConfig.verifiers`: dotted names of functions of a court's id)."""
    for config in apps.get_app_configs():
        for name in getattr(config, "verifiers", ()):
            yield from import_string(name)(court_id)
