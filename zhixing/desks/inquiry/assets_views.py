"""The assets as a ledger: of a case and of the court's open cases, to read, to print, to take away on record (三(二)6, 四(二)5)."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse

from zhixing.casework.assets.analysis import HEADS, cells
from zhixing.casework.cases.models import Case
from zhixing.casework.identity import mask_identity
from zhixing.casework.people.authority import allowed
from zhixing.web.pages import page, show
from zhixing.web.workbooks import XLSX, table

from . import queries
from .queries import Line

PAGE, MOST = 50, 5000


@page("page:assets")
def court(request: HttpRequest) -> HttpResponse:
    """The assets of the court's open cases."""
    after = request.GET.get("after", "")
    lines, more = queries.assets_of_court(request.actor.court_id, int(after) if after.isdecimal() and len(after) < 19 else 0, PAGE)
    context = {"lines": lines, "first": "?" if after else "", "more": f"?after={more}" if more else "", "today": request.now.date(),
               "may_export": allowed(request.book, request.actor, "page:export")}  # fmt: skip
    return show(request, "inquiry/assets.html", context)


@page("page:assets", reads="ref")
def print_case(request: HttpRequest, ref: str) -> HttpResponse:
    """A case's assets on paper, with whether they cover the claim."""
    found = _case(request, ref)
    context = {"case": found, "picture": queries.picture(found), "today": request.now.date(), "now": request.now}
    return show(request, "inquiry/assets_print.html", context)


@page("page:export", reads="ref")
def export_case(request: HttpRequest, ref: str) -> HttpResponse:
    """A case's assets as a spreadsheet."""
    found = _case(request, ref)
    return _file(request, ((found.number, line) for line in queries.picture(found).lines), f"财产台账{found.number}")


@page("page:export")
def export_court(request: HttpRequest) -> HttpResponse:
    """The assets of the court's open cases as a spreadsheet."""
    _may_read(request)
    lines, _ = queries.assets_of_court(request.actor.court_id, 0, MOST)
    return _file(request, ((line.asset.case.number, line) for line in lines), "财产台账（在办案件）")


def _case(request: HttpRequest, ref: str) -> Case:
    _may_read(request)
    found = queries.case_of(request.actor.court_id, ref)
    if found is None:
        raise Http404("没有这个案件")
    return found


def _may_read(request: HttpRequest) -> None:
    """Whoever may not open the page may not take it away either."""
    if not allowed(request.book, request.actor, "page:assets"):
        raise Http404("没有这个页面")


def _file(request: HttpRequest, lines: Iterable[tuple[str, Line]], name: str) -> HttpResponse:
    rows = [cells(number, line.holding, line.step.verb if line.step else "", mask_identity) for number, line in lines]
    content = table("财产台账", HEADS, rows, by=request.actor.name, at=request.now)
    request.taken = f"导出{name} {len(rows)} 项"  # type: ignore[attr-defined]  # the middleware writes it into the access trail
    response = HttpResponse(content, XLSX)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{name}-{request.now:%Y%m%d}.xlsx')}"
    return response
