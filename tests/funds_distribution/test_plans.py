"""A plan among creditors: drawn up, checked by another, told with proof, final in time, paid within its shares (二(四)1(5); 民诉法解释第508–510条)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from tests.funds.stage import People, account_of, accounted, approved, asked, balances, paid
from tests.funds_distribution.stage import LATER, OTHER, OUTSIDE, accounts, claims_of, drafted, final, money, told
from tests.real_court import MONDAY
from zhixing.casework.cases.models import Case
from zhixing.casework.duties.models import Duty
from zhixing.casework.facts.replay import state_differences
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.people.actors import Actor
from zhixing.desks.funds import corrections
from zhixing.desks.funds.check import differences as ledger_differences
from zhixing.desks.funds.distribution import paying_out, plans
from zhixing.desks.funds.distribution.checking import differences
from zhixing.desks.funds.distribution.models import DistributionPlan, Participant, PlanClaim, PlanPayout
from zhixing.desks.funds.distribution.sharing import Claimed
from zhixing.desks.funds.models import Payout
from zhixing.rulebook.refusals import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def leader(actor: Callable[..., Actor]) -> Actor:
    return actor("team_leader")


def is_open(case: Case, rule: str) -> bool:
    return Duty.objects.filter(case=case, rule=rule, is_open=True).exists()


def test_every_fen_of_the_pool_is_shared_with_steps_and_articles(case: Case, people: People) -> None:
    """民诉法解释第508条: 3,000.00 among 3,000.00, 2,000.00 and 1,000.00 by amount."""
    plan = drafted(case, people)
    shares = {p.name: p.share_fen for p in plan.participants.all()}
    assert sorted(shares.values()) == [0, 50_000, 100_000, 150_000]
    assert (shares[OTHER], shares[OUTSIDE], plan.surplus_fen) == (100_000, 50_000, 0)
    assert all(s["article"] for s in plan.steps)
    assert any("508" in s["article"] for s in plan.steps)
    assert list(differences(case.court_id)) == []


def test_the_debtor_takes_part_without_a_share_and_is_told_too(case: Case, people: People) -> None:
    """民诉法解释第509条: the plan is served on creditors and debtor."""
    plan = drafted(case, people)
    debtor = plan.participants.get(side=Participant.DEBTOR)
    assert (debtor.share_fen, debtor.name) == (0, case.parties.get(role="debtor", position=1).name)


def test_its_maker_does_not_check_it_and_nobody_hears_of_it_before(case: Case, people: People, actor: Callable[..., Actor]) -> None:
    """二(四)1(5)."""
    both = actor("handler", "team_leader")
    plan = drafted(case, People(both, people.officer, people.leader, people.president, people.finance))
    with pytest.raises(Refusal, match="由本人制作"):
        plans.check(plan_ref=plan.ref, by=both, at=MONDAY)
    with pytest.raises(Refusal, match="待审核"):
        plans.tell(plan_ref=plan.ref, participants=[plan.participants.all()[0].pk], told_on=MONDAY.date(), how="当面", by=people.handler, at=MONDAY)
    with pytest.raises(DatabaseError), transaction.atomic():
        DistributionPlan.objects.filter(pk=plan.pk).update(checked_by_id=both.person_id, state=DistributionPlan.CHECKED)
    assert not JournalEntry.objects.filter(case=case, kind="distribution_planned").exists()


def test_checking_starts_the_telling_clock_and_telling_everybody_meets_it(case: Case, people: People, leader: Actor) -> None:
    """二(四)1(5): one working day; with proof for each."""
    plan = drafted(case, people)
    plans.check(plan_ref=plan.ref, by=leader, at=MONDAY)
    assert is_open(case, "tell_distribution_plan")
    first, *rest = plan.participants.values_list("pk", flat=True)
    with pytest.raises(Refusal, match="送达方式和凭证"):
        plans.tell(plan_ref=plan.ref, participants=[first], told_on=MONDAY.date(), how=" ", by=people.handler, at=MONDAY)
    plans.tell(plan_ref=plan.ref, participants=[first], told_on=MONDAY.date(), how="当面签收", by=people.handler, at=MONDAY)
    assert is_open(case, "tell_distribution_plan")
    with pytest.raises(Refusal, match="已经登记过"):
        plans.tell(plan_ref=plan.ref, participants=[first], told_on=MONDAY.date(), how="当面签收", by=people.handler, at=MONDAY)
    plans.tell(plan_ref=plan.ref, participants=rest, told_on=MONDAY.date(), how="邮寄 EMS1", by=people.handler, at=MONDAY)
    assert not is_open(case, "tell_distribution_plan")
    assert DistributionPlan.objects.get().state == DistributionPlan.TOLD


def test_it_is_final_only_after_fifteen_days_from_the_last_telling(case: Case, people: People, leader: Actor) -> None:
    """民诉法解释第509条, 民诉法第85条: told on Monday 2026-03-02, the fifteenth day is Tuesday 2026-03-17."""
    plan = told(drafted(case, people), people, leader)
    assert str(plans.objecting_ends(plan)) == "2026-03-17"
    with pytest.raises(Refusal, match="2026-03-17"):
        plans.finish(plan_ref=plan.ref, by=people.handler, at=MONDAY + timedelta(days=15))
    assert plans.finish(plan_ref=plan.ref, by=people.handler, at=MONDAY + timedelta(days=16)).state == DistributionPlan.FINAL


def test_all_creditors_are_paid_in_one_go_each_through_four_people(case: Case, people: People, leader: Actor) -> None:
    """四(三)2: the applicant as such, the others as third persons, who need a leader of the court."""
    plan = final(case, people, leader)
    accounts(plan, people)
    done = paying_out.request_payouts(plan_ref=plan.ref, by=people.handler, at=LATER)
    assert [(p.kind, p.amount_fen) for p in done.made] == [("claim", 150_000), ("third", 100_000), ("third", 50_000)]
    president = People(people.handler, people.officer, people.president, people.president, people.finance)
    for payout in done.made:
        paid(approved(payout, president, LATER), people, LATER)
    assert balances(case) == (0, 0)
    assert not is_open(case, "pay_out_seven_days")
    with pytest.raises(Refusal, match="没有可以发放的份额"):
        paying_out.request_payouts(plan_ref=plan.ref, by=people.handler, at=LATER)
    for found in (differences, ledger_differences, state_differences):
        assert list(found(case.court_id)) == []


def test_creditors_without_an_account_are_named_and_the_others_go(case: Case, people: People, leader: Actor) -> None:
    plan = final(case, people, leader)
    with pytest.raises(Refusal, match="还没有收款账户"):
        paying_out.request_payouts(plan_ref=plan.ref, by=people.handler, at=LATER)
    account_of(case, people)
    done = paying_out.request_payouts(plan_ref=plan.ref, by=people.handler, at=LATER)
    assert ([p.amount_fen for p in done.made], done.without) == ([150_000], [OTHER, OUTSIDE])


def test_money_in_a_plan_is_not_paid_before_it_is_final_nor_above_the_share(case: Case, people: People, leader: Actor) -> None:
    """I11, 二(四)1(5): the usual request is bound too."""
    receipt = money(case, people)
    account = account_of(case, people)
    plan = told(drafted(case, people, receipt), people, leader)
    with pytest.raises(Refusal, match="异议期内"):
        asked(receipt, account, people, 1)
    plans.finish(plan_ref=plan.ref, by=people.handler, at=LATER)
    with pytest.raises(Refusal, match=r"还可以发放 1,500\.00 元"):
        asked(receipt, account, people, 150_001, LATER)
    asked(receipt, account, people, 150_000, LATER)
    assert PlanPayout.objects.get().participant.name == account.party.name  # type: ignore[union-attr]
    with pytest.raises(Refusal, match=r"还可以发放 0\.00 元"):
        asked(receipt, account, people, 1, LATER)


def test_the_database_refuses_a_payout_above_the_share(case: Case, people: People, leader: Actor) -> None:
    plan = final(case, people, leader)
    accounts(plan, people)
    done = paying_out.request_payouts(plan_ref=plan.ref, by=people.handler, at=LATER)
    stranger = plan.participants.get(name=OUTSIDE)
    row = Payout.objects.get(pk=done.made[0].pk)
    extra = Payout(**{f.attname: getattr(row, f.attname) for f in Payout._meta.concrete_fields if f.name not in ("id", "ref", "no")}, no="L-X")
    extra.save(force_insert=True)
    with pytest.raises(DatabaseError, match="超过了分配方案的份额"), transaction.atomic():
        PlanPayout.objects.create(payout=extra, participant=stranger)


def test_what_is_left_after_all_creditors_goes_to_the_debtor_only_beyond_the_shares(case: Case, people: People, leader: Actor) -> None:
    """执行规定第34条第2款."""
    receipt = money(case, people, 700_000)
    plan = final(case, people, leader, receipt=receipt)
    assert plan.surplus_fen == 100_000
    account = account_of(case, people, role="debtor")
    with pytest.raises(Refusal, match=r"余款 1,000\.00 元"):
        asked(receipt, account, people, 100_001, LATER, kind="refund")
    assert asked(receipt, account, people, 100_000, LATER, kind="refund").amount_fen == 100_000


def test_a_new_version_takes_the_place_of_the_old_which_stays(case: Case, people: People, leader: Actor) -> None:
    """民诉法解释第510条: corrected plans; what was paid stays counted."""
    plan = final(case, people, leader)
    accounts(plan, people)
    paying_out.request_payouts(plan_ref=plan.ref, participants=[plan.participants.get(name=OTHER).pk], by=people.handler, at=LATER)
    receipt = plan.parts.get().receipt
    with pytest.raises(Refusal, match=f"{OTHER}已经领取的比新方案多"):
        drafted(case, people, receipt, claims_of(case, other=1), LATER, replaces=plan.ref)
    new = drafted(case, people, receipt, claims_of(case, outside=300_000, other=300_000), LATER, replaces=plan.ref)
    plan.refresh_from_db()
    assert (plan.state, new.version, new.no) == (DistributionPlan.REPLACED, 2, plan.no)
    with pytest.raises(Refusal, match="已由新方案代替"):
        paying_out.request_payouts(plan_ref=plan.ref, by=people.handler, at=LATER)
    told(new, people, leader, LATER)
    after = LATER + timedelta(days=20)
    plans.finish(plan_ref=new.ref, by=people.handler, at=after)
    done = paying_out.request_payouts(plan_ref=new.ref, by=people.handler, at=after)
    assert sorted(p.amount_fen for p in done.made) == [100_000, 100_000]
    assert list(differences(case.court_id)) == []


def test_a_receipt_is_in_one_live_plan_only_and_a_withdrawn_plan_frees_it(case: Case, people: People, leader: Actor) -> None:
    receipt = money(case, people)
    plan = drafted(case, people, receipt)
    with pytest.raises(Refusal, match="已经在分配方案"):
        drafted(case, people, receipt)
    with pytest.raises(Refusal, match="没有写明理由"):
        plans.withdraw(plan_ref=plan.ref, reason=" ", by=people.handler, at=MONDAY)
    plans.withdraw(plan_ref=plan.ref, reason="债权有误", by=leader, at=MONDAY)
    assert drafted(case, people, receipt).version == 1


def test_a_receipt_in_a_plan_stays_where_it_is_and_whole(case: Case, people: People) -> None:
    """四(三)1: neither fees nor a correction take away what the creditors are to get."""
    receipt = money(case, people)
    drafted(case, people, receipt)
    with pytest.raises(Refusal, match="在分配方案"):
        accounted(receipt, people, fee=100)
    with pytest.raises(Refusal, match="在分配方案"):
        corrections.ask_correction(receipt_ref=receipt.ref, reason="入错案件", by=people.officer, at=MONDAY)
    accounted(receipt, people, 400_000)


@pytest.mark.parametrize(("change", "why"), [
    ({"name": "样戊某"}, "不是本案申请执行人"), ({"rank": "confiscation"}, "没有这个顺位"), ({"fen": 0}, "应大于零"),
])  # fmt: skip
def test_a_claim_that_cannot_be_is_refused_and_nothing_is_written(case: Case, people: People, change: dict[str, object], why: str) -> None:
    first, *rest = claims_of(case)
    wrong = Claimed(**{**{n: getattr(first, n) for n in Claimed.__dataclass_fields__}, **change})  # type: ignore[arg-type]
    with pytest.raises(Refusal, match=why):
        drafted(case, people, claims=[wrong, *rest])
    assert not DistributionPlan.objects.exists()


def test_what_was_computed_never_changes(case: Case, people: People) -> None:
    """I1: the database says so."""
    plan = drafted(case, people)
    for rows, change in ((DistributionPlan.objects.filter(pk=plan.pk), {"pool_fen": 1}), (PlanClaim.objects.all(), {"share_fen": 1}),
                         (Participant.objects.exclude(side="debtor"), {"share_fen": 1})):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)  # type: ignore[attr-defined]
    with pytest.raises(DatabaseError), transaction.atomic():
        DistributionPlan.objects.filter(pk=plan.pk)._raw_delete("default")  # type: ignore[attr-defined]


@pytest.mark.parametrize("role", ["funds_officer", "security_admin", "intake_clerk"])
def test_who_may_not_make_a_plan_is_told_who_may(case: Case, people: People, actor: Callable[..., Actor], role: str) -> None:
    with pytest.raises(Refusal, match="没有这项权限"):
        drafted(case, People(actor(role), people.officer, people.leader, people.president, people.finance), money(case, people))
