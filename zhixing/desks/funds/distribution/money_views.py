"""Deposits, refunds, money that nobody takes: their lists and forms (四(三)2(2), 四(三)2(3))."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from zhixing.casework.cases.models import Case, Party
from zhixing.casework.people.authority import allowed, require
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page, show

from ..forms import StepForm, account_choices, choice_field, day_field, text_field
from ..models import LedgerAccount, Payout
from ..queries import live_accounts
from ..views import may, number_of
from . import deposits, queries, refunds, unclaimed
from .forms import deposit_fields, refund_fields
from .keeping import limits
from .models import Deposit, DistributionPlan, Participant
from .views import found_case, tabs

ASK, SETTLE, APPROVE, RELEASE = "do:ask_deposit", "do:settle_unclaimed", "record:money_deposited", "record:deposit_released"


@page("page:distribution")
def deposit_list(request: HttpRequest) -> HttpResponse:
    """The court's deposits: what waits for approval, what lies there and how long."""
    court_id, size, counted = request.actor.court_id, limits()["pages"]["rows"], queries.deposit_counts(request.actor.court_id)
    state = request.GET.get("state", "")
    if state not in dict(Deposit.STATES):
        state = Deposit.ASKED if counted.get(Deposit.ASKED) else Deposit.HELD
    rows = queries.deposits(court_id, state=state, after=number_of(request, "after"), limit=size + 1)
    counters = [{"words": words, "count": counted.get(s, (0, 0))[0], "url": f"?state={s}", "state": "today" if s == Deposit.ASKED and counted.get(s) else "waiting", "current": s == state}
                for s, words in Deposit.STATES]  # fmt: skip
    context = {"rows": rows[:size], "counters": counters, "state": state, "ages": queries.deposit_ages(court_id, request.now), "tabs": tabs(request), "title": dict(Deposit.STATES)[state],
               "grounds": deposits.grounds(), "today": request.now.date(), **_mine(request), "first": f"?state={state}" if number_of(request, "after") else "",
               "more": f"?state={state}&after={rows[size - 1].pk}" if len(rows) > size else ""}  # fmt: skip
    return show(request, "distribution/deposits.html", context)


@page("page:distribution", posts=ASK, reads="ref")
def deposits_of_case(request: HttpRequest, ref: str) -> HttpResponse:
    """A case's deposits, and asking for one."""
    case = found_case(request, ref)
    form = StepForm(request.POST if request.method == "POST" else None, fields=deposit_fields([(r, fen) for r, fen in queries.left_on(case) if fen > 0], _creditors(case)))
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            made = deposits.ask(**form.cleaned_data, by=request.actor, at=request.now)
        except Refusal as refused:
            refusal = form.take(_named(refused))
        else:
            messages.success(request, f"已申请提存：{made.no}，请报领导批准")
            return redirect("distribution-deposit", ref=made.ref)
    context = {"case": case, "form": form, "refusal": refusal, "rows": queries.deposits(case.court_id, case=case, limit=200), "may_ask": allowed(request.book, request.actor, ASK),
               "grounds": deposits.grounds(), "today": request.now.date(), **_mine(request), "tabs": request.tabs(ref)}  # fmt: skip
    return show(request, "distribution/deposits_case.html", context, status=refusal.status if refusal else 422 if form.is_bound else 200)


def _mine(request: HttpRequest) -> dict[str, Any]:
    """Whether this person approves deposits, and who it is."""
    return {"may_approve": allowed(request.book, request.actor, APPROVE), "me": request.actor.person_id}


def _creditors(case: Case) -> list[str]:
    """Whoever may own money of the case: its applicants and debtors, and the creditors of its live plans."""
    names = [p.name for p in case.parties.order_by("role", "position") if p.role != Party.OTHER]
    more = Participant.objects.filter(plan__case=case, plan__state="final").exclude(side=Participant.DEBTOR).values_list("name", flat=True)
    return list(dict.fromkeys([*names, *more]))


@page("page:distribution")
def deposit(request: HttpRequest, ref: str) -> HttpResponse:
    """One deposit and what is done with it."""
    return _deposit_page(request, _found(request, ref))


