"""Plans among creditors: the court's list, a case's plans, drawing one up, one plan with everybody in it (二(四)1(5), 四(四)3(3))."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from zhixing.casework.cases.models import Case
from zhixing.casework.people.authority import allowed, require
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page, show

from ..queries import case_of
from ..views import act_url, may, number_of
from . import plans, queries
from .forms import ClaimForms, PlanForm, rows_of
from .keeping import PLANNED, limits
from .models import DistributionPlan
from .steps import next_step, open_steps

CHECK, FINISH = "do:check_distribution", "do:finish_distribution"
COLOURS = {"drafted": "today", "checked": "today", "told": "waiting", "final": "soon"}


def tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """The pages of this part of the desk."""
    names = (("分配方案", "distribution-home"), ("提存", "distribution-deposits"), ("无人领取", "distribution-unclaimed"))
    return [{"words": title, "url": reverse(name), "current": request.path == reverse(name)} for title, name in names]


@page("page:distribution")
def home(request: HttpRequest) -> HttpResponse:
    """The plans that wait for something, by step; without a choice the first step with something in it."""
    court_id, size, counted = request.actor.court_id, limits()["pages"]["rows"], queries.counts(request.actor.court_id)
    state = request.GET.get("state", "")
    if state not in dict(DistributionPlan.STATES):
        state = next((s for s in DistributionPlan.LIVE if counted[s]), DistributionPlan.DRAFTED)
    rows = queries.plans_of(court_id, state, after=number_of(request, "after"), limit=size + 1)
    counters = [{"words": words, "count": counted[s], "url": f"?state={s}", "state": COLOURS[s] if counted[s] else "waiting", "current": s == state}
                for s, words in DistributionPlan.STATES if s in counted]  # fmt: skip
    context = {
        "counters": counters, "rows": [(p, *next_step(request, p)) for p in rows[:size]], "state": state, "title": dict(DistributionPlan.STATES)[state], "tabs": tabs(request),
        "gone": [(s, w) for s, w in DistributionPlan.STATES if s not in counted], "first": f"?state={state}" if number_of(request, "after") else "",
        "more": f"?state={state}&after={rows[size - 1].pk}" if len(rows) > size else "",
    }  # fmt: skip
    return show(request, "distribution/home.html", context)


@page("page:distribution", reads="ref")
def case(request: HttpRequest, ref: str) -> HttpResponse:
    """A case's plans, what may still be shared, and what is done when the debtor's assets are sold elsewhere."""
    found = found_case(request, ref)
    shown = queries.of_case(found, book=request.book, at=request.now)
    elsewhere = [(request.book.events[k], reverse("act", args=[ref, k])) for k in queries.ELSEWHERE if may(request, k)]
    context = {"case": found, "shown": shown, "elsewhere": elsewhere, "may_plan": may(request, PLANNED), "tabs": request.tabs(ref),
               "arrived": act_url(ref, "money_arrived") if may(request, "money_arrived") else "", "may_deposit": allowed(request.book, request.actor, "do:ask_deposit"),
               "may_refund": may(request, "payout_requested"), "may_money": allowed(request.book, request.actor, "page:funds"), "rows": [(p, *next_step(request, p)) for p in shown.plans]}  # fmt: skip
    return show(request, "distribution/case.html", context)


@page("page:distribution", posts=f"record:{PLANNED}", reads="ref")
def draft(request: HttpRequest, ref: str) -> HttpResponse:
    """Draw up a plan, or the next version of one, with the creditors that are known already."""
    found = found_case(request, ref)
    require(request.book, request.actor, f"record:{PLANNED}", what=plans.WHAT)
    old = _old(request, found)
    receipts, posted = queries.receipts_of(found, old), request.method == "POST"
    before = {f"part-{p.receipt.ref}": f"{p.fen / 100:.2f}" for p in old.parts.select_related("receipt")} if old else {}
    start = {"scheme": old.scheme, **before} if old else {}
    form = PlanForm(request.POST if posted else None, receipts=receipts, initial=start)
    refusal, status = None, 200
    if posted:
        data = request.POST.copy()
        if "more" in data:
            said = data.get("claims-TOTAL_FORMS", "")
            there = int(said) if said.isascii() and said.isdecimal() and len(said) < 6 else 0
            data["claims-TOTAL_FORMS"] = str(min(there + limits()["pages"]["blank_rows"], limits()["pages"]["most_rows"]))
        rows = ClaimForms(data, prefix="claims")
        if "more" not in data:
            made, refusal = _draft(request, found, form, rows, old)
            if made is not None:
                messages.success(request, f"已制作分配方案：{made}，请交另一位人员审核")
                return redirect("distribution-plan", ref=made.ref)
            status = refusal.status if refusal else 422
    else:
        rows = ClaimForms(prefix="claims", initial=rows_of(queries.claims_of(old) if old else queries.proposed(found)))
    heads = (rows.forms or [rows.empty_form])[0].asked()  # without its own hidden fields a form has no rows
    context = {"case": found, "form": form, "rows": rows, "heads": heads, "refusal": refusal, "old": old, "quiet": posted and "more" in request.POST, "receipts": receipts}
    return show(request, "distribution/draft.html", context, status=status)


def _draft(request: HttpRequest, case: Case, form: PlanForm, rows: Any, old: DistributionPlan | None) -> tuple[DistributionPlan | None, Refusal | None]:
    good = form.is_valid()
    if not rows.is_valid() or not good:
        return None, None
    claims = [claim for row in rows.forms if (claim := row.claim())]
    try:
        return plans.draft(case_id=case.pk, wanted=form.draft(claims), replaces=old.ref if old else "", by=request.actor, at=request.now), None
    except Refusal as refused:
        return None, form.take(refused, rows.forms)


def _old(request: HttpRequest, case: Case) -> DistributionPlan | None:
    ref = request.POST.get("replaces") or request.GET.get("replaces", "")
    return DistributionPlan.objects.filter(case=case, ref=ref, state__in=DistributionPlan.LIVE).first() if ref else None


@page("page:distribution")
def plan(request: HttpRequest, ref: str) -> HttpResponse:
    """One plan: every creditor with claim, share and what became of it; the next step as a form; the calculation, folded."""
    return plan_page(request, found_plan(request, ref))


def plan_page(request: HttpRequest, row: DistributionPlan, bound: dict[str, Any] | None = None, refusal: Refusal | None = None) -> HttpResponse:
    """The page, with a form that was sent and what was refused."""
    shown, bound = queries.page_of(row, book=request.book, at=request.now), bound or {}
    steps = open_steps(request, shown, bound)
    context = {"plan": row, "case": row.case, "shown": shown, "steps": steps, "refusal": refusal, "bound": next(iter(bound.values()), None), "next_words": next_step(request, row)[0],
               "may_version": row.state in DistributionPlan.LIVE and may(request, PLANNED), "may_paper": may(request, "paper_drafted") or may(request, "panel_paper_made"),
               "may_hear": row.state == DistributionPlan.TOLD and may(request, "distribution_hearing_held"), "limits": limits(),
               "titles": dict(DistributionPlan.STATES), "delay": "funds-payout_delay_requested" if may(request, "payout_delay_requested") else "", "picks": next((s.picks for s in steps if s.main), ""), "picked": request.POST.getlist("pick")}  # fmt: skip
    return show(request, "distribution/plan.html", context, status=refusal.status if refusal else 422 if bound else 200)


def found_case(request: HttpRequest, ref: str) -> Case:
    """The case of the court, or nothing. Raises Http404."""
    found = case_of(request.actor.court_id, ref)
    if found is None:
        raise Http404("没有这个案件")
    return found


def found_plan(request: HttpRequest, ref: str) -> DistributionPlan:
    """The plan of the court, or nothing. Raises Http404."""
    found = queries.plan_of(request.actor.court_id, ref)
    if found is None:
        raise Http404("没有这个分配方案")
    return found
