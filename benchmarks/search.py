"""Finding two characters of a name anywhere in a court's parties, beside the bare look-up in the same index."""

from __future__ import annotations

import random
from typing import Any

from zhixing.casework.cases.search import search

from .bare import connect
from .big import big
from .measuring import Line, Size
from .reads import Pair, compare

BARE = """SELECT c.ref, c.number, c.applicants, c.debtors, c.filed_on, c.closed_on, c.holder, c.track, p.name FROM (SELECT case_id, name
FROM party WHERE court_id = %s AND string_to_array(grams, ' ') @> %s::text[] LIMIT 50) p JOIN case_file c ON c.id = p.case_id"""


def run(size: Size) -> list[Line]:
    """p50 and p99 of a name search."""
    made = big(size.of(1_000_000, 20_000))
    bare = connect()
    bare.execute("SET plan_cache_mode = force_custom_plan")
    cursor = bare.cursor()

    def pair(dice: random.Random) -> Pair:
        court, name = dice.choice(made.courts), made.name(dice)

        def look() -> list[Any]:
            cursor.execute(BARE, (court, [name]))
            return cursor.fetchall()

        return lambda: search(court, name), look

    return compare("name search", pair, size.of(1000, 100), (2.0, 2.0))
