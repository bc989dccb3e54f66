"""What can be done with a case's money from its page: event kind → what its form asks and the one action behind it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Sum
from django.http import HttpRequest

from zhixing.casework.cases.models import Case
from zhixing.casework.dossier.actions import record_with_proof
from zhixing.rulebook.model import EventKind
from zhixing.rulebook.money.amounts import words, yuan
from zhixing.rulebook.money.fees import enforcement_fee

from . import corrections, payouts, queries, receipts
from .forms import (
    CHOSEN,
    KIND_CHOICES,
    FundsForm,
    Yuan,
    account_choices,
    choice_field,
    day_field,
    money_fields,
    text_field,
)
from .keeping import desk_of
from .models import Receipt
from .payouts import Wish
from .queries import CaseMoney
from .receipts import Money

Run = Callable[[HttpRequest, Case, FundsForm, str], Any]


@dataclass(frozen=True, slots=True)
class Doing:
    """One act: of which receipts (None: of none), what more it asks, what of the event the desk works out itself."""

    run: Run
    of: tuple[str, ...] | None = (Receipt.BOOKED,)
    more: Callable[[Case, CaseMoney], dict[str, forms.Field]] = lambda case, money: {}
    leave_out: tuple[str, ...] = ("payout_no",)
    proof: bool = False
    only: Callable[[Receipt], bool] = lambda receipt: True


def _common(request: HttpRequest, form: FundsForm, key: str) -> dict[str, Any]:
    return {"key": key, "by": request.actor, "at": form.happened_at, "recorded_at": request.now}


def _money(data: dict[str, Any]) -> Money:
    return Money(data["receipt_no"], data["amount_yuan"], data["arrived_on"], data["payer"], data["payer_account"], data["remark"], data["bank_serial"])


def _receive(request: HttpRequest, case: Case, form: FundsForm, key: str) -> None:
    receipts.receive(case_id=case.pk, money=_money(form.cleaned_data), proof=form.cleaned_data.get("act_proof"), **_common(request, form, key))


def _notice(request: HttpRequest, case: Case, form: FundsForm, key: str) -> None:
    data = form.cleaned_data
    receipts.notice(receipt_ref=data[CHOSEN], notice_no=data["notice_no"], amount_fen=data["amount_yuan"], **_common(request, form, key))


def _account_for(request: HttpRequest, case: Case, form: FundsForm, key: str) -> None:
    data = form.cleaned_data
    fen = {f"{n}_fen": data[f"{n}_yuan"] or 0 for n in ("claim", "interest", "costs", "fee")}
    receipts.account_for(receipt_ref=data[CHOSEN], note=data["note"], **fen, **_common(request, form, key))


def _accounting_fields(case: Case, money: CaseMoney) -> dict[str, forms.Field]:
    before, claim = money.accounting, int((case.claim_yuan or 0) * 100)
    fee = enforcement_fee(claim).fen if claim else 0
    start = {"claim": before.claim_fen if before else claim, "interest": before.interest_fen if before else 0, "costs": before.costs_fen if before else 0, "fee": 0}
    settled = case.accountings.aggregate(fen=Sum("fee_fen"))["fen"] or 0
    helps = {"claim": "来自立案登记", "interest": "一般债务利息和加倍部分，可用案款计算算出", "costs": "申请人垫付的评估费、公告费等",
             "fee": f"按标的额应收 {words(fee)} 元，已结 {words(settled)} 元"}  # fmt: skip
    labels = {"claim": "应得本金（元）", "interest": "应得利息（元）", "costs": "应得费用（元）", "fee": "从这笔来款结算的执行费（元）"}
    return {f"{n}_yuan": Yuan(label=labels[n], zero=True, initial=f"{yuan(fen):f}", help_text=helps[n]) for n, fen in start.items()}


def _plain(kind: str) -> Run:
    """An event about a receipt that moves no money."""

    def run(request: HttpRequest, case: Case, form: FundsForm, key: str) -> None:
        receipt = receipts.booked_receipt(form.cleaned_data[CHOSEN], request.actor.court_id, "没有办理")
        record_with_proof(kind, proof=form.cleaned_data.get("act_proof"), case_id=case.pk, payload={**form.payload(), "receipt_no": receipt.receipt_no},
                          desk=desk_of(kind, request.actor), **_common(request, form, key))  # fmt: skip

    return run


def _request(request: HttpRequest, case: Case, form: FundsForm, key: str) -> None:
    data = form.cleaned_data
    account = next((a for a in queries.live_accounts(case) if str(a.pk) == data["to"]), None)
    payee = account.holder if account and not account.party_id else ""
    wish = Wish(data[CHOSEN], data["kind"], data["amount_yuan"], account.pk if account else 0, data["basis"], account.party_id if account else None, payee)
    payouts.request(case_id=case.pk, wish=wish, key=key, by=request.actor, at=request.now)


def _request_fields(case: Case, money: CaseMoney) -> dict[str, forms.Field]:
    return {"to": choice_field("收款账户", account_choices(money.accounts), help_text="没有要用的账户，请先登记收款账户"),
            "kind": forms.ChoiceField(label="种类", choices=KIND_CHOICES), "basis": text_field("发放依据", most=200)}  # fmt: skip


def _dispute(request: HttpRequest, case: Case, form: FundsForm, key: str) -> None:
    data = form.cleaned_data
    receipts.set_dispute(case_id=case.pk, amount_fen=data["amount_yuan"], reason=data["reason"], **_common(request, form, key))


def _on_site(request: HttpRequest, case: Case, form: FundsForm, key: str) -> None:
    data = form.cleaned_data
    names = [n for n in re.split(r"[、,，;；\s]+", data["officers"]) if n]
    money = Money(data["receipt_no"], data["amount_yuan"], data["arrived_on"], data["payer"])
    receipts.pay_on_site(case_id=case.pk, money=money, payee=data["payee"], officers=(names[0] if names else "", names[1] if len(names) == 2 else ""),
                         proof=data.get("act_proof"), **_common(request, form, key))  # fmt: skip


def _book_on_site(request: HttpRequest, case: Case, form: FundsForm, key: str) -> None:
    data = form.cleaned_data
    receipts.book_on_site(receipt_ref=data[CHOSEN], amount_fen=data["amount_yuan"], **_common(request, form, key))


def _ask_correction(request: HttpRequest, case: Case, form: FundsForm, key: str) -> None:
    data = form.cleaned_data
    corrections.ask_correction(receipt_ref=data[CHOSEN], number=data["number"], reason=data["reason"], key=key, by=request.actor, at=request.now)


def _correct(request: HttpRequest, case: Case, form: FundsForm, key: str) -> None:
    corrections.correct(receipt_ref=form.cleaned_data[CHOSEN], by=request.actor, at=request.now)


PLAIN = ("applicant_told_to_collect", "payout_delay_requested", "payout_delay_approved", "payout_delay_ended", "balance_urged", "balance_tracked",
         "settlement_slip_registered", "handler_reminded_of_money")  # fmt: skip
DOINGS: dict[str, Doing] = {
    "money_arrived": Doing(_receive, of=None, more=lambda case, money: money_fields(), leave_out=("channel",), proof=True),
    "finance_notice_received": Doing(_notice),
    "money_accounted": Doing(_account_for, more=_accounting_fields, leave_out=("fee_yuan", "payable_yuan")),
    "payout_requested": Doing(_request, more=_request_fields, leave_out=("payee", "account", "payout_no")),
    "money_dispute_set": Doing(_dispute, of=None, more=lambda case, money: {"amount_yuan": Yuan(label="争议金额（元）", zero=True, help_text="无争议的部分先行发放；没有争议了填 0")},
                               leave_out=()),
    "on_site_payment_made": Doing(_on_site, of=None, more=lambda case, money: {"arrived_on": day_field("交付日期")}, leave_out=(), proof=True),
    "on_site_payment_booked": Doing(_book_on_site, of=(Receipt.HANDED,)),
    "receipt_correction_asked": Doing(_ask_correction),
    "receipt_corrected": Doing(_correct, leave_out=("reason", "amount_yuan"), only=lambda r: bool(r.correction_reason)),
    **{kind: Doing(_plain(kind), proof=True) for kind in PLAIN},
}


def form_of(spec: EventKind, doing: Doing, case: Case, money: CaseMoney, request: HttpRequest, chosen: str) -> FundsForm:
    """The form of an act; `chosen` is the receipt it was opened for."""
    posted = request.method == "POST"
    listed = None if doing.of is None else [(r, rest) for r, rest, _ in money.receipts if r.state in doing.of and doing.only(r)]
    day = request.now.date()
    return FundsForm(
        spec, request.POST if posted else None, request.FILES if posted else None, now=request.now, receipts=listed, more=doing.more(case, money),
        leave_out=doing.leave_out, proof=doing.proof and spec.proof is not None, initial={CHOSEN: chosen, "arrived_on": day, "told_on": day},
    )  # fmt: skip
