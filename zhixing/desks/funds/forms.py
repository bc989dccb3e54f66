"""The desk's forms: an event's own fields from the regulation, with what the desk knows chosen from lists, and amounts as fen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from zhixing.casework.cases.models import Case, Party
from zhixing.casework.facts.forms import ActForm
from zhixing.rulebook.model import EventKind
from zhixing.rulebook.money.amounts import fen_of, words
from zhixing.rulebook.refusals import Refusal

from .models import PayeeAccount, Payout, Receipt

CHOSEN = "receipt_no"


class Yuan(forms.CharField):
    """An amount as it is typed (1,234.50, full width, with 元); its value is whole fen."""

    def __init__(self, *, zero: bool = False, **kwargs: Any) -> None:
        super().__init__(max_length=40, widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}), **kwargs)
        self.zero = zero

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return fen_of(text, "", zero=self.zero)
        except Refusal as refused:
            raise ValidationError(refused.reasons[0].why) from None


def day_field(label: str, required: bool = True, help_text: str = "") -> forms.DateField:
    """A date, picked."""
    return forms.DateField(label=label, required=required, help_text=help_text, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


def text_field(label: str, required: bool = True, most: int = 120, help_text: str = "") -> forms.CharField:
    """One line of at most `most` characters."""
    return forms.CharField(label=label, required=required, max_length=most, help_text=help_text)


def choice_field(label: str, choices: Sequence[tuple[Any, str]], required: bool = True, help_text: str = "") -> forms.ChoiceField:
    """A choice that begins with "choose"."""
    first = [] if len(choices) == 1 else [("", "请选择")]
    return forms.ChoiceField(label=label, choices=[*first, *choices], required=required, help_text=help_text)


class FundsForm(ActForm):
    """An act on a case's money: the event's fields but those that the desk works out, the receipt from the case's own."""

    def __init__(
        self, spec: EventKind, *args: Any, receipts: Sequence[tuple[Receipt, int]] | None = None, more: Mapping[str, forms.Field] | None = None,
        leave_out: Sequence[str] = (), **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(spec, *args, **kwargs)
        for name in leave_out:
            self.fields.pop(name, None)
        for name, field in list(self.fields.items()):
            if isinstance(field, forms.DecimalField):
                self.fields[name] = Yuan(label=field.label, required=field.required, help_text=field.help_text)
        if receipts is not None:
            pairs = [(r.ref, f"{r.receipt_no}　{r.arrived_on}　{words(r.amount_fen)} 元（余 {words(rest)} 元）") for r, rest in receipts]
            self.fields[CHOSEN] = choice_field("来款", pairs)
        self.more = dict(more or {})
        self.fields.update(self.more)
        self.asked_names = list(dict.fromkeys([n for n in (CHOSEN,) if n in self.fields] + [*self.more] + [f.name for f in spec.fields if f.name in self.fields]))
        for field in self.fields.values():
            field.error_messages["required"] = f"{field.label}没有填写"

    def payload(self) -> dict[str, Any]:
        """The event's fields that were asked, but for the receipt."""
        return {n: v for n, v in super().payload().items() if n == "late_reason" or (n in self.fields and n != CHOSEN and n not in self.more)}

    def asked(self) -> list[Any]:
        """The bound fields in the order they are filled in."""
        return [self[name] for name in self.asked_names]


def money_fields() -> dict[str, forms.Field]:
    """What the bank's slip says of a sum."""
    return {
        "receipt_no": text_field("流水号", most=60, help_text="收款收据或银行回单上的编号，本院不重复"),
        "amount_yuan": Yuan(label="金额（元）"), "arrived_on": day_field("到账日期"), "payer": text_field("缴款人", False),
        "payer_account": text_field("缴款账号", False, 60), "remark": text_field("银行附言", False, 200), "bank_serial": text_field("银行流水号", False, 60),
    }  # fmt: skip


def party_choices(case: Case, roles: Sequence[str] = (Party.APPLICANT, Party.DEBTOR)) -> list[tuple[str, str]]:
    """The case's parties of these roles as choices."""
    return [(str(p.pk), f"{p.name}（{p.get_role_display()}）") for p in case.parties.order_by("role", "position") if p.role in roles]


def account_choices(accounts: Sequence[PayeeAccount]) -> list[tuple[str, str]]:
    """Payee accounts as choices; of the number only the last four digits."""
    return [(str(a.pk), f"{a.party.name if a.party else a.holder}　{a.holder}　{a.bank}　尾号{a.number[-4:]}") for a in accounts]


KIND_CHOICES = list(Payout.KINDS)


class AccountForm(forms.Form):
    """Where a payee wants money."""

    use_required_attribute = False
    party = forms.ChoiceField(label="收款人", required=False)
    holder = text_field("户名")
    bank = text_field("开户行")
    account_no = text_field("账号", most=40)
    evidence = text_field("账户依据", most=200, help_text="收款账户确认书、特别授权委托书等；变更账户要有新的依据")

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parties = party_choices(case)
        self.fields["party"].choices = [*parties, ("", "裁定确定的第三人")]  # type: ignore[attr-defined]
        self.fields["party"].initial = parties[0][0] if parties else ""  # whoever presses on names the applicant, no stranger

    def take(self, refusal: Refusal) -> Refusal | None:
        """Put a refusal beside its fields; see `taken`."""
        return taken(self, refusal)


class StepForm(forms.Form):
    """One word or two about a step of a payout or a claim."""

    use_required_attribute = False

    def __init__(self, *args: Any, fields: Mapping[str, forms.Field], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.update(fields)

    def take(self, refusal: Refusal) -> Refusal | None:
        """Put a refusal beside its fields; see `taken`."""
        return taken(self, refusal)


class GeneralForm(StepForm):
    """Money on the general account."""

    act_key = forms.CharField(widget=forms.HiddenInput, max_length=40)


class MonthForm(forms.Form):
    """What the bank's statement says at the end of a month."""

    use_required_attribute = False
    bank_yuan = Yuan(label="银行对账单期末余额（元）", zero=True)

    def take(self, refusal: Refusal) -> Refusal | None:
        """Put a refusal beside its fields; see `taken`."""
        return taken(self, refusal)


def taken(form: forms.Form, refusal: Refusal) -> Refusal | None:
    """Put each reason beside its field; what has no field is returned for the summary."""
    rest = []
    for reason in refusal.reasons:
        if reason.field in form.fields:
            form.add_error(reason.field, f"{reason.why}。{reason.now}" if reason.now else reason.why)
        else:
            rest.append(reason)
    return Refusal(refusal.what, rest, refusal.status) if rest or not refusal.reasons else None


