"""Search, the list, one case, its clocks. Each view makes a fixed number of statements."""

from __future__ import annotations

import tempfile
from typing import Any
from urllib.parse import quote, urlencode

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from zhixing.casework.calendars.actions import current_version
from zhixing.casework.cases import queries
from zhixing.casework.cases.limits import limits
from zhixing.casework.cases.models import Case
from zhixing.casework.cases.search import search
from zhixing.casework.cases.spreadsheet import write_cases
from zhixing.casework.cases.timeline import explanation_of, journal_page
from zhixing.casework.duties.clocks import clock_of, explain_url
from zhixing.casework.facts import rules
from zhixing.casework.journal.actions import note_read
from zhixing.casework.people.authority import allowed, require
from zhixing.rulebook.deadlines import CST
from zhixing.shell.middleware import address_of
from zhixing.web.pages import page

from ..acts.showing import show
from .forms import STAGES, FilterForm, own_team
from .page import clocks_shown, entry_shown, gates_shown, nodes, owed, parties_shown

SHOWABLE = {"id_number": "证件号码", "phone": "电话"}
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@page("do:search")
def search_page(request: HttpRequest) -> HttpResponse:
    """What `/` finds. A case number that is one case's goes straight to it."""
    text = request.GET.get("q", "").strip()[:120]
    found = search(request.actor.court_id, text)
    clauses = [c for c in request.book.clauses.values() if text and (text == c.id or text in c.title)]
    if found.by_number and len(found.hits) == 1:
        return redirect("case", found.hits[0].ref)
    context = {"search_text": text, "found": found, "clauses": clauses}
    return show(request, "cases/search", context)


def _filter(request: HttpRequest, data: Any) -> FilterForm:
    """The filter asked for; without any, a person of one team starts with that team's cases."""
    if not any(name in data for name in FilterForm.base_fields):
        data = data.copy()
        data["team"] = own_team(request.actor)
    return FilterForm(data)


def _query(form: FilterForm, **more: str) -> str:
    kept = {name: form.data.get(name, "") for name in form.fields}
    return urlencode({**{k: v for k, v in kept.items() if v or k == "team"}, **more})


@page("page:cases")
def cases(request: HttpRequest) -> HttpResponse:
    """The list: two statements, whatever the rows."""
    return _list(request, "cases/cases")


@page("page:cases")
def cases_print(request: HttpRequest) -> HttpResponse:
    """The list on paper."""
    return _list(request, "cases/print", limits()["list"]["printed"])


def _list(request: HttpRequest, template: str, size: int | None = None) -> HttpResponse:
    form, sort = _filter(request, request.GET), request.GET.get("sort", "-filed")
    found = queries.case_page(
        request.actor.court_id, form.wanted(), sort=sort, after=request.GET.get("after", ""),
        before=request.GET.get("before", ""), size=size, at=request.now,
    )  # fmt: skip
    calendar = rules.calendar(request.actor.court_id, found.calendar_version)
    for row in found.rows:
        clock = found.clocks.get(row["pk"])
        url = explain_url(clock["pk"], case_ref=row["ref"]) if clock else ""
        row["clock"] = clock_of(clock, book=request.book, calendar=calendar, at=request.now, url=url) if clock else None
    words = limits()["words"]
    base = "?" + _query(form)
    context = {
        "form": form, "rows": found.rows, "sort": sort, "sort_href": f"{base}&sort=", "stages": STAGES,
        "previous": f"?{_query(form, sort=sort, before=found.previous)}" if found.previous else "",
        "next": f"?{_query(form, sort=sort, after=found.next)}" if found.next else "",
        "print_query": base, "desks": [(d.id, d.title) for d in request.book.desks.values()],
        "tracks": list(words["track"].items()), "words": words,
        "may_file": allowed(request.book, request.actor, "page:case-new"),
        "may_import": allowed(request.book, request.actor, "page:import"),
    }  # fmt: skip
    return show(request, template, context)


@page("page:cases")
def cases_export(request: HttpRequest) -> HttpResponse:
    """The list as a spreadsheet. Many persons' data in one file is bulk export: its own authority, always on record."""
    if request.method != "POST":
        return redirect("cases")
    by, wanted = request.actor, _filter(request, request.POST).wanted()
    cap = limits()["export"]["bulk_persons"]
    if queries.persons_up_to(by.court_id, wanted, cap + 1, request.now) > cap:
        require(request.book, by, "do:export_bulk", what=f"暂不能导出超过{cap}人的数据")
    calendar = rules.calendar(by.court_id, current_version(by.court_id))
    file = tempfile.TemporaryFile()  # noqa: SIM115  FileResponse closes it, and so removes it
    count = write_cases(file, queries.exported(by.court_id, wanted, request.now), book=request.book, calendar=calendar,
                        by=by.name, at=request.now)  # fmt: skip
    note_read(action="page:export", path=request.path, address=address_of(request), detail=f"导出案件 {count} 件", by=by,
              at=request.now)  # fmt: skip
    file.seek(0)
    response = FileResponse(file, content_type=SHEET)
    name = f"案件{request.now.astimezone(CST):%Y%m%d-%H%M}.xlsx"
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "private, no-store"
    return response


