"""G7, I43: whatever fails at whatever statement, an act with money is done whole or not at all, and then once."""

from __future__ import annotations

from pathlib import Path

import pytest

from .bank_acts import bank_acts
from .breaking import BEFORE, Found, break_everything
from .plan_acts import plan_acts
from .world import make

pytestmark = pytest.mark.django_db


def holds(found: Found, acts: int, places: int) -> None:
    assert found.faults == []
    assert found.acts >= acts
    assert found.places >= places
    assert all(found.by_act.values())


def test_every_act_with_money_is_all_or_nothing_at_every_statement() -> None:
    """四(三)1, 四(三)2. Errors after the statement and kill -9: `scripts/reliability.py boundary`."""
    holds(break_everything(make(cases=2), BEFORE), acts=24, places=300)


def test_every_act_of_distribution_is_all_or_nothing_at_every_statement() -> None:
    """二(四)1(5), 四(三)2(2), 四(三)2(3): plans, objections, shares, deposits, refunds, money nobody takes."""
    world = make(cases=2)
    holds(break_everything(world, BEFORE, which=plan_acts(world)), acts=28, places=500)


def test_what_the_bank_says_and_what_two_sign_is_whole_at_every_statement(tmp_path: Path) -> None:
    """四(三)1, 四(三)2(2), 四(三)3: batches by the connection, answers and pushes, statements, findings, reconciliations, reports."""
    world = make(cases=2)
    holds(break_everything(world, BEFORE, which=bank_acts(world, tmp_path)), acts=14, places=300)
