"""What the random walks, the campaigns and the broken copies found: each stays found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from unittest.mock import patch

import pytest

from tests.funds.stage import People, account_of, accounted, arrived, asked
from tests.funds_distribution.stage import OTHER, OUTSIDE, drafted, money, told
from tests.real_court import MONDAY, moment
from zhixing.casework.cases.models import Case
from zhixing.casework.people.actors import Actor
from zhixing.desks.funds import corrections, importing, payouts, receipts
from zhixing.desks.funds.balances import trial_balance
from zhixing.desks.funds.bank.hearing import hear
from zhixing.desks.funds.bank.keeping import bank_actor
from zhixing.desks.funds.distribution import deposits, objections, refunds, unclaimed
from zhixing.desks.funds.distribution.checking import differences
from zhixing.desks.funds.distribution.models import DistributionPlan, PlanObjection
from zhixing.desks.funds.ledger import close_month
from zhixing.desks.funds.models import Receipt
from zhixing.desks.funds.reconciling.models import BankLine, StatementRun
from zhixing.outside.bank import Entry
from zhixing.rulebook.refusals import Refusal

pytestmark = pytest.mark.django_db
MARCH_30, APRIL_2 = moment("2026-03-30 09:00"), moment("2026-04-02 09:00")


class TestAnAmountThatIsNone:
    """四(三)2: it is refused in words; the database's own no used to reach the handler as an error."""

    @pytest.mark.parametrize("fen", [0, -1])
    def test_is_refused_where_a_payout_is_asked_for(self, new_case: Callable[..., Case], people: People, fen: int) -> None:
        case = new_case("样乙公司")
        row = arrived(case, people, 1_000)
        accounted(row, people, 1_000)
        with pytest.raises(Refusal, match="金额应大于零"):
            asked(row, account_of(case, people), people, fen)

    def test_is_refused_where_money_is_accounted_for(self, new_case: Callable[..., Case], people: People) -> None:
        row = arrived(new_case("样乙公司"), people, 1_000)
        with pytest.raises(Refusal, match="不能为负数"):
            accounted(row, people, -1)


class TestACorrectionInAnotherMonth:
    """四(三)1: what is put right is booked on the day it is; it used to be booked on the day of arrival, and its reversal on the day itself."""

    @pytest.fixture
    def two(self, new_case: Callable[..., Case]) -> tuple[Case, Case]:
        return new_case("样乙公司"), new_case("样丁公司")

    def corrected(self, two: tuple[Case, Case], people: People, approver: Actor, close_first: bool) -> None:
        row = arrived(two[0], people, 1_000, at=MARCH_30)
        corrections.ask_correction(receipt_ref=row.ref, number=two[1].number, reason="看错案号", by=people.officer, at=MARCH_30)
        if close_first:
            close_month(first_on=date(2026, 3, 1), bank_fen=1_000, by=approver, at=APRIL_2)
        corrections.correct(receipt_ref=row.ref, by=approver, at=APRIL_2)

    def test_leaves_the_month_of_arrival_what_the_bank_says(self, two: tuple[Case, Case], people: People) -> None:
        self.corrected(two, people, people.finance, close_first=False)
        assert trial_balance(two[0].court_id, date(2026, 3, 31)).bank_fen == 1_000
        assert close_month(first_on=date(2026, 3, 1), bank_fen=1_000, by=people.finance, at=APRIL_2).bank_fen == 1_000

    def test_can_still_be_made_when_that_month_is_closed(self, two: tuple[Case, Case], people: People) -> None:
        self.corrected(two, people, people.finance, close_first=True)
        two[1].account.refresh_from_db()
        assert two[1].account.balance_fen == 1_000


def test_money_the_bank_tells_of_is_booked_when_it_is_told_again_after_a_fault(case: Case) -> None:
    """四(三)1, I8: the line was kept and its receipt was not made; told again it used to count as known, and the money was never booked."""
    said, bank = [Entry("E1", "in", 7_000, MONDAY, "样乙公司")], bank_actor(case.court_id, MONDAY)
    with patch.object(importing, "receive_general", side_effect=OSError("磁盘已满")), pytest.raises(OSError, match="磁盘已满"):
        hear(entries=said, by=bank, at=MONDAY)
    assert (BankLine.objects.count(), StatementRun.objects.count(), Receipt.objects.count()) == (0, 0, 0)
    assert hear(entries=said, by=bank, at=MONDAY).received == 1
    assert hear(entries=said, by=bank, at=MONDAY).known == 1
    assert Receipt.objects.get().bank_serial == "E1"


