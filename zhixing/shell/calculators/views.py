"""The calculators' pages (四(三)2(2)): fee, delay interest, general interest, order of payment, sharing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from zhixing.rulebook.money import distribution, fees, interest, order
from zhixing.rulebook.money.amounts import yuan
from zhixing.rulebook.money.steps import Step
from zhixing.rulebook.money.table import standard
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page, show

from .forms import Calculator, DelayForm, FeeForm, OrderForm, OrdinaryForm, SharingForm

TABS = (("申请执行费", "calculators"), ("迟延履行利息", "calculator-delay"), ("一般债务利息", "calculator-ordinary"),
        ("清偿顺序", "calculator-order"), ("债权分配", "calculator-sharing"))  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What a page shows: the headline pairs, the steps, a note, and a table of its own (heads, rows)."""

    head: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]
    note: str = ""
    columns: tuple[tuple[str, str, str], ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def cited(self) -> str:
        """Every article the answer rests on."""
        return "".join(s.article for s in self.steps) + self.note


def money(fen: int) -> str:
    """Fen as yuan, with separators."""
    return f"{yuan(fen):,f}"


def _page(request: HttpRequest, cls: type[Calculator], title: str, count: Callable[[Any], Answer]) -> HttpResponse:
    """Ask, or answer what the address asks. Adding rows answers nothing yet."""
    asked = bool(request.GET) and "more" not in request.GET
    form = cls(request.GET if request.GET else None)
    answer, refusal = None, None
    if asked and form.is_valid():
        try:
            answer = count(form)
        except Refusal as refused:
            refusal = form.take(refused)
    if request.GET and not asked:
        form.errors.clear()
    wrong = asked and answer is None
    tabs = [{"words": words, "url": reverse(name), "current": request.path == reverse(name)} for words, name in TABS]
    context = {"title": title, "form": form, "answer": answer, "refusal": refusal, "tabs": tabs,
               "sources": [s for s in standard().statutes if answer and s.title in answer.cited]}
    return show(request, "shell/calculators/calculator.html", context, status=422 if wrong else 200)


@page("page:calculators")
def fee(request: HttpRequest) -> HttpResponse:
    """The fee for enforcement or preservation (诉讼费用交纳办法第14条)."""
    return _page(request, FeeForm, "申请执行费", _fee)


def _fee(form: FeeForm) -> Answer:
    kind, amount = form.cleaned_data["kind"], form.cleaned_data["amount"]
    found = standard().fee(kind)
    if amount is None:
        each = f"每件 {fees.range_words(found)}"
        return Answer(((found.title, each),), (), f"没有金额的，按{standard().cite(found.article)}{each}")
    charged = fees.charge(kind, amount)
    return Answer(((found.title, f"{money(charged.fen)} 元"),), charged.steps, charged.note)


@page("page:calculators")
def delay(request: HttpRequest) -> HttpResponse:
    """The doubled part of delay interest (法释〔2014〕8号)."""
    return _page(request, DelayForm, "迟延履行利息（加倍部分）", _delay)


def _delay(form: DelayForm) -> Answer:
    found = interest.doubled_interest(
        [interest.Debt(r["yuan"], r["from"]) for r in form.values("debts")], until=form.cleaned_data["until"],
        payments=[interest.Payment(r["on"], r["yuan"]) for r in form.values("payments")],
        stays=[interest.Stay(r["first"], r["last"]) for r in form.values("stays")],
    )  # fmt: skip
    return _interest("加倍部分利息", "尚未清偿的金钱债务", found)


def _interest(title: str, owed: str, found: interest.Interest) -> Answer:
    head = ((title, f"{money(found.fen)} 元"), ("计算天数", f"{found.days} 天"), (owed, f"{money(found.unpaid_fen)} 元"))
    return Answer(head, found.steps, found.note)


@page("page:calculators")
def ordinary(request: HttpRequest) -> HttpResponse:
    """General interest under the judgment (法释〔2014〕8号第1条第2款)."""
    return _page(request, OrdinaryForm, "一般债务利息", _ordinary)


def _ordinary(form: OrdinaryForm) -> Answer:
    found = interest.ordinary_interest(
        [interest.Debt(r["yuan"], r["from"]) for r in form.values("debts")],
        [interest.YearlyRate(r["from"], r["percent"]) for r in form.values("rates")],
        until=form.cleaned_data["until"], year_days=form.cleaned_data["year_days"],
        payments=[interest.Payment(r["on"], r["yuan"]) for r in form.values("payments")],
    )  # fmt: skip
    return _interest("一般债务利息", "尚未偿还的本金", found)


@page("page:calculators")
def payment(request: HttpRequest) -> HttpResponse:
    """What a receipt pays, in which order (法释〔2014〕8号第4条)."""
    return _page(request, OrderForm, "清偿顺序", _order)


def _order(form: OrderForm) -> Answer:
    dues = {e.id: form.cleaned_data.get(e.id) or 0 for e in standard().order_of_payment}
    found = order.pay(form.cleaned_data["received"], dues, agreed=form.agreed())
    rows = tuple((p.title, money(p.due_fen), money(p.paid_fen), money(p.left_fen)) for p in found.parts)
    columns = (("", "清偿项目", ""), ("", "应付（元）", "num"), ("", "清偿（元）", "num"), ("", "未清偿（元）", "num"))
    head = (("本次清偿", f"{money(sum(p.paid_fen for p in found.parts))} 元"), ("余款", f"{money(found.surplus_fen)} 元"))
    return Answer(head, found.steps, "", columns, rows)


@page("page:calculators")
def sharing(request: HttpRequest) -> HttpResponse:
    """Sharing among creditors (民诉法解释第508、514条, 法释〔2014〕13号第13条)."""
    return _page(request, SharingForm, "债权分配", _sharing)


def _sharing(form: SharingForm) -> Answer:
    claims = [distribution.Claim(r["creditor"], r["rank"], r["yuan"], r["basis"], r["turn"] or 0) for r in form.values("claims")]
    scheme = form.cleaned_data["scheme"]
    found = distribution.distribute(form.cleaned_data["pool"], claims, scheme=scheme)
    written = {claim: n for n, claim in enumerate(claims)}
    titles = {r.id: r.title for r in distribution.scheme_of(scheme, standard()).ranks}
    rows = tuple(
        (s.claim.creditor, s.claim.basis, titles[s.claim.rank], money(s.claim.fen), money(s.paid_fen), money(s.left_fen))
        for s in sorted(found.shares, key=lambda s: written[s.claim])
    )  # fmt: skip
    columns = (("", "债权人", ""), ("", "依据文号", ""), ("", "顺位", ""), ("", "债权（元）", "num"), ("", "分得（元）", "num"),
               ("", "未清偿（元）", "num"))  # fmt: skip
    head = (("分配合计", f"{money(sum(s.paid_fen for s in found.shares))} 元"), ("余款", f"{money(found.surplus_fen)} 元"))
    return Answer(head, found.steps, "", columns, rows)
