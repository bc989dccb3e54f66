"""The window's forms: the fields are the regulation's; how they stand on the page is this desk's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from zhixing.casework.cases.models import Party
from zhixing.casework.facts.forms import ActForm, known_values
from zhixing.casework.identity import mask_identity
from zhixing.rulebook.engine import State
from zhixing.rulebook.model import EventKind, PayloadField, Rulebook

REST = "其他"
SECTIONS = {
    "申请执行人": ("received_on", "interviewee", "interviewee_capacity", "applicant_address", "applicant_mobile", "applicant_other_contact"),
    "被执行人": ("debtor_identity", "debtor_real_address", "debtor_workplace", "debtor_business_place", "debtor_phones",
                "announced_at_trial", "whereabouts", "related_cases"),
    "财产": ("assets_known", "mortgage_pledge", "preservation", "clue"),
    "告知": ("rights_told", "risks_told", "told_clues", "told_investigation_order", "told_reward", "told_dishonest_list"),
    "签名": ("interviewer", "interviewer_signed", "recorder", "recorder_signed", "interviewee_signed"),
}  # fmt: skip
PERSONS = ("interviewer", "recorder", "staff")


def sectioned(fields: Sequence[PayloadField]) -> list[tuple[str, list[PayloadField]]]:
    """The regulation's fields in the sections of the paper; a field that stands in none comes last under 其他."""
    by_name = {f.name: f for f in fields}
    placed = [(title, [by_name.pop(n) for n in names if n in by_name]) for title, names in SECTIONS.items()]
    return [(title, found) for title, found in [*placed, (REST, list(by_name.values()))] if found]


class WindowForm(ActForm):
    """An act of the window: persons are chosen from the court's people; a correction says what it corrects and why."""

    replaces = forms.CharField(widget=forms.HiddenInput, required=False, max_length=12)

    def __init__(self, spec: EventKind, *args: Any, people: Sequence[tuple[str, str]] = (), correcting: bool = False, **kwargs: Any):
        super().__init__(spec, *args, **kwargs)
        for field in spec.fields:
            if field.name in PERSONS:
                choices = [("", "请选择"), *people]
                self.fields[field.name] = forms.ChoiceField(label=field.label, required=field.required, choices=choices)
            self.fields[field.name].error_messages["required"] = f"{field.label}没有填写（{spec.clause}）"
        if correcting:
            self.fields["correction"] = forms.CharField(
                label="更正理由", required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 2}),
                help_text="更正会另存一份，原来的一份保留；原来的已签名时必填",
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """The recorder is somebody else than the interviewer (三(一)3)."""
        data = super().clean()
        if data.get("interviewer") and data.get("interviewer") == data.get("recorder"):
            self.add_error("recorder", f"谈话人和记录人不能是同一人（{self.spec.clause}）")
        return data

    def person(self, name: str) -> int | None:
        """The id of the person chosen in a field."""
        chosen = self.cleaned_data.get(name)
        return int(chosen) if chosen else None

    def payload(self) -> dict[str, Any]:
        """Without the persons: the action writes their names from the court's list."""
        return {k: v for k, v in super().payload().items() if k not in PERSONS}

    def sections(self) -> list[tuple[str, list[Any]]]:
        """(title, bound fields) as the paper has them."""
        return [(title, [self[f.name] for f in fields]) for title, fields in sectioned(self.spec.fields)]


def told_at_window(book: Rulebook, spec: EventKind, state: State, parties: Sequence[Party]) -> dict[str, tuple[Any, str]]:
    """Field → (value, 来自…) of what filing already wrote down; numbers stay masked until somebody asks to see them."""
    applicants = [p for p in parties if p.role == Party.APPLICANT]
    debtors = [p for p in parties if p.role == Party.DEBTOR]
    first = applicants[0] if applicants else Party()
    source = "来自立案登记"
    found = {
        "interviewee": first.name, "applicant_address": first.address, "applicant_mobile": first.phone,
        "debtor_identity": "\n".join(_identity(p) for p in debtors),
        "debtor_real_address": "；".join(p.address for p in debtors if p.address),
        "debtor_phones": "；".join(p.phone for p in debtors if p.phone), "told_to": first.name,
    }  # fmt: skip
    names = {f.name for f in spec.fields}
    return known_values(book, spec, state) | {k: (v, source) for k, v in found.items() if v and k in names}


def _identity(party: Party) -> str:
    number = f"，证件号码{mask_identity(party.id_number)}" if party.id_number else ""
    return f"{party.name}{number}"


def from_before(spec: EventKind, payload: Any, persons: dict[str, int | None]) -> dict[str, tuple[Any, str]]:
    """What a correction starts with: everything the version before it said."""
    source = "来自上一份"
    found = {f.name: (_shown(f, payload[f.name]), source) for f in spec.fields if payload.get(f.name) is not None}
    return found | {name: (str(ident), source) for name, ident in persons.items() if ident and name in {f.name for f in spec.fields}}


def _shown(field: PayloadField, value: Any) -> Any:
    return ("1" if value else "0") if field.type == "bool" else value


