"""Papers of the demo court on every step of their way (三(二)4): a few real ones, made by the actions that a clerk's buttons call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from zhixing.casework.cases.models import Case, Party
from zhixing.casework.courts.models import Court
from zhixing.casework.papers import actions, batches
from zhixing.casework.papers.models import Paper
from zhixing.casework.people.actors import Actor
from zhixing.desks.documents.steps import STEPS, court_seal, take
from zhixing.rulebook.deadlines import CST

Who = Callable[[str], Actor]
ONE_IN, MOST = 30, 24
KINDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("enforcement_notice", {}), ("property_report_order", {}), ("restriction_order", {}), ("declaration_form", {}),
    ("freezing_ruling", {"object": "示例银行演示支行的存款", "limit_yuan": "8000.00"}), ("enforcement_notice", {}),
    ("summons", {"come_to": "演示区人民法院执行一号谈话室", "reason": "接受询问"}),
)  # fmt: skip
CHECK, SIGN, SEAL, ISSUE = ("check", "handler4"), ("sign", "team_leader"), ("seal", "seal_keeper"), ("issue", "document_clerk2")
WAYS: tuple[tuple[tuple[str, str], ...], ...] = (
    (), (CHECK, SIGN, SEAL, ISSUE), (CHECK,), (CHECK, SIGN), (CHECK, SIGN, SEAL), (), (CHECK, SIGN, SEAL, ISSUE), (("wrong", "handler4"),),
    (CHECK,), (CHECK, SIGN, SEAL), (CHECK, SIGN), (("cancel", "document_clerk2"),),
)  # fmt: skip
PRESIDENT = {("sign", "restriction_order"): "president"}


def make_papers(court: Court, who: Who, cases: int, at: datetime) -> None:
    """Draft a paper for some of the newest open cases, as one batch, then let each go some way. Without an office program on this
    machine the papers stay drafts."""
    newest = Case.objects.filter(court=court, closed_on__isnull=True, handler__isnull=False).order_by("-filed_on", "-pk")
    today, tasks = at.astimezone(CST).date(), []
    extra = {"summons": {"come_at": f"{today + timedelta(days=3)}T15:00"},
             "freezing_ruling": {"from_on": f"{today}", "until_on": f"{today + timedelta(days=364)}"}}  # fmt: skip
    for n, case in enumerate(newest[: min(MOST, cases // ONE_IN)]):
        kind, typed = KINDS[n % len(KINDS)]
        debtor = Party.objects.filter(case=case, role=Party.DEBTOR).order_by("position").first()
        tasks.append(batches.Task(case.ref, kind, debtor.pk if debtor else None, {**typed, **extra.get(kind, {})}))
    if not tasks:
        return
    clerk = who("document_clerk")
    batch = batches.queue_drafts(tasks=tasks, dated_on=today, key="demo", by=clerk, at=at)
    batches.carry_out(batch_id=batch.pk, seal=lambda: court_seal(court.pk), by=clerk, at=at)
    for n, paper in enumerate(Paper.objects.filter(batch=batch).exclude(pdf="").order_by("pk")):
        for step, username in WAYS[n % len(WAYS)]:
            _go(paper, step, who(PRESIDENT.get((step, paper.kind), username)), at)


def _go(paper: Paper, step: str, by: Actor, at: datetime) -> None:
    """One step; a step that the regulation refuses leaves the paper where it is, as it would a clerk's."""
    if step in STEPS:
        take(step, [paper.ref], by=by, at=at)
    elif step == "wrong":
        actions.check(ref=paper.ref, correct=False, against="立案信息", remark="被执行人的住所与立案登记不一致（演示）", by=by, at=at)
    else:
        actions.cancel(ref=paper.ref, reason="申请执行人当日撤回申请（演示）", by=by, at=at)
