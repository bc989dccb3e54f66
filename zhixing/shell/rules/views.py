"""The rule pages: every clause with its duties, gates, clocks, compliance and readings; the calendar."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from zhixing.casework.calendars.actions import DayEdit, current_version, edit_calendar, preview
from zhixing.casework.calendars.models import CalendarVersion
from zhixing.casework.facts import rules
from zhixing.rulebook.refusals import Refusal
from zhixing.shell.frame import frame_of
from zhixing.shell.middleware import may
from zhixing.web.pages import page

from .coverage import tests_of_clauses
from .forms import DayForm
from .queries import Compliance, compliance, open_clocks

CHAPTERS = {"一": "工作职能界定", "二": "执行工作指挥", "三": "执行案件办理", "四": "执行案件管理", "五": "其他"}
NONE = Compliance()


def _page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, f"shell/rules/{template}", {**frame_of(request), **context}, status=status)


@page("page:rulebook")
def rulebook(request: HttpRequest) -> HttpResponse:
    """All clauses in order, each with how its clocks fare."""
    book = request.book
    counts = compliance(request.actor.court_id, "clause", request.now)
    parts = [
        (name, title, [_row(book, c, counts.get(c.id, NONE)) for c in book.clauses.values() if c.id.startswith(name)])
        for name, title in CHAPTERS.items()
    ]
    unsure = [d for d in book.duties.values() if d.verify]
    return _page(request, "rulebook.html", {"parts": parts, "book": book, "unsure": len(unsure)})


def _row(book: Any, clause: Any, counts: Compliance) -> dict[str, Any]:
    return {
        "clause": clause, "counts": counts,
        "duties": sum(d.clause == clause.id for d in book.duties.values()),
        "gates": sum(g.clause == clause.id for g in book.gates.values()),
    }  # fmt: skip


@page("page:rulebook")
def clause(request: HttpRequest, clause: str) -> HttpResponse:
    """One clause: what it says, its duties and gates, who may, its open clocks, its year, where clauses disagree. 404 for an unknown clause."""
    book = request.book
    found = book.clauses.get(clause)
    if found is None:
        raise Http404
    court = request.actor.court_id
    duties = [d for d in book.duties.values() if d.clause == clause]
    per_rule = compliance(court, "rule", request.now, clause=clause)
    context = {
        "clause": found, "book": book, "duties": [(d, per_rule.get(d.id, NONE)) for d in duties],
        "gates": [g for g in book.gates.values() if g.clause == clause],
        "events": [e for e in book.events.values() if e.clause == clause],
        "grounds": [(g, book.predicates[g.predicate], True) for g in book.triage_for if g.clause == clause]
        + [(g, book.predicates[g.predicate], False) for g in book.triage_against if g.clause == clause],
        "authority": [a for a in book.authority.values() if a.clause == clause],
        "disclosures": [d for d in book.disclosures.values() if d.clause == clause],
        "readings": [r for r in book.readings.values() if clause in r.clauses],
        "now": request.now, "clocks": open_clocks(court, clause) if may(request, "page:worklist") else None,
        "tests": tests_of_clauses().get(clause, []),
        "total": compliance(court, "clause", request.now, clause=clause).get(clause, NONE),
    }  # fmt: skip
    return _page(request, "clause.html", context)


@page("page:rulebook")
def duties(request: HttpRequest) -> HttpResponse:
    """Every duty with desk, period, start, what meets it, legal effect and how it fares."""
    counts = compliance(request.actor.court_id, "rule", request.now)
    desk, effect = request.GET.get("desk", ""), request.GET.get("effect", "")
    rows = [
        (d, counts.get(d.id, NONE)) for d in request.book.duties.values()
        if (not desk or d.desk == desk) and (not effect or d.effect == effect)
    ]  # fmt: skip
    options = [(d.id, d.title) for d in request.book.desks.values()]
    return _page(request, "duties.html", {"rows": rows, "book": request.book, "desk": desk, "effect": effect,
                                          "desk_options": options})  # fmt: skip


@page("page:rulebook")
def authority(request: HttpRequest) -> HttpResponse:
    """The whole authority table: who may do or must approve what."""
    return _page(request, "authority.html", {"book": request.book, "rows": list(request.book.authority.values())})


def _year(text: str | None, today: date) -> int:
    return int(text) if text and text.isdigit() and 1990 < int(text) < 2100 else today.year


@page("page:calendar")
def calendar(request: HttpRequest) -> HttpResponse:
    """A year of the court's calendar: each day working or off, why, from which notice; whether it is published."""
    return _calendar_page(request, DayForm(initial={"first": request.now.date()}))


def _calendar_page(
    request: HttpRequest, form: DayForm, moved: list[Any] | None = None, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    court = request.actor.court_id
    year = _year(request.GET.get("year"), request.now.date())
    version = current_version(court)
    cal = rules.calendar(court, version)
    context = {
        "year": year, "months": months_of(year, cal, request.now.date()), "published": cal.covers(date(year, 12, 31)),
        "versions": CalendarVersion.objects.filter(court_id=court).select_related("made_by").order_by("-version")[:20],
        "form": form, "moved": moved, "refusal": refusal, "may_edit": may(request, "do:edit_calendar"), "book": request.book,
    }  # fmt: skip
    return _page(request, "calendar.html", context, status)


def months_of(year: int, cal: Any, today: date) -> list[dict[str, Any]]:
    """Twelve months of weeks (Monday first) of days with their kind and reason."""
    months = []
    for number in range(1, 13):
        first = date(year, number, 1)
        day = first - timedelta(days=first.weekday())
        weeks = []
        while day.month == number or day < first:
            weeks.append([_day(d, cal, today, number) for d in (day + timedelta(days=i) for i in range(7))])
            day += timedelta(days=7)
        months.append({"number": number, "weeks": weeks})
    return months


def _day(day: date, cal: Any, today: date, month: int) -> dict[str, Any]:
    working = cal.is_working_day(day)
    why = cal.why_off(day) if not working else ("调休上班" if day.weekday() >= 5 else "")
    return {"day": day, "inside": day.month == month, "working": working, "why": why or "", "today": day == today,
            "moved": working != (day.weekday() < 5)}  # fmt: skip


@page("do:edit_calendar")
def calendar_edit(request: HttpRequest) -> HttpResponse:
    """Preview an edit (which open clocks move, and to when), then carry it out with its reason."""
    if request.method != "POST":
        return redirect("calendar")
    form = DayForm(request.POST)
    if not form.is_valid():
        return _calendar_page(request, form, status=422)
    data = form.cleaned_data
    last = data["last"] or data["first"]
    days = [data["first"] + timedelta(days=i) for i in range((last - data["first"]).days + 1)]
    edits = [DayEdit(d, data["kind"] or None, data["name"], data["source"]) for d in days]
    try:
        if "confirm" not in request.POST:
            moved = preview(court_id=request.actor.court_id, edits=edits, covers_until=data["covers_until"], at=request.now)
            return _calendar_page(request, form, moved)
        done = edit_calendar(edits=edits, reason=data["reason"], covers_until=data["covers_until"], by=request.actor,
                             at=request.now)  # fmt: skip
    except Refusal as refusal:
        return _calendar_page(request, form, refusal=refusal, status=refusal.status)
    messages.success(request, f"日历已修改，{len(done)} 个未办结的时限已重新计算。")
    return redirect("calendar")
