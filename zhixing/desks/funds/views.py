"""The desk's pages: the four views of a funds officer, a case's money and what is done with it (四(三))."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from zhixing.casework.cases.models import Case
from zhixing.casework.facts.forms import stored_key
from zhixing.casework.people.authority import allowed, require
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page, show

from . import balances, payouts, queries
from .acts import DOINGS, form_of
from .forms import AccountForm
from .guarding import led_by
from .keeping import limits
from .models import Payout, Posting, Receipt
from .reports import papers

ACCOUNT_ACTION = "record:payout_requested"
NEXT = {  # what a receipt wants next, in the order in which it is done: (event, only while its clock or state says so)
    Receipt.HANDED: ("on_site_payment_booked",),
    Receipt.BOOKED: ("finance_notice_received", "money_accounted", "applicant_told_to_collect", "payout_requested", "balance_urged"),
}  # fmt: skip
OTHERS = ("payout_delay_requested", "payout_delay_approved", "payout_delay_ended", "balance_urged", "balance_tracked", "settlement_slip_registered",
          "applicant_told_to_collect", "money_accounted", "payout_requested", "receipt_correction_asked", "receipt_corrected")  # fmt: skip
COLOURS = {"soon": "soon", "late": "late", "delayed": "waiting", "unclaimed": "today"}


def tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """The desk's pages that this person may open."""
    all_tabs = (("待发案款", "funds-home", "page:funds"), ("不明款项", "funds-claims", "page:funds"), ("发放", "funds-payouts", "page:funds"), ("分配和提存", "distribution-home", "page:distribution"), ("银行流水", "funds-statements", "page:funds-court"), ("银行对账", "funds-reconciliation", "page:funds-court"), ("银行接口", "funds-bank", "page:funds-court"),
                ("总账和结账", "funds-books", "page:funds-court"), ("月报", "funds-report", "page:funds-court"), ("异常", "funds-anomalies", "page:funds-court"))  # fmt: skip
    found = []
    for title, name, action in all_tabs:
        if allowed(request.book, request.actor, action):
            found.append({"words": title, "url": reverse(name), "current": request.path == reverse(name)})
    return found


def may(request: HttpRequest, kind: str) -> bool:
    """Whether this person may record the event."""
    return allowed(request.book, request.actor, f"record:{kind}")


def number_of(request: HttpRequest, name: str) -> int:
    """A whole number of the address, 0 when it is none."""
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else 0


@page("page:funds")
def home(request: HttpRequest) -> HttpResponse:
    """The four views; without a choice the first with something in it, the most urgent first."""
    court_id, size, counted = request.actor.court_id, limits()["pages"]["rows"], queries.counts(request.actor.court_id, request.now)
    view = request.GET.get("view", "")
    lists = queries.lists()
    if view not in (*dict(queries.VIEWS), "later", *lists):
        view = next((v for v in ("late", "soon", "delayed", "later") if counted[v]), "soon")
    if view == "unclaimed":
        return redirect("funds-claims")
    after = number_of(request, "after")
    rows = queries.due(court_id, view, book=request.book, at=request.now, after=after, limit=size + 1)
    counters = [{"words": words, "count": counted[v], "url": f"?view={v}" if v != "unclaimed" else reverse("funds-claims"),
                 "state": COLOURS[v] if counted[v] else "waiting", "current": v == view} for v, words in queries.VIEWS]  # fmt: skip
    shown = [(row, next_of(request, row.receipt, row.rest_fen)) for row in rows[:size]]
    listed = queries.list_counts(court_id, request.now)
    many = limits()["many"].get(view, {}).get("act", "")
    context = {
        "counters": counters, "rows": shown, "view": view, "title": {**dict(queries.VIEWS), "later": "尚未临近", **{n: s["title"] for n, s in lists.items()}}[view], "tabs": tabs(request), "later": counted["later"],
        "first": f"?view={view}" if after else "", "more": f"?view={view}&after={after + size}" if len(rows) > size else "",
        "may_general": may(request, "general_money_arrived"), "hint": lists.get(view, {}).get("hint", ""), "many": request.book.events[many] if many and may(request, many) else None,
        "lists": [{"words": s["title"], "url": f"?view={n}", "count": listed[n], "current": n == view} for n, s in lists.items()],
    }  # fmt: skip
    return show(request, "funds/home.html", context)


