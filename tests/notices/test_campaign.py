"""Campaigns against a bad gateway and a dying worker (trust I34, P17, G19, G20). ZHIXING_NOTICES=1000000 runs them at full size."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from tests.notices.stage import MINUTE, Gateway, misordered, owe, work, work_until_all_is_sent
from tests.small_court import MONDAY
from zhixing.casework.notices.models import Gateway as Line
from zhixing.casework.notices.models import Notice
from zhixing.casework.notices.receipts import fetch_receipts

HOW_MANY = int(os.environ.get("ZHIXING_NOTICES", "4000"))
EACH = 4


@pytest.mark.slow
def test_errors_lost_answers_and_crashes_deliver_each_message_once_by_its_key(court):
    """G19, I34: 5 % errors, 2 % answers lost after the work (so it comes twice), 30 crashes; nothing lost, nothing twice."""
    keys = owe(court, people=HOW_MANY // EACH, each=EACH, at=MONDAY)
    gateway = Gateway(errors=0.05, lost=0.02, crashes=30)
    work_until_all_is_sent(gateway, MONDAY, most=timedelta(hours=3))
    fetch_receipts(channels={"sms": gateway}, at=MONDAY + timedelta(hours=3))
    assert sorted(gateway.taken) == sorted(keys)
    assert gateway.crashes == 0 or HOW_MANY < 10_000, "all crashes took place"
    assert sum(gateway.calls.values()) > len(keys), "some were handed over twice, and arrived once"
    assert misordered(gateway, keys) == []
    assert set(Notice.objects.values_list("state", flat=True)) == {Notice.DELIVERED}


def test_after_six_hours_without_the_gateway_all_is_delivered_within_the_hour_and_in_order(court):
    """G20, P17."""
    down, up = MONDAY, MONDAY + timedelta(hours=6)
    gateway = Gateway(outage=(down, up))
    keys, at = [], down
    while at < up:
        if at.minute == 0:
            keys += owe(court, people=100, each=EACH, at=at)
        work(gateway, at)
        at += MINUTE
    assert not gateway.taken
    assert Notice.objects.filter(state=Notice.FAILED).count() == 0, "a channel that is down wears out nobody's tries"
    until = work_until_all_is_sent(gateway, up, most=timedelta(hours=1))
    assert until - up <= timedelta(minutes=2)
    assert len(gateway.taken) == len(keys) == 6 * 100 * EACH
    assert misordered(gateway, keys) == []
    line = Line.objects.get(channel="sms")
    assert (line.failing_since, line.failures) == (None, 0)


@pytest.mark.parametrize("seed", range(4))
def test_a_worker_that_dies_all_the_time_delivers_all_the_same(court, seed):
    keys = owe(court, people=50, each=EACH, at=MONDAY)
    gateway = Gateway(seed=seed, errors=0.1, lost=0.1, crashes=10_000)
    work_until_all_is_sent(gateway, MONDAY, most=timedelta(hours=24))
    assert sorted(gateway.taken) == sorted(keys)
    assert misordered(gateway, keys) == []
