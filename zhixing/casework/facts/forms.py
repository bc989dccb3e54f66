"""Forms made from the regulation: an event kind's fields become a form, with what the engine already knows filled in."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django import forms
from django.http import HttpRequest

from zhixing.casework.dossier.checking import ACCEPT
from zhixing.casework.dossier.fields import ScanField
from zhixing.casework.identity import check_identity
from zhixing.casework.people.actors import Actor
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.engine import State
from zhixing.rulebook.model import EventKind, PayloadField, Rulebook
from zhixing.rulebook.refusals import Refusal

LATE_ENTRY = timedelta(days=1)  # beyond it a late entry (补录) says why; both moments are kept either way
META = {"at": "act_at", "late_reason": "act_late_reason", "proof": "act_proof", "file": "act_proof", "reason": "act_reason",
        "override": "act_override"}  # fmt: skip
YES_NO = [("1", "是"), ("0", "否")]


class Lines(forms.CharField):
    """A list, one entry a line."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        return [line.strip() for line in (value or "").splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, (list, tuple)) else value


class IdNumber(forms.CharField):
    """An identity number or credit code: right by its own check digits."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return text
        found = check_identity(text)
        if not found.ok:
            raise forms.ValidationError(found.error or "号码不对")
        return found.normal


def form_field(field: PayloadField) -> forms.Field:
    """The Django field for a field of the regulation file."""
    common: dict[str, Any] = {"label": field.label, "required": field.required, "help_text": field.help}
    if field.type == "choice":
        return forms.ChoiceField(choices=[("", "请选择"), *((c, c) for c in field.choices)], **common)
    if field.type == "list":
        if field.choices:
            pairs = [(c, c) for c in field.choices]
            return forms.MultipleChoiceField(choices=pairs, widget=forms.CheckboxSelectMultiple, **common)
        return Lines(widget=forms.Textarea(attrs={"rows": 3}), **{**common, "help_text": field.help or "一行一项"})
    if field.type == "bool":
        pairs = YES_NO if field.required else [("", "未说明"), *YES_NO]
        return forms.TypedChoiceField(choices=pairs, coerce=lambda v: v == "1", empty_value=None, widget=forms.RadioSelect, **common)
    if field.type == "int":
        return forms.IntegerField(**common)
    if field.type == "yuan":
        widget = forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"})
        return forms.DecimalField(min_value=0, max_digits=16, decimal_places=2, widget=widget, **common)
    if field.type == "date":
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **common)
    if field.type == "moment":
        return moment_field(**common)
    if field.type == "idno":
        return IdNumber(max_length=30, **common)
    if field.type == "phone":
        return forms.RegexField(r"^[0-9+()\- ]{5,20}$", error_messages={"invalid": "电话只能有数字和 + - ( )"}, **common)
    if field.type == "longtext":
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), max_length=20000, **common)
    return forms.CharField(max_length=400, **common)


def moment_field(**common: Any) -> forms.DateTimeField:
    """A moment in court time, to the minute."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(widget=widget, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"], **common)


