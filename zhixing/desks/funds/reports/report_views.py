"""The month's report on the page, on paper and as a workbook (四(三)1)."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from zhixing.casework.journal.actions import note_read
from zhixing.rulebook.deadlines import CST, add_months
from zhixing.web.pages import page, show

from ..models import Month
from ..views import tabs
from . import monthly, sheets

MAKERS = {
    "pdf": (sheets.pdf, "application/pdf"),
    "xlsx": (sheets.workbook, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@page("page:funds-court")
def report(request: HttpRequest) -> HttpResponse:
    """A month's figures; without a choice the running month."""
    court_id, today = request.actor.court_id, request.now.astimezone(CST).date()
    first = _month(request.GET.get("month", ""), today)
    content = monthly.report_of(court_id, first, book=request.book, at=request.now)
    context = {
        "content": content, "first": first, "sheets": [(s, list(s.rows(content)), s.note(content)) for s in sheets.SHEETS], "title": sheets.heading(content),
        "before": add_months(first, -1), "after": add_months(first, 1) if add_months(first, 1) <= today else None, "tabs": tabs(request),
        "months": Month.objects.filter(court_id=court_id).order_by("-last_on").values_list("first_on", flat=True)[:24],
    }  # fmt: skip
    return show(request, "fundreports/report.html", context)


@page("page:funds-court")
def report_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The report as a file; who took it is on the access trail. 404 for an unknown format."""
    if kind not in MAKERS:
        raise Http404("没有这种文件")
    if request.method != "POST":
        return redirect("funds-report")
    first = _month(request.POST.get("month", ""), request.now.astimezone(CST).date())
    content = monthly.report_of(request.actor.court_id, first, book=request.book, at=request.now)
    make, media_type = MAKERS[kind]
    note_read(action="page:funds-court", path=request.path, address=request.META.get("REMOTE_ADDR", ""), detail=f"导出执行案款月报 {content['month']}（{kind}）",
              by=request.actor, at=request.now)  # fmt: skip
    name = quote(f"执行案款月报{content['month']}.{kind}")
    return HttpResponse(make(content, by=request.actor.name, at=request.now), content_type=media_type, headers={
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"})  # fmt: skip


def _month(text: str, today: date) -> date:
    """The first day of the month asked for; the running one when it is none or in the future."""
    try:
        found = date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        return today.replace(day=1)
    return min(found, today.replace(day=1))
