"""What is served and what is not: of a case and of the court, to read, to print, to take away (三(三)1, 三(三)2)."""

from __future__ import annotations

from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from zhixing.casework.papers.models import Paper
from zhixing.casework.people.authority import allowed
from zhixing.web.pages import page, show
from zhixing.web.workbooks import XLSX, table

from . import opening, standing
from .actions import KEEP
from .views import found_case

PAGE, MOST = 50, 5000


@page("page:offline", posts=KEEP, reads="ref")
def listing(request: HttpRequest, ref: str) -> HttpResponse:
    """Everything of a case that went out, for everybody it goes to. Posting puts down what nobody put down."""
    found = found_case(request, ref)
    if request.method == "POST":
        made = [row for paper in opening.unopened(found.court_id).filter(case=found) for row in opening.open_for(paper, request.now)]
        messages.success(request, f"已登记 {len(made)} 项送达：{found.number}" if made else "没有要登记的")
        return redirect("offline-list", ref=ref)
    lines = standing.of_case(found)
    groups = [(words, [line for line in lines if line.state in states])
              for words, states in (("没有送达", ("open", standing.MISSING)), ("已经送达", ("served",)), ("终止和不需要送达的", ("ended", standing.NOT_SERVED)))]  # fmt: skip
    context = {
        "case": found, "court": found.court, "groups": groups, "lines": lines, "tally": standing.tally(lines), "now": request.now, "tabs": request.tabs(ref),
        "may_open": allowed(request.book, request.actor, KEEP) and opening.unopened(found.court_id).filter(case=found).exists(),
        "may_export": allowed(request.book, request.actor, "page:export"),
    }  # fmt: skip
    return show(request, "offline/list.html", context)


@page("page:offline")
def court(request: HttpRequest) -> HttpResponse:
    """The court's issued papers and how each stands."""
    which, after = _asked(request)
    lines, more = standing.of_court(request.actor.court_id, which, after, PAGE)
    counted = standing.counts(request.actor.court_id)
    words = {"left": counted["open"] + counted["missing"], "served": counted["served"], "hand": counted["hand"]}
    tabs = [{"words": title, "url": f"?which={key}", "count": words.get(key, 0), "current": key == which} for key, title in standing.FILTERS.items()]
    context = {"lines": lines, "tabs": tabs, "which": which, "title": standing.FILTERS[which], "counted": counted, "now": request.now,
               "first": f"?which={which}" if after else "", "more": f"?which={which}&after={more}" if more else "",
               "may_export": allowed(request.book, request.actor, "page:export")}  # fmt: skip
    return show(request, "offline/standing.html", context)


def _asked(request: HttpRequest) -> tuple[str, int]:
    which, after = request.GET.get("which", ""), request.GET.get("after", "")
    return which if which in standing.FILTERS else "left", int(after) if after.isdecimal() and len(after) < 19 else 0


@page("page:export", reads="ref")
def export_case(request: HttpRequest, ref: str) -> HttpResponse:
    """A case's list as a spreadsheet."""
    _may_read(request)
    found = found_case(request, ref)
    return _file(request, standing.of_case(found), f"送达清单{found.number}")


@page("page:export")
def export_court(request: HttpRequest) -> HttpResponse:
    """The court's list as a spreadsheet, as filtered."""
    _may_read(request)
    which, _ = _asked(request)
    lines, _ = standing.of_court(request.actor.court_id, which, 0, MOST)
    return _file(request, lines, f"送达清单（{standing.FILTERS[which]}）")


def _may_read(request: HttpRequest) -> None:
    """Whoever may not open the list may not take it away either."""
    if not allowed(request.book, request.actor, "page:offline"):
        raise Http404("没有这个页面")


def _file(request: HttpRequest, lines: list[standing.Standing], name: str) -> HttpResponse:
    content = table("送达清单", standing.HEADS, map(standing.cells, lines), by=request.actor.name, at=request.now)
    request.taken = f"导出{name} {len(lines)} 行"  # type: ignore[attr-defined]  # the middleware writes it into the access trail
    response = HttpResponse(content, XLSX)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{name}-{request.now:%Y%m%d}.xlsx')}"
    return response


@page("page:offline", posts=KEEP)
def open_paper(request: HttpRequest, paper: str) -> HttpResponse:
    """Put down the deliveries of one issued paper. 404 without one."""
    found = Paper.objects.filter(court_id=request.actor.court_id, ref=paper, state=Paper.ISSUED).select_related("case").first()
    if found is None:
        raise Http404("没有这份文书")
    if request.method == "POST":
        made = opening.open_for(found, request.now)
        messages.success(request, f"已登记 {len(made)} 项送达：{found.case.number}" if made else "这份文书已经登记过送达")
    return redirect("offline-case", ref=found.case.ref)
