"""G7, I43: whatever fails at whatever statement, an act with money is done whole or not at all, and then once."""

from __future__ import annotations

import pytest

from .breaking import BEFORE, break_everything
from .world import make


@pytest.mark.django_db
def test_every_act_with_money_is_all_or_nothing_at_every_statement() -> None:
    """四(三)1, 四(三)2. Errors after the statement and kill -9: `scripts/reliability.py boundary`."""
    found = break_everything(make(cases=2), BEFORE)
    assert found.faults == []
    assert found.acts >= 24
    assert found.places >= 300
    assert all(found.by_act.values())
