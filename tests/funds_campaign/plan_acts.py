"""What the room of distribution does with money, once, in an order in which each act finds what it needs: plans with their objections,
money set aside, money given back, money nobody takes (二(四)1(5), 四(三)2(2), 四(三)2(3))."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from tests.cast import MONDAY, make_person
from zhixing.casework.courts.models import Court
from zhixing.casework.facts import rules
from zhixing.casework.people.actors import Actor, actor_of
from zhixing.desks.funds import paying, payouts, receipts
from zhixing.desks.funds.distribution import deposits, objections, paying_out, plans, refunds, unclaimed
from zhixing.desks.funds.distribution.models import Deposit, DistributionPlan, Participant, PlanObjection
from zhixing.desks.funds.distribution.sharing import Claimed
from zhixing.desks.funds.models import PayeeAccount, Payout, Receipt
from zhixing.desks.funds.receipts import Money

from .acts import Act
from .world import World, proof

OTHER, OUTSIDE = "样丙某", "样丁公司"
LATER = MONDAY + timedelta(days=18)  # the time to object is over


def leader_of(world: World) -> Actor:
    """Who checks plans."""
    person = make_person(Court.objects.get(pk=world.court_id), "team_leader", username="leads", name="样队长", team="执行一团队")
    return actor_of(person, rules.rulebook(), MONDAY.date())


def came(world: World, no: str, fen: int) -> str:
    """Money on the first case; the receipt's ref."""
    money = Money(no, fen, MONDAY.date(), payer="样乙1公司", bank_serial=f"B{no}")
    return receipts.receive(case_id=world.cases[0], money=money, key=no, by=world.people["receives"][0], at=MONDAY).ref


def through(world: World, find: Callable[[], str], *, broken: bool) -> Iterator[Act]:
    """A payout that was asked for, checked, approved, sent and confirmed."""
    checks, approves, pays = (world.people[s][0] for s in ("checks", "approves", "pays"))
    yield Act("check a share", lambda: payouts.check(payout_ref=find(), note="已回访", by=checks, at=LATER), broken=broken)
    yield Act("approve a share", lambda: payouts.approve(payout_ref=find(), by=approves, at=LATER), broken=broken)
    yield Act("send a share", lambda: paying.send(payout_refs=[find()], by=pays, at=LATER), broken=broken)
    yield Act("confirm a share", lambda: paying.confirm(payout_ref=find(), bank_ref="HD1", by=pays, at=LATER), broken=broken)


def plan_acts(world: World) -> Iterator[Act]:
    """A plan in two versions, told, disputed, paid; then what is set aside, given back and left lying."""
    case, (asks, second) = world.cases[0], world.people["asks"][:2]
    leader, receipt = leader_of(world), came(world, "P1", 300_000)
    claims = [Claimed("样甲1", Participant.APPLICANT, "ordinary", 300_000, "（2025）豫1502民初1号"),
              Claimed(OTHER, Participant.OTHER_CASE, "ordinary", 200_000, "（2025）豫1502民初2号"),
              Claimed(OUTSIDE, Participant.OUTSIDE, "ordinary", 100_000, "（2025）豫1503民初3号", MONDAY.date())]  # fmt: skip

    def draft(replaces: str = "") -> Any:
        wanted = plans.Draft({receipt: 300_000}, "participation", claims)
        return plans.draft(case_id=case, wanted=wanted, replaces=replaces, by=asks, at=MONDAY)

    def plan(version: int, **also: Any) -> str:
        return str(DistributionPlan.objects.filter(version=version, **also).values_list("ref", flat=True).latest("pk"))

    yield Act("draft a plan", draft)
    first = plan(1)
    yield Act("withdraw a plan", lambda: plans.withdraw(plan_ref=first, reason="漏列债权人", by=asks, at=MONDAY))
    yield Act("draft a plan", draft, broken=False)
    again = plan(1)
    yield Act("draft a new version", lambda: draft(again))
    ref = plan(2)
    yield Act("check a plan", lambda: plans.check(plan_ref=ref, by=leader, at=MONDAY))
    people = {p.name: p.pk for p in DistributionPlan.objects.get(ref=ref).participants.all()}
    told = {"plan_ref": ref, "told_on": MONDAY.date(), "how": "当面签收", "by": asks, "at": MONDAY}
    yield Act("tell one of a plan", lambda: plans.tell(participants=[people[OTHER]], proof=proof(), **told))
    yield Act("tell the others of a plan", lambda: plans.tell(participants=[pk for name, pk in people.items() if name != OTHER], proof=proof(), **told))
    yield from _disputed(ref, people, asks)
    for name in (OTHER, OUTSIDE):
        payouts.name_account(case_id=case, party_id=None, holder=name, bank="样例银行", number=f"64{people[name]:017d}", evidence="确认书", by=second, at=MONDAY)
    yield Act("ask for one share", lambda: paying_out.request_payouts(plan_ref=ref, participants=[people[OTHER]], by=asks, at=LATER))
    yield Act("ask for all shares", lambda: paying_out.request_payouts(plan_ref=ref, by=asks, at=LATER))
    share = str(Payout.objects.values_list("ref", flat=True).get(payee=OTHER))
    yield from through(world, lambda: share, broken=True)
    objection = PlanObjection.objects.get(state=PlanObjection.SUED).ref
    yield Act("dismiss an objection", lambda: objections.settle(objection_ref=objection, outcome=PlanObjection.DISMISSED, settled_on=LATER.date(), by=asks, at=LATER))
    yield Act("ask for what was held", lambda: paying_out.request_payouts(plan_ref=ref, by=asks, at=LATER))
    yield from _set_aside(world, came(world, "P2", 400_000))
    yield from _given_back(world, came(world, "P3", 50_000))
    yield from _left_lying(world)


