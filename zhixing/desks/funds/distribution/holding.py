"""What objections hold back stands on the case's account as disputed, so that nothing can pay it out (二(四)1(5))."""

from __future__ import annotations

from datetime import datetime

from zhixing.casework.people.actors import Actor

from .. import receipts
from ..models import LedgerAccount
from .models import DistributionPlan
from .standing import held_in


def hold(plan: DistributionPlan, fen: int, reason: str, by: Actor, at: datetime) -> None:
    """Hold so much more of the case's money (fen; less than 0 frees it). The case is locked by the caller."""
    if fen:
        held = LedgerAccount.objects.values_list("disputed_fen", flat=True).get(case_id=plan.case_id)
        receipts.set_dispute(case_id=plan.case_id, amount_fen=max(held + fen, 0), reason=reason[:200], by=by, at=at)


def free_held(plan: DistributionPlan, by: Actor, at: datetime) -> None:
    """A plan that is replaced holds nothing any more: the next version says anew who gets what."""
    hold(plan, -held_in(plan), f"分配方案 {plan} 由新的一稿代替", by, at)
