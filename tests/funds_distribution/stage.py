"""A plan among three creditors and how it goes on. Everybody is made up."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.funds.stage import People, accounted, arrived
from tests.real_court import MONDAY
from zhixing.casework.cases.models import Case
from zhixing.casework.people.actors import Actor
from zhixing.desks.funds import payouts
from zhixing.desks.funds.distribution import plans
from zhixing.desks.funds.distribution.models import DistributionPlan, Participant
from zhixing.desks.funds.distribution.plans import Draft
from zhixing.desks.funds.distribution.sharing import Claimed
from zhixing.desks.funds.models import PayeeAccount, Receipt

OTHER, OUTSIDE = "样丙某", "样丁公司"
LATER = MONDAY + timedelta(days=18)  # the time to object is over


def claims_of(case: Case, mine: int = 300_000, other: int = 200_000, outside: int = 100_000) -> list[Claimed]:
    """One applicant of the case, one of another case, one who joined: all ordinary."""
    name = case.parties.get(role="applicant", position=1).name
    return [Claimed(name, Participant.APPLICANT, "ordinary", mine, "（2025）豫1502民初1号"), Claimed(OTHER, Participant.OTHER_CASE, "ordinary", other, "（2025）豫1502民初2号"),
            Claimed(OUTSIDE, Participant.OUTSIDE, "ordinary", outside, "（2025）豫1503民初3号", MONDAY.date())]  # fmt: skip


def money(case: Case, people: People, fen: int = 300_000, owed: int = 500_000) -> Receipt:
    receipt = arrived(case, people, fen)
    accounted(receipt, people, owed)
    return receipt


def drafted(case: Case, people: People, receipt: Receipt | None = None, claims: list[Claimed] | None = None, at: datetime = MONDAY, **more: str) -> DistributionPlan:
    receipt = receipt or money(case, people)
    wanted = Draft({receipt.ref: receipt.amount_fen - receipt.settled_fen}, "participation", claims or claims_of(case))
    return plans.draft(case_id=case.pk, wanted=wanted, by=people.handler, at=at, **more)


def told(plan: DistributionPlan, people: People, leader: Actor, at: datetime = MONDAY) -> DistributionPlan:
    plans.check(plan_ref=plan.ref, by=leader, at=at)
    everybody = list(plan.participants.values_list("pk", flat=True))
    return plans.tell(plan_ref=plan.ref, participants=everybody, told_on=at.date(), how="邮寄送达，签收回执", by=people.handler, at=at)


def final(case: Case, people: People, leader: Actor, **more: object) -> DistributionPlan:
    plan = told(drafted(case, people, **more), people, leader)  # type: ignore[arg-type]
    return plans.finish(plan_ref=plan.ref, by=people.handler, at=LATER)


def accounts(plan: DistributionPlan, people: People) -> list[PayeeAccount]:
    """An account for each creditor of a plan."""
    creditors = plan.participants.exclude(side=Participant.DEBTOR).order_by("position")
    return [payouts.name_account(case_id=plan.case_id, party_id=p.party_id, holder=p.name, bank="样例银行", number=f"62000000000000010{p.position:02d}",
                                 evidence="收款账户确认书", by=people.handler, at=MONDAY) for p in creditors]  # fmt: skip
