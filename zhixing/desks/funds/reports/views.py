"""Papers drafted from a case's money, in one click where the rows know everything (四(三)1, 四(三)2)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_q.tasks import async_task

from zhixing.casework.cases.models import Case
from zhixing.casework.identity import mask_account
from zhixing.casework.papers.values import yuan
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page, show

from .. import queries
from . import papers
from .forms import RestForm

PDF_JOB = "zhixing.desks.funds.reports.jobs.make_pdf"


@page("page:funds", posts="do:draft_money_paper", reads="ref")
def paper(request: HttpRequest, ref: str, kind: str, about: str) -> HttpResponse:
    """One paper about one row: what the rows say, and what only the clerk knows. Posting it drafts it."""
    case, known, offer = _offered(request, ref, kind, about)
    filled = papers.values_of_row(offer, known)
    asked = [f for f in offer.kind.typed if f.name not in filled and (f.required or f.usual is not None)]
    once = request.method == "POST" and "dated_on" not in request.POST
    form, refusal = RestForm(_with_usual(asked, request) if once else request.POST or None, asked=asked, now=request.now), None
    if request.method == "POST" and form.is_valid():
        try:
            made = papers.draft_money_paper(case=case, offer=offer, known=known, typed=form.typed(), dated_on=form.cleaned_data["dated_on"], by=request.actor,
                                            at=request.now)  # fmt: skip
        except Refusal as refused:
            refusal = form.take(refused)
        else:
            transaction.on_commit(lambda: async_task(PDF_JOB, made.pk))
            messages.success(request, f"已拟制{offer.kind.title} {made.number}，请另一位同事核对")
            return redirect(f"{reverse('funds-case', args=[ref])}#papers")
    lines = [(f.label, yuan(filled[f.name]) if f.type == "yuan" else mask_account(str(filled[f.name]))) for f in offer.kind.typed if f.name in filled]
    context = {"case": case, "offer": offer, "lines": lines, "form": form, "refusal": refusal}
    return show(request, "fundreports/paper.html", context, status=refusal.status if refusal else 422 if form.is_bound else 200)


def _with_usual(asked: list[Any], request: HttpRequest) -> dict[str, Any]:
    """One click from the case's page: dated today, with what usually stands there."""
    return {"dated_on": request.now.date().isoformat(), **{f.name: f.usual for f in asked if f.usual is not None}}


def _offered(request: HttpRequest, ref: str, kind: str, about: str) -> tuple[Case, papers.Known, papers.Offer]:
    case = Case.objects.select_related("court", "handler").filter(court_id=request.actor.court_id, ref=ref).first()
    if case is None:
        raise Http404("没有这个案件")
    money = queries.money_of(case, book=request.book, at=request.now)
    known = papers.known_of(case, [r for r, _, _ in money.receipts], money.payouts)
    offer = papers.offer_of(known, kind, about)
    if offer is None:
        raise Http404("没有这份案款文书")
    return case, known, offer
