"""Pages of triage and allocation (四(一)): the cases without a team, and one case with its grounds."""

from __future__ import annotations

import secrets
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from zhixing.casework.cases.models import Case
from zhixing.casework.facts.forms import ActForm, initial_of, known_values, stored_key
from zhixing.casework.people.authority import allowed
from zhixing.rulebook import triage
from zhixing.rulebook.engine import State
from zhixing.rulebook.model import Rulebook
from zhixing.rulebook.refusals import Refusal
from zhixing.rulebook.triage import Decided
from zhixing.web.pages import page, show

from . import actions, queries, records
from .forms import DecisionForm, HandlerForm, taker_choices
from .tracks import distribute, tracks

PAGE = 50
MOST = 200
FACTS_KIND = "triage_facts_recorded"
ANSWERS = {True: ("成立", "info"), False: ("不成立", "waiting"), None: ("待查明", "today")}


@page("page:triage")
def home(request: HttpRequest) -> HttpResponse:
    """Cases without a team, the proposed track and a balanced proposal of who takes each."""
    by = request.actor
    rows = queries.unallocated(by.court_id, book=request.book, at=request.now, after=request.GET.get("after", ""), limit=PAGE + 1)
    takers = queries.takers(by.court_id, book=request.book, on=request.now.date())
    shown = rows[:PAGE]
    context = {
        "rows": shown, "tracks": tracks(), "choices": taker_choices(takers), "takers": takers,
        "proposed": {ref: str(ident) for ref, ident in distribute([(r.ref, r.takes) for r in shown], takers).items()},
        "more": f"?after={shown[-1].cursor}" if len(rows) > PAGE else "", "first": "?" if "after" in request.GET else "",
        "may_allocate": allowed(request.book, by, "do:allocate"), "act_key": secrets.token_urlsafe(18),
    }  # fmt: skip
    return show(request, "triage/home.html", context)


@page("page:triage", posts="do:allocate")
def allocate_bulk(request: HttpRequest) -> HttpResponse:
    """Allocate the picked cases, each to the person chosen in its row or all to one; a result a row. Refuses an empty pick and one too long."""
    if request.method != "POST":
        return redirect("triage-home")
    refs = list(dict.fromkeys(request.POST.getlist("pick")))
    if not 0 < len(refs) <= MOST:
        raise Refusal.because("暂不能分案", f"一次最多 {MOST} 件，现在选中 {len(refs)} 件" if refs else "没有选中任何一件",
                              now="请先在列表中勾选")  # fmt: skip
    everyone = request.POST.get("to", "")
    rows = [(ref, _number(everyone or request.POST.get(f"handler-{ref}", ""))) for ref in refs]
    key = stored_key(request, "case_allocated", "bulk", request.POST.get("act_key", ""))
    done = actions.allocate_many(rows=rows, with_track=bool(request.POST.get("with_track")), key=key, by=request.actor, at=request.now)
    numbers = queries.numbers(request.actor.court_id, refs)
    refused = sum(d.refusal is not None for d in done)
    context = {"done": sorted(done, key=lambda d: d.refusal is None), "numbers": numbers, "refused": refused, "made": len(done) - refused}
    return show(request, "triage/results.html", context, status=409 if refused == len(done) else 200)


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() and len(text) < 16 else None


@page("page:triage", reads="ref")
def case(request: HttpRequest, ref: str) -> HttpResponse:
    """One case: grounds for and against with the facts that decided them, and the three things to do."""
    found = _case(request, ref)
    return _page(request, found)


@page("page:triage", posts=f"record:{FACTS_KIND}")
def facts(request: HttpRequest, ref: str) -> HttpResponse:
    """Write down facts that the grounds lack."""
    found = _posted(request, ref)
    form = _facts_form(request)
    if form.is_valid():
        key = stored_key(request, FACTS_KIND, ref, form.cleaned_data["act_key"])
        try:
            actions.record_triage_facts(case_id=found.pk, payload=form.payload(), key=key, by=request.actor, at=form.happened_at,
                                        recorded_at=request.now)  # fmt: skip
        except Refusal as refused:
            return _page(request, found, facts=form, refusal=form.take(refused))
        messages.success(request, f"已登记繁简因素：{found.number}")
        return redirect("triage-case", ref=ref)
    return _page(request, found, facts=form)


@page("page:triage", posts="record:track_set")
def track(request: HttpRequest, ref: str) -> HttpResponse:
    """Decide the track."""
    found = _posted(request, ref)
    form = DecisionForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        key = stored_key(request, "track_set", ref, data["act_key"])
        try:
            actions.set_track(case_id=found.pk, track=data["track"], reason=data["reason"], key=key, by=request.actor, at=request.now)
        except Refusal as refused:
            return _page(request, found, decide=form, refusal=_beside(form, refused))
        messages.success(request, f"已列为{tracks()[data['track']].title}案件：{found.number}")
        return redirect("triage-case", ref=ref)
    return _page(request, found, decide=form)