def next_of(request: HttpRequest, receipt: Receipt, rest_fen: int) -> tuple[str, str] | None:
    """(verb, address) of what this person does next about a receipt: the first step that is open and theirs."""
    if receipt.correction_reason and may(request, "receipt_corrected"):
        return request.book.events["receipt_corrected"].verb, act_url(receipt.case.ref, "receipt_corrected", receipt.ref)
    if receipt.state == Receipt.BOOKED and rest_fen <= 0:
        return None
    done = {"finance_notice_received": receipt.notice_on is not None}
    for kind in NEXT.get(receipt.state, ()):
        if not done.get(kind) and may(request, kind):
            return request.book.events[kind].verb, act_url(receipt.case.ref, kind, receipt.ref)
    return None


def act_url(case_ref: str, kind: str, receipt_ref: str = "") -> str:
    """Where an act on a case's money is done."""
    address = reverse(f"funds-{kind}", args=[case_ref])
    return f"{address}?receipt={receipt_ref}" if receipt_ref else address


@page("page:funds", reads="ref")
def case(request: HttpRequest, ref: str) -> HttpResponse:
    """A case's money: what is there, what came in and what of it is left, what goes out, every line with its balance."""
    found = found_case(request, ref)
    money = queries.money_of(found, book=request.book, at=request.now)
    acts = [(request.book.events[k].verb, act_url(ref, k)) for k in ("money_arrived", "on_site_payment_made", "money_dispute_set") if may(request, k)]
    others = [(request.book.events[k].verb, k) for k in OTHERS if may(request, k)]
    led = led_by([r.pk for r, _, _ in money.receipts])
    receipts = [(r, rest, clocks, _next_here(request, r, rest, accounted=money.accounting is not None, told=limits()["tell"] not in {c.rule for c in clocks}, led=led.get(r.pk))) for r, rest, clocks in money.receipts]
    before = number_of(request, "before")
    lines = balances.statement_of(request.actor.court_id, found.pk, limit=limits()["pages"]["rows"], before=before or None)
    context = {
        "case": found, "money": money, "receipts": receipts, "acts": acts, "others": others, "lines": lines, "tabs": request.tabs(ref), "free": money.account.free_fen,
        "offers": papers.offers(papers.known_of(found, [r for r, _, _ in money.receipts], money.payouts)), "may_draft": allowed(request.book, request.actor, "do:draft_money_paper"),
        "owed": owed(money), "may_account": allowed(request.book, request.actor, ACCOUNT_ACTION), "steps": [(p, payout_step(request, p)) for p in money.payouts],
        "purposes": dict(Posting.PURPOSES), "older": f"?before={lines[-1]['n']}#statement" if lines and lines[-1]["n"] > 1 else "",
    }  # fmt: skip
    return show(request, "funds/case.html", context)


def _next_here(request: HttpRequest, receipt: Receipt, rest: int, *, accounted: bool, told: bool, led: tuple[str, str] | None) -> tuple[str, str] | None:
    """On the case's page it is known what was done already, and whether the rest is paid out from another page (`led`):
    the applicant is told before the payout is asked for (四(三)2(2))."""
    step = next_of(request, receipt, rest)
    if not accounted or receipt.notice_on is None or rest <= 0:
        return step
    kind = "payout_requested" if told else "applicant_told_to_collect"
    return led or ((request.book.events[kind].verb, act_url(receipt.case.ref, kind, receipt.ref)) if step and may(request, kind) else step)


