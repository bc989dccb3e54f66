"""Approvals: what waits for me, what I asked for. Approving records the act; nobody approves their own."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from zhixing.casework.approvals import queries
from zhixing.casework.approvals.actions import approve, decline, withdraw
from zhixing.rulebook.model import Rulebook
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page

from .showing import show

ACTS = {"approve": "已批准", "decline": "已退回申请", "withdraw": "已撤回"}


@page("page:approvals")
def approvals(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    """The two lists."""
    book, by = request.book, request.actor
    context = {"waiting": [shown(book, row) for row in queries.waiting_for(book, by)],
               "asked": [shown(book, row) for row in queries.asked_by(by)], "refusal": refusal}  # fmt: skip
    return show(request, "acts/approvals", context, status=refusal.status if refusal else 200)


def shown(book: Rulebook, row: dict[str, Any]) -> dict[str, Any]:
    """A request with the title of its act and the labels of what it would record."""
    spec = book.events.get(row["kind"])
    payload = row["payload"].get("payload", {})
    fields = [(f.label, payload[f.name]) for f in spec.fields if f.name in payload] if spec else []
    return {**row, "title": spec.title if spec else row["kind"], "clause": spec.clause if spec else "", "fields": fields}


@page("page:approvals", posts="do:decide_approval")
def approval_decide(request: HttpRequest, ref: str) -> HttpResponse:
    """Approve or decline one request. Refuses without a choice."""
    _posted(request)
    what, answer = request.POST.get("what", ""), request.POST.get("answer", "")
    try:
        if what == "approve":
            approve(ref=ref, answer=answer, by=request.actor, at=request.now)
        elif what == "decline":
            decline(ref=ref, answer=answer, by=request.actor, at=request.now)
        else:
            raise Refusal.because("暂不能审批", "没有选择批准或不批准")
    except Refusal as refusal:
        return approvals(request, refusal)
    messages.success(request, ACTS[what])
    return redirect("approvals")


@page("page:approvals")
def approval_withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    """Take back one's own request."""
    _posted(request)
    withdraw(ref=ref, by=request.actor, at=request.now)
    messages.success(request, ACTS["withdraw"])
    return redirect("approvals")


def _posted(request: HttpRequest) -> None:
    if request.method != "POST":
        raise Http404("请在审批页面办理")