@page("page:distribution", posts="page:distribution")
def deposit_do(request: HttpRequest, ref: str, step: str) -> HttpResponse:
    """Approve, refuse, release to the creditor, or undo; each action asks its own authority."""
    row = _found(request, ref)
    if step not in ("approve", "refuse", "release", "undo"):
        raise Http404("没有这个步骤")
    if request.method != "POST":
        return redirect("distribution-deposit", ref=ref)
    form = StepForm(request.POST, fields=_asks(step, row))
    if not form.is_valid():
        return _deposit_page(request, row, {step: form})
    data: dict[str, Any] = dict(form.cleaned_data)
    try:
        if step == "release":
            payout = deposits.release(deposit_ref=ref, account_id=int(data["account"]), reason=data["reason"], by=request.actor, at=request.now)
            messages.success(request, f"已转回案件账户并申请发放：{payout.no}")
            return redirect("funds-payout", ref=payout.ref)
        {"approve": deposits.approve, "refuse": deposits.refuse, "undo": deposits.undo}[step](deposit_ref=ref, **data, by=request.actor, at=request.now)
    except Refusal as refused:
        return _deposit_page(request, _found(request, ref), {step: form}, form.take(refused))
    messages.success(request, f"已{ {'approve': '批准提存', 'refuse': '退回', 'undo': '冲回'}[step] }：{row.no}")
    return redirect("distribution-deposit", ref=ref)


def _asks(step: str, row: Deposit) -> dict[str, Any]:
    if step == "approve":
        return {}
    reason = {"reason": text_field("理由" if step != "release" else "领取情况", most=200)}
    if step != "release":
        return reason
    own = [a for a in live_accounts(row.case) if (a.party_id == row.party_id if row.party_id else a.party_id is None and a.holder == row.creditor)]
    return {"account": choice_field("收款账户", account_choices(own), help_text="没有账户的，请先登记收款账户"), **reason}


def _deposit_page(request: HttpRequest, row: Deposit, bound: dict[str, StepForm] | None = None, refusal: Refusal | None = None) -> HttpResponse:
    bound, can = bound or {}, lambda action: allowed(request.book, request.actor, action)
    mine = request.actor.person_id == row.asked_by_id
    steps = []
    if row.state == Deposit.ASKED:
        steps = [("approve", "批准提存", can(APPROVE) and not mine), ("refuse", "退回申请" if not mine else "撤回申请", can(APPROVE) or mine)]
    elif row.state == Deposit.HELD:
        steps = [("release", "办理领取", can(RELEASE)), ("undo", "冲回", can(APPROVE))]
    shown = [(name, words, bound.get(name) or StepForm(fields=_asks(name, row))) for name, words, may_ in steps if may_]
    context = {"row": row, "case": row.case, "steps": shown, "refusal": refusal, "bound": next(iter(bound.values()), None), "ground": deposits.grounds().get(row.ground, row.ground),
               "done": row.steps.select_related("by").order_by("pk"), "words": {s["id"]: s["title"] for s in limits()["unclaimed"]["rows"]}}  # fmt: skip
    return show(request, "distribution/deposit.html", context, status=refusal.status if refusal else 422 if bound else 200)


def _found(request: HttpRequest, ref: str) -> Deposit:
    row = Deposit.objects.select_related("case", "case__handler", "receipt", "party", "asked_by", "approved_by", "ended_by").filter(court_id=request.actor.court_id, ref=ref).first()
    if row is None:
        raise Http404("没有这笔提存")
    return row


def _named(refusal: Refusal) -> Refusal:
    """The actions' amount is the form's `fen`."""
    return Refusal(refusal.what, [replace(r, field="fen") if r.field == "amount_yuan" else r for r in refusal.reasons], refusal.status)


