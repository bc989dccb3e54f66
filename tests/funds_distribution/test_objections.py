"""Objections: the disputed part is held, the rest goes out first; opposed, sued, lapsed, withdrawn, corrected (民诉法解释第509、510条; 二(四)1(5))."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from tests.funds.stage import People, balances
from tests.funds_distribution.stage import LATER, OTHER, OUTSIDE, accounts, claims_of, drafted, final, told
from tests.real_court import MONDAY
from zhixing.casework.cases.models import Case
from zhixing.casework.duties.models import Duty
from zhixing.casework.facts.replay import state_differences
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.people.actors import Actor
from zhixing.desks.funds.distribution import objections, paying_out, plans
from zhixing.desks.funds.distribution.checking import differences
from zhixing.desks.funds.distribution.models import DistributionPlan, PlanObjection
from zhixing.desks.funds.models import LedgerAccount
from zhixing.rulebook.refusals import Refusal

pytestmark = pytest.mark.django_db
TOLD_ON = MONDAY.date()


@pytest.fixture
def leader(actor: Callable[..., Actor]) -> Actor:
    return actor("team_leader")


def objected(plan: DistributionPlan, people: People, fen: int = 60_000, on: date = TOLD_ON, at: datetime = MONDAY, by: str = OTHER, against: str = OUTSIDE) -> PlanObjection:
    """The other case's applicant disputes what the outside creditor is to get."""
    who, target = plan.participants.get(name=by), plan.participants.get(name=against)
    return objections.object_to(plan_ref=plan.ref, participant=who.pk, ground="参与分配的债权没有执行依据", disputed={target.pk: fen}, objected_on=on, by=people.handler, at=at)


def held(case: Case) -> int:
    return LedgerAccount.objects.get(case=case).disputed_fen


def opposed(row: PlanObjection, people: People) -> PlanObjection:
    return objections.oppose(objection_ref=row.ref, opposed_by=OUTSIDE, told_on=MONDAY.date(), by=people.handler, at=MONDAY)


def settled(row: PlanObjection, people: People, outcome: str, at: datetime = LATER, suit_no: str = "") -> PlanObjection:
    return objections.settle(objection_ref=row.ref, outcome=outcome, settled_on=at.date(), suit_no=suit_no, by=people.handler, at=at)


def test_the_undisputed_part_goes_first_and_the_disputed_part_is_held(case: Case, people: People, leader: Actor) -> None:
    """民诉法解释第510条, 二(四)1(5)."""
    plan = told(drafted(case, people), people, leader)
    row = objected(plan, people, 40_000)
    assert held(case) == 40_000
    assert Duty.objects.filter(case=case, rule="law_distribution_objection", is_open=True).exists()
    accounts(plan, people)
    opposed(row, people)
    plans.finish(plan_ref=plan.ref, by=people.handler, at=LATER)
    settled(row, people, PlanObjection.SUED, MONDAY + timedelta(days=15), "（2026）豫1502民初9号")
    done = paying_out.request_payouts(plan_ref=plan.ref, by=people.handler, at=LATER)
    assert [p.amount_fen for p in done.made] == [150_000, 100_000, 10_000]
    assert held(case) == 40_000
    assert list(differences(case.court_id)) == []
    assert list(state_differences(case.court_id)) == []


@pytest.mark.parametrize("outcome", [PlanObjection.WITHDRAWN, PlanObjection.LAPSED])
def test_an_objection_that_ends_frees_what_it_held(case: Case, people: People, leader: Actor, outcome: str) -> None:
    """民诉法解释第510条第2款: who does not sue in fifteen days: the plan as it was."""
    plan = told(drafted(case, people), people, leader)
    row = opposed(objected(plan, people, 50_000), people)
    if outcome == PlanObjection.LAPSED:
        with pytest.raises(Refusal, match="2026-03-17"):
            settled(row, people, outcome, MONDAY + timedelta(days=15))
    settled(row, people, outcome)
    assert held(case) == 0
    assert not Duty.objects.filter(case=case, rule="law_distribution_objection", is_open=True).exists()
    accounts(plan, people)
    plans.finish(plan_ref=plan.ref, by=people.handler, at=LATER)
    assert sum(p.amount_fen for p in paying_out.request_payouts(plan_ref=plan.ref, by=people.handler, at=LATER).made) == 300_000


