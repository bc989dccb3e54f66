"""What a person writes down when deciding about notices."""

from __future__ import annotations

from typing import Any

from django import forms

from zhixing.casework.cases.models import Party
from zhixing.casework.notices.policy import policy
from zhixing.rulebook.refusals import Refusal


class TakesRefusals(forms.Form):
    """A form that shows a refusal's reasons beside the fields they name."""

    def take(self, refused: Refusal) -> Refusal | None:
        """Put each reason on its field. Returns the refusal when some reason names none."""
        for reason in refused.reasons:
            if reason.field in self.fields:
                self.add_error(reason.field, reason.why)
        return refused if any(reason.field not in self.fields for reason in refused.reasons) else None


class ReasonForm(TakesRefusals):
    """Why."""

    reason = forms.CharField(label="理由", max_length=180, widget=forms.Textarea(attrs={"rows": 2}))


class ByHandForm(TakesRefusals):
    """How and when people were told by other means."""

    manner = forms.ChoiceField(label="告知方式", choices=[(m, m) for m in policy().by_hand])
    note = forms.CharField(
        label="告知情况",
        max_length=180,
        help_text="何时、何地、由谁签收或接听",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ContactForm(TakesRefusals):
    """An address of a party besides the telephone of the file."""

    party = forms.TypedChoiceField(label="当事人", coerce=int)
    channel = forms.ChoiceField(
        label="渠道", choices=[(c.id, c.title) for c in policy().channels.values() if c.id != "sms"]
    )
    address = forms.CharField(label="地址", max_length=120, help_text="电子邮箱，或微信公众号给出的微信号")

    def __init__(self, parties: list[Party], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["party"].choices = [(p.pk, f"{p.name}（{p.get_role_display()}）") for p in parties]
