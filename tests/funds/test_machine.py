"""Any sequence of what people do with money keeps every invariant (I1–I8, I10–I12, I14, T1–T3): random acts, a plain model beside
them, compared after each act (`tests/funds_campaign/walk.py`).

Short walks are Hypothesis' (it makes a failing one short); long ones have seeds, and `ZHIXING_STEPS` says how many steps they make
together, `ZHIXING_SEED` with which seed they begin. Hundreds of thousands: `scripts/reliability.py machine`.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.funds_campaign.walk import DONE, Walk
from tests.funds_campaign.walking import LENGTH, walked

STEPS, SEED = int(os.environ.get("ZHIXING_STEPS", "2400")), int(os.environ.get("ZHIXING_SEED", "1"))
SHORT, WALKS = 30, 4


class TestMoney(TestCase):
    """Each walk in a transaction of its own, rolled back afterwards."""

    def test_random_acts_keep_every_invariant(self) -> None:
        case = self

        class Machine(RuleBasedStateMachine):
            def __init__(self) -> None:
                super().__init__()
                case.setup_example()

            @initialize()
            def begin(self) -> None:
                self.walk = Walk()

            @rule(dice=st.randoms(use_true_random=False))
            def act(self, dice) -> None:  # type: ignore[no-untyped-def]
                self.walk.step(dice)

            def teardown(self) -> None:
                try:
                    if hasattr(self, "walk"):
                        self.walk.looker.complete(self.walk.at.date())
                    connection.check_constraints()
                finally:
                    case.teardown_example(None)

        run_state_machine_as_test(Machine, settings=settings(max_examples=WALKS, stateful_step_count=SHORT, deadline=None, database=None,
                                                             suppress_health_check=list(HealthCheck)))  # fmt: skip


@pytest.mark.django_db
def test_long_walks_keep_every_invariant_and_do_everything() -> None:
    done = sum((walked(seed) for seed in range(SEED, SEED + max(3, STEPS // LENGTH))), Counter())
    assert not DONE - set(done), f"never done, so nothing is proved about them: {DONE - set(done)}"


pytestmark = pytest.mark.django_db
