"""Money that goes out: four people, what was approved and nothing else, once (四(三)2; I5–I7, I11, I12, I14; T1–T3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tests.funds.stage import People, account_of, accounted, approved, arrived, asked, balances, paid, ready
from tests.real_court import MONDAY
from zhixing.casework.cases.models import Case, Party
from zhixing.casework.duties.models import Duty
from zhixing.casework.facts.replay import state_differences
from zhixing.desks.funds import paying, payouts, receipts
from zhixing.desks.funds.models import LedgerAccount, Payout, Posting
from zhixing.rulebook.refusals import Refusal

pytestmark = pytest.mark.django_db


def is_open(case: Case, rule: str) -> bool:
    return Duty.objects.filter(case=case, rule=rule, is_open=True).exists()


def test_a_payout_goes_its_whole_way_and_meets_the_clocks(case: Case, people: People) -> None:
    """四(二)2(6), 四(三)2(2)."""
    payout = ready(case, people)
    receipts.notice(receipt_ref=payout.receipt.ref, notice_no="T1", by=people.finance, at=MONDAY)
    assert balances(case) == (500_000, 500_000)
    paying.send(payout_refs=[payout.ref], by=people.finance, at=MONDAY)
    assert balances(case) == (0, 0)
    assert LedgerAccount.objects.get(kind="in_transit").balance_fen == 500_000
    assert is_open(case, "pay_out_seven_days")
    paying.confirm(payout_ref=payout.ref, bank_ref="HD1", by=people.finance, at=MONDAY)
    assert not is_open(case, "pay_out_seven_days")
    assert not is_open(case, "pay_out_three_days")
    assert {a.balance_fen for a in LedgerAccount.objects.all()} == {0}
    assert list(state_differences(case.court_id)) == []


def test_the_undisputed_part_goes_first_and_the_clock_runs_on_for_the_rest(case: Case, people: People) -> None:
    """二(四)1(5), 四(二)2(6)."""
    receipt = arrived(case, people, 500_000)
    accounted(receipt, people)
    receipts.set_dispute(case_id=case.pk, amount_fen=200_000, reason="分配异议", by=people.handler, at=MONDAY)
    account = account_of(case, people)
    with pytest.raises(Refusal, match=r"可用余额 3,000\.00 元"):
        asked(receipt, account, people, 300_001)
    paid(approved(asked(receipt, account, people, 300_000), people), people)
    assert is_open(case, "pay_out_seven_days")
    receipts.set_dispute(case_id=case.pk, amount_fen=0, reason="异议撤回", by=people.handler, at=MONDAY)
    paid(approved(asked(receipt, account, people, 200_000), people), people)
    assert not is_open(case, "pay_out_seven_days")


@pytest.mark.parametrize("step", ["check", "approve", "send"])
def test_four_people_whatever_posts_they_hold(case: Case, people: People, actor: Callable[..., Any], step: str) -> None:
    """I7, T3: separation is between persons."""
    everybody = actor("handler", "funds_officer", "president", "finance_clerk")
    receipt = arrived(case, people)
    accounted(receipt, people)
    payout = asked(receipt, account_of(case, people), People(everybody, *[getattr(people, n) for n in ("officer", "leader", "president", "finance")]), 500_000)
    acts = {
        "check": lambda by: payouts.check(payout_ref=payout.ref, note="已回访", by=by, at=MONDAY),
        "approve": lambda by: payouts.approve(payout_ref=payout.ref, by=by, at=MONDAY),
        "send": lambda by: paying.send(payout_refs=[payout.ref], by=by, at=MONDAY),
    }
    for name, by in (("check", people.officer), ("approve", people.leader), ("send", people.finance)):
        if name == step:
            with pytest.raises(Refusal) as refused:
                acts[name](everybody)
            assert refused.value.status == 403
            return
        acts[name](by)


def test_the_table_itself_wants_four_people(case: Case, people: People) -> None:
    """I7 by CHECK."""
    payout = ready(case, people)
    for column in ("checked_by_id", "approved_by_id", "sent_by_id"):
        with pytest.raises(DatabaseError), transaction.atomic():
            Payout.objects.filter(pk=payout.pk).update(**{column: people.handler.person_id})


def test_what_was_approved_is_never_changed_and_only_the_steps_are_taken(case: Case, people: People) -> None:
    """I6, T2: the database refuses."""
    payout = ready(case, people)
    for change in ({"account_no": "6200000000000000009"}, {"amount_fen": 1}, {"payee": "样某"}, {"approved_hash": "x"}, {"state": "confirmed"}, {"state": "requested"}):
        with pytest.raises(DatabaseError, match="不能"), transaction.atomic():
            Payout.objects.filter(pk=payout.pk).update(**change)
    with pytest.raises(DatabaseError, match="不能"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM funds_payout")


def test_a_payout_altered_behind_the_database_is_not_sent(case: Case, people: People) -> None:
    """T2, T4: the guard taken off, one digit changed."""
    payout = ready(case, people)
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER funds_payout_fixed" + (" ON funds_payout" if connection.vendor == "postgresql" else ""))
        cursor.execute("UPDATE funds_payout SET account_no = '6200000000000000009'")
    with pytest.raises(Refusal, match="与批准时不同"):
        paying.send(payout_refs=[payout.ref], by=people.finance, at=MONDAY)
    assert balances(case) == (500_000, 500_000)


def test_a_changed_account_stops_what_was_approved_and_waits_a_day(case: Case, people: People) -> None:
    """T2."""
    payout = ready(case, people)
    account_of(case, people, "6200000000000000002")
    with pytest.raises(Refusal, match="批准后变更"):
        paying.send(payout_refs=[payout.ref], by=people.finance, at=MONDAY)
    payouts.cancel(payout_ref=payout.ref, reason="账户变更", by=people.handler, at=MONDAY)
    assert balances(case) == (500_000, 0)
    again = approved(asked(payout.receipt, account_of(case, people, "6200000000000000002"), people, 500_000), people)
    with pytest.raises(Refusal, match="不满 24 小时"):
        paying.send(payout_refs=[again.ref], by=people.finance, at=MONDAY + timedelta(hours=23))
    paying.send(payout_refs=[again.ref], by=people.finance, at=MONDAY + timedelta(hours=25))


def test_a_payout_is_sent_once_and_a_batch_goes_whole_or_not_at_all(case: Case, people: People, new_case: Callable[..., Case]) -> None:
    """I5, T1."""
    first, second = ready(case, people), ready(new_case("样丙公司"), people)
    paying.send(payout_refs=[first.ref, first.ref], by=people.finance, at=MONDAY)
    with pytest.raises(Refusal, match="已提交银行"):
        paying.send(payout_refs=[first.ref, second.ref], by=people.finance, at=MONDAY)
    second.refresh_from_db()
    assert second.state == Payout.APPROVED
    assert Posting.objects.filter(purpose="sent").count() == 1


def test_money_the_bank_gives_back_is_on_the_case_again_and_its_clock_runs(case: Case, people: People) -> None:
    """I12."""
    payout = ready(case, people)
    paying.send(payout_refs=[payout.ref], by=people.finance, at=MONDAY)
    paying.give_back(payout_ref=payout.ref, reason="户名不符", by=people.finance, at=MONDAY)
    assert balances(case) == (500_000, 0)
    again = paid(approved(asked(payout.receipt, payout.account, people, 500_000), people), people)
    assert not is_open(case, "pay_out_seven_days")
    paying.give_back(payout_ref=again.ref, reason="三日后退汇", by=people.finance, at=MONDAY + timedelta(days=3))
    assert balances(case) == (500_000, 0)
    assert is_open(case, "pay_out_seven_days")
    case.refresh_from_db()
    assert '"paid_out_yuan":"0.00"' in case.state_row.document
    with pytest.raises(Refusal, match="银行退回"):
        paying.confirm(payout_ref=again.ref, bank_ref="x", by=people.finance, at=MONDAY + timedelta(days=3))


def test_nobody_gets_more_than_is_there_or_owed(case: Case, people: People) -> None:
    """I14."""
    receipt, other = arrived(case, people, 500_000), arrived(case, people, 100_000)
    account = account_of(case, people)
    with pytest.raises(Refusal, match="还没有核算"):
        asked(receipt, account, people, 1)
    accounted(receipt, people, claim=450_000)
    with pytest.raises(Refusal, match="应得的余额"):
        asked(receipt, account, people, 450_001)
    asked(receipt, account, people, 400_000)
    with pytest.raises(Refusal, match="这笔来款的余额"):
        asked(receipt, account, people, 100_001)
    with pytest.raises(Refusal, match="应得的余额"):
        asked(other, account, people, 50_001)
    asked(other, account, people, 50_000)


def test_money_goes_only_to_parties_or_a_third_person_that_a_ruling_names(case: Case, people: People, new_case: Callable[..., Case]) -> None:
    """I11, 四(三)1."""
    receipt, elsewhere = arrived(case, people), new_case("样戊公司")
    accounted(receipt, people)
    theirs, debtor = account_of(elsewhere, people), account_of(case, people, "6200000000000000003", role=Party.DEBTOR)
    for account, more in ((theirs, {}), (debtor, {}), (debtor, {"kind": Payout.THIRD}), (theirs, {"party_id": case.parties.get(role="applicant").pk})):
        with pytest.raises(Refusal):
            asked(receipt, account, people, 1_000, **more)
    third = payouts.name_account(case_id=case.pk, party_id=None, holder="样丁商行", bank="样例银行", number="6200000000000000004", evidence="裁定书", by=people.handler, at=MONDAY)
    payout = asked(receipt, third, people, 1_000, kind=Payout.THIRD, party_id=None, payee="样丁商行")
    payouts.check(payout_ref=payout.ref, note="已核对裁定", by=people.officer, at=MONDAY)
    with pytest.raises(Refusal, match="审批权限"):
        payouts.approve(payout_ref=payout.ref, by=people.leader, at=MONDAY)
    payouts.approve(payout_ref=payout.ref, by=people.president, at=MONDAY)


def test_a_leader_approves_up_to_the_posts_ceiling(case: Case, people: People, actor: Callable[..., Any]) -> None:
    """Ceilings are data (limits.yaml)."""
    receipt, leader = arrived(case, people, 20_000_000), actor("team_leader")
    accounted(receipt, people, claim=20_000_000)
    payout = asked(receipt, account_of(case, people), people, 10_000_001)
    payouts.check(payout_ref=payout.ref, note="已回访", by=people.officer, at=MONDAY)
    with pytest.raises(Refusal, match="审批权限"):
        payouts.approve(payout_ref=payout.ref, by=leader, at=MONDAY)
    for by, kind, fen, may in ((leader, "claim", 10_000_000, True), (leader, "refund", 1, False), (people.leader, "claim", 100_000_000, True),
                               (people.leader, "claim", 100_000_001, False), (people.president, "third", 10**13, True)):  # fmt: skip
        assert payouts.may_approve(by, Payout(kind=kind, amount_fen=fen)) is may


def test_two_payouts_of_a_case_do_not_stand_in_each_others_way(case: Case, people: People) -> None:
    """The gate of 四(三)2(2) looks at the payout itself, not at the last one asked for."""
    receipt = arrived(case, people)
    accounted(receipt, people)
    account = account_of(case, people)
    one = approved(asked(receipt, account, people, 100_000), people)
    other = asked(receipt, account, people, 100_000)
    paid(one, people)
    with pytest.raises(Refusal, match="待复核"):
        paying.send(payout_refs=[other.ref], by=people.finance, at=MONDAY)


def test_the_batch_file_is_the_same_bytes_and_holds_no_formula(case: Case, people: People) -> None:
    """T14; the file's fingerprint is kept."""
    payout = ready(case, people)
    batch = paying.send(payout_refs=[payout.ref], by=people.finance, at=MONDAY)
    data = paying.batch_file(batch)
    assert sha256(data).hexdigest() == batch.sha256
    assert "5000.00" in data.decode("utf-8-sig")
    assert batch.total_fen == 500_000
