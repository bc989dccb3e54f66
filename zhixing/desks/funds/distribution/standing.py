"""How a plan stands: what each participant's share still pays, what is held back, what of a receipt plans have taken."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Sum

from ..models import Payout, Receipt
from ..payouts import spoken_for
from .models import Deposit, DistributionPlan, HeldShare, Participant, PlanObjection, PlanPart, PlanPayout

COUNTED = (*Payout.PENDING, *Payout.GONE)


@dataclass(frozen=True, slots=True)
class Standing:
    """A participant's money (fen): the share, what objections hold of it, what was paid or asked for, what lies in deposit."""

    share_fen: int
    held_fen: int
    paid_fen: int
    deposited_fen: int

    @property
    def payable_fen(self) -> int:
        """What may go out now."""
        return max(self.share_fen - self.held_fen - self.paid_fen - self.deposited_fen, 0)

    @property
    def open_fen(self) -> int:
        """What is still to go out or to be set aside, held or not."""
        return self.share_fen - self.paid_fen - self.deposited_fen


def standings(plan: DistributionPlan, participants: Collection[Participant] | None = None, besides: int | None = None) -> dict[int, Standing]:
    """Every participant by id. Payouts and deposits of earlier versions count, by name. Three statements, four with the participants."""
    rows = plan.participants.all() if participants is None else participants
    paid = dict(
        PlanPayout.objects.filter(participant__plan__court_id=plan.court_id, participant__plan__no=plan.no, payout__state__in=COUNTED)
        .exclude(payout_id=besides).values_list("participant__name").annotate(fen=Sum("payout__amount_fen"))
    )  # fmt: skip
    held = dict(
        HeldShare.objects.filter(participant__plan=plan, objection__state__in=PlanObjection.HOLDING).values_list("participant_id").annotate(fen=Sum("fen"))
    )
    deposited = dict(
        Deposit.objects.filter(case_id=plan.case_id, state=Deposit.HELD, receipt__plan_parts__plan=plan).values_list("creditor").annotate(fen=Sum("fen"))
    )
    return {p.pk: Standing(p.share_fen, held.get(p.pk, 0), paid.get(p.name, 0), deposited.get(p.name, 0)) for p in rows}


def live_plan_of(receipt_id: int) -> DistributionPlan | None:
    """The live plan that shares a receipt: there is one at most."""
    part = PlanPart.objects.filter(receipt_id=receipt_id, plan__state__in=DistributionPlan.LIVE).select_related("plan").first()
    return part.plan if part else None


def rest_of(receipt: Receipt, besides: int | None = None) -> int:
    """What of a receipt is neither settled nor paid nor asked for (fen)."""
    return receipt.amount_fen - receipt.settled_fen - spoken_for(receipt, besides)


def used_by(plan: DistributionPlan, receipt_id: int) -> int:
    """What a plan and its earlier versions paid out of a receipt, asked for or set aside (fen)."""
    paid = PlanPayout.objects.filter(participant__plan__court_id=plan.court_id, participant__plan__no=plan.no, payout__receipt_id=receipt_id, payout__state__in=COUNTED)
    aside = Deposit.objects.filter(receipt_id=receipt_id, state=Deposit.HELD)
    return int(paid.aggregate(fen=Sum("payout__amount_fen"))["fen"] or 0) + int(aside.aggregate(fen=Sum("fen"))["fen"] or 0)


def held_in(plan: DistributionPlan) -> int:
    """What the objections to a plan hold back in all."""
    return int(HeldShare.objects.filter(objection__plan=plan, objection__state__in=PlanObjection.HOLDING).aggregate(fen=Sum("fen"))["fen"] or 0)