class ActForm(forms.Form):
    """One act: the event's own fields, then when it happened, its proof, and what passing a gate or asking needs."""

    use_required_attribute = False  # what is missing is told all at once, in the court's language, with its clause
    act_key = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(
        self, spec: EventKind, *args: Any, now: datetime, asks: bool = False, overrides: bool = False, proof: bool = True,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.spec, self.now = spec, now
        self.fields["act_key"].initial = secrets.token_urlsafe(18)
        for field in spec.fields:
            self.fields[field.name] = form_field(field)
        self.fields["act_at"] = moment_field(label="实际发生时间", required=False, help_text="不填就是现在；补录请填实际时间，系统同时记下补录时间")
        self.fields["act_late_reason"] = forms.CharField(label="补录理由", required=False, max_length=200, help_text="补录超过一天时必填")
        if proof:
            self.fields["act_proof"] = _proof_field(spec)
        if asks:
            self.fields["act_reason"] = forms.CharField(label="申请理由", max_length=400, widget=forms.Textarea(attrs={"rows": 2}))
        if overrides:
            self.fields["act_override"] = forms.CharField(
                label="例外放行理由", required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 2}),
                help_text="条件不齐仍要办理时填写；理由和姓名写入日志",
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """A moment is not in the future; a late entry of more than a day says why."""
        data = super().clean() or {}
        happened = data.get("act_at")
        if happened and happened > self.now:
            self.add_error("act_at", "发生时间不能晚于现在")
        elif happened and self.now - happened > LATE_ENTRY and not data.get("act_late_reason"):
            self.add_error("act_late_reason", "补录超过一天，请写明理由")
        return data

    @property
    def happened_at(self) -> datetime:
        """When it happened: now, unless an earlier moment was given."""
        at = self.cleaned_data.get("act_at") or self.now
        return at.astimezone(CST)  # type: ignore[no-any-return]

    def payload(self) -> dict[str, Any]:
        """The event's own fields, and the reason of a late entry."""
        values = {f.name: self.cleaned_data.get(f.name) for f in self.spec.fields}
        for field in self.spec.fields:
            if field.type == "moment" and values[field.name]:
                values[field.name] = values[field.name].astimezone(CST)
        reason = self.cleaned_data.get("act_late_reason")
        return {**values, **({"late_reason": reason} if reason else {})}

    def take(self, refusal: Refusal) -> Refusal | None:
        """Put each reason beside its field; what has no field is returned for the summary."""
        rest = []
        for reason in refusal.reasons:
            name = reason.field if reason.field in self.fields else META.get(reason.field, "")
            if name in self.fields:
                self.add_error(name, f"{reason.why}。{reason.now}" if reason.now else reason.why)
            else:
                rest.append(reason)
        return Refusal(refusal.what, rest, refusal.status) if rest or not refusal.reasons else None

    def own(self) -> list[Any]:
        """The bound fields of the event itself."""
        return [self[f.name] for f in self.spec.fields]

    def around(self) -> list[Any]:
        """The bound fields around it: proof, reasons."""
        return [self[n] for n in ("act_proof", "act_reason", "act_override") if n in self.fields]


def _proof_field(spec: EventKind) -> forms.Field:
    label = spec.proof.label if spec.proof else "附件"
    where = {"main": "正卷", "supplementary": "副卷"}[spec.proof.volume] if spec.proof else "正卷"
    return ScanField(
        label=label, required=bool(spec.proof and spec.proof.required), help_text=f"扫描件，存入{where}",
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
    )  # fmt: skip


def known_values(book: Rulebook, spec: EventKind, state: State) -> dict[str, tuple[Any, str]]:
    """Field → (value, 来自…) for every field of the act that the engine already knows."""
    fact_of = {v[1:]: fact for fact, v in spec.sets.items() if isinstance(v, str) and v[:1] == "$"}
    known = {}
    for field in spec.fields:
        fact = fact_of.get(field.name, field.name)
        if fact in state.facts:
            known[field.name] = (_initial(field, state.facts[fact]), f"来自{_source(book, fact, state)}")
    return known


def _initial(field: PayloadField, value: Any) -> Any:
    if field.type == "bool":
        return "1" if value else "0"
    if field.type == "moment" and isinstance(value, str):
        return value[:16]
    return value


def _source(book: Rulebook, fact: str, state: State) -> str:
    """The title of the event that last set a fact."""
    setters = [k for k in state.happened if k in book.events and fact in book.events[k].sets]
    return book.events[max(setters, key=lambda k: state.happened[k][1])].title if setters else "已有登记"


def stored_key(request: HttpRequest, kind: str, ref: str, token: str) -> str:
    """The idempotency key kept in the journal: one form, one person, one act on one thing."""
    return sha256(f"{request.actor.person_id}:{ref}:{kind}:{token}".encode()).hexdigest()


def initial_of(known: Mapping[str, tuple[Any, str]]) -> dict[str, Any]:
    """What a form starts with."""
    return {name: value for name, (value, _) in known.items()}


def desk_for(spec: EventKind, by: Actor) -> str:
    """The desk in whose name the person records this: one of theirs that the act belongs to."""
    return next((d for d in by.desks if d in spec.desks), by.desks[0] if by.desks else "")
