"""The same share wanted by several at once: asked for once, set aside or paid, never both (T1, F3, I11)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db.models import Sum

from tests.funds.stage import People
from tests.funds.test_at_once import THREADS, at_once, done
from tests.funds_distribution.stage import LATER, OUTSIDE, accounts, final, money
from tests.real_court import MONDAY
from zhixing.casework.cases.models import Case
from zhixing.casework.people.actors import Actor
from zhixing.desks.funds.distribution import deposits, paying_out, plans
from zhixing.desks.funds.distribution.checking import differences
from zhixing.desks.funds.distribution.models import Deposit, DistributionPlan
from zhixing.desks.funds.distribution.plans import Draft
from zhixing.desks.funds.distribution.sharing import Claimed
from zhixing.desks.funds.models import LedgerAccount, Payout

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def test_eight_ask_for_all_payouts_of_a_plan_and_each_share_is_asked_for_once(case: Case, people: People, actor: Callable[..., Actor]) -> None:
    plan = final(case, people, actor("team_leader"))
    accounts(plan, people)
    answers = at_once([lambda: paying_out.request_payouts(plan_ref=plan.ref, by=people.handler, at=LATER)] * THREADS)
    assert done(answers) == 1
    assert Payout.objects.aggregate(fen=Sum("amount_fen"))["fen"] == plan.pool_fen
    assert list(differences(case.court_id)) == []


def test_a_share_is_paid_or_set_aside_but_not_both(case: Case, people: People, actor: Callable[..., Actor]) -> None:
    plan = final(case, people, actor("team_leader"))
    accounts(plan, people)
    who, receipt = plan.participants.get(name=OUTSIDE), plan.parts.get().receipt
    row = deposits.ask(receipt_ref=receipt.ref, creditor=OUTSIDE, fen=who.share_fen, ground="refuses", reason="书面拒收", by=people.handler, at=LATER)
    acts = [lambda: deposits.approve(deposit_ref=row.ref, by=people.leader, at=LATER),
            lambda: paying_out.request_payouts(plan_ref=plan.ref, participants=[who.pk], by=people.handler, at=LATER)] * (THREADS // 2)  # fmt: skip
    assert done(at_once(acts)) == 1
    held = Deposit.objects.filter(state=Deposit.HELD).aggregate(fen=Sum("fen"))["fen"] or 0
    asked = Payout.objects.aggregate(fen=Sum("amount_fen"))["fen"] or 0
    assert held + asked == who.share_fen
    assert sum(LedgerAccount.objects.filter(kind="deposit").values_list("balance_fen", flat=True)) == held
    assert list(differences(case.court_id)) == []


def test_eight_plans_about_one_receipt_and_one_of_them_stands(case: Case, people: People) -> None:
    receipt = money(case, people)
    claims = [Claimed(OUTSIDE, "outside", "ordinary", 400_000)]
    wanted = Draft({receipt.ref: 300_000}, "participation", claims)
    assert done(at_once([lambda: plans.draft(case_id=case.pk, wanted=wanted, by=people.handler, at=MONDAY)] * THREADS)) == 1
    assert DistributionPlan.objects.count() == 1
