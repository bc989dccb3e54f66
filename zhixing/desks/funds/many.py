"""The same act on many receipts at once: urged, tracked, reminded, slips registered; one form, a result for each (四(三)2(3))."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from zhixing.casework.facts import record
from zhixing.casework.facts.forms import ActForm, stored_key
from zhixing.casework.people.authority import require
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page, show

from .forms import CHOSEN
from .keeping import derived, desk_of, limits
from .models import Receipt
from .receipts import booked_receipt


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one receipt."""

    receipt: Receipt
    refusal: Refusal | None = None


@page("page:funds", posts="page:funds")
def many(request: HttpRequest, view: str) -> HttpResponse:
    """The act of a view for its picked rows: first its form, then each row for itself; what is refused stops nothing else."""
    doing = limits()["many"].get(view)
    if doing is None:
        raise Http404("没有这个列表")
    home = f"{reverse('funds-home')}?view={view}"
    if request.method != "POST":
        return redirect(home)
    spec, each = request.book.events[doing["act"]], doing.get("each", "")
    require(request.book, request.actor, f"record:{spec.kind}", what=f"暂不能{spec.verb}")
    receipts = _picked(request, spec.verb)
    sent = "act_key" in request.POST
    form = _form(request, doing, receipts, sent)
    if sent and form.is_valid():
        key = stored_key(request, spec.kind, "many", form.cleaned_data["act_key"])
        done = [_one(request, form, each, row, key) for row in receipts if not each or form.cleaned_data[f"{each}_{row.ref}"]]
        refused = [d for d in done if d.refusal]
        if not refused:
            messages.success(request, f"已{spec.verb} {len(done)} 笔")
            return redirect(home)
        context = {"spec": spec, "done": sorted(done, key=lambda d: d.refusal is None), "made": len(done) - len(refused), "refused": len(refused), "home": home}
        return show(request, "funds/many_done.html", context, status=409 if len(refused) == len(done) else 200)
    names = [f.name for f in spec.fields if f.name not in (CHOSEN, each)]
    context = {"spec": spec, "form": form, "home": home, "asked": [form[n] for n in names],
               "rows": [(r, form[f"{each}_{r.ref}"] if each else None) for r in receipts]}  # fmt: skip
    return show(request, "funds/many.html", context, status=422 if sent else 200)


def _picked(request: HttpRequest, verb: str) -> list[Receipt]:
    refs, most = list(dict.fromkeys(request.POST.getlist("pick"))), limits()["pages"]["rows"]
    if not 0 < len(refs) <= most:
        raise Refusal.because(f"暂不能{verb}", f"一次最多 {most} 笔" if refs else "没有选中任何一笔", now="请先在列表中勾选")
    rows = Receipt.objects.filter(court_id=request.actor.court_id, ref__in=refs, case__isnull=False).select_related("case", "case__handler")
    found = {r.ref: r for r in rows}
    return [found[ref] for ref in refs if ref in found]


class ManyForm(ActForm):
    """The event's fields for all, and what every row has of its own: at least one row has it."""

    each: str = ""
    label: Any = ""

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        own = [value for name, value in data.items() if self.each and name.startswith(f"{self.each}_")]
        if self.each and not any(own):
            raise ValidationError(f"一笔也没有填写{self.label}")
        return data


def _form(request: HttpRequest, doing: dict[str, Any], receipts: list[Receipt], sent: bool) -> ManyForm:
    """The event's own fields but the receipt; what every row has of its own is asked once a row."""
    each = doing.get("each", "")
    form = ManyForm(request.book.events[doing["act"]], request.POST if sent else None, now=request.now, proof=False, initial=doing.get("usual"))
    form.each, form.label = each, form.fields[each].label if each else ""
    del form.fields[CHOSEN], form.fields["act_at"], form.fields["act_late_reason"]
    for row in receipts if each else ():
        form.fields[f"{each}_{row.ref}"] = forms.CharField(label=f"{form.label}（{row.receipt_no}）", max_length=80, required=False)
    form.fields.pop(each, None)
    return form


def _one(request: HttpRequest, form: ManyForm, each: str, row: Receipt, key: str) -> Done:
    data, kind = form.cleaned_data, form.spec.kind
    own = {each: data[f"{each}_{row.ref}"]} if each else {}
    shared = {f.name: data[f.name] for f in form.spec.fields if f.name in data}
    try:
        receipt = booked_receipt(row.ref, request.actor.court_id, f"暂不能{form.spec.verb}")
        record(kind, court_id=request.actor.court_id, case_id=receipt.case_id, payload={**shared, **own, CHOSEN: receipt.receipt_no}, desk=desk_of(kind, request.actor),
               key=derived(key, row.ref), by=request.actor, at=request.now)  # fmt: skip
    except Refusal as refusal:
        return Done(row, refusal)
    return Done(row)
