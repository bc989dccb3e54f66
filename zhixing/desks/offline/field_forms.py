"""Forms of days outside and of the traditional search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from zhixing.casework.facts.forms import ActForm

from .forms import day_field

COMPUTED = ("asset_covers_claim", "asset_found")


class DayForm(forms.Form):
    """A batch: one kind of matter, one day, who goes, where to."""

    use_required_attribute = False
    day = day_field("排班日期", required=True)
    kind = forms.ChoiceField(label="事项种类", widget=forms.RadioSelect, help_text="一个班次只排一种事项")
    officers = forms.MultipleChoiceField(label="外出人员", widget=forms.CheckboxSelectMultiple)
    stops = forms.CharField(label="要去的地方", required=False, max_length=20000, widget=forms.Textarea(attrs={"rows": 8}),
                            help_text="一行一项：案号 | 地点 | 办什么；不写办什么的，按事项种类")  # fmt: skip

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]], kinds: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(k, k) for k in kinds]  # type: ignore[attr-defined]
        self.fields["officers"].choices = list(people)  # type: ignore[attr-defined]

    def lines(self) -> list[tuple[str, str, str]]:
        """(case number, place, what) of every line."""
        rows = (line.replace("｜", "|").replace("\t", "|").split("|") for line in self.cleaned_data["stops"].splitlines() if line.strip())
        padded = ([c.strip() for c in row] + ["", ""] for row in rows)
        return [(row[0], row[1], row[2]) for row in padded]


class SearchForm(ActForm):
    """The search registered: what came of it, and what other assets are worth; whether that covers the claim is computed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in COMPUTED:
            del self.fields[name]
        self.fields["other_yuan"] = forms.DecimalField(
            label="存款以外财产的估值（元）", required=False, min_value=0, max_digits=16, decimal_places=2,
            widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}), help_text="不动产、车辆、股权等能够变现的估值；没有估值的不填",
        )  # fmt: skip
