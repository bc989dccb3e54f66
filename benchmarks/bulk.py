"""History in bulk through `record_many`, every rule asked, beside COPY of the rows it leaves behind."""

from __future__ import annotations

from typing import Any

from django.db import connection

from zhixing.casework.facts import record_many, write

from . import world
from .bare import connect
from .measuring import Line, Size, at_least, in_turn, rate

DUTY = ("court_id", "case_id", *write.DUTY)
STATE = ("case_id", "document", "events")
WHY = "COPY is handed the rows; ours works out every duty, hashes the chain and sets the case's columns"


def run(size: Size) -> list[Line]:
    """bulk / COPY, in events a second."""
    how_many = size.of(1000, 200)
    product, anchor = Product(how_many), Copy(how_many)
    times = in_turn(product.round, lambda n: anchor.round(n, product.court.pk))
    events = how_many * len(world.FLOW)
    return [at_least("bulk / COPY", rate(events, times[0]), rate(events, times[1]), 0.4, unit="ev/s", beside="COPY", percent=True, why=WHY)]


class Product:
    """The whole flow of `how_many` fresh cases a round."""

    def __init__(self, how_many: int, rounds: int = 6) -> None:
        self.court, self.how_many = world.court(), how_many
        self.cases = world.cases(self.court, how_many * rounds)

    def round(self, number: int) -> None:
        """Record this round's cases."""
        histories = [world.history(*case) for case in self.cases[number * self.how_many : (number + 1) * self.how_many]]
        record_many(histories, court_id=self.court.pk, under="do:import_register", by=world.clerk(self.court), at=world.NOW)


class Copy:
    """The rows of the product's first round, into the same tables with the same indexes, under other cases."""

    def __init__(self, how_many: int, rounds: int = 6) -> None:
        self.court, self.how_many = world.court(), how_many
        self.cases = [case_id for case_id, _ in world.cases(self.court, how_many * rounds)]
        self.rows: dict[str, list[tuple[Any, ...]]] = {}
        self.connection, self.seq = connect(), 0

    def round(self, number: int, source: int) -> None:
        """Write this round's rows in one transaction."""
        if not self.rows:
            self._take(source)
        ids = self.cases[number * self.how_many : (number + 1) * self.how_many]
        with self.connection.transaction(), self.connection.cursor() as cursor:
            for table, names in (("journal_entry", write.ENTRY), ("duty", DUTY), ("case_state", STATE)):
                with cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy:
                    for row in self._placed(table, ids):
                        copy.write_row(row)

    def _take(self, source: int) -> None:
        with connection.cursor() as cursor:
            for table, names in (("journal_entry", write.ENTRY), ("duty", DUTY), ("case_state", STATE)):
                where = "case_id IN (SELECT id FROM case_file WHERE court_id = %s)"
                cursor.execute(f"SELECT {', '.join(names)} FROM {table} WHERE {where} ORDER BY case_id, 1", (source,))
                self.rows[table] = cursor.fetchall()
        self.first = min(row[0] for row in self.rows["case_state"])

    def _placed(self, table: str, ids: list[int]) -> Any:
        court_id, first = self.court.pk, self.first
        if table == "case_state":
            for case_id, *rest in self.rows[table]:
                yield (ids[case_id - first], *rest)
        elif table == "duty":
            for _, case_id, *rest in self.rows[table]:
                yield (court_id, ids[case_id - first], *rest)
        else:
            for row in self.rows[table]:
                self.seq += 1
                yield (court_id, row[1], self.seq, row[3], ids[row[4] - first], *row[5:])