@pytest.mark.parametrize("to_another", [True, False])
def test_money_of_a_receipt_that_was_corrected_away_is_not_set_aside(new_case: Callable[..., Case], people: People, to_another: bool) -> None:
    """四(三)1, 四(三)2(2): asked for before the correction, it used to be taken from the first case's account, or ended in an error."""
    case, other = new_case("样乙公司"), new_case("样丁公司")
    row = arrived(case, people, 1_000)
    arrived(case, people, 5_000)
    aside = deposits.ask(receipt_ref=row.ref, creditor=case.parties.get(role="applicant").name, fen=500, ground="missing", reason="无法联系", by=people.handler, at=MARCH_30)
    corrections.ask_correction(receipt_ref=row.ref, number=other.number if to_another else "", reason="看错案号", by=people.officer, at=MARCH_30)
    corrections.correct(receipt_ref=row.ref, by=people.finance, at=MARCH_30)
    with pytest.raises(Refusal, match="已经更正"):
        deposits.approve(deposit_ref=aside.ref, by=people.leader, at=MARCH_30)
    assert deposits.refuse(deposit_ref=aside.ref, reason="来款已更正", by=people.leader, at=MARCH_30).state == "refused"


class TestPressedTwice:
    """二(四)1(5), 四(三)2: the same once more is refused while the first stands; it used to stand there twice."""

    @pytest.fixture
    def plan(self, case: Case, people: People, actor: Callable[..., Actor]) -> DistributionPlan:
        return told(drafted(case, people), people, actor("team_leader"))

    def objected(self, plan: DistributionPlan, people: People) -> PlanObjection:
        who = {p.name: p.pk for p in plan.participants.all()}
        return objections.object_to(plan_ref=plan.ref, participant=who[OTHER], ground="没有执行依据", disputed={who[OUTSIDE]: 10_000}, objected_on=MONDAY.date(), by=people.handler, at=MONDAY)

    def test_an_objection(self, plan: DistributionPlan, people: People) -> None:
        self.objected(plan, people)
        with pytest.raises(Refusal, match="同一异议已经登记"):
            self.objected(plan, people)

    def test_a_deposit(self, case: Case, people: People) -> None:
        row = money(case, people)
        ask = {"receipt_ref": row.ref, "creditor": case.parties.get(role="applicant").name, "fen": 1_000, "ground": "missing", "reason": "无法联系", "by": people.handler, "at": MONDAY}
        deposits.ask(**ask)
        with pytest.raises(Refusal, match="已经申请"):
            deposits.ask(**ask)
        assert deposits.ask(**ask | {"fen": 2_000}).fen == 2_000

    def test_a_refund(self, case: Case, people: People) -> None:
        row, debtor = money(case, people), case.parties.get(role="debtor")
        account = payouts.name_account(case_id=case.pk, party_id=debtor.pk, holder=debtor.name, bank="样例银行", number="6200000000000000077", evidence="确认书", by=people.handler, at=MONDAY)
        ask = {"receipt_ref": row.ref, "account_id": account.pk, "fen": 1_000, "ground": "mistaken", "reason": "误汇", "by": people.handler, "at": MONDAY}
        payouts.cancel(payout_ref=refunds.ask(**ask).ref, reason="撤回", by=people.handler, at=MONDAY)
        refunds.ask(**ask)
        with pytest.raises(Refusal, match="已经申请"):
            refunds.ask(**ask)

    def test_a_step_about_money_that_nobody_takes(self, case: Case, people: People) -> None:
        row = money(case, people)
        step = {"kind": unclaimed.CASE, "ref": row.ref, "step": "search", "done_on": MONDAY.date(), "note": "已电话联系", "by": people.handler, "at": MONDAY}
        unclaimed.take_step(**step)
        with pytest.raises(Refusal, match="已经登记"):
            unclaimed.take_step(**step)
        assert unclaimed.take_step(**step | {"note": "又联系一次"}).note == "又联系一次"

    def test_what_an_objection_holds_cannot_be_let_go_on_the_account(self, plan: DistributionPlan, case: Case, people: People) -> None:
        """The handler could set what is disputed to nothing beside an open objection."""
        row = self.objected(plan, people)
        with pytest.raises(Refusal, match=r"留存 100\.00 元"):
            receipts.set_dispute(case_id=case.pk, amount_fen=9_999, reason="无争议", by=people.handler, at=MONDAY)
        receipts.set_dispute(case_id=case.pk, amount_fen=12_000, reason="另有争议", by=people.handler, at=MONDAY)
        objections.settle(objection_ref=row.ref, outcome=PlanObjection.WITHDRAWN, settled_on=MONDAY.date(), by=people.handler, at=MONDAY)
        receipts.set_dispute(case_id=case.pk, amount_fen=0, reason="无争议", by=people.handler, at=MONDAY)
        assert list(differences(case.court_id)) == []