def _case(request: HttpRequest, ref: str) -> dict[str, Any]:
    found = queries.case_of(request.actor.court_id, ref)
    if found is None:
        raise Http404("没有这个案件")
    return found


@page("page:case", reads="ref")
def case(request: HttpRequest, ref: str) -> HttpResponse:
    """Everything about one case on one page: five statements."""
    book, by, at = request.book, request.actor, request.now
    row = _case(request, ref)
    duties = queries.clocks_of(by.court_id, row["pk"])
    calendar = rules.calendar(by.court_id, row["calendar_version"])
    clocks = clocks_shown(duties, ref, book=book, calendar=calendar, at=at)
    side = queries.side_of(by.court_id, row["pk"])
    events = journal_page(by.court_id, row["pk"], limit=limits()["case_page"]["events"])
    context = {
        "case": row, "nodes": nodes(book, row, duties, clocks, at),
        "owed": owed(book, by, row["state"], ref, clocks.values()), "words": limits()["words"],
        "closed_clocks": [c for c in clocks.values() if not c.is_open], "gates": gates_shown(book, by, row, at),
        "parties": parties_shown(queries.parties_of(by.court_id, row["pk"])), "side": side,
        "events": [entry_shown(book, e, at) for e in events], "may_show": allowed(book, by, "do:show_identity"),
        "waiting": next((h for h in side.handoffs if h["third"] == "offered"), None), "book": book,
        "may_dossier": allowed(book, by, "page:dossier"),
    }  # fmt: skip
    return show(request, "cases/case", context)


@page("page:case", reads="ref")
def case_journal(request: HttpRequest, ref: str) -> HttpResponse:
    """The whole journal of a case, newest first."""
    row, size = _case(request, ref), limits()["case_page"]["journal"]
    before = request.GET.get("before", "")
    entries = journal_page(request.actor.court_id, row["pk"], before=int(before) if before.isdigit() else None, limit=size + 1)
    context = {
        "case": row, "entries": [{**entry_shown(request.book, e, request.now), "seq": e["seq"]} for e in entries[:size]],
        "next": f"?before={entries[size - 1]['seq']}" if len(entries) > size else "", "first": "?" if before else "",
        "may_dossier": allowed(request.book, request.actor, "page:dossier"), "words": limits()["words"],
    }  # fmt: skip
    return show(request, "cases/journal", context)


@page("page:case")
def duty_explain(request: HttpRequest, ref: str, n: int) -> HttpResponse:
    """Why a clock of a case shows what it shows."""
    return _explained(request, n, case_ref=ref)


@page("page:matters")
def matter_duty_explain(request: HttpRequest, ref: str, n: int) -> HttpResponse:
    """Why a clock of a matter shows what it shows."""
    return _explained(request, n, matter_ref=ref)


def _explained(request: HttpRequest, n: int, **about: str) -> HttpResponse:
    court = request.actor.court_id
    found = explanation_of(court, n, request.book, **about)
    if found is None:
        raise Http404("没有这个时限")
    row, story = found
    calendar = rules.calendar(court, current_version(court))
    context = {
        "row": row, "story": story, "clock": clock_of(row, book=request.book, calendar=calendar, at=request.now),
        "book": request.book, "calendar": calendar, "subject": row.case or row.matter, "is_case": row.case_id is not None,
    }  # fmt: skip
    if request.headers.get("HX-Request"):
        return render(request, "shell/cases/explained.html", context)
    return show(request, "cases/explain", context)


@page("do:show_identity")
def case_show_identity(request: HttpRequest, ref: str, role: str, position: int, what: str) -> HttpResponse:
    """A party's number in full. Who looked, at what and when is on record before it is shown. 404 without a number, and when opened by itself."""
    party = queries.party_of(request.actor.court_id, ref, role, position) if what in SHOWABLE else None
    if request.method != "POST" or party is None:
        raise Http404("没有这个号码")
    note_read(action="do:show_identity", path=request.path, case_ref=ref, address=address_of(request),
              detail=f"显示{party['name']}的{SHOWABLE[what]}", by=request.actor, at=request.now)  # fmt: skip
    context = {"value": party[what], "party": party, "label": SHOWABLE[what], "ref": ref}
    if request.headers.get("HX-Request"):
        return render(request, "shell/cases/number.html", context)
    number = Case.objects.filter(court_id=request.actor.court_id, ref=ref).values_list("number", flat=True).get()
    return show(request, "cases/shown", {**context, "number": number})
