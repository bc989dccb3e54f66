"""Pages of days outside: the batches, the route sheet, what was done; the traditional search of a case (三(三)3, 四(二)2(3))."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from zhixing.casework.assets.analysis import analysed
from zhixing.casework.assets.finding import KIND, holdings_of
from zhixing.casework.cases.models import Case
from zhixing.casework.facts.forms import ActForm, stored_key
from zhixing.casework.people.authority import allowed
from zhixing.rulebook.refusals import Reason, Refusal
from zhixing.web.pages import page, show

from . import field_actions, field_queries, queries, searching
from .bulk import envelopes
from .doing_views import beside, status_of
from .field_actions import DONE_KIND, SCHEDULED, STARTED, TASK, Stop
from .field_forms import DayForm, SearchForm
from .field_models import FieldDay, FieldTask
from .settled import field
from .views import found_case

MANY = 60


@page("page:field")
def days(request: HttpRequest) -> HttpResponse:
    """The batches to come and those that are done."""
    court_id = request.actor.court_id
    context = {"open": field_queries.days(court_id, closed=False, limit=MANY), "closed": field_queries.days(court_id, closed=True, limit=20),
               "today": request.now.date(), "may": _may(request, f"record:{SCHEDULED}")}  # fmt: skip
    return show(request, "offline/days.html", context)


@page("page:field", posts=f"record:{SCHEDULED}")
def day_new(request: HttpRequest) -> HttpResponse:
    """Schedule a batch; deliveries picked from the pile are in it already."""
    picked = queries.deliveries(request.actor.court_id, [r for p in request.POST.getlist("pick") for r in p.split(",")]) if request.method == "POST" else []
    people = field_queries.staff(request.actor.court_id, request.book, request.now.date())
    kinds = next(f.choices for f in request.book.events[SCHEDULED].fields if f.name == "kind")
    sent = "kind" in request.POST or "day" in request.POST
    first = {"day": request.now.date(), "officers": [str(request.actor.person_id)], "kind": "送达" if picked else None}
    form = DayForm(request.POST if sent else None, people=people, kinds=kinds, initial=first)
    stops = [Stop(e.case.pk, e.address, f"送达 {e.recipient}：{e.papers}", [d.ref for d in e.rows]) for e in envelopes(picked)]
    refusal = None
    if sent and form.is_valid():
        try:
            made = _schedule(request, form, stops)
        except Refusal as refused:
            refusal = beside(form, refused)
        else:
            messages.success(request, f"已排班 {made.batch_no}：{made.tasks.count()} 项")
            return redirect("offline-day", ref=made.ref)
    context = {"form": form, "refusal": refusal, "picked": picked, "kinds": field()["kinds"]}
    return show(request, "offline/day_new.html", context, status=status_of(form, refusal))


def _schedule(request: HttpRequest, form: DayForm, stops: list[Stop]) -> FieldDay:
    lines, kind = form.lines(), form.cleaned_data["kind"]
    cases = field_queries.cases_by_number(request.actor.court_id, [number for number, _, _ in lines])
    wrong = [Reason(f"没有案号为“{n}”的案件", field()["clause"], "请核对案号", field="stops") for n, _, _ in lines if n not in cases]
    if wrong:
        raise Refusal("暂不能排班", wrong)
    typed = [Stop(cases[n].pk, place, what or kind) for n, place, what in lines]
    return field_actions.schedule(day=form.cleaned_data["day"], kind=kind, officer_ids=[int(o) for o in form.cleaned_data["officers"]],
                                  stops=[*stops, *typed], by=request.actor, at=request.now)  # fmt: skip


@page("page:field")
def day(request: HttpRequest, ref: str) -> HttpResponse:
    """The route sheet: tasks by place, to print and to answer."""
    return _day_page(request, _day(request, ref))


def _day_page(request: HttpRequest, found: FieldDay, refusal: Refusal | None = None) -> HttpResponse:
    places = field_queries.route(found)
    tasks = [t for p in places for t in p.tasks]
    context = {"day": found, "places": places, "check": field()["kinds"][found.kind]["check"], "left": sum(t.state == t.TODO for t in tasks),
               "n": len(tasks), "may_answer": _may(request, TASK), "may_close": _may(request, f"record:{DONE_KIND}"), "refusal": refusal}  # fmt: skip
    return show(request, "offline/day.html", context, status=refusal.status if refusal else 200)


@page("page:field", posts=TASK)
def answer(request: HttpRequest, ref: str) -> HttpResponse:
    """Answer a task: done with its result, or not done with the reason."""
    found = _day(request, ref)
    if request.method == "POST":
        try:
            field_actions.answer(ref=request.POST.get("task", ""), done=request.POST.get("done") == "1", text=request.POST.get("text", ""),
                                 by=request.actor, at=request.now)  # fmt: skip
        except Refusal as refusal:
            return _day_page(request, found, refusal)
        messages.success(request, "已登记")
    return redirect("offline-day", ref=ref)


@page("page:field", posts=f"record:{SCHEDULED}")
def order(request: HttpRequest, ref: str) -> HttpResponse:
    """Put the tasks in the order of the route: a number for each."""
    found = _day(request, ref)
    if request.method == "POST":
        numbers = {t.ref: request.POST.get(f"n-{t.ref}", "") for t in found.tasks.order_by("position", "pk")}
        by_number = sorted(numbers, key=lambda r: int(numbers[r]) if numbers[r].isdecimal() else 10**6)
        try:
            field_actions.reorder(ref=ref, order=by_number, by=request.actor, at=request.now)
        except Refusal as refusal:
            return _day_page(request, found, refusal)
        messages.success(request, "已调整路线")
    return redirect("offline-day", ref=ref)


@page("page:field", posts=f"record:{DONE_KIND}")
def close(request: HttpRequest, ref: str) -> HttpResponse:
    """Close the day: every task has its answer (三(三)3)."""
    found = _day(request, ref)
    if request.method == "POST":
        try:
            field_actions.close_day(ref=ref, by=request.actor, at=request.now)
        except Refusal as refusal:
            return _day_page(request, found, refusal)
        messages.success(request, f"已登记当日完成：{found.batch_no}")
    return redirect("offline-day", ref=ref)


@page("page:offline", posts=f"record:{searching.KIND}", reads="ref")
def search(request: HttpRequest, ref: str) -> HttpResponse:
    """A case's traditional search: what was done, what was found against the claim, the registration."""
    found = found_case(request, ref)
    tasks = field_queries.done_for(found)
    ready = "\n".join(f"{t.day.day:%Y-%m-%d} {t.what}（{t.place}）：{t.result}" for t in tasks)
    form = SearchForm(request.book.events[searching.KIND], *_posted(request), now=request.now, initial={"result": ready})
    refusal = None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            searching.register_search(
                case_id=found.pk, result=data["result"], other_yuan=data["other_yuan"], proof=data["act_proof"], late_reason=data["act_late_reason"],
                key=stored_key(request, searching.KIND, ref, data["act_key"]), by=request.actor, at=form.happened_at, recorded_at=request.now,
            )  # fmt: skip
        except Refusal as refused:
            refusal = form.take(refused)
        else:
            messages.success(request, f"已登记传统查控：{found.number}")
            return redirect("offline-search", ref=ref)
    return _search_page(request, found, form, None, tasks, refusal)


