"""Forms of the papers, statements and findings of case money."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms

from zhixing.casework.cases.models import Party
from zhixing.casework.facts.forms import form_field
from zhixing.casework.papers.kinds import Field
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.model import PayloadField
from zhixing.rulebook.refusals import Refusal

from ..forms import day_field, taken, text_field
from .models import Finding


class RestForm(forms.Form):
    """What the rows of a case's money do not know of a paper."""

    use_required_attribute = False

    def __init__(self, *args: Any, asked: Sequence[Field], now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in asked:
            made = form_field(PayloadField(name=field.name, label=field.label, type=field.type, required=field.required))
            made.initial = field.usual
            made.error_messages["required"] = f"{field.label}没有填写"
            self.fields[field.name] = made
        self.fields["dated_on"] = day_field("落款日期")
        self.fields["dated_on"].initial = now.astimezone(CST).date()

    def typed(self) -> dict[str, Any]:
        """What was typed, as plain values."""
        return {n: v if isinstance(v, (str, int)) else str(v) for n, v in self.cleaned_data.items() if v not in (None, "") and n != "dated_on"}

    def take(self, refusal: Refusal) -> Refusal | None:
        """Put a refusal beside its fields; see `taken`."""
        return taken(self, refusal)


class ForPartyForm(forms.Form):
    """For whom a statement is printed."""

    use_required_attribute = False
    party = forms.ChoiceField(label="打印给")

    def __init__(self, *args: Any, parties: Sequence[Party], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["party"].choices = [(str(p.pk), f"{p.name}（{p.get_role_display()}）") for p in parties]  # type: ignore[attr-defined]


class NoteForm(forms.Form):
    """What was found out about a finding."""

    use_required_attribute = False
    step = forms.ChoiceField(label="办理", choices=[s for s in Finding.STATES if s[0] != Finding.OPEN], widget=forms.RadioSelect, initial=Finding.SEEN)
    reason = forms.CharField(label="查到的情况", max_length=400, widget=forms.Textarea(attrs={"rows": 3}), error_messages={"required": "查到的情况没有填写"})
    to = text_field("移交给", required=False, help_text="选“已移交”时填写：院领导、督察部门等")

    def take(self, refusal: Refusal) -> Refusal | None:
        """Put a refusal beside its fields; see `taken`."""
        return taken(self, refusal)
