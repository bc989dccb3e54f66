"""Pages: the way of serving for fifty papers at once; consent to electronic service and its withdrawal (三(三)2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from zhixing.casework.facts.forms import ActForm, stored_key
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page, show

from . import choosing, consenting, queries
from .doing_views import beside, status_of
from .views import found_case, new_key

OWN = "其他理由（写在下面）"


class ChooseForm(forms.Form):
    """Which way, and why the ways before it are passed over."""

    use_required_attribute = False
    act_key = forms.CharField(widget=forms.HiddenInput, max_length=40)
    rung = forms.ChoiceField(label="改用", widget=forms.RadioSelect, error_messages={"required": "请选择送达方式"})
    known = forms.ChoiceField(label="跳过前面各送的理由", required=False, widget=forms.RadioSelect)
    reason = forms.CharField(label="其他理由", required=False, max_length=400, help_text="理由写入每个案件的日志")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rung"].choices = choosing.rungs_to_choose()  # type: ignore[attr-defined]
        self.fields["known"].choices = [(r, r) for r in (*choosing.reasons_to_choose(), OWN)]  # type: ignore[attr-defined]

    def why(self) -> str:
        """The reason given, or the one picked."""
        known = self.cleaned_data["known"]
        return str(self.cleaned_data["reason"] or (known if known != OWN else ""))


@page("page:offline", posts="record:delivery_post_skipped")
def choose(request: HttpRequest) -> HttpResponse:
    """The way for all picked papers: first the list with the question, then what became of each."""
    if request.method != "POST":
        return redirect("offline-home")
    refs = [ref for pick in request.POST.getlist("pick") for ref in pick.split(",")]
    groups = choosing.groups(queries.deliveries(request.actor.court_id, refs))
    if not groups:
        messages.warning(request, "请选择要送达的文书")
        return redirect("offline-home")
    form = ChooseForm(request.POST if "act_key" in request.POST else None, initial={"act_key": new_key()})
    refusal, done = None, None
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            done = choosing.choose_rung(chosen=groups, rung=data["rung"], reason=form.why(), by=request.actor, at=request.now,
                                        key=stored_key(request, "choose", "bulk", data["act_key"]))  # fmt: skip
        except Refusal as refused:
            refusal = beside(form, refused)
    picks = [",".join(row.ref for row in g.rows) for g in groups]
    context = {"groups": groups, "form": form, "refusal": refusal, "done": done, "picks": picks}
    return show(request, "offline/choose.html", context, status=200 if done else status_of(form, refusal) if done is None else 409)


class ConsentForm(ActForm):
    """Who agrees, to which address; or withdraws."""

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("debtor", "electronic"):
            del self.fields[name]
        self.fields["person"] = forms.ChoiceField(label="当事人", choices=people)
        self.fields["agreed"] = forms.ChoiceField(label="电子送达", choices=[("yes", "同意"), ("no", "撤回同意")], widget=forms.RadioSelect, initial="yes")
        self.fields["electronic_address"] = forms.CharField(label="电子送达的手机号、邮箱或账号", required=False, max_length=120)
        self.fields["address"].label = "确认的送达地址"

    def asked(self) -> list[Any]:
        """The bound fields in the order in which they are filled in."""
        return [self[name] for name in ("person", "agreed", "electronic_address", "address", "act_proof")]


@page("page:offline", posts=f"record:{consenting.KIND}", reads="ref")
def consent(request: HttpRequest, ref: str) -> HttpResponse:
    """Consent of one person of a case, or its withdrawal, with the signed paper."""
    found = found_case(request, ref)
    parties = queries.parties_of(found)
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form, refusal = ConsentForm(request.book.events[consenting.KIND], *posted, now=request.now, people=consenting.people(parties)), None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            consenting.record_consent(
                case_id=found.pk, person=data["person"], agreed=data["agreed"] == "yes", address=data["address"], electronic_address=data["electronic_address"],
                proof=data["act_proof"], key=stored_key(request, consenting.KIND, ref, data["act_key"]), by=request.actor, at=form.happened_at, recorded_at=request.now,
            )  # fmt: skip
        except Refusal as refused:
            refusal = form.take(refused)
        else:
            messages.success(request, f"已登记{data['person']}{'同意电子送达' if data['agreed'] == 'yes' else '撤回电子送达同意'}：{found.number}")
            return redirect("offline-case", ref=ref)
    context = {"case": found, "form": form, "refusal": refusal, "consents": consenting.consents(found)}
    return show(request, "offline/consent.html", context, status=refusal.status if refusal else 422 if form.is_bound else 200)
