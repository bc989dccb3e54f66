"""The forms of distribution: a plan with its rows of claims, one step of a plan or an objection, deposits, refunds, unclaimed money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms

from zhixing.casework.dossier.checking import ACCEPT
from zhixing.casework.dossier.fields import ScanField
from zhixing.rulebook.money.amounts import words, yuan
from zhixing.rulebook.money.table import standard
from zhixing.rulebook.refusals import Refusal

from ..forms import StepForm, Yuan, account_choices, choice_field, day_field, taken, text_field
from ..models import PayeeAccount, Receipt
from . import deposits, refunds
from .keeping import limits
from .models import Participant, PlanObjection
from .plans import Draft
from .queries import Line
from .sharing import Claimed

SIDES = [s for s in Participant.SIDES if s[0] != Participant.DEBTOR]
ASKED = ("name", "side", "rank", "turn", "basis", "joined_on", "fen")


def _ranks() -> list[tuple[str, str]]:
    """Every rank of every scheme, once, in order."""
    found: dict[str, str] = {}
    for scheme in standard().schemes:
        for rank in scheme.ranks:
            found.setdefault(rank.id, rank.title)
    return list(found.items())


class ClaimForm(forms.Form):
    """One row: a claim of a creditor. A row without a name is no row."""

    use_required_attribute = False
    name = text_field("债权人", False)
    side = forms.ChoiceField(label="地位", choices=SIDES, initial=Participant.APPLICANT)
    rank = forms.ChoiceField(label="顺位", choices=_ranks, initial="ordinary")
    turn = forms.IntegerField(label="第几位", required=False, min_value=1, max_value=999)
    basis = text_field("依据文号", False)
    joined_on = day_field("申请日期", False)
    fen = Yuan(label="债权（元）", required=False, zero=True)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("name") and not data.get("fen") and "fen" not in self.errors:
            self.add_error("fen", "没有填写债权金额")
        if not data.get("name") and data.get("fen"):
            self.add_error("name", "没有填写债权人")
        return data

    def claim(self) -> Claimed | None:
        """What the row says."""
        data = self.cleaned_data
        if not data.get("name"):
            return None
        return Claimed(data["name"].strip(), data["side"], data["rank"], data["fen"], data["basis"].strip(), data["joined_on"], data["turn"] or 0)

    def asked(self) -> list[Any]:
        """The bound fields of the claim, in the order of ASKED."""
        return [self[name] for name in ASKED]


ClaimForms = forms.formset_factory(ClaimForm, extra=0, max_num=200, validate_max=True)


def rows_of(claims: Sequence[Claimed]) -> list[dict[str, Any]]:
    """Claims as the rows of the form start, with some empty ones after."""
    rows = [{"name": c.name, "side": c.side, "rank": c.rank, "turn": c.turn or None, "basis": c.basis, "joined_on": c.joined_on, "fen": f"{yuan(c.fen):f}" if c.fen else ""} for c in claims]
    return rows + [{"side": Participant.OUTSIDE, "rank": "ordinary"}] * limits()["pages"]["blank_rows"]


class PlanForm(forms.Form):
    """Which money by which scheme; the amounts of the receipts stand there already."""

    use_required_attribute = False
    scheme = forms.ChoiceField(label="分配方式", choices=[(s.id, s.title) for s in standard().schemes])
    principle = forms.CharField(label="分配原则", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2}), help_text="不填就按分配方式的顺位写")
    law = text_field("法律规定", False, 400, "不填就写所依的条文")

    def __init__(self, *args: Any, receipts: Sequence[tuple[Receipt, int]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.receipts = receipts
        for row, rest in receipts:
            about = f"{row.arrived_on} {row.payer}，可分配 {words(rest)} 元"
            self.fields[f"part-{row.ref}"] = Yuan(label=f"来款 {row.receipt_no}（元）", required=False, zero=True, initial=f"{yuan(rest):f}", help_text=about)

    def draft(self, claims: Sequence[Claimed]) -> Draft:
        """What the form asks for."""
        data = self.cleaned_data
        parts = {row.ref: data[f"part-{row.ref}"] for row, _ in self.receipts if data[f"part-{row.ref}"]}
        return Draft(parts, data["scheme"], claims, data["principle"], data["law"])

    def parts(self) -> list[Any]:
        """The bound fields of what each receipt gives, in the receipts' order."""
        return [self[f"part-{row.ref}"] for row, _ in self.receipts]

    def take(self, refusal: Refusal, rows: Sequence[ClaimForm]) -> Refusal | None:
        """Each reason beside its claim, its amount, or above."""
        filled, rest = [r for r in rows if r.cleaned_data.get("name")], []
        for reason in refusal.reasons:
            said = f"{reason.why}。{reason.now}" if reason.now else reason.why
            name, _, n = reason.field.partition("-")
            if name == "claims" and n.isdecimal() and int(n) < len(filled):
                filled[int(n)].add_error("name", said)
            else:
                rest.append(reason)
        return Refusal(refusal.what, rest, refusal.status) if rest else None