@page("page:triage", posts="do:allocate")
def handler(request: HttpRequest, ref: str) -> HttpResponse:
    """Allocate this case, or let it change hands."""
    found = _posted(request, ref)
    takers = queries.takers(request.actor.court_id, book=request.book, on=request.now.date())
    form = HandlerForm(request.POST, takers=takers)
    if form.is_valid():
        key = stored_key(request, "case_allocated", ref, form.cleaned_data["act_key"])
        try:
            actions.allocate(case_id=found.pk, handler_id=int(form.cleaned_data["handler"]), again=True, key=key, by=request.actor, at=request.now)
        except Refusal as refused:
            return _page(request, found, give=form, refusal=_beside(form, refused))
        messages.success(request, f"已分案：{found.number}")
        return redirect("triage-case", ref=ref)
    return _page(request, found, give=form)


def _case(request: HttpRequest, ref: str) -> Case:
    found = queries.case_of(request.actor.court_id, ref)
    if found is None:
        raise Http404("没有这个案件")
    return found


def _posted(request: HttpRequest, ref: str) -> Case:
    if request.method != "POST":
        raise Http404("请在案件的分流页面办理")
    return _case(request, ref)


def _beside(form: Any, refusal: Refusal) -> Refusal | None:
    """Reasons stand beside their fields; the rest is left for the summary."""
    rest = []
    for reason in refusal.reasons:
        if reason.field in form.fields:
            form.add_error(reason.field, f"{reason.why}（{reason.clause}）。{reason.now}")
        else:
            rest.append(reason)
    return Refusal(refusal.what, rest, refusal.status) if rest else None


def _facts_form(request: HttpRequest, initial: dict[str, Any] | None = None) -> ActForm:
    spec = request.book.events[FACTS_KIND]
    data = request.POST if initial is None else None
    return ActForm(spec, data, now=request.now, proof=False, initial=initial)


def _page(
    request: HttpRequest, found: Case, *, facts: ActForm | None = None, decide: DecisionForm | None = None,
    give: HandlerForm | None = None, refusal: Refusal | None = None,
) -> HttpResponse:  # fmt: skip
    book, by = request.book, request.actor
    said, state = records.of_case(found), queries.state_of(found)
    known = _known(book, state, said)
    decision = triage.decide(book, records.add_to(state, said), request.now)
    takers = queries.takers(by.court_id, book=book, on=request.now.date())
    proposal = distribute([(found.ref, found.track or decision.track)], takers)
    fresh = {"act_key": secrets.token_urlsafe(18)}
    forms = {
        "facts": facts or _facts_form(request, initial_of(known)),
        "decide": decide or DecisionForm(initial={**fresh, "track": decision.track}),
        "give": give or HandlerForm(takers=takers, initial={**fresh, "handler": str(proposal.get(found.ref, ""))}),
    }
    wrong = refusal.status if refusal else 422 if any(f.errors for f in forms.values()) else 200
    context = {
        "case": found, "decision": decision, "tracks": tracks(), "known": known, "refusal": refusal, **forms,
        "spec": book.events[FACTS_KIND], "history": queries.decisions(found.pk),
        "for_rows": [_ground(book, d) for d in decision.grounds_for], "against_rows": [_ground(book, d) for d in decision.grounds_against],
        "may_override": allowed(book, by, actions.OVERRIDE), "may_decide": allowed(book, by, "record:track_set"),
        "who_overrides": "、".join(book.roles[r].title for r in book.authority[actions.OVERRIDE].roles),
        "may_record": allowed(book, by, f"record:{FACTS_KIND}"), "may_allocate": allowed(book, by, "do:allocate"),
    }  # fmt: skip
    return show(request, "triage/case.html", context, status=wrong)


def _known(book: Rulebook, state: State, said: dict[str, tuple[bool, str]]) -> dict[str, tuple[Any, str]]:
    """Facts already recorded; what only the court's other records say is offered, with where it comes from."""
    return {k: ("1" if v else "0", source) for k, (v, source) in said.items()} | known_values(book, book.events[FACTS_KIND], state)


def _ground(book: Rulebook, decided: Decided) -> dict[str, Any]:
    """A ground as a row: clause, sentence, answer, and each fact with its value in words."""
    words = [(book.facts[name].label, _value(book, name, value)) for name, value in decided.facts.items()]
    return {"clause": decided.ground.clause, "sentence": decided.sentence, "answer": ANSWERS[decided.answer], "facts": words,
            "counts": decided.answer is True}  # fmt: skip


def _value(book: Rulebook, name: str, value: Any) -> str:
    if value is None:
        value = book.facts[name].default
    if value is None:
        return "未知"
    if isinstance(value, bool):
        return "是" if value else "否"
    return f"{Decimal(str(value)):,.2f} 元" if book.facts[name].type == "yuan" else str(value)


