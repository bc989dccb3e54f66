"""What a case list is narrowed to, and a case filed by hand (二(四)1(1)): bad input never loses good input."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from zhixing.casework.case_numbers import CaseNumber, parse_case_number
from zhixing.casework.cases.actions import NewCase, NewParty
from zhixing.casework.cases.models import Party
from zhixing.casework.cases.queries import CaseFilter
from zhixing.casework.identity import check_identity
from zhixing.casework.people.actors import Actor
from zhixing.rulebook.model import Rulebook
from zhixing.rulebook.refusals import Refusal

STAGES = [("open", "未结"), ("suspended", "中止中"), ("closed", "已结")]
SIDES = [(Party.APPLICANT, "申请执行人"), (Party.DEBTOR, "被执行人"), (Party.OTHER, "其他")]


def day(**options: Any) -> forms.DateField:
    """A day chosen from the browser's own calendar."""
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


def yuan(**options: Any) -> forms.DecimalField:
    """An amount of yuan, not negative, two places."""
    widget = forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"})
    return forms.DecimalField(min_value=0, max_digits=16, decimal_places=2, widget=widget, **options)


class FilterForm(forms.Form):
    """The filters of the list. What cannot be read does not narrow, and says so beside its field."""

    holder = forms.CharField(label="卷宗所在", required=False, max_length=20)
    stage = forms.ChoiceField(label="阶段", choices=[("", "全部"), *STAGES], required=False)
    track = forms.CharField(label="繁简", required=False, max_length=10)
    year = forms.IntegerField(label="收案年度", min_value=1990, max_value=2100, required=False)
    cause = forms.CharField(label="案由", required=False, max_length=80)
    filed_from = day(label="立案自", required=False)
    filed_to = day(label="立案至", required=False)
    claim_from = yuan(label="标的自(元)", required=False)
    claim_to = yuan(label="标的至(元)", required=False)
    late = forms.BooleanField(label="只看超期", required=False)
    team = forms.CharField(label="团队", required=False, max_length=40)

    def wanted(self) -> CaseFilter:
        """The filter of every field that could be read."""
        self.is_valid()
        return CaseFilter(**{k: v for k, v in self.cleaned_data.items() if v not in (None, "")})


def own_team(by: Actor) -> str:
    """The team whose cases a person sees first: theirs, when a team's post is all they hold."""
    return next(iter(by.teams)) if len(by.teams) == 1 and len(by.roles) == 1 else ""


class CaseForm(forms.Form):
    """The case itself."""

    number = forms.CharField(label="案号", max_length=60, help_text="括号用全角半角都可以，例如（2026）豫1502执1203号")
    filed_on = day(label="立案日期")
    claim_yuan = yuan(label="申请执行标的额(元)", required=False)
    cause = forms.CharField(label="案由", max_length=80, required=False)
    case_type = forms.CharField(label="案件类型", max_length=20, required=False)
    basis_number = forms.CharField(label="执行依据文号", max_length=80, required=False)
    basis_court = forms.CharField(label="执行依据作出单位", max_length=80, required=False)
    note = forms.CharField(label="备注", max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, book: Rulebook, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        # The regulation may name a field in its own words and offer choices for it.
        for told in book.events["case_filed"].fields:
            if told.name in self.fields:
                field = self.fields[told.name]
                field.label, field.help_text = told.label, told.help or field.help_text
                if told.choices:
                    pairs = [("", "请选择"), *((c, c) for c in told.choices)]
                    self.fields[told.name] = forms.ChoiceField(
                        label=told.label, choices=pairs, required=told.required, help_text=field.help_text
                    )

    def clean_number(self) -> CaseNumber:
        try:
            return parse_case_number(self.cleaned_data["number"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def clean_filed_on(self) -> date:
        filed: date = self.cleaned_data["filed_on"]
        if filed > self.today:
            raise forms.ValidationError("立案日期不能晚于今天")
        return filed

    def take(self, refusal: Refusal) -> Refusal | None:
        """Put each reason beside its field; what has no field is returned for the summary."""
        rest = []
        for reason in refusal.reasons:
            if reason.field in self.fields:
                self.add_error(reason.field, f"{reason.why}。{reason.now}" if reason.now else reason.why)
            else:
                rest.append(reason)
        return Refusal(refusal.what, rest, refusal.status) if rest or not refusal.reasons else None


class PartyForm(forms.Form):
    """One party. An empty row is no party."""

    role = forms.ChoiceField(label="地位", choices=SIDES)
    name = forms.CharField(label="姓名或名称", max_length=120, required=False)
    id_number = forms.CharField(label="证件号码", max_length=30, required=False)
    phone = forms.RegexField(
        r"^[0-9+()\- ]{5,20}$", label="电话", required=False, error_messages={"invalid": "电话只能有数字和 + - ( )"}
    )
    address = forms.CharField(label="送达地址", max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("name") and any(data.get(k) for k in ("id_number", "phone", "address")):
            self.add_error("name", "请填写姓名或名称")
        if data.get("id_number"):
            found = check_identity(data["id_number"])
            if found.ok:
                data["id_number"], data["id_kind"] = found.normal, found.kind
            else:
                self.add_error("id_number", found.error or "号码不对")
        return data

    def party(self) -> NewParty | None:
        """The party of this row."""
        data = self.cleaned_data
        if not data.get("name"):
            return None
        return NewParty(data["role"], data["name"], data.get("id_kind", ""), data["id_number"], data["phone"], data["address"])


PartyForms = forms.formset_factory(PartyForm, extra=0, max_num=200, validate_max=True)


def new_case(form: CaseForm, parties: Iterable[PartyForm]) -> NewCase:
    """The case that valid forms describe."""
    data = form.cleaned_data
    number: CaseNumber = data["number"]
    entered = [p for p in (row.party() for row in parties) if p is not None]
    rest = {k: data[k] for k in ("cause", "case_type", "basis_number", "basis_court", "note")}
    return NewCase(number=number.text, year=number.year, kind=number.kind, seq=number.seq, filed_on=data["filed_on"],
                   parties=entered, claim_yuan=data["claim_yuan"], **rest)  # fmt: skip
