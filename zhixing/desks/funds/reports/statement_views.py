"""A party's statement of the case's money: read on the page, numbered and kept when it is printed for somebody (四(三)1)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from zhixing.casework.cases.models import Case, Party
from zhixing.casework.people.authority import allowed
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page, show

from . import statements
from .forms import ForPartyForm
from .models import PartyStatement


@page("page:funds", posts=statements.PRINT, reads="ref")
def statement(request: HttpRequest, ref: str) -> HttpResponse:
    """What the chosen party would read; posting prints it for them."""
    case = _case(request, ref)
    parties = [p for p in case.parties.all() if p.role != Party.OTHER]
    form, refusal, content = ForPartyForm(request.POST if request.method == "POST" else None, parties=parties), None, None
    party = _chosen(parties, request.POST.get("party") or request.GET.get("party", ""))
    try:
        content = statements.statement_for(case, party, at=request.now) if party else None
        if request.method == "POST" and form.is_valid() and party and content:
            made = statements.print_statement(case=case, party=party, content=content, address=request.META.get("REMOTE_ADDR", ""), by=request.actor, at=request.now)
            messages.success(request, f"已为{party.name}生成{made.no}，请下载打印")
            return redirect("funds-statement", ref=ref)
    except Refusal as refused:
        refusal = refused
    form.fields["party"].initial = str(party.pk) if party else ""
    printed = PartyStatement.objects.filter(case=case).select_related("party", "printed_by").order_by("-pk")[:20]
    context = {"case": case, "parties": parties, "party": party, "content": content, "form": form, "refusal": refusal, "printed": printed,
               "may_print": allowed(request.book, request.actor, statements.PRINT)}  # fmt: skip
    return show(request, "fundreports/statement.html", context, status=refusal.status if refusal else 422 if form.is_bound else 200)


@page(statements.PRINT, reads="ref")
def statement_file(request: HttpRequest, ref: str, about: str) -> HttpResponse:
    """A printed statement again, the same pages. 404 without one."""
    made = PartyStatement.objects.select_related("printed_by").filter(case__ref=ref, court_id=request.actor.court_id, ref=about).first()
    if made is None:
        raise Http404("没有这份清单")
    return HttpResponse(statements.pdf_of(made), content_type="application/pdf", headers={
        "Content-Disposition": f'inline; filename="statement-{made.ref}.pdf"', "Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"})  # fmt: skip


def _chosen(parties: list[Party], text: str) -> Party | None:
    """The party that was asked for, else the first applicant."""
    return next((p for p in parties if str(p.pk) == text), parties[0] if parties and not text else None)


def _case(request: HttpRequest, ref: str) -> Case:
    case = Case.objects.select_related("court", "handler").prefetch_related("parties").filter(court_id=request.actor.court_id, ref=ref).first()
    if case is None:
        raise Http404("没有这个案件")
    return case
