"""The proof: every clock of every case rebuilt from the journal alone, and equal to what is stored."""

from __future__ import annotations

from itertools import islice

from zhixing.casework.facts import record_many
from zhixing.casework.facts.replay import chain_differences, state_differences

from . import world
from .measuring import Line, Size, seconds

MILLION = 1_000_000


def run(size: Size) -> list[Line]:
    """Cases a second of replay and of the chain; the number of differences decides."""
    how_many = size.cases or size.of(20_000, 2_000)
    court = world.court()
    for first in range(1, how_many + 1, 5000):
        cases = world.cases(court, min(5000, how_many + 1 - first), first)
        record_many((world.history(*case) for case in cases), court_id=court.pk, under="do:import_register",
                    by=world.clerk(court), at=world.NOW)  # fmt: skip
    found: list[object] = []
    spent = seconds(lambda: found.extend(islice(state_differences(court.pk), 10)))
    chain = seconds(lambda: found.extend(islice(chain_differences(court.pk), 10)))
    a_million = f"1,000,000 cases {'in' if how_many == MILLION else '≈'} {spent * MILLION / how_many / 60:.0f} min, chain {chain * MILLION / how_many / 60:.0f} min"
    a_million += "" if how_many == MILLION else " (extrapolated)"
    return [Line("replay equals", f"{how_many / spent:,.0f} cases/s", f"{how_many:,} cases; {a_million}", f"{len(found)} differ", "0 differ",
                 not found, "; ".join(map(str, found[:3])))]  # fmt: skip