def test_an_objection_that_nobody_opposes_leads_to_a_new_version(case: Case, people: People, leader: Actor) -> None:
    """民诉法解释第510条第1款."""
    plan = told(drafted(case, people), people, leader)
    settled(objected(plan, people, 50_000), people, PlanObjection.CORRECTED)
    with pytest.raises(Refusal, match="方案要修正"):
        plans.finish(plan_ref=plan.ref, by=people.handler, at=LATER)
    new = drafted(case, people, plan.parts.get().receipt, claims_of(case)[:2], LATER, replaces=plan.ref)
    assert held(case) == 0
    assert {p.name: p.share_fen for p in new.participants.all()}[OTHER] == 120_000
    assert list(differences(case.court_id)) == []


def test_a_suit_that_is_lost_leaves_the_plan_as_it_was(case: Case, people: People, leader: Actor) -> None:
    plan = told(drafted(case, people), people, leader)
    row = settled(opposed(objected(plan, people, 50_000), people), people, PlanObjection.SUED, MONDAY + timedelta(days=3), "（2026）豫1502民初9号")
    plans.finish(plan_ref=plan.ref, by=people.handler, at=LATER)
    accounts(plan, people)
    assert sum(p.amount_fen for p in paying_out.request_payouts(plan_ref=plan.ref, by=people.handler, at=LATER).made) == 250_000
    settled(row, people, PlanObjection.DISMISSED, LATER + timedelta(days=90))
    assert held(case) == 0
    assert [p.amount_fen for p in paying_out.request_payouts(plan_ref=plan.ref, by=people.handler, at=LATER + timedelta(days=90)).made] == [50_000]


def test_of_two_objections_each_holds_its_own_and_the_clock_stops_with_the_last(case: Case, people: People, leader: Actor) -> None:
    plan = told(drafted(case, people), people, leader)
    mine = plan.participants.get(position=1).name
    one, two = objected(plan, people, 30_000), objected(plan, people, 20_000, by=mine)
    assert held(case) == 50_000
    settled(one, people, PlanObjection.WITHDRAWN, MONDAY)
    assert held(case) == 20_000
    assert Duty.objects.filter(case=case, rule="law_distribution_objection", is_open=True).exists()
    settled(two, people, PlanObjection.WITHDRAWN, MONDAY)
    assert held(case) == 0
    assert JournalEntry.objects.filter(case=case, kind="distribution_objection_settled").count() == 1


@pytest.mark.parametrize(("change", "why"), [
    ({"fen": 50_001}, "没有争议的份额是 500.00 元"), ({"fen": 0}, "没有写明争议的是谁的多少份额"), ({"on": MONDAY.date() + timedelta(days=1)}, "今天以前"),
    ({"on": MONDAY.date() - timedelta(days=1)}, "收到方案之后"),
])  # fmt: skip
def test_an_objection_that_cannot_be_is_refused(case: Case, people: People, leader: Actor, change: dict[str, object], why: str) -> None:
    plan = told(drafted(case, people), people, leader)
    with pytest.raises(Refusal, match=why):
        objected(plan, people, **{"fen": 10_000, **change})  # type: ignore[arg-type]
    assert held(case) == 0


def test_an_objection_after_the_fifteenth_day_is_too_late(case: Case, people: People, leader: Actor) -> None:
    """民诉法解释第509条: the last day itself is in time."""
    plan = told(drafted(case, people), people, leader)
    late = MONDAY + timedelta(days=16)
    with pytest.raises(Refusal, match="2026-03-17"):
        objected(plan, people, on=late.date(), at=late)
    assert objected(plan, people, 10_000, on=date(2026, 3, 17), at=late).state == PlanObjection.OPEN


@pytest.mark.parametrize("outcome", [PlanObjection.SUED, PlanObjection.LAPSED, PlanObjection.DISMISSED])
def test_nobody_sues_before_somebody_opposes(case: Case, people: People, leader: Actor, outcome: str) -> None:
    plan = told(drafted(case, people), people, leader)
    row = objected(plan, people, 10_000)
    with pytest.raises(Refusal, match="只能登记"):
        settled(row, people, outcome, MONDAY, "（2026）豫1502民初9号")


def test_what_is_held_is_neither_paid_nor_set_aside_twice(case: Case, people: People, leader: Actor) -> None:
    """I11: the ledger holds it too."""
    plan = final(case, people, leader)
    assert balances(case) == (300_000, 0)
    with pytest.raises(Refusal, match="可以发放"):
        objected(plan, people, 10_000, at=LATER)