@page("page:distribution", posts="record:payout_requested", reads="ref")
def refund(request: HttpRequest, ref: str) -> HttpResponse:
    """Give money back: how much nobody may get, to whom, and who will have to approve."""
    case = found_case(request, ref)
    require(request.book, request.actor, "record:payout_requested", what="暂不能申请退款")
    receipts, accounts = [(r, fen) for r, fen in queries.left_on(case) if fen > 0], live_accounts(case)
    payers = {r.payer for r, _ in receipts}
    usable = [a for a in accounts if (a.party.role == Party.DEBTOR if a.party else a.holder in payers)]
    most = refunds.left_over(case)
    form, refusal = StepForm(request.POST if request.method == "POST" else None, fields=refund_fields(receipts, usable, most)), None
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        try:
            made = refunds.ask(receipt_ref=data["receipt_ref"], account_id=int(data["account"]), fen=data["fen"], ground=data["ground"], reason=data["reason"], by=request.actor, at=request.now)
        except Refusal as refused:
            refusal = form.take(_named(refused))
        else:
            messages.success(request, f"已申请退款：{made.no}")
            return redirect("funds-payout", ref=made.ref)
    account = LedgerAccount.objects.filter(case=case).first()
    past = Payout.objects.filter(case=case).exclude(kind=Payout.CLAIM).order_by("-pk")[:50]
    context = {"case": case, "form": form, "refusal": refusal, "most": most, "free": account.free_fen if account else 0, "usable": usable, "receipts": receipts, "past": past,
               "tabs": request.tabs(ref), "plans": DistributionPlan.objects.filter(case=case, state__in=DistributionPlan.LIVE)}  # fmt: skip
    return show(request, "distribution/refund.html", context, status=refusal.status if refusal else 422 if form.is_bound else 200)


@page("page:distribution", posts=SETTLE)
def idle(request: HttpRequest) -> HttpResponse:
    """Money that nobody takes, the oldest first: the next step of each, kept for many at once."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in dict(unclaimed.KINDS) else unclaimed.CASE
    size, after, today = limits()["pages"]["rows"], number_of(request, "after"), request.now.date()
    rows = unclaimed.idle(request.actor.court_id, kind, on=today, after=after, limit=size + 1)
    steps = unclaimed.steps_of(kind)
    fields = {"step": choice_field("办理", [(s["id"], s["title"]) for s in steps]), "done_on": day_field("办理日期"),
              "note": text_field("办理情况和凭证", most=400, help_text="联系记录、公告网址、票据编号等")}  # fmt: skip
    fields["done_on"].initial = today
    due = next((r.step["id"] for r in rows if r.step and r.is_due(today)), "")
    form, refusal = StepForm(request.POST if request.method == "POST" else None, fields=fields, initial={"step": due}), None
    if request.method == "POST" and form.is_valid():
        try:
            done = _take(request, kind, form.cleaned_data)
        except Refusal as refused:
            refusal = form.take(refused)
        else:
            messages.success(request, f"已登记 {done} 笔")
            return redirect(f"{reverse('distribution-unclaimed')}?kind={kind}")
    kinds = [{"words": words, "url": f"?kind={k}", "current": k == kind} for k, words in unclaimed.KINDS]
    context = {"rows": rows[:size], "kind": kind, "kinds": kinds, "today": today, "tabs": tabs(request), "steps": steps, "form": form, "refusal": refusal,
               "may_settle": allowed(request.book, request.actor, SETTLE), "words": {s["id"]: s["title"] for s in limits()["unclaimed"]["rows"]},
               "first": f"?kind={kind}" if after else "", "more": f"?kind={kind}&after={after + size}" if len(rows) > size else "",
               "deposit_ok": may(request, "payout_requested"), "clause": limits()["unclaimed"]["clause"]}  # fmt: skip
    return show(request, "distribution/unclaimed.html", context, status=refusal.status if refusal else 422 if form.is_bound else 200)


def _take(request: HttpRequest, kind: str, data: dict[str, Any]) -> int:
    """The same step about every picked sum, all or none."""
    refs = list(dict.fromkeys(request.POST.getlist("pick")))[: limits()["pages"]["rows"]]
    if not refs:
        raise Refusal.because("没有登记办理情况", "没有勾选", clause=limits()["unclaimed"]["clause"], field="step", now="请勾选要登记的款")
    with transaction.atomic():
        for ref in refs:
            unclaimed.take_step(kind=kind, ref=ref, **data, by=request.actor, at=request.now)
    return len(refs)
