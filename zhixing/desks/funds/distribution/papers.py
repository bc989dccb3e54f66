"""A plan as a paper: the court's template filled with the plan's figures (二(四)1(5))."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from django.db import transaction

from zhixing.casework.facts import rules
from zhixing.casework.papers.batches import draft_paper
from zhixing.casework.papers.kinds import kinds
from zhixing.casework.papers.models import Paper
from zhixing.casework.papers.rendering import filler
from zhixing.casework.papers.values import day
from zhixing.casework.people.actors import Actor
from zhixing.rulebook.money.amounts import words
from zhixing.rulebook.refusals import Refusal

from ..keeping import day_of, text_of
from .keeping import CLAUSE
from .models import DistributionPlan, Participant
from .queries import Line, PlanPage, page_of

KIND = "distribution_plan"


def plan_text(shown: PlanPage) -> str:
    """Order, shares and amounts, one claim a line, then the sum."""
    lines = [line for line in shown.lines if line.claim]
    found = [f"{n}. {_said(line)}" for n, line in enumerate(lines, 1)]
    rest = f"，余款 {words(shown.plan.surplus_fen)} 元退还被执行人" if shown.plan.surplus_fen else ""
    return "\n　　".join([shown.plan.principle, *found, f"合计分配 {words(shown.plan.pool_fen - shown.plan.surplus_fen)} 元{rest}。"])


def _said(line: Line) -> str:
    claim = line.claim
    assert claim is not None
    basis, turn = f"，依据{claim.basis}" if claim.basis else "", f"第{claim.turn}位" if claim.turn else ""
    return f"{line.who.name}{basis}，{line.rank}{turn}，债权 {words(claim.fen)} 元，受偿比例 {percent(claim.share_fen, claim.fen)}，分得 {words(claim.share_fen)} 元；"


def percent(part: int, whole: int) -> str:
    """A share of a claim, to two places, cut off: never more than it is."""
    return f"{part * 10_000 // whole / 100:.2f}%" if whole else "—"


def draft_plan_paper(*, plan: DistributionPlan, by: Actor, at: datetime) -> Paper:
    """Draft the paper with the plan's figures. Refuses a plan that was not checked, and a second paper while one is on its way."""
    kind = kinds()[KIND]
    if plan.state not in (DistributionPlan.CHECKED, DistributionPlan.TOLD, DistributionPlan.FINAL):
        raise Refusal.because(f"暂不能拟制{kind.title}", f"方案{plan.get_state_display()}", clause=CLAUSE, now="审核通过后再拟制", status=409)
    shown = page_of(plan, book=rules.rulebook(), at=at)
    sources = "、".join(f"{p.receipt.payer or '来款'}{day(p.receipt.arrived_on)}到账 {words(p.fen)} 元" for p in shown.parts)
    typed = {"amount_yuan": text_of(plan.pool_fen), "plan_text": plan_text(shown), "reason": sources}
    people = [p.name for p in plan.participants.all() if p.side != Participant.DEBTOR]
    with tempfile.TemporaryDirectory(prefix="paper-") as folder, filler() as fill, transaction.atomic():
        made = draft_paper(case=plan.case, kind=kind, party=None, typed=typed, dated_on=day_of(at), fill=fill, to=Path(folder) / "paper.docx",
                           about=f"{plan}（{len(people)} 名债权人）", by=by, at=at)  # fmt: skip
        plan.papers.create(paper=made)
    return made
