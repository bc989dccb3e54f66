"""Pages about the whole court's money: general money and claims, the books, the month's end, anomalies (四(三)1, 四(三)3(2))."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from zhixing.casework.cases.models import Case
from zhixing.casework.facts.forms import stored_key
from zhixing.casework.people.authority import allowed
from zhixing.rulebook.money.amounts import yuan
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page, show

from . import balances, claims, queries
from .forms import GeneralForm, MonthForm, StepForm, money_fields, text_field
from .keeping import limits
from .ledger.months import next_month
from .models import Month, Receipt
from .ranking import candidates, weights
from .receipts import Money
from .reconciling import actions as reconciled
from .views import may, number_of, tabs

STEPS = {
    "identify": ("general_money_identified", (Receipt.ARRIVED, Receipt.IDENTIFIED)), "claim": ("general_money_claimed", (Receipt.ARRIVED, Receipt.IDENTIFIED)),
    "book": ("general_money_booked", (Receipt.CLAIMED,)), "refuse": ("general_money_identified", (Receipt.CLAIMED,)),
}  # fmt: skip


def _asks(step: str) -> dict[str, Any]:
    number = text_field("案号", step == "claim", 40, "从右边选择，或填写本院案号")
    return {"identify": {"number": number, "basis": text_field("辨认依据", most=200, help_text="缴款人、附言、金额"), "told": text_field("已通知的承办人", most=80)},
            "claim": {"number": number, "reason": text_field("认领理由", most=200)}, "book": {}, "refuse": {"why": text_field("不予确认的理由", most=200)}}[step]  # fmt: skip


@page("page:funds")
def claims_queue(request: HttpRequest) -> HttpResponse:
    """Money in suspense, the oldest first, with its age."""
    court_id, size, state = request.actor.court_id, limits()["pages"]["rows"], request.GET.get("state", "")
    rows = queries.waiting_receipts(court_id, state=state if state in Receipt.WAITING else "", after=number_of(request, "after"), limit=size + 1)
    today = request.now.date()
    verbs = {Receipt.ARRIVED: ("identify", "claim"), Receipt.IDENTIFIED: ("claim", "identify"), Receipt.CLAIMED: ("book",)}
    shown = []
    for row in rows[:size]:
        mine = next((s for s in verbs[row.state] if may(request, STEPS[s][0]) and not (s == "book" and row.claimed_by_id == request.actor.person_id)), "")
        shown.append((row, (today - row.arrived_on).days, request.book.events[STEPS[mine][0]].verb if mine else ""))
    context = {"rows": shown, "ages": queries.ageing(court_id, request.now), "tabs": tabs(request), "state": state, "states": [(s, w) for s, w in Receipt.STATES if s in Receipt.WAITING],
               "first": f"?state={state}" if number_of(request, "after") else "", "more": f"?state={state}&after={rows[size - 1].pk}" if len(rows) > size else "",
               "may_general": may(request, "general_money_arrived")}  # fmt: skip
    return show(request, "funds/claims.html", context)


@page("page:funds", posts="record:general_money_arrived")
def claim_new(request: HttpRequest) -> HttpResponse:
    """Register money on the general account."""
    posted, refusal = request.method == "POST", None
    form = GeneralForm(request.POST if posted else None, fields=money_fields(), initial={"arrived_on": request.now.date(), "act_key": secrets.token_urlsafe(18)})
    if posted and form.is_valid():
        data = form.cleaned_data
        money = Money(data["receipt_no"], data["amount_yuan"], data["arrived_on"], data["payer"], data["payer_account"], data["remark"], data["bank_serial"])
        try:
            row = claims.receive_general(money=money, key=stored_key(request, "general_money_arrived", "new", data["act_key"]), by=request.actor, at=request.now)
        except Refusal as refused:
            refusal = form.take(refused)
        else:
            messages.success(request, f"已登记总账号来款：{row.receipt_no}")
            return redirect("funds-claim", ref=row.ref)
    return show(request, "funds/claim_new.html", {"form": form, "refusal": refusal}, status=refusal.status if refusal else 422 if posted else 200)


@page("page:funds")
def claim(request: HttpRequest, ref: str) -> HttpResponse:
    """One sum in suspense: the cases it may belong to with every ground, and what is done with it."""
    return _claim_page(request, _found(request, ref))


@page("page:funds")
def claim_of_matter(request: HttpRequest, ref: str) -> HttpResponse:
    """The page of the sum that a matter is about. 404 without one."""
    row = Receipt.objects.filter(court_id=request.actor.court_id, matter__ref=ref).first()
    if row is None:
        raise Http404("没有这笔来款")
    return redirect("funds-claim", ref=row.ref)


@page("page:funds", posts="page:funds")
def claim_do(request: HttpRequest, ref: str, step: str) -> HttpResponse:
    """Identify, claim, confirm or send back; the event's own authority is asked by its action. 404 for an unknown step."""
    row = _found(request, ref)
    if step not in STEPS:
        raise Http404("没有这个步骤")
    if request.method != "POST":
        return redirect("funds-claim", ref=ref)
    form, refusal = StepForm(request.POST, fields=_asks(step)), None
    if form.is_valid():
        try:
            _carry_out(request, row, step, dict(form.cleaned_data))
        except Refusal as refused:
            refusal = form.take(refused)
        else:
            messages.success(request, f"已{'退回认领' if step == 'refuse' else request.book.events[STEPS[step][0]].verb}：{row.receipt_no}")
            return redirect("funds-claim", ref=ref)
    return _claim_page(request, row, {step: form}, refusal)


