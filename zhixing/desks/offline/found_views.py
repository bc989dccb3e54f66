"""What an officer found outside: the form at the desk and on the phone (三(三)1)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from zhixing.casework.assets.finding import KIND, Found, holdings_of, register_found
from zhixing.casework.assets.kinds import found_outside, kinds
from zhixing.casework.assets.measures import Proof
from zhixing.casework.assets.models import Asset
from zhixing.casework.cases.models import Case
from zhixing.casework.facts.forms import ActForm, stored_key
from zhixing.casework.people.authority import allowed
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page, show

from . import queries
from .views import found_case

OWN = ("asset_no", "kind", "object", "owner", "asset_found", "enough_cash_found", "realisation_needed", "disposal_needed", "out_of_area")
ORDER = ("kind", "holder", "title", "number", "place", "amount_yuan", "encumbrance", "description", "act_proof")


class FoundForm(ActForm):
    """One asset: what, whose, where, worth what, with which burden, and its proof. What follows from it is computed."""

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in OWN:
            del self.fields[name]
        self.fields["kind"] = forms.ChoiceField(label="种类", choices=[(k, kinds()[k].title) for k in found_outside()], widget=forms.RadioSelect)
        holders = [(str(p.pk), f"{p.name}（{p.get_role_display()}）") for p in queries.parties_of(case)]
        self.fields["holder"] = forms.ChoiceField(label="所有人", choices=holders)
        self.fields["title"] = forms.CharField(label="是什么财产", max_length=200, help_text="例如：虚构路一号二层房屋、某牌小型轿车、某公司 30% 股权")
        words = "；".join(f"{kinds()[k].title}填{row['number']}" for k, row in found_outside().items())
        self.fields["number"] = forms.CharField(label="编号", required=False, max_length=80, help_text=f"{words}。同一编号只登记一次")
        self.fields["description"] = forms.CharField(label="说明", required=False, max_length=400, help_text="占有、使用、保管情况")
        self.fields["amount_yuan"].help_text = "没有人说过值多少的不填"
        self.fields["encumbrance"].help_text = "抵押、质押、租赁、他案查封；没有的不填"

    def asked(self) -> list[Any]:
        """The bound fields in the order in which they are filled in."""
        return [self[name] for name in ORDER]

    def found(self) -> Found:
        """What was written down."""
        data = self.cleaned_data
        texts = {name: data[name] or "" for name in ("kind", "title", "number", "place", "encumbrance", "description")}
        return Found(holder_id=int(data["holder"]), amount_yuan=data["amount_yuan"], **texts)


@page("page:offline", posts=f"record:{KIND}", reads="ref")
def found(request: HttpRequest, ref: str) -> HttpResponse:
    """Write down an asset found outside; what was found so far beside it."""
    case = found_case(request, ref)
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form, refusal = FoundForm(request.book.events[KIND], *posted, now=request.now, case=case, initial={"kind": request.GET.get("kind", "real_estate")}), None
    if request.method == "POST" and form.is_valid():
        proof = Proof(form.cleaned_data["act_proof"], stored_key(request, KIND, ref, form.cleaned_data["act_key"]))
        try:
            asset = register_found(case_id=case.pk, found=form.found(), proof=proof, by=request.actor, at=form.happened_at, recorded_at=request.now)
        except Refusal as refused:
            refusal = form.take(refused)
        else:
            messages.success(request, f"已登记{asset.no} {asset.title}：{case.number}")
            return redirect(f"{reverse('offline-found', args=[ref])}?kind={asset.kind}")
    rows = [h for h in holdings_of(case.pk) if h.asset.origin == Asset.OFFLINE]
    context = {"case": case, "form": form, "refusal": refusal, "rows": rows, "kinds": kinds(), "may": allowed(request.book, request.actor, f"record:{KIND}")}
    return show(request, "offline/found.html", context, status=refusal.status if refusal else 422 if form.is_bound else 200)
