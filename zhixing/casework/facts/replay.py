"""Replay: rebuild what the engine answered from the journal alone, and compare it with what is stored."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from zhixing.rulebook import engine, memory
from zhixing.rulebook.deadlines import CST

from ..cases.models import Case, CaseState
from ..custody.models import Custody, Handoff
from ..dossier.models import Scan
from ..duties.models import Duty
from ..journal.chain import GENESIS, link
from ..journal.models import JournalEntry, JournalHead
from ..matters.models import MatterState
from . import rules, write

ENTRY_FIELDS = ("court_id", "stream", "seq", "kind", "case_id", "matter_id", "at", "recorded_at", "person_id",
                "person_name", "desk", "clause", "payload", "regulation", "calendar_version")  # fmt: skip
COMPARED = tuple(write.DUTY)


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
        expected_seq = max(0, head.seq - newest) if newest else 0
        entries = JournalEntry.objects.filter(court_id=court_id, stream=head.stream)
        before = entries.filter(seq=expected_seq).values_list("hash", flat=True).first()
        previous = before or GENESIS
        rows = entries.filter(seq__gt=expected_seq).order_by("seq")
        for row in rows.values_list(*ENTRY_FIELDS, "hash").iterator(chunk_size=5000):
            expected_seq += 1
            if row[2] != expected_seq:
                yield Difference("chain", f"{head.stream} #{row[2]}", f"序号 {expected_seq}", f"序号 {row[2]}")
                expected_seq = row[2]
            previous = link(previous, chained(row[:-1]))
            if previous != row[-1]:
                yield Difference("chain", f"{head.stream} #{row[2]}", previous, row[-1])
                previous = row[-1]
        if (head.seq, head.hash) != (expected_seq, previous):
            yield Difference("chain", f"{head.stream} 链尾", f"{expected_seq} {previous}", f"{head.seq} {head.hash}")


def chained(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """An entry's values as they were hashed: moments in the court's own time."""
    return tuple(v.astimezone(CST).isoformat() if isinstance(v, datetime) else v for v in row)


def rebuild(court_id: int, events: Iterable[tuple[str, datetime, str, int, int]]) -> tuple[engine.State, list[engine.Duty]]:
    """State and every duty from (kind, at, payload, seq, calendar version), in the order they were recorded."""
    book, state = rules.rulebook(), engine.State()
    duties: dict[int, engine.Duty] = {}
    for kind, at, payload, seq, version in events:
        event = engine.Event(kind, at.astimezone(CST), json.loads(payload), seq)
        for duty in engine.apply(book, rules.calendar(court_id, version), state, event):
            duties[id(duty)] = duty
    return state, list(duties.values())


def state_differences(court_id: int, what: str = "case") -> Iterator[Difference]:
    """Every case (or matter) whose stored duties or memory differ from its replayed journal."""
    column, ident = f"{what}_id", f"{what}_id"
    entries = (
        JournalEntry.objects.filter(court_id=court_id, stream="casework").exclude(**{column: None})
        .order_by(column, "seq").values_list(column, "kind", "at", "payload", "seq", "calendar_version")
        .iterator(chunk_size=5000)
    )  # fmt: skip
    stored = (
        Duty.objects.filter(court_id=court_id).exclude(**{column: None})
        .order_by(column, "rule", "key", "n").values_list(ident, *COMPARED).iterator(chunk_size=5000)
    )  # fmt: skip
    states = CaseState if what == "case" else MatterState
    documents = iter(
        states.objects.filter(**{f"{what}__court_id": court_id}).order_by(column).values_list(column, "document")
        .iterator(chunk_size=5000)
    )  # fmt: skip
    duties = groupby(stored, key=lambda row: row[0])
    waiting: tuple[int, list[Any]] | None = None
    memory_row: tuple[int, str] | None = None
    for number, group in groupby(entries, key=lambda row: row[0]):
        state, rebuilt = rebuild(court_id, (row[1:] for row in group))
        while waiting is None or waiting[0] < number:
            if waiting is not None:
                yield Difference("duty", f"{what} {waiting[0]}", "没有时限", f"{len(waiting[1])} 个时限")
            head = next(duties, None)
            waiting = (head[0], list(head[1])) if head else (10**18, [])
        rows: list[Any] = []
        if waiting[0] == number:
            rows, waiting = waiting[1], None
        yield from _compare(f"{what} {number}", rebuilt, rows)
        while memory_row is None or memory_row[0] < number:
            memory_row = next(documents, (10**18, ""))
        if memory_row[0] != number or json.loads(memory_row[1]) != json.loads(memory.dump(state)):
            yield Difference("memory", f"{what} {number}", memory.dump(state)[:200], memory_row[1][:200])


def _compare(where: str, rebuilt: list[engine.Duty], rows: list[Any]) -> Iterator[Difference]:
    wanted = {(d.rule, d.key, d.n): write.duty_values(d) for d in rebuilt}
    found = {(r[1], r[2], r[3]): tuple(r[1:]) for r in rows}
    warn = {COMPARED.index("warn_at"), COMPARED.index("warned")}
    for name in wanted.keys() | found.keys():
        a, b = wanted.get(name), found.get(name)
        if a is None or b is None:
            yield Difference("duty", f"{where} {name}", "有" if a else "没有", "有" if b else "没有")
            continue
        for i, (x, y) in enumerate(zip(a, b, strict=True)):
            if x != y and i not in warn:
                yield Difference("duty", f"{where} {name} {COMPARED[i]}", str(x), str(y))


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
