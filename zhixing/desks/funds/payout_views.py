"""The queue of payouts by step, one payout with what is done with it, the bank's file (四(三)2)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from zhixing.casework.dossier.fields import ScanField
from zhixing.casework.facts import rules
from zhixing.casework.people.authority import allowed
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page, show

from . import paying, payouts, queries
from .forms import StepForm, text_field
from .keeping import limits
from .models import Batch, Payout
from .views import STEPS, number_of, payout_step, tabs

PROOF = ScanField(label="付款凭证", required=False)
ASKS: dict[str, dict[str, forms.Field]] = {
    "check": {"note": text_field("核对收款账户的方式和结果", most=200, help_text="电话回访收款人、核对账户确认书等")},
    "approve": {},
    "cancel": {"reason": text_field("撤回或不予通过的理由", most=200)},
    "confirm": {"bank_ref": text_field("银行回单号", most=60), "proof": PROOF},
    "return": {"reason": text_field("银行退回的原因", most=200)},
}  # fmt: skip
KINDS = {"check": "payout_checked", "approve": "payout_approved", "cancel": "payout_cancelled", "confirm": "money_paid_out", "return": "payout_returned"}
OF = {"check": (Payout.REQUESTED,), "approve": (Payout.CHECKED,), "cancel": Payout.PENDING, "confirm": (Payout.SENT,), "return": (Payout.SENT, Payout.CONFIRMED)}


@page("page:funds")
def queue(request: HttpRequest) -> HttpResponse:
    """The payouts that wait; without a choice the step that is this person's."""
    return _queue(request, request.GET.get("state", ""))


def _queue(request: HttpRequest, state: str, refusal: Refusal | None = None) -> HttpResponse:
    """The same, under what was refused and with what was picked."""
    court_id, size = request.actor.court_id, limits()["pages"]["rows"]
    counted = queries.payout_counts(court_id)
    if state not in dict(Payout.STATES):
        mine = [s for s in STEPS if allowed(request.book, request.actor, f"record:{STEPS[s]}")]
        state = next((s for s in [*mine, *STEPS] if counted[s]), (mine or [Payout.REQUESTED])[0])
    rows = queries.payout_queue(court_id, state, after=number_of(request, "after"), limit=size + 1)
    counters = [{"words": words, "count": counted.get(s, 0), "url": f"?state={s}", "state": "today" if counted.get(s) else "waiting", "current": s == state}
                for s, words in Payout.STATES if s in counted]  # fmt: skip
    may_send = state == Payout.APPROVED and allowed(request.book, request.actor, "do:export_payouts")
    context = {
        "counters": counters, "rows": [(p, payout_step(request, p)) for p in rows[:size]], "state": state, "title": dict(Payout.STATES)[state], "tabs": tabs(request),
        "bulk": "payout-bulk" if may_send else "", "first": f"?state={state}" if number_of(request, "after") else "",
        "more": f"?state={state}&after={rows[size - 1].pk}" if len(rows) > size else "", "total": sum(p.amount_fen for p in rows[:size]),
        "batches": Batch.objects.filter(court_id=court_id).order_by("-pk")[:5] if allowed(request.book, request.actor, "do:export_payouts") else [],
        "closed": [(s, w) for s, w in Payout.STATES if s not in counted], "refusal": refusal, "picked": request.POST.getlist("pick"),
    }  # fmt: skip
    return show(request, "funds/payouts.html", context, status=refusal.status if refusal else 200)


@page("page:funds")
def payout(request: HttpRequest, ref: str) -> HttpResponse:
    """One payout: who gets what, who did what, and the next step as a form."""
    return _page(request, _found(request, ref))


@page("page:funds", posts="page:funds")
def do(request: HttpRequest, ref: str, step: str) -> HttpResponse:
    """One step of a payout; the event's own authority is asked by its action. 404 for an unknown step."""
    row = _found(request, ref)
    if step not in ASKS:
        raise Http404("没有这个步骤")
    if request.method != "POST":
        return redirect("funds-payout", ref=ref)
    form = StepForm(request.POST, request.FILES, fields=ASKS[step])
    if not form.is_valid():
        return _page(request, row, {step: form})
    data: dict[str, Any] = {"payout_ref": ref, **form.cleaned_data, "by": request.actor, "at": request.now}
    actions = {"check": payouts.check, "approve": payouts.approve, "cancel": payouts.cancel, "confirm": paying.confirm, "return": paying.give_back}
    try:
        actions[step](**data)
    except Refusal as refused:
        return _page(request, row, {step: form}, form.take(refused))
    messages.success(request, f"已{rules.rulebook().events[KINDS[step]].verb}：{row.no}")
    return redirect("funds-payout", ref=ref)


def _page(request: HttpRequest, row: Payout, forms_: dict[str, StepForm] | None = None, refusal: Refusal | None = None) -> HttpResponse:
    bound = forms_ or {}
    step = payout_step(request, row)
    open_steps = [s for s in OF if row.state in OF[s] and allowed(request.book, request.actor, f"record:{KINDS[s]}")]
    mine = [s for s in open_steps if s in ("cancel", "return") or (step and step[1])]
    shown = [(s, bound.get(s) or StepForm(fields=ASKS[s]), request.book.events[KINDS[s]]) for s in mine]
    context = {
        "row": row, "steps": shown, "step": step, "refusal": refusal, "bound": next(iter(bound.values()), None), "who": [request.book.roles[r].title for r in payouts.approvers_of(row)],
        "may_send": row.state == Payout.APPROVED and bool(step and step[1]), "changed": row.account.replaces, "hours": limits()["account_hold"]["hours"],
        "states": [s for s, _ in Payout.STATES][:5],
    }  # fmt: skip
    return show(request, "funds/payout.html", context, status=refusal.status if refusal else 422 if bound else 200)


@page("page:funds", posts="do:export_payouts")
def send(request: HttpRequest) -> HttpResponse:
    """Hand the picked payouts to the bank as one batch."""
    if request.method != "POST":
        return redirect("funds-payouts")
    try:
        batch = paying.send(payout_refs=request.POST.getlist("pick")[: limits()["pages"]["rows"]], by=request.actor, at=request.now)
    except Refusal as refusal:
        return _queue(request, Payout.APPROVED, refusal)
    by_itself = hasattr(batch, "handing")
    messages.success(request, f"已提交付款：批号 {batch.no}，{batch.size} 笔。" + ("由银行接口交付，不用再上传文件。" if by_itself else "请下载付款文件交银行。"))
    return redirect(f"{reverse('funds-payouts')}?state={Payout.SENT}")


@page("do:export_payouts")
def batch_file(request: HttpRequest, no: str) -> HttpResponse:
    """The file of a batch for the bank. 404 without one."""
    batch = Batch.objects.filter(court_id=request.actor.court_id, no=no).first()
    if batch is None:
        raise Http404("没有这一批")
    return HttpResponse(paying.batch_file(batch), content_type="text/csv; charset=utf-8",
                        headers={"Content-Disposition": f'attachment; filename="payments-{batch.no}.csv"', "X-Content-Type-Options": "nosniff"})  # fmt: skip


def _found(request: HttpRequest, ref: str) -> Payout:
    row = queries.payouts_of(request.actor.court_id).select_related("account__replaces").filter(ref=ref).first()
    if row is None:
        raise Http404("没有这张发放单")
    return row
