"""Claim, send, settle: back-off, leases, order, limits per number, a channel that is down (trust I34, I37, T17)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.notices.stage import MINUTE, Gateway, owe, work
from tests.small_court import MONDAY
from zhixing.casework.cases.models import Party
from zhixing.casework.notices.claims import claim_due, give_back
from zhixing.casework.notices.dispatch import dispatch
from zhixing.casework.notices.letters import make_up
from zhixing.casework.notices.models import Gateway as Line
from zhixing.casework.notices.models import Notice
from zhixing.casework.notices.policy import policy
from zhixing.outside.messages import Accepted, Message, RejectedError, TransientError

SMS = policy().channels["sms"]


def test_a_message_that_cannot_be_sent_is_tried_later_and_later_then_failed(court):
    """The gateway answers others: only this one wears out its tries."""
    owe(court, people=1, each=1, at=MONDAY)
    bad, at = Gateway(errors=1.0), MONDAY
    for n, wait in enumerate(policy().back_off, start=1):
        assert work(bad, at) == {"pending": 1}
        notice = Notice.objects.get()
        assert (notice.next_at, notice.failures) == (at + wait, n)
        Line.objects.update(failures=0, failing_since=None)
        at += wait
        assert work(bad, at - timedelta(seconds=1)) == {}, "not before its time"
    assert work(bad, at) == {"failed": 1}
    assert Notice.objects.get().error == "网关答复 503"


def test_a_message_the_gateway_will_never_take_fails_at_once(court):
    class Refusing(Gateway):
        def send(self, message: Message, at) -> Accepted:
            raise RejectedError("网关拒收（400）：号码不对")

    owe(court, people=1, each=1, at=MONDAY)
    assert work(Refusing(), MONDAY) == {"failed": 1}
    assert Line.objects.get().failures == 0, "the gateway itself is well"


def test_a_claim_of_a_killed_worker_runs_out_and_is_taken_again(court):
    owe(court, people=3, each=1, at=MONDAY)
    make_up(channels=["sms"], at=MONDAY)
    assert len(claim_due(rule=SMS, at=MONDAY, limit=10)[0]) == 3
    gateway = Gateway()
    assert work(gateway, MONDAY + policy().lease / 2) == {}
    assert work(gateway, MONDAY + policy().lease) == {"sent": 3}


def test_a_worker_that_was_too_slow_settles_nothing(court):
    owe(court, people=1, each=1, at=MONDAY)

    class Slow(Gateway):
        def send(self, message: Message, at) -> Accepted:
            later = at + policy().lease
            if not self.taken:
                self.taken[message.key] = message
                dispatch(channels={"sms": self}, at=later)  # another worker takes the claim that ran out
                Notice.objects.update(proof="由后来的工作进程记下")
            return super().send(message, at)

    work(Slow(), MONDAY)
    notice = Notice.objects.get()
    assert (notice.state, notice.attempts, notice.proof) == (Notice.SENT, 2, "由后来的工作进程记下")


def test_the_later_message_waits_for_the_earlier_one_and_others_do_not(court):
    keys = owe(court, people=2, each=2, at=MONDAY)

    class Stuck(Gateway):
        def send(self, message: Message, at) -> Accepted:
            if message.key == keys[0]:
                raise TransientError("这一条发不出")
            return super().send(message, at)

    gateway = Stuck()
    for minute in range(3):
        work(gateway, MONDAY + minute * MINUTE)
    assert list(gateway.taken) == [keys[1], keys[3]], "the other person has everything, the same person's later one waits"
    Notice.objects.filter(key=keys[0]).update(state=Notice.HELD)
    work(gateway, MONDAY + 3 * MINUTE)
    assert list(gateway.taken) == [keys[1], keys[3], keys[2]], "given up is settled"


def one_person(court, count: int):
    """One applicant who is owed `count` messages."""
    keys = owe(court, people=1, each=count, at=MONDAY)
    make_up(channels=["sms"], at=MONDAY)
    return keys


def test_one_number_gets_five_an_hour_and_ten_a_day_in_order_T17(court):
    keys, gateway = one_person(court, 13), Gateway()
    arrived = []
    at = MONDAY
    while at < MONDAY + timedelta(hours=26):
        work(gateway, at)
        arrived += [at] * (len(gateway.taken) - len(arrived))
        at += 5 * MINUTE
    assert list(gateway.taken) == keys
    for span, most in ((timedelta(hours=1), SMS.hour), (timedelta(days=1), SMS.day)):
        windows = [sum(1 for other in arrived if when <= other < when + span) for when in arrived]
        assert max(windows) == most


def test_who_waits_for_the_limit_says_so_T17(court):
    one_person(court, 6)
    work(Gateway(), MONDAY)
    notice = Notice.objects.get(state=Notice.PENDING)
    assert notice.error == "同一电话一小时至多5条、一天至多10条，顺延"
    assert notice.next_at == MONDAY + timedelta(hours=1)


def test_what_may_have_arrived_counts_even_when_its_answer_was_lost_T17(court):
    keys, gateway = one_person(court, 8), Gateway(lost=1.0)
    for minute in range(59):
        work(gateway, MONDAY + minute * MINUTE)
        Line.objects.update(failures=0, failing_since=None)
    assert len(gateway.taken) <= SMS.hour
    assert set(gateway.taken) <= set(keys)


def test_what_was_claimed_and_never_handed_over_counts_for_nothing(court):
    one_person(court, 1)
    claims, _ = claim_due(rule=SMS, at=MONDAY, limit=10)
    give_back(claims, at=MONDAY)
    assert Notice.objects.values_list("state", "handed_at").get() == (Notice.PENDING, None)


def test_two_parties_with_one_number_share_its_limit_T17(court):
    owe(court, people=4, each=2, at=MONDAY)
    Party.objects.update(phone="19900000001")
    gateway = Gateway()
    work(gateway, MONDAY)
    assert len(gateway.taken) == SMS.hour


def test_no_count_no_message(court, monkeypatch):
    """T17: the limit fails closed."""
    one_person(court, 1)

    def broken(*args):
        raise RuntimeError("no count to be had")

    monkeypatch.setattr("zhixing.casework.notices.claims._full", broken)
    gateway = Gateway()
    with pytest.raises(RuntimeError, match="no count"):
        work(gateway, MONDAY)
    assert not gateway.taken
    assert Notice.objects.get().state == Notice.PENDING


def test_the_limit_asks_no_cache(court, settings):
    """G22: with the cache gone the limit is the same."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.memcached.PyMemcacheCache", "LOCATION": "127.0.0.1:1"}}
    one_person(court, 9)
    gateway = Gateway()
    work(gateway, MONDAY)
    assert len(gateway.taken) == SMS.hour


