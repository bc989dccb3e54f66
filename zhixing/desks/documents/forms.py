"""Forms of the paper desk: what to draft for fifty cases, what one paper cannot know by itself, what the checker says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms

from zhixing.casework.cases.models import Party
from zhixing.casework.dossier.fields import ScanField
from zhixing.casework.facts.forms import form_field
from zhixing.casework.papers.kinds import Field, Kind, kinds, workflow
from zhixing.casework.papers.models import Letterhead
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.model import PayloadField
from zhixing.rulebook.refusals import Refusal


def _day(label: str, help_text: str = "", required: bool = True) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, help_text=help_text, required=required)


class Taking(forms.Form):
    """A form that puts refusals beside its fields."""

    use_required_attribute = False

    def take(self, refusal: Refusal) -> Refusal | None:
        """Put each reason beside its field; the rest is returned for the summary."""
        rest = []
        for reason in refusal.reasons:
            if reason.field in self.fields:
                self.add_error(reason.field, f"{reason.why}。{reason.now}" if reason.now else reason.why)
            else:
                rest.append(reason)
        return Refusal(refusal.what, rest, refusal.status) if rest else None


class DraftForm(forms.Form):
    """Which papers to draft for the picked cases, the date they bear, and what they all have in common."""

    use_required_attribute = False
    kinds = forms.MultipleChoiceField(label="文书种类", widget=forms.CheckboxSelectMultiple)
    dated_on = _day("落款日期")

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = [kinds()[k] for k in workflow()["new_case"]]
        self.fields["kinds"].choices = [(k.id, k.title) for k in wanted]  # type: ignore[attr-defined]
        self.fields["kinds"].initial = [k.id for k in wanted]
        self.fields["dated_on"].initial = now.astimezone(CST).date()
        self.common = list(dict.fromkeys(f.name for k in wanted for f in k.typed))
        for kind in wanted:
            for field in kind.typed:
                made = self.fields.setdefault(field.name, _typed_field(field))
                made.required = False  # what a chosen kind must have is asked when it is drafted, and told row by row

    def typed(self) -> dict[str, Any]:
        """What was typed for all of them, as plain values."""
        return {name: _plain(self.cleaned_data.get(name)) for name in self.common}


def _typed_field(field: Field) -> forms.Field:
    made = form_field(PayloadField(name=field.name, label=field.label, type=field.type, required=field.required))
    made.initial = field.usual
    if field.type == "longtext":
        made.widget.attrs["rows"] = 2
    return made


def _plain(value: Any) -> Any:
    return "" if value is None else value if isinstance(value, (str, int, list)) else str(value)


class TypedForm(Taking):
    """One paper: to whom, dated when, and what only the clerk knows."""

    def __init__(self, *args: Any, kind: Kind, debtors: Sequence[Party], now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.debtors = kind, {str(p.pk): p for p in debtors}
        if kind.per_debtor:
            names = [(pk, p.name) for pk, p in self.debtors.items()]
            self.fields["party"] = forms.ChoiceField(label="对象", choices=names, required=bool(names))
        self.fields["dated_on"] = _day("落款日期")
        self.fields["dated_on"].initial = now.astimezone(CST).date()
        for field in kind.typed:
            self.fields[field.name] = _typed_field(field)

    def party(self) -> Party | None:
        """The debtor it is for."""
        return self.debtors.get(self.cleaned_data.get("party", ""))

    def typed(self) -> dict[str, Any]:
        """What was typed, as plain values."""
        return {f.name: _plain(self.cleaned_data.get(f.name)) for f in self.kind.typed}


class CheckForm(forms.Form):
    """What the checker compared it with, and what is wrong with it."""

    use_required_attribute = False
    against = forms.CharField(label="核对所依据的案卷材料", max_length=200)
    remark = forms.CharField(label="哪里不对或作废理由", max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, against: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["against"].initial = against


class TemplateForm(Taking):
    """A court's own template."""

    file = forms.FileField(label="模板（.docx）", widget=forms.FileInput(attrs={"accept": ".docx"}),
                           help_text="上传前会检查字段、必备内容并试填一次；旧版本保留，已拟制的文书不受影响")  # fmt: skip


class LetterheadForm(forms.ModelForm):
    """What every paper says of the court."""

    use_required_attribute = False

    class Meta:
        model = Letterhead
        fields = ("address", "postcode", "phone", "account_bank", "account_name", "account_number")


class VerifyForm(forms.Form):
    """A PDF to be verified."""

    file = ScanField(label="盖章的 PDF", widget=forms.FileInput(attrs={"accept": ".pdf"}))
