"""One event, one transaction, through `record`: beside a workflow engine and beside the same rows without any rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from zhixing.casework.facts import record, rules, write
from zhixing.casework.people.actors import Actor

from . import spiff, world
from .bare import connect
from .measuring import Line, Size, at_least, in_turn, rate

WHY_RAW = "the bare statement asks nothing; ours also takes up the case's memory, works out its clocks and hashes the chain"


def run(size: Size) -> list[Line]:
    """events-raw and events-spiff."""
    how_many = size.of(40, 10)
    product, anchor, peer = Product(how_many), Raw(how_many), spiff.peer(how_many)
    works = [product.round, anchor.round, *([peer.round] if peer else [])]
    times = in_turn(*works)
    events = how_many * len(world.FLOW)
    ours, raw = rate(events, times[0]), rate(events, times[1])
    lines = [at_least("events / bare SQL", ours, raw, 0.5, unit="ev/s", beside="one statement", percent=True, why=WHY_RAW)]
    if peer:
        theirs = rate(events, times[2])
        why = f"bare SQL itself reaches {raw / theirs:.1f}× in this run; ours is {ours / raw:.0%} of it: the memory read and written, its clocks worked out"
        lines.append(at_least("events / SpiffWorkflow", ours, theirs, 8, unit="ev/s", beside="SpiffWorkflow", why=why))
    else:
        lines.append(Line("events / SpiffWorkflow", f"{ours:,.0f} ev/s", "–", "–", "≥ 8×", None, spiff.MISSING))
    return lines


class Product:
    """The flow of `how_many` fresh cases a round, one `record` an event."""

    def __init__(self, how_many: int, rounds: int = 6) -> None:
        self.court, self.how_many = world.court(), how_many
        self.actors: dict[str, Actor] = world.actors(self.court, rules.rulebook())
        self.cases = world.cases(self.court, how_many * rounds)

    def round(self, number: int) -> None:
        """Every event of this round's cases."""
        court_id, actors = self.court.pk, self.actors
        for case_id, new in self.cases[number * self.how_many : (number + 1) * self.how_many]:
            for step in world.FLOW:
                record(step.kind, court_id=court_id, case_id=case_id, payload=world.payload_of(step, new),
                       by=actors[step.kind], at=world.at(step))  # fmt: skip


class Raw:
    """The same rows, known beforehand, by one data-modifying statement an event."""

    def __init__(self, how_many: int, rounds: int = 6) -> None:
        self.how_many, self.court = how_many, world.court()
        self.steps = _captured()
        self.cases = world.cases(self.court, how_many * rounds)
        self.connection, self.seq, self.hash = connect(), 0, ""
        with self.connection.cursor() as cursor:
            cursor.execute("INSERT INTO journal_head (court_id, stream, seq, hash) VALUES (%s, 'casework', 0, '')", (self.court.pk,))

    def round(self, number: int) -> None:
        """Every event of this round's cases."""
        cursor = self.connection.cursor()
        for case_id, _ in self.cases[number * self.how_many : (number + 1) * self.how_many]:
            for rows in self.steps:
                self.seq += 1
                sql = write.one_statement("case", tuple(rows.columns), duties=bool(rows.duties), notices=bool(rows.notices))
                cursor.execute(sql, self._values(rows, case_id), prepare=True)

    def _values(self, rows: write.Rows, case_id: int) -> dict[str, Any]:
        entry = write.entry_of(rows) | {"court_id": self.court.pk, "seq": self.seq, "case_id": case_id}
        notices = [(f"{self.court.pk}:{self.seq}:{number}", *n[1:]) for number, n in enumerate(rows.notices)]
        previous, self.hash = self.hash, rows.hash
        return write.parameters(replace(rows, previous=previous, notices=notices), entry, rows.columns)


def _captured() -> list[write.Rows]:
    """The rows that the product writes for each event of one case."""
    taken: list[write.Rows] = []
    original: Callable[..., None] = write.write

    def keep(connection: Any, rows: write.Rows, **options: Any) -> None:
        original(connection, rows, **options)
        taken.append(rows)

    write.write = keep
    try:
        Product(1, rounds=1).round(0)
    finally:
        write.write = original
    return taken