def _disputed(ref: str, people: dict[str, int], asks: Actor) -> Iterator[Act]:
    """Two objections: one is withdrawn, one is opposed and sued over; then the time to object is over."""

    def object_to(who: str, whose: str, fen: int) -> Any:
        return objections.object_to(plan_ref=ref, participant=people[who], ground=f"{whose}的债权不成立", disputed={people[whose]: fen},
                                    objected_on=MONDAY.date(), by=asks, at=MONDAY)  # fmt: skip

    def of(who: str) -> str:
        return str(PlanObjection.objects.values_list("ref", flat=True).get(participant=people[who]))

    def settle(who: str, outcome: str, **more: str) -> Any:
        return objections.settle(objection_ref=of(who), outcome=outcome, settled_on=MONDAY.date(), by=asks, at=MONDAY, **more)

    yield Act("object", lambda: object_to(OTHER, OUTSIDE, 10_000))
    yield Act("withdraw an objection", lambda: settle(OTHER, PlanObjection.WITHDRAWN))
    yield Act("object", lambda: object_to("样甲1", OUTSIDE, 20_000), broken=False)
    yield Act("oppose an objection", lambda: objections.oppose(objection_ref=of("样甲1"), opposed_by=OUTSIDE, told_on=MONDAY.date(), by=asks, at=MONDAY))
    yield Act("sue over an objection", lambda: settle("样甲1", PlanObjection.SUED, suit_no="（2026）豫1502民初9号"))
    yield Act("finish a plan", lambda: plans.finish(plan_ref=ref, by=asks, at=LATER))


def _set_aside(world: World, receipt: str) -> Iterator[Act]:
    asks, approves = world.people["asks"][0], world.people["approves"][0]

    def ask(fen: int) -> Callable[[], Any]:
        return lambda: deposits.ask(receipt_ref=receipt, creditor="样甲1", fen=fen, ground="missing", reason="电话和地址都无法联系", by=asks, at=MONDAY)

    def of(fen: int) -> str:
        return str(Deposit.objects.values_list("ref", flat=True).get(fen=fen))

    def approve(fen: int) -> Callable[[], Any]:
        return lambda: deposits.approve(deposit_ref=of(fen), by=approves, at=MONDAY)

    yield Act("ask for a deposit", ask(1_000))
    yield Act("refuse a deposit", lambda: deposits.refuse(deposit_ref=of(1_000), reason="还能联系", by=approves, at=MONDAY))
    yield Act("ask for a deposit", ask(2_000), broken=False)
    yield Act("set aside a part", approve(2_000))
    yield Act("undo a deposit", lambda: deposits.undo(deposit_ref=of(2_000), reason="提存错误", by=approves, at=MONDAY))
    yield Act("ask for a deposit", ask(400_000), broken=False)
    yield Act("set aside all", approve(400_000))
    note = {"step": "treasury", "done_on": LATER.date(), "note": "已报批", "by": asks, "at": LATER}
    yield Act("a step about a deposit", lambda: unclaimed.take_step(kind=unclaimed.DEPOSIT, ref=of(400_000), **note))
    release = {"account_id": world.accounts[0], "reason": "本人到院领取", "by": asks, "at": LATER}
    yield Act("release a deposit", lambda: deposits.release(deposit_ref=of(400_000), **release))


def _given_back(world: World, receipt: str) -> Iterator[Act]:
    """To the debtor, a part of what came by mistake."""
    asks, debtor = world.people["asks"][0], Receipt.objects.get(ref=receipt).case.parties.get(role="debtor")  # type: ignore[union-attr]
    payouts.name_account(case_id=world.cases[0], party_id=debtor.pk, holder=debtor.name, bank="样例银行", number="6500000000000000001", evidence="确认书", by=asks, at=MONDAY)
    account = PayeeAccount.objects.get(party=debtor).pk
    yield Act("ask for a refund", lambda: refunds.ask(receipt_ref=receipt, account_id=account, fen=20_000, ground="mistaken", reason="重复汇款", by=asks, at=LATER))
    refund = Payout.objects.get(receipt__ref=receipt).ref
    yield from through(world, lambda: refund, broken=False)


def _left_lying(world: World) -> Iterator[Act]:
    ref, asks = Receipt.objects.get(receipt_no="P3").ref, world.people["asks"][0]
    yield Act("a step about a receipt", lambda: unclaimed.take_step(kind=unclaimed.CASE, ref=ref, step="search", done_on=LATER.date(), note="已电话联系", by=asks, at=LATER))
