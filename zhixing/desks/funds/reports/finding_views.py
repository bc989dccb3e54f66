"""The list of anomalies: told once, and on the list until somebody says by name what was found out (四(三)1)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from zhixing.casework.people.authority import allowed, require
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page, show

from ..keeping import limits
from ..models import Payout
from ..queries import payouts_of
from ..views import number_of, tabs
from . import findings
from .forms import NoteForm
from .models import Finding


@page("page:funds-court", posts="record:funds_anomaly_reported")
def anomalies(request: HttpRequest) -> HttpResponse:
    """What stands out and is not yet explained; what appeared since the last check is told at once by posting."""
    court_id, size = request.actor.court_id, limits()["pages"]["rows"]
    if request.method == "POST":
        n = findings.tell_anomalies(by=request.actor, at=request.now)
        messages.success(request, f"已告知执行局局长和承办团队：{n} 项" if n else "没有尚未告知的异常")
        return redirect("funds-anomalies")
    closed, before = request.GET.get("state") == "closed", number_of(request, "before")
    rows = findings.listed(court_id, closed=closed, before=before, limit=size + 1)
    base = "?state=closed" if closed else "?"
    context = {
        "rows": rows[:size], "fresh": [] if closed or before else findings.untold(court_id, request.now), "closed": closed, "tabs": tabs(request),
        "may_report": allowed(request.book, request.actor, f"record:{findings.TOLD}"), "may_note": allowed(request.book, request.actor, findings.EXPLAIN),
        "rules": limits()["anomalies"], "first": base if before else "", "more": f"{base}&before={rows[size - 1].pk}" if len(rows) > size else "",
    }  # fmt: skip
    return show(request, "fundreports/anomalies.html", context)


@page("page:funds-court", posts=findings.EXPLAIN)
def anomaly(request: HttpRequest, ref: str) -> HttpResponse:
    """One finding: its payouts with everybody's hand in them, what was found out, and the form for more. 404 without one."""
    finding = Finding.objects.filter(court_id=request.actor.court_id, ref=ref).prefetch_related(findings.notes()).first()
    if finding is None:
        raise Http404("没有这项异常")
    form, refusal = NoteForm(request.POST if request.method == "POST" else None), None
    if request.method == "POST":
        require(request.book, request.actor, findings.EXPLAIN, what="没有记下异常的办理情况")
        if form.is_valid():
            try:
                findings.note(finding_ref=ref, **form.cleaned_data, by=request.actor, at=request.now)
            except Refusal as refused:
                refusal = form.take(refused)
            else:
                messages.success(request, f"已记下：{finding.title}")
                return redirect("funds-anomalies")
    payouts = list(payouts_of(request.actor.court_id).filter(findings=finding).order_by("pk"))
    open_ = finding.state in Finding.LISTED
    context = {
        "finding": finding, "payouts": payouts, "involved": request.actor.person_id in _hands(payouts), "form": form, "refusal": refusal,
        "may_note": open_ and allowed(request.book, request.actor, findings.EXPLAIN), "open": open_, "tabs": tabs(request),
    }  # fmt: skip
    return show(request, "fundreports/anomaly.html", context, status=refusal.status if refusal else 422 if form.is_bound else 200)


def _hands(payouts: list[Payout]) -> set[int | None]:
    return {p for row in payouts for p in (row.requested_by_id, row.checked_by_id, row.approved_by_id, row.sent_by_id, row.settled_by_id)} - {None}
