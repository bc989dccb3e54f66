"""A case filed by hand, with as many parties as it has."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from zhixing.casework.cases.actions import file_case
from zhixing.casework.cases.models import Party
from zhixing.casework.identity import check_identity
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page

from ..acts.showing import show
from .forms import CaseForm, PartyForms, new_case

FIRST_ROWS = [{"role": Party.APPLICANT}, {"role": Party.DEBTOR}]


@page("page:case-new")
def case_new(request: HttpRequest) -> HttpResponse:
    """The form; another row for a party; the filing itself."""
    today = request.now.date()
    if request.method != "POST":
        form = CaseForm(book=request.book, today=today, initial={"filed_on": today})
        return _shown(request, form, PartyForms(prefix="p", initial=FIRST_ROWS))
    form, parties = CaseForm(request.POST, book=request.book, today=today), PartyForms(request.POST, prefix="p")
    if "more" in request.POST:
        return _shown(request, form, _with_one_more(request, parties))
    fine = form.is_valid()
    if not (parties.is_valid() and fine):
        return _shown(request, form, parties, status=422)
    try:
        filed, _ = file_case(new=new_case(form, parties), by=request.actor, at=request.now)
    except Refusal as refusal:
        return _shown(request, form, parties, form.take(refusal), status=422)
    messages.success(request, f"已登记立案：{filed.number}")
    return redirect("case", filed.ref)


def _with_one_more(request: HttpRequest, parties: Any) -> Any:
    """The same rows, whatever is in them, and an empty one."""
    data = request.POST.copy()
    count = min(int(data.get("p-TOTAL_FORMS") or 0) if (data.get("p-TOTAL_FORMS") or "0").isdigit() else 0, 200)
    data["p-TOTAL_FORMS"] = str(count + 1)
    data[f"p-{count}-role"] = data["more"] if data["more"] in (Party.APPLICANT, Party.DEBTOR, Party.OTHER) else Party.DEBTOR
    return PartyForms(data, prefix="p")


def _shown(
    request: HttpRequest, form: CaseForm, parties: Any, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    wrong = [error for row in parties if row.is_bound and row.has_changed() for error in _errors(row)] if status != 200 else []
    context = {"form": form, "parties": parties, "refusal": refusal, "wrong": wrong, "checked": status != 200}
    return show(request, "cases/new", context, status=status)


def _errors(row: Any) -> list[tuple[str, str]]:
    """(id of the control, what is wrong) for the list on top of the page."""
    return [(row[name].id_for_label, f"{row[name].label}：{error}") for name, errors in row.errors.items() if name in row.fields for error in errors]


@page("page:case-new")
def identity_check(request: HttpRequest) -> HttpResponse:
    """What a number is and whether it is right, as a fragment. By POST, so that no number stands in an address. 404 when opened by itself."""
    if request.method != "POST":
        raise Http404("请在登记立案的页面上核对")
    text = next((v for k, v in request.POST.items() if k.endswith("id_number")), "").strip()
    found = check_identity(text, today=request.now.date()) if text else None
    return render(request, "shell/cases/identity.html", {"found": found})
