"""What a court, and what one machine, may set off in an hour (trust T17): counted in the database, refused when it cannot be counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError

from tests.cast import actor, make_cast, make_court
from tests.notices.stage import MINUTE, Gateway, owe, work
from tests.small_court import MONDAY
from zhixing.casework.budgets import spending
from zhixing.casework.budgets.models import MessageCount
from zhixing.casework.courts.models import Court
from zhixing.casework.notices import policy as policies
from zhixing.casework.notices import settling
from zhixing.casework.notices.claims import claim_due, give_back
from zhixing.casework.notices.dispatch import dispatch
from zhixing.casework.notices.letters import make_up
from zhixing.casework.notices.models import Notice
from zhixing.rulebook.refusals import Refusal

HOUR = timedelta(hours=1)


@pytest.fixture
def small_budget(monkeypatch):
    """A court that may send ten an hour, a machine that may send three again."""
    known = policies.policy()
    sms = replace(known.channels["sms"], court_hour=10)
    changed = replace(known, channels={**known.channels, "sms": sms}, request_hour=3)
    for module in ("dispatch", "claims", "settling"):
        monkeypatch.setattr(f"zhixing.casework.notices.{module}.policy", lambda: changed)
    return sms


def test_what_exceeds_a_courts_hour_waits_for_the_next_and_says_so_T17(court, small_budget):
    keys, gateway = owe(court, people=25, each=1, at=MONDAY), Gateway()
    assert work(gateway, MONDAY)["sent"] == 10
    waiting = Notice.objects.filter(state=Notice.PENDING)
    assert {(n.next_at, n.error) for n in waiting} == {(spending.hour_of(MONDAY) + HOUR, "本院本小时的短信已达10条，顺延")}
    assert work(gateway, MONDAY + 59 * MINUTE - timedelta(minutes=MONDAY.minute)) == {}
    for n in (1, 2):
        work(gateway, spending.hour_of(MONDAY) + n * HOUR)
    assert sorted(gateway.taken) == sorted(keys)
    assert Notice.objects.exclude(state=Notice.SENT).count() == 0


def test_one_courts_flood_leaves_the_other_courts_budget_alone_T17(court, small_budget):
    other = Court.objects.create(code="豫1599", name="样本县人民法院", short_name="样本法院", region_code="411599", hotline="12368")
    owe(court, people=30, each=1, at=MONDAY)
    few = owe(other, people=4, each=1, at=MONDAY)
    gateway = Gateway()
    work(gateway, MONDAY)
    assert len(gateway.taken) == 14
    assert set(few) <= set(gateway.taken)


def test_what_was_claimed_and_never_handed_over_is_paid_back(court, small_budget):
    owe(court, people=8, each=1, at=MONDAY)
    make_up(channels=["sms"], at=MONDAY)
    claims, _ = claim_due(rule=small_budget, at=MONDAY, limit=8)
    assert MessageCount.objects.get().used == 8
    give_back(claims[2:], at=MONDAY)
    assert MessageCount.objects.get().used == 2
    give_back(claims[2:], at=MONDAY)
    assert MessageCount.objects.get().used == 2, "a claim that is gone is not paid back twice"


def test_without_a_count_nothing_is_sent_T17(court, monkeypatch):
    """G22, fails closed: a limiter that does not answer stops the sending, it does not open it."""
    owe(court, people=3, each=1, at=MONDAY)
    gateway = Gateway()

    def gone(**_):
        raise DatabaseError("away")

    monkeypatch.setattr("zhixing.casework.budgets.spending.take", gone)
    with pytest.raises(DatabaseError):
        dispatch(channels={"sms": gateway}, at=MONDAY)
    assert not gateway.calls
    assert set(Notice.objects.values_list("state", flat=True)) == {Notice.PENDING}


def test_one_machine_may_set_off_so_many_an_hour_whoever_sits_at_it_T17(db, small_budget):
    cast = make_cast(make_court())
    owe(cast["handler"].court, people=5, each=1, at=MONDAY)
    Notice.objects.update(state=Notice.FAILED, next_at=None, settled_at=MONDAY, address="19900000001", text="样")
    ids = list(Notice.objects.order_by("pk").values_list("pk", flat=True))
    officer = actor(cast["handler"])
    assert settling.resend_notices(ids=ids[:3], origin="192.0.2.7", by=officer, at=MONDAY) == 3
    with pytest.raises(Refusal, match="一小时内至多重发3条"):
        settling.resend_notices(ids=ids[3:], origin="192.0.2.7", by=officer, at=MONDAY + MINUTE)
    assert Notice.objects.filter(state=Notice.PENDING).count() == 3, "a refused request sets off nothing"
    assert settling.resend_notices(ids=ids[3:], origin="192.0.2.8", by=officer, at=MONDAY + MINUTE) == 2


def test_counts_of_weeks_ago_are_swept_up(db):
    spending.take(owner="court:1:sms", wanted=1, most=5, at=MONDAY)
    spending.take(owner="court:2:sms", wanted=1, most=5, at=MONDAY + timedelta(days=8))
    assert [c.owner for c in MessageCount.objects.all()] == ["court:2:sms"]