def _posted(request: HttpRequest) -> tuple[Any, Any]:
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def _search_page(
    request: HttpRequest, found: Case, form: ActForm | None, start: ActForm | None, tasks: list[FieldTask], refusal: Refusal | None
) -> HttpResponse:
    facts = queries.facts_of(found)
    start = start or ActForm(request.book.events[STARTED], now=request.now, proof=False)
    form = form or SearchForm(request.book.events[searching.KIND], now=request.now)
    context = {"case": found, "form": form, "start": start, "refusal": refusal, "tasks": tasks, "seen": searching.coverage(found), "facts": facts,
               "analysis": analysed(holdings_of(found.pk), found.claim_yuan), "may_find": _may(request, f"record:{KIND}"),
               "tabs": request.tabs(found.ref), "may_start": _may(request, f"record:{STARTED}"), "may_register": _may(request, f"record:{searching.KIND}")}  # fmt: skip
    return show(request, "offline/search.html", context, status=max(status_of(form, refusal), status_of(start, None)))


@page("page:offline", posts=f"record:{STARTED}", reads="ref")
def search_start(request: HttpRequest, ref: str) -> HttpResponse:
    """The first act of the search."""
    found = found_case(request, ref)
    form, refusal = ActForm(request.book.events[STARTED], request.POST or None, now=request.now, proof=False), None
    if request.method == "POST" and form.is_valid():
        said = form.payload()
        try:
            began = field_actions.start_search(case_id=found.pk, act=said.pop("act"), detail=said.pop("detail") or "", more=said, by=request.actor,
                                               at=form.happened_at, recorded_at=request.now)  # fmt: skip
        except Refusal as refused:
            refusal = form.take(refused)
        else:
            messages.success(request, f"已启动传统查控：{found.number}" if began else "这个案件的传统查控早已启动")
            return redirect("offline-search", ref=ref)
    return _search_page(request, found, None, form, field_queries.done_for(found), refusal)


def _day(request: HttpRequest, ref: str) -> FieldDay:
    found = field_queries.day_of(request.actor.court_id, ref)
    if found is None:
        raise Http404("没有这个班次")
    return found


def _may(request: HttpRequest, action: str) -> bool:
    return allowed(request.book, request.actor, action)