class ObjectionForm(StepForm):
    """An objection: whose, why, and how much of whose share it disputes."""

    def __init__(self, *args: Any, lines: Sequence[Line], **kwargs: Any) -> None:
        told = [(line.who.pk, line.who.name) for line in lines if line.first and line.who.told_on]
        asked: dict[str, forms.Field] = {
            "participant": choice_field("异议人", told), "objected_on": day_field("提出日期"),
            "ground": forms.CharField(label="异议和理由", max_length=1000, widget=forms.Textarea(attrs={"rows": 2})),
        }  # fmt: skip
        self.shares = [line for line in lines if line.first and line.standing.payable_fen]
        for line in self.shares:
            asked[f"disputed-{line.who.pk}"] = Yuan(label=f"争议：{line.who.name}（元）", required=False, zero=True, help_text=f"分得 {words(line.who.share_fen)} 元")
        super().__init__(*args, fields=asked, **kwargs)

    def disputed(self) -> Mapping[int, int]:
        """Fen disputed by each claimant's key; 0 where nothing was typed."""
        return {line.who.pk: self.cleaned_data[f"disputed-{line.who.pk}"] or 0 for line in self.shares}

    def take(self, refusal: Refusal) -> Refusal | None:
        """Put a refusal beside its fields; see `taken`."""
        return taken(self, refusal)


def objection_fields(row: PlanObjection, step: str, today: date, outcomes: Sequence[str]) -> dict[str, forms.Field]:
    """What a step of an objection asks."""
    if step == "oppose":
        return {"opposed_by": text_field("反对人", most=200), "told_on": _today("通知异议人日期", today)}
    words_ = dict(PlanObjection.STATES)
    return {"outcome": choice_field("处理结果", [(s, words_[s]) for s in outcomes]), "settled_on": _today("处理日期", today),
            "suit_no": text_field("起诉案号", False, 80, "提起诉讼的必填")}  # fmt: skip


def tell_fields(today: date) -> dict[str, forms.Field]:
    """Day, way and proof of telling; `today` is a date."""
    return {"told_on": _today("送达日期", today), "how": text_field("送达方式和凭证", most=200, help_text="如：邮寄 EMS1 签收；当面签收笔录"),
            "file": ScanField(label="送达回证", required=False, help_text="扫描件，存入正卷", widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}))}  # fmt: skip


def _today(label: str, today: date) -> forms.DateField:
    field = day_field(label)
    field.initial = today
    return field


def deposit_fields(receipts: Sequence[tuple[Receipt, int]], creditors: Sequence[str]) -> dict[str, forms.Field]:
    """What a request to set money aside asks."""
    return {
        "receipt_ref": receipt_field(receipts), "creditor": choice_field("权利人", [(c, c) for c in creditors]), "fen": Yuan(label="金额（元）"),
        "ground": choice_field("提存的情形", list(deposits.grounds().items())),
        "reason": forms.CharField(label="事实和理由", max_length=400, widget=forms.Textarea(attrs={"rows": 2}), help_text="怎样联系过、有什么凭证"),
    }  # fmt: skip


def refund_fields(receipts: Sequence[tuple[Receipt, int]], accounts: Sequence[PayeeAccount], most: int | None) -> dict[str, forms.Field]:
    """What a refund asks; the amount that no creditor may get stands there already."""
    amount = Yuan(label="金额（元）", help_text=f"清偿申请执行人以后余 {words(most)} 元" if most is not None else "还没有核算，只能退误汇的款项")
    amount.initial = f"{yuan(most):f}" if most else ""
    return {
        "receipt_ref": receipt_field(receipts), "ground": choice_field("退款的情形", list(refunds.grounds().items())), "fen": amount,
        "account": choice_field("退到", account_choices(accounts), help_text="被执行人的账户；缴款人不是当事人的，户名应与缴款人一致，按支付给第三人报批"),
        "reason": forms.CharField(label="事实和理由", max_length=150, widget=forms.Textarea(attrs={"rows": 2})),
    }  # fmt: skip


def receipt_field(receipts: Sequence[tuple[Receipt, int]]) -> forms.ChoiceField:
    """A choice among receipts, each with the fen still free of it, shown in yuan."""
    return choice_field("来款", [(r.ref, f"{r.receipt_no}　{r.arrived_on}　{r.payer}　余 {words(rest)} 元") for r, rest in receipts])
