"""Forms of triage: what is known, the decision, whose case it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from .tracks import Taker, tracks


def taker_choices(takers: Sequence[Taker]) -> list[Any]:
    """People by track, each with team and load."""
    groups = [(t.title, [(str(p.id), p.words) for p in takers if p.track == t.id]) for t in tracks().values()]
    return [("", "请选择"), *[(title, people) for title, people in groups if people]]


class DecisionForm(forms.Form):
    """The track and, where it is not the proposed one, why."""

    act_key = forms.CharField(widget=forms.HiddenInput, max_length=40)
    track = forms.ChoiceField(label="列为", widget=forms.RadioSelect)
    reason = forms.CharField(label="理由", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
                             help_text="与系统建议不同时必填")  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["track"].choices = [(t.id, t.title) for t in tracks().values()]  # type: ignore[attr-defined]


class HandlerForm(forms.Form):
    """Who takes the case."""

    act_key = forms.CharField(widget=forms.HiddenInput, max_length=40)
    handler = forms.ChoiceField(label="承办人")

    def __init__(self, *args: Any, takers: Sequence[Taker], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["handler"].choices = taker_choices(takers)  # type: ignore[attr-defined]


