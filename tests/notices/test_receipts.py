"""I35, P12: final states are final; receipts may come late, twice, in any order."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

from tests.notices.stage import Gateway, owe, work
from tests.small_court import MONDAY
from zhixing.casework.notices.letters import make_up
from zhixing.casework.notices.models import Gateway as Line
from zhixing.casework.notices.models import Notice
from zhixing.casework.notices.receipts import apply_receipts, fetch_receipts, sweep_silent
from zhixing.outside.messages import Receipt, TransientError

ALL = ("pk", "state", "settled_at", "error", "receipt", "proof", "attempts")


def states() -> list[tuple]:
    return list(Notice.objects.order_by("pk").values_list(*ALL))


def test_every_order_of_six_receipts_leaves_what_the_first_one_said(court):
    """All 720 orders of three words for and three against: 720 messages, each told in its own order, then all again."""
    orders = list(permutations(range(6)))
    keys = owe(court, people=len(orders), each=1, at=MONDAY)
    work(Gateway(), MONDAY)
    for turn in range(6):
        batch = [Receipt(key, order[turn] % 2 == 0, str(order[turn])) for key, order in zip(keys, orders, strict=True)]
        told = apply_receipts(channel="sms", receipts=batch, at=MONDAY + timedelta(hours=turn))
        assert told == (720 if turn == 0 else 0)
        if turn == 0:
            before = states()
    found = dict(Notice.objects.values_list("key", "state"))
    assert found == {k: Notice.DELIVERED if o[0] % 2 == 0 else Notice.FAILED for k, o in zip(keys, orders, strict=True)}
    assert states() == before


def test_a_receipt_before_the_answer_was_settled_counts_and_the_worker_changes_nothing(court):
    [key] = owe(court, people=1, each=1, at=MONDAY)

    class Quick(Gateway):
        def send(self, message, at):
            apply_receipts(channel="sms", receipts=[Receipt(message.key, delivered=True)], at=at)
            return super().send(message, at)

    work(Quick(), MONDAY)
    assert Notice.objects.get(key=key).state == Notice.DELIVERED


def test_a_message_whose_answer_was_lost_is_settled_by_its_receipt_and_not_sent_again(court):
    owe(court, people=1, each=1, at=MONDAY)
    gateway = Gateway(lost=1.0)
    work(gateway, MONDAY)
    assert Notice.objects.get().state == Notice.PENDING
    assert fetch_receipts(channels={"sms": gateway}, at=MONDAY) == 1
    assert work(gateway, MONDAY + timedelta(days=1)) == {}
    assert sum(gateway.calls.values()) == 1


def test_receipts_for_what_was_never_handed_over_or_is_unknown_change_nothing(court):
    [key] = owe(court, people=1, each=1, at=MONDAY)
    make_up(channels=["sms"], at=MONDAY)
    before = states()
    for told in (Receipt(key, delivered=True), Receipt("nobody's", delivered=True), Receipt("", delivered=False)):
        assert apply_receipts(channel="sms", receipts=[told], at=MONDAY) == 0
    assert states() == before


def test_receipts_are_read_on_from_where_they_were_left_and_a_silent_gateway_is_no_trouble(court):
    owe(court, people=450, each=1, at=MONDAY)
    gateway = Gateway()
    work(gateway, MONDAY)
    assert fetch_receipts(channels={"sms": gateway}, at=MONDAY) == 450
    assert Line.objects.get(channel="sms").cursor == "450"
    assert fetch_receipts(channels={"sms": gateway}, at=MONDAY) == 0

    class Mute(Gateway):
        def receipts(self, after, at):
            raise TransientError("网关不通")

    assert fetch_receipts(channels={"sms": Mute()}, at=MONDAY) == 0


def test_what_has_had_no_receipt_for_three_days_says_so_and_a_late_receipt_still_counts(court):
    [key] = owe(court, people=1, each=1, at=MONDAY)
    work(Gateway(), MONDAY)
    assert sweep_silent(at=MONDAY + timedelta(hours=72)) == 0
    assert sweep_silent(at=MONDAY + timedelta(hours=73)) == 1
    assert sweep_silent(at=MONDAY + timedelta(hours=74)) == 0
    assert "没有回执" in Notice.objects.get().error
    assert apply_receipts(channel="sms", receipts=[Receipt(key, delivered=True)], at=MONDAY + timedelta(days=5)) == 1
    assert Notice.objects.get().error == ""