def test_the_database_lets_one_message_to_a_number_be_in_flight(court):
    one_person(court, 2)
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.update(state=Notice.SENDING, handed_at=MONDAY, next_at=MONDAY)


@pytest.mark.parametrize("state", Notice.FINAL)
def test_the_database_keeps_final_states_I35(court, state):
    one_person(court, 1)
    Notice.objects.update(state=state)
    for other in set(Notice.STATES) - {state, Notice.SENDING}:
        with pytest.raises(IntegrityError, match="最终状态"), transaction.atomic():
            Notice.objects.update(state=other)
    assert Notice.objects.get().state == state


def test_a_channel_that_fails_five_times_in_a_row_is_tried_once_a_minute(court):
    owe(court, people=20, each=1, at=MONDAY)
    gateway = Gateway(outage=(MONDAY, MONDAY + timedelta(hours=1)))
    assert work(gateway, MONDAY) == {"pending": 5}
    assert work(gateway, MONDAY + timedelta(seconds=30)) == {}
    assert work(gateway, MONDAY + MINUTE) == {"pending": 1}
    assert Notice.objects.filter(handed_at=None).count() == 20 - 5 - 1, "what was not handed over does not count"
    assert work(gateway, MONDAY + timedelta(hours=1)) == {"sent": 20}


def test_one_message_that_cannot_be_sent_keeps_its_back_off_while_others_flow(court):
    keys = owe(court, people=3, each=1, at=MONDAY)

    class Stuck(Gateway):
        def send(self, message: Message, at) -> Accepted:
            self.calls[message.key] += 1
            if message.key == keys[0]:
                raise TransientError("这一条发不出")
            return Accepted("网关编号 1")

    gateway = Stuck()
    for minute in range(39):
        owe(court, people=1, each=1, at=MONDAY + minute * MINUTE)
        work(gateway, MONDAY + minute * MINUTE)
    assert gateway.calls[keys[0]] == 7, "at 0, 1, 2, 3, 5, 10 and 20 minutes"
