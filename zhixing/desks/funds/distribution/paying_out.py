"""Payouts out of a plan: bounded by its shares whoever asks for them, asked for all at once when the plan is final."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.urls import reverse

from zhixing.casework.people.actors import Actor
from zhixing.rulebook.money.amounts import words
from zhixing.rulebook.refusals import Refusal

from .. import payouts
from ..keeping import what_of
from ..models import PayeeAccount, Payout, Receipt
from ..payouts import Wish
from .keeping import CLAUSE, locked_plan
from .models import DistributionPlan, HeldShare, Participant, PlanObjection, PlanPart, PlanPayout
from .sharing import spread
from .standing import live_plan_of, rest_of, standings


class WithinThePlan:
    """A receipt that a live plan shares is paid out by that plan: to each no more than the share without what is held."""

    def bound(self, row: Payout, what: str) -> None:
        """Refuse a payout before the plan is final, above the share, or out of what the creditors are to get."""
        plan = live_plan_of(row.receipt_id)
        if plan is None:
            return
        if plan.state != DistributionPlan.FINAL:
            raise Refusal.because(what, f"来款 {row.receipt.receipt_no} 在分配方案 {plan} 内，方案{plan.get_state_display()}", clause=CLAUSE,
                                  now="方案可以发放以后再申请", status=409)  # fmt: skip
        people = list(plan.participants.all())
        stand = standings(plan, people, besides=row.pk)
        who = _of(people, row)
        if who is not None:
            most, why = stand[who.pk].payable_fen, f"{who.name}在分配方案 {plan} 里还可以发放"
        else:
            rests = sum(rest_of(part.receipt, row.pk) for part in plan.parts.select_related("receipt"))
            most, why = rests - sum(s.open_fen for s in stand.values()), f"分配方案 {plan} 以外的余款"
        if row.amount_fen > most:
            raise Refusal.because(what, f"{why} {words(max(most, 0))} 元，不够 {words(row.amount_fen)} 元", clause=CLAUSE, field="amount_yuan",
                                  now="请核对分配方案", status=409)  # fmt: skip

    def stays(self, receipt: Receipt, what: str) -> None:
        """Refuse to move a receipt, or to settle fees out of it, while a live plan shares it."""
        plan = live_plan_of(receipt.pk)
        if plan is not None:
            raise Refusal.because(what, f"来款 {receipt.receipt_no} 在分配方案 {plan} 里", clause=CLAUSE, now="请先撤回方案", status=409)

    def held(self, case_id: int) -> int:
        """What objections to the case's live plans hold back."""
        rows = HeldShare.objects.filter(objection__plan__case_id=case_id, objection__plan__state__in=DistributionPlan.LIVE, objection__state__in=PlanObjection.HOLDING)
        return int(rows.aggregate(fen=Sum("fen"))["fen"] or 0)

    def leads(self, receipts: Collection[int]) -> Mapping[int, tuple[str, str]]:
        """To the plan that shares the receipt: what of it may go out is decided there."""
        parts = PlanPart.objects.filter(receipt_id__in=receipts, plan__state__in=DistributionPlan.LIVE).values_list("receipt_id", "plan__ref")
        return {pk: ("看分配方案", reverse("distribution-plan", args=[ref])) for pk, ref in parts}

    def taken(self, row: Payout) -> None:
        """Keep whose share it pays."""
        plan = live_plan_of(row.receipt_id)
        who = _of(list(plan.participants.all()), row) if plan else None
        if who is not None:
            PlanPayout.objects.create(payout=row, participant=who)


def _of(people: Collection[Participant], row: Payout) -> Participant | None:
    """Whose share a payout pays: the party's, or of whoever bears the payee's name."""
    return next((p for p in people if p.side != Participant.DEBTOR and (p.party_id == row.party_id if row.party_id else p.name == row.payee)), None)


within_the_plan = WithinThePlan()


@dataclass(slots=True)
class Requested:
    """What one request brought: the payouts, and who has no account yet."""

    made: list[Payout] = field(default_factory=list)
    without: list[str] = field(default_factory=list)


def request_payouts(*, plan_ref: str, participants: Collection[int] = (), by: Actor, at: datetime) -> Requested:
    """Ask for everything that may go out of a plan, or for some of its creditors, each through the usual four people. Creditors
    without an account are named and left out; refused when nobody is left."""
    what, found = what_of(payouts.REQUESTED), Requested()
    with transaction.atomic():
        plan = locked_plan(plan_ref, by.court_id, what, DistributionPlan.FINAL)
        people = {p.pk: p for p in plan.participants.order_by("position") if not participants or p.pk in participants}
        stand = standings(plan, list(people.values()))
        due = {pk: stand[pk].payable_fen for pk in people if stand[pk].payable_fen}
        accounts = _accounts(plan)
        found.without = [people[pk].name for pk in due if _key(people[pk]) not in accounts]
        due = {pk: fen for pk, fen in due.items() if _key(people[pk]) in accounts}
        receipts = {part.receipt_id: part.receipt for part in plan.parts.select_related("receipt").order_by("receipt__arrived_on", "pk")}
        for pk, receipt_id, fen in spread(due, {r: rest_of(row) for r, row in receipts.items()}):
            found.made.append(_ask(plan, people[pk], receipts[receipt_id].ref, fen, accounts[_key(people[pk])], by, at))
        if not found.made:
            why = f"{'、'.join(found.without)}还没有收款账户" if found.without else "没有可以发放的份额"
            raise Refusal.because(what, why, clause=CLAUSE, now="请先登记收款账户" if found.without else "有争议的要等异议处理", status=409)
    return found


def _ask(plan: DistributionPlan, who: Participant, receipt_ref: str, fen: int, account: int, by: Actor, at: datetime) -> Payout:
    kind = Payout.CLAIM if who.side == Participant.APPLICANT else Payout.THIRD
    wish = Wish(receipt_ref, kind, fen, account, f"分配方案 {plan}", who.party_id, "" if who.party_id else who.name)
    return payouts.request(case_id=plan.case_id, wish=wish, by=by, at=at)


def _key(who: Participant) -> tuple[int | None, str]:
    return (who.party_id, "") if who.party_id else (None, who.name)


def _accounts(plan: DistributionPlan) -> dict[tuple[int | None, str], int]:
    """The newest account of each payee of the case: by party, or by holder for who is none."""
    rows = PayeeAccount.objects.filter(case_id=plan.case_id, replaced_by=None).values_list("pk", "party_id", "holder")
    return {(party, "" if party else holder): pk for pk, party, holder in rows}
