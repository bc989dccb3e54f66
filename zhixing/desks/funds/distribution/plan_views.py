"""Taking a step of a plan or of an objection; printing the plan as a paper (二(四)1(5))."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page

from ..forms import StepForm, text_field
from . import objections, papers, queries
from .forms import ObjectionForm, objection_fields, tell_fields
from .models import DistributionPlan, PlanObjection
from .steps import carry_out
from .views import found_plan, plan_page


@page("page:distribution", posts="page:distribution")
def do(request: HttpRequest, ref: str, step: str) -> HttpResponse:
    """One step; each action asks its own authority."""
    row = found_plan(request, ref)
    if request.method != "POST":
        return redirect("distribution-plan", ref=ref)
    form = _form(request, row, step)
    if not form.is_valid():
        return plan_page(request, row, {step: form})
    try:
        said = carry_out(request, row, step, form)
    except Refusal as refused:
        return plan_page(request, found_plan(request, ref), {step: form}, form.take(refused))
    messages.success(request, f"{said}：{row}")
    return redirect("distribution-plan", ref=ref)


def _form(request: HttpRequest, row: DistributionPlan, name: str) -> StepForm:
    step, _, ref = name.partition("-")
    if step in ("check", "finish", "pay"):
        return StepForm(request.POST, fields={})
    if step == "tell":
        return StepForm(request.POST, request.FILES, fields=tell_fields(request.now.date()))
    if step == "withdraw":
        return StepForm(request.POST, fields={"reason": text_field("理由", most=200)})
    if step == "object":
        return ObjectionForm(request.POST, lines=queries.page_of(row, book=request.book, at=request.now).lines)
    found = PlanObjection.objects.filter(plan=row, ref=ref).first()
    if step not in ("oppose", "settle") or found is None:
        raise Http404("没有这个步骤")
    return StepForm(request.POST, fields=objection_fields(found, step, request.now.date(), objections.NEXT.get(found.state, ())))


@page("page:distribution", posts="page:distribution")
def paper(request: HttpRequest, ref: str) -> HttpResponse:
    """Draft the paper of a plan with its figures in it; checking, signing and sealing go the way of all papers."""
    row = found_plan(request, ref)
    if request.method != "POST":
        return redirect("distribution-plan", ref=ref)
    try:
        made = papers.draft_plan_paper(plan=row, by=request.actor, at=request.now)
    except Refusal as refused:
        return plan_page(request, row, {}, refused)
    messages.success(request, f"已拟制分配方案文书：{made.number}")
    return redirect("paper", ref=made.ref)
