"""The reconciliation of a month: both balances, every item, who signed; as a workbook too (四(三)1)."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import messages
from django.db.models import Min
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from zhixing.casework.people.authority import allowed
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page, show

from ..ledger.months import next_month
from ..views import tabs
from .actions import SIGN, sides_of, sign, standing
from .comparing import Comparison, compare
from .copies import reconciled
from .keeping import limits
from .models import BankLine, Reconciliation


@page("page:funds-court", posts=SIGN)
def reconciliation(request: HttpRequest) -> HttpResponse:
    """One month: what the bank says, what the ledger says, what explains the difference, and signing it."""
    month, refusal = _month(request), None
    if request.method == "POST":
        try:
            row = sign(first_on=month, sha256=request.POST.get("sha256", ""), by=request.actor, at=request.now)
        except Refusal as refused:
            refusal = refused
        else:
            left = len(limits()["sides"]) - row.signatures.count()
            messages.success(request, f"已签署 {month:%Y年%m月} 的银行对账" + ("，等另一方签署" if left else "，双方已签，可以结账"))
            return redirect(f"{reverse('funds-reconciliation')}?month={month:%Y-%m}")
    found = compare(request.actor.court_id, month)
    rows = list(Reconciliation.objects.filter(court_id=request.actor.court_id, first_on=month).prefetch_related("signatures__by").order_by("-pk"))
    now = next((row for row in rows if row.sha256 == found.sha256), None)
    signed = {s.side: s for s in now.signatures.all()} if now else {}
    sides = [{**side, "signature": signed.get(side["id"])} for side in limits()["sides"]]
    mine = next((s for s in sides_of(request.actor) if s["id"] not in signed), None)
    why = standing(found, request.now)
    may_sign = mine if why is None and allowed(request.book, request.actor, SIGN) and request.actor.person_id not in {s.by_id for s in signed.values()} else None
    context = {"found": found, "month": month, "sides": sides, "why": why, "may_sign": may_sign, "tabs": tabs(request), "refusal": refusal,
               "earlier": [row for row in rows if row is not now], "shown": limits()["shown"], "whole": len(signed) == len(sides),
               "before": f"{month - timedelta(days=1):%Y-%m}", "after": f"{found.last_on + timedelta(days=1):%Y-%m}"}  # fmt: skip
    return show(request, "reconciling/reconciliation.html", context, status=refusal.status if refusal else 200)


@page("page:funds-court")
def reconciliation_file(request: HttpRequest) -> HttpResponseBase:
    """The month as a workbook: as it stands, or as it was signed (`?signed=`). 404 without one."""
    court_id, month = request.actor.court_id, _month(request)
    found: Comparison | Reconciliation | None = compare(court_id, month)
    if ref := request.GET.get("signed"):
        found = Reconciliation.objects.filter(court_id=court_id, ref=ref).prefetch_related("signatures__by").first()
        if found is None:
            raise Http404("没有这份对账")
    assert found is not None
    content = found.content if isinstance(found, Reconciliation) else found.content()
    hands = [(s.side, s.by.name, s.at) for s in found.signatures.all()] if isinstance(found, Reconciliation) else []
    out = reconciled(content, hands, by=request.actor.name, at=request.now)
    return FileResponse(out, as_attachment=True, filename=f"银行对账-{content['first_on'][:7]}.xlsx")


def _month(request: HttpRequest) -> date:
    """The month of the address; without one the month to be closed next, or the last that ended; none before the bank's first line."""
    try:
        return date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        last = (request.now.date().replace(day=1) - timedelta(days=1)).replace(day=1)
        first = BankLine.objects.filter(court_id=request.actor.court_id).aggregate(on=Min("booked_on"))["on"] or last
        return min(max(next_month(request.actor.court_id) or last, first.replace(day=1)), last)