def _carry_out(request: HttpRequest, row: Receipt, step: str, data: dict[str, Any]) -> None:
    if "number" in data:
        number = data.pop("number").strip()
        data["case_id"] = Case.objects.filter(court_id=request.actor.court_id, number=number).values_list("pk", flat=True).first() if number else None
        if number and data["case_id"] is None:
            raise Refusal.because("没有办理", f"本院没有 {number}", field="number", now="请核对案号")
    act = {"identify": claims.identify, "claim": claims.claim, "book": claims.book, "refuse": claims.refuse_claim}[step]
    act(receipt_ref=row.ref, **data, by=request.actor, at=request.now)


def _claim_page(request: HttpRequest, row: Receipt, bound: dict[str, StepForm] | None = None, refusal: Refusal | None = None) -> HttpResponse:
    bound = bound or {}
    ranked = candidates(row) if row.state in Receipt.WAITING else []
    best = row.case.number if row.case else ranked[0].case.number if ranked else ""
    start = {"number": request.GET.get("number", best), "basis": "；".join(w for w, _ in ranked[0].grounds) if ranked else ""}
    mine = [s for s, (kind, states) in STEPS.items() if row.state in states and may(request, kind)]
    own = row.state == Receipt.CLAIMED and row.claimed_by_id == request.actor.person_id
    shown = [(s, bound.get(s) or StepForm(fields=_asks(s), initial=start), request.book.events[STEPS[s][0]]) for s in mine if not (own and s == "book")]
    context = {"row": row, "ranked": ranked, "steps": sorted(shown, key=lambda s: s[0] not in ("claim", "book")), "refusal": refusal, "bound": next(iter(bound.values()), None),
               "own": own, "days": (request.now.date() - row.arrived_on).days, "weights": weights()}  # fmt: skip
    return show(request, "funds/claim.html", context, status=refusal.status if refusal else 422 if bound else 200)


def _found(request: HttpRequest, ref: str) -> Receipt:
    row = Receipt.objects.select_related("case", "matter", "claimed_by", "booked_by", "made_by").filter(court_id=request.actor.court_id, ref=ref).first()
    if row is None:
        raise Http404("没有这笔来款")
    return row


@page("page:funds-court", posts="do:close_month")
def books(request: HttpRequest) -> HttpResponse:
    """The trial balance of a day, the closed months, and closing the next one."""
    court_id, refusal = request.actor.court_id, None
    month = next_month(court_id)
    ended = month is not None and month < request.now.date().replace(day=1)
    ready = reconciled.balance_to_close(court_id, month) if month else None
    form = MonthForm(request.POST if request.method == "POST" else None, initial={"bank_yuan": None if ready is None else f"{yuan(ready):f}"})
    if request.method == "POST" and month and form.is_valid():
        try:
            reconciled.close(first_on=month, bank_fen=form.cleaned_data["bank_yuan"], by=request.actor, at=request.now)
        except Refusal as refused:
            refusal = form.take(refused)
        else:
            messages.success(request, f"已结账：{month:%Y年%m月}")
            return redirect("funds-books")
    on = _day(request)
    context = {"found": balances.trial_balance(court_id, on), "on": on, "months": Month.objects.filter(court_id=court_id).select_related("closed_by").order_by("-last_on")[:24],
               "month": month, "ended": ended, "reconciled": ready is not None, "form": form, "refusal": refusal, "tabs": tabs(request), "may_close": ended and allowed(request.book, request.actor, "do:close_month")}  # fmt: skip
    return show(request, "funds/books.html", context, status=refusal.status if refusal else 422 if form.is_bound else 200)


def _day(request: HttpRequest) -> date:
    try:
        return min(date.fromisoformat(request.GET.get("on", "")), request.now.date())
    except ValueError:
        today: date = request.now.date()
        return today
