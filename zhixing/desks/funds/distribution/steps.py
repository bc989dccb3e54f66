"""The steps of a plan and of its objections: who may take which now, what each asks, the one action behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest

from zhixing.casework.people.authority import allowed

from ..forms import StepForm, text_field
from . import objections, paying_out, plans
from .forms import ObjectionForm, objection_fields, tell_fields
from .keeping import OBJECTED, SETTLED, TOLD
from .models import DistributionPlan, PlanObjection
from .queries import PlanPage

REQUEST = "record:payout_requested"


@dataclass(frozen=True, slots=True)
class Step:
    """A step that is open to this person: its verb, its form, whom it is about; `main` is the next thing to do."""

    name: str
    verb: str
    form: Any
    main: bool = False
    note: str = ""
    objection: PlanObjection | None = None
    picks: str = ""


NEXT = {"drafted": ("审核方案", "do:check_distribution"), "checked": ("告知各方", f"record:{TOLD}"), "told": ("异议期满转入发放", "do:finish_distribution"),
        "final": ("申请发放", REQUEST)}  # fmt: skip


def next_step(request: HttpRequest, plan: DistributionPlan) -> tuple[str, bool]:
    """What a plan wants next, and whether this person does it; its maker does not check it, and waiting is nobody's step."""
    words, action = NEXT.get(plan.state, ("", ""))
    own = plan.state == DistributionPlan.DRAFTED and plan.made_by_id == request.actor.person_id
    return words, bool(words) and not own and plan.state != DistributionPlan.TOLD and allowed(request.book, request.actor, action)


def open_steps(request: HttpRequest, shown: PlanPage, bound: Mapping[str, Any]) -> list[Step]:
    """The steps that this person may take now, the next one first."""
    plan, today = shown.plan, request.now.date()
    can = lambda action: allowed(request.book, request.actor, action)  # noqa: E731
    found: list[Step] = []
    fields: Callable[[str, dict[str, forms.Field]], Any] = lambda name, asked: bound.get(name) or StepForm(fields=asked)  # noqa: E731
    if plan.state == DistributionPlan.DRAFTED and can("do:check_distribution") and plan.made_by_id != request.actor.person_id:
        found.append(Step("check", "审核通过", fields("check", {}), True, "请核对债权人、顺位、债权和来款；通过后一个工作日内告知。"))
    if plan.state == DistributionPlan.CHECKED and can(f"record:{TOLD}"):
        found.append(Step("tell", "登记告知", fields("tell", tell_fields(today)), True, "勾选表中已经送达的人；全部登记后，异议期从最后一人收到时算。", picks="untold"))
    if plan.state == DistributionPlan.TOLD and can("do:finish_distribution") and shown.ends_on and today > shown.ends_on:
        found.append(Step("finish", "异议期满，转入发放", fields("finish", {}), True, "没有争议的份额可以申请发放，有争议的继续留存。"))
    if plan.state == DistributionPlan.FINAL and can(REQUEST) and shown.payable_fen:
        found.append(Step("pay", "申请发放", fields("pay", {}), True, "勾选要发放的债权人，不勾选就是全部；每一笔仍由四个人办理。", picks="payable"))
    if plan.state in (DistributionPlan.CHECKED, DistributionPlan.TOLD) and can(f"record:{OBJECTED}") and any(line.who.told_on for line in shown.lines):
        found.append(Step("object", "登记异议", bound.get("object") or ObjectionForm(lines=shown.lines)))
    if plan.state in (DistributionPlan.DRAFTED, DistributionPlan.CHECKED) and (can("do:check_distribution") or can("record:distribution_planned")):
        found.append(Step("withdraw", "撤回或退回", fields("withdraw", {"reason": text_field("理由", most=200)})))
    for row in shown.objections:
        found += _of_objection(request, row, fields)
    return found


def _of_objection(request: HttpRequest, row: PlanObjection, fields: Callable[[str, dict[str, forms.Field]], Any]) -> list[Step]:
    today, found = request.now.date(), []
    if row.state == PlanObjection.OPEN and allowed(request.book, request.actor, f"record:{OBJECTED}"):
        name = f"oppose-{row.ref}"
        found.append(Step(name, "登记反对意见", fields(name, objection_fields(row, "oppose", today, ())), objection=row))
    if row.state in objections.NEXT and allowed(request.book, request.actor, f"record:{SETTLED}"):
        name = f"settle-{row.ref}"
        found.append(Step(name, "登记处理结果", fields(name, objection_fields(row, "settle", today, objections.NEXT[row.state])), objection=row))
    return found


def carry_out(request: HttpRequest, plan: DistributionPlan, name: str, form: Any) -> str:
    """Take a step; what to say when it is done. Raises Refusal."""
    data, who = dict(form.cleaned_data), [int(pk) for pk in request.POST.getlist("pick") if pk.isdecimal() and len(pk) < 19]
    both: dict[str, Any] = {"by": request.actor, "at": request.now}
    if name == "pay":
        done = paying_out.request_payouts(plan_ref=plan.ref, participants=who, **both)
        left = f"；{'、'.join(done.without)}还没有收款账户" if done.without else ""
        return f"已申请发放 {len(done.made)} 笔{left}"
    if name == "object":
        objections.object_to(plan_ref=plan.ref, participant=int(data["participant"]), ground=data["ground"], disputed=form.disputed(), objected_on=data["objected_on"], **both)
        return "已登记异议，争议的份额已经留存"
    step, _, ref = name.partition("-")
    if step == "oppose":
        objections.oppose(objection_ref=ref, opposed_by=data["opposed_by"], told_on=data["told_on"], **both)
        return "已登记反对意见"
    if step == "settle":
        objections.settle(objection_ref=ref, outcome=data["outcome"], settled_on=data["settled_on"], suit_no=data["suit_no"], **both)
        return "已登记处理结果"
    if step == "tell":
        plans.tell(plan_ref=plan.ref, participants=who, told_on=data["told_on"], how=data["how"], proof=data["file"], **both)
        return "已登记告知"
    {"check": plans.check, "finish": plans.finish, "withdraw": plans.withdraw}[step](plan_ref=plan.ref, **data, **both)
    return {"check": "已审核通过", "finish": "已转入发放", "withdraw": "已撤回"}[step]