def owed(money: queries.CaseMoney) -> int | None:
    """What the applicants may get in all by the newest accounting (fen)."""
    return money.accounting.owed_fen if money.accounting else None


@page("page:funds", posts="page:funds", reads="ref")
def act(request: HttpRequest, ref: str, kind: str) -> HttpResponse:
    """One act on a case's money; the event's own authority is asked here and by its action."""
    found, spec, doing = found_case(request, ref), request.book.events[kind], DOINGS[kind]
    require(request.book, request.actor, f"record:{kind}", what=f"暂不能{spec.verb}")
    money = queries.money_of(found, book=request.book, at=request.now)
    form, refusal = form_of(spec, doing, found, money, request, request.GET.get("receipt", "")), None
    if request.method == "POST" and form.is_valid():
        try:
            doing.run(request, found, form, stored_key(request, kind, ref, form.cleaned_data["act_key"]))
        except Refusal as refused:
            refusal = form.take(refused)
        else:
            messages.success(request, f"已{spec.verb}：{found.number}")
            return redirect("funds-case", ref=ref)
    missing = "来款" if doing.of is not None and not any(r.state in doing.of and doing.only(r) for r, _, _ in money.receipts) else ""
    if kind == "payout_requested" and not money.accounts:
        missing = missing or "收款账户"
    context = {"case": found, "spec": spec, "form": form, "refusal": refusal, "money": money, "missing": missing, "free": money.account.free_fen, "owed": owed(money)}
    return show(request, "funds/act.html", context, status=refusal.status if refusal else 422 if form.is_bound else 200)


@page("page:funds", posts=ACCOUNT_ACTION, reads="ref")
def account(request: HttpRequest, ref: str) -> HttpResponse:
    """Where a payee wants money, or wants it from now on."""
    found = found_case(request, ref)
    posted, refusal = request.method == "POST", None
    form = AccountForm(request.POST if posted else None, case=found, initial={k: request.GET[k] for k in ("party", "holder") if k in request.GET})
    if posted and form.is_valid():
        data = form.cleaned_data
        try:
            payouts.name_account(case_id=found.pk, party_id=int(data["party"]) if data["party"] else None, holder=data["holder"], bank=data["bank"],
                                 number=data["account_no"], evidence=data["evidence"], by=request.actor, at=request.now)  # fmt: skip
        except Refusal as refused:
            refusal = form.take(refused)
        else:
            messages.success(request, f"已登记收款账户：{found.number}")
            return redirect("funds-case", ref=ref)
    context = {"case": found, "form": form, "refusal": refusal, "accounts": queries.live_accounts(found), "hours": limits()["account_hold"]["hours"]}
    return show(request, "funds/account.html", context, status=refusal.status if refusal else 422 if form.is_bound else 200)


def found_case(request: HttpRequest, ref: str) -> Case:
    """The case of the court, or nothing. Raises Http404."""
    found = queries.case_of(request.actor.court_id, ref)
    if found is None:
        raise Http404("没有这个案件")
    return found


STEPS = {Payout.REQUESTED: "payout_checked", Payout.CHECKED: "payout_approved", Payout.APPROVED: "payout_sent", Payout.SENT: "money_paid_out"}
BY = {Payout.REQUESTED: "案款管理专员", Payout.CHECKED: "有审批权限的领导", Payout.APPROVED: "财务人员", Payout.SENT: "财务人员"}



def payout_step(request: HttpRequest, row: Payout) -> tuple[str, bool] | None:
    """(verb, whether it is this person's) of a payout's next step; None when there is none left."""
    kind = STEPS.get(row.state)
    if kind is None:
        return None
    busy = {row.requested_by_id, row.checked_by_id, row.approved_by_id} if row.state != Payout.SENT else {row.requested_by_id, row.approved_by_id}
    mine = may(request, kind) and request.actor.person_id not in busy and (row.state != Payout.CHECKED or payouts.may_approve(request.actor, row))
    return request.book.events[kind].verb, mine
