"""The product's reads at a million cases, beside the shortest SQL that gives the same rows, with the same dice."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime
from time import perf_counter
from typing import Any

from zhixing.casework.cases.timeline import journal_page
from zhixing.casework.duties import kept
from zhixing.casework.duties.queries import counts, monthly_indicators, worklist
from zhixing.clock import CST

from .bare import connect
from .big import Big, big
from .measuring import Line, Size, at_most, percentile

NOW = datetime(2024, 3, 4, 10, tzinfo=CST)
TOMORROW, BEYOND = datetime(2024, 3, 5, tzinfo=CST), datetime(2024, 3, 7, tzinfo=CST)
WORKLIST = """SELECT d.id, d.rule, d.clause, d.started_at, d.due_at, d.late_at, c.ref, c.number, c.applicants, c.debtors, c.team
FROM duty d JOIN case_file c ON c.id = d.case_id WHERE d.court_id = %s AND d.desk = %s AND d.is_open AND d.due_at IS NOT NULL
ORDER BY d.due_at, d.id LIMIT 50"""
# The same numbers that the desk's page shows: late, today, soon, later, still; files offered and awaited; notices unread; the oldest.
COUNTS = """SELECT count(*) FILTER (WHERE due_at < %(now)s), count(*) FILTER (WHERE due_at >= %(now)s AND due_at < %(tomorrow)s),
 count(*) FILTER (WHERE due_at >= %(tomorrow)s AND due_at < %(beyond)s), count(*) FILTER (WHERE due_at >= %(beyond)s),
 count(*) FILTER (WHERE due_at IS NULL), min(due_at),
 (SELECT count(*) FROM handoff WHERE court_id = %(c)s AND state = 'offered' AND to_desk = %(d)s),
 (SELECT count(*) FROM handoff WHERE court_id = %(c)s AND state = 'offered' AND from_desk = %(d)s),
 (SELECT count(*) FROM notice WHERE court_id = %(c)s AND to_desk = %(d)s AND to_desk > '' AND read_at IS NULL)
FROM duty WHERE court_id = %(c)s AND desk = %(d)s AND is_open"""
TIMELINE = """SELECT seq, kind, at, recorded_at, person_name, desk, clause, payload FROM journal_entry
WHERE case_id = %s ORDER BY seq DESC LIMIT 50"""
MONTH = """SELECT (SELECT count(*) FROM case_file WHERE court_id = %(c)s AND filed_on >= %(a)s AND filed_on < %(b)s),
 (SELECT count(*) FROM case_file WHERE court_id = %(c)s AND closed_on >= %(a)s AND closed_on < %(b)s),
 (SELECT avg(closed_on - filed_on) FROM case_file WHERE court_id = %(c)s AND closed_on >= %(a)s AND closed_on < %(b)s),
 (SELECT count(*) FROM case_file WHERE court_id = %(c)s AND filed_on < %(b)s AND (closed_on IS NULL OR closed_on >= %(b)s)),
 (SELECT count(late_at) FROM duty WHERE court_id = %(c)s AND met_at >= %(a)s AND met_at < %(b)s),
 (SELECT count(*) FROM duty WHERE court_id = %(c)s AND due_at >= %(a)s AND due_at < %(b)s AND stopped_at IS NULL)"""
Pair = tuple[Callable[[], object], Callable[[], object]]


def run(size: Size) -> list[Line]:
    """p50 and p99 of each read."""
    made = big(size.of(1_000_000, 20_000))
    bare = connect().cursor()

    def fetch(sql: str, params: Any) -> list[Any]:
        bare.execute(sql, params)
        return bare.fetchall()

    lines = []
    for name, pair in pairs(made, fetch).items():
        lines += compare(name, pair, size.of(1000, 100))
    return lines


def pairs(made: Big, fetch: Callable[[str, Any], list[Any]]) -> dict[str, Callable[[random.Random], Pair]]:
    """For each read: given dice, the product's call and the bare one with the same parameters."""

    def desk(dice: random.Random) -> Pair:
        court, where = dice.choice(made.courts), dice.choice(made.desks)
        return lambda: worklist(court, where, at=NOW), lambda: fetch(WORKLIST, (court, where))

    def counters(dice: random.Random) -> Pair:
        court, where = dice.choice(made.courts), dice.choice(made.desks)

        def ours() -> object:
            kept.forget()  # what it costs to count: while a court records nothing, a page does not even do that
            return counts(court, where, at=NOW)

        return (ours,
                lambda: fetch(COUNTS, {"now": NOW, "tomorrow": TOMORROW, "beyond": BEYOND, "c": court, "d": where}))  # fmt: skip

    def timeline(dice: random.Random) -> Pair:
        court, case = made.case_with_journal(dice)
        return lambda: journal_page(court, case, limit=50), lambda: fetch(TIMELINE, (case,))

    def month(dice: random.Random) -> Pair:
        court, number = dice.choice(made.courts), dice.randint(1, 11)
        names = {"c": court, "a": date(2023, number, 1), "b": date(2023, number + 1, 1)}
        return lambda: monthly_indicators(court, 2023, number), lambda: fetch(MONTH, names)

    return {"worklist": desk, "counts": counters, "timeline": timeline, "month": month}


def compare(name: str, pair: Callable[[random.Random], Pair], times: int, target: tuple[float, float] = (1.5, 2.0)) -> list[Line]:
    """The two calls in turn, each with parameters of its own: whoever comes second must not find the pages read by the first."""
    dice = random.Random(7)
    taken: tuple[list[float], list[float]] = ([], [])
    for number in range(times + 20):
        for call, into in zip((pair(dice)[0], pair(dice)[1]), taken, strict=True):
            start = perf_counter()
            call()
            if number >= 20:
                into.append(perf_counter() - start)
    ours, bare = taken
    return [
        at_most(f"{name} p50", percentile(ours, 0.5), percentile(bare, 0.5), target[0], beside="bare SQL", why=WHY),
        at_most(f"{name} p99", percentile(ours, 0.99), percentile(bare, 0.99), target[1], beside="bare SQL", why=WHY),
    ]  # fmt: skip


WHY = "the product's read asks for more columns or numbers than the bare one, passes the guard's wrapper and names its rows"
