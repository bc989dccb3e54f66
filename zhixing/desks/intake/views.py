"""The window's pages: what it holds, the record, the statement, what is told, and the papers to print (三(一))."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from zhixing.casework.cases.models import Case
from zhixing.casework.facts.forms import initial_of, stored_key
from zhixing.casework.people.authority import allowed
from zhixing.rulebook import memory
from zhixing.rulebook.engine import State
from zhixing.rulebook.model import EventKind
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page, show

from . import actions, queries
from .actions import COUNTERSIGN_KIND, RECORD_KIND, STATEMENT_KIND, TOLD_KIND, Writing
from .forms import WindowForm, from_before, sectioned, told_at_window
from .models import Reception

PAGE = 50
ADDRESSES = {RECORD_KIND: "intake-reception", STATEMENT_KIND: "intake-statement", COUNTERSIGN_KIND: "intake-statement",
             TOLD_KIND: "intake-told", "handoff_offered": "handoff"}  # fmt: skip


@cache
def told_items() -> list[str]:
    """What is told at the window (`told.yaml`)."""
    return list(yaml.safe_load(Path(__file__).with_name("told.yaml").read_text("utf-8"))["items"])


@page("page:intake")
def home(request: HttpRequest) -> HttpResponse:
    """The files that the window holds, with what each still wants and the next thing to do."""
    rows = queries.held(request.actor.court_id, book=request.book, at=request.now, after=request.GET.get("after", ""), limit=PAGE + 1)
    may = {kind: allowed(request.book, request.actor, _action(kind)) for kind in ADDRESSES}
    shown = [(row, reverse(ADDRESSES[row.step[1]], args=[row.ref]) if may[row.step[1]] else "") for row in rows[:PAGE]]
    context = {
        "rows": shown, "first": "?" if "after" in request.GET else "",
        "more": f"?after={rows[PAGE - 1].cursor}" if len(rows) > PAGE else "",
        "may_file": allowed(request.book, request.actor, "page:case-new"), "may_explain": may[STATEMENT_KIND],
        "may_handoff": may["handoff_offered"],
    }  # fmt: skip
    return show(request, "intake/home.html", context)


def _action(kind: str) -> str:
    return "do:handoff" if kind == "handoff_offered" else f"record:{kind}"


@page("page:intake", posts=f"record:{RECORD_KIND}", reads="ref")
def reception(request: HttpRequest, ref: str) -> HttpResponse:
    """The first-reception record; when there is one already, its correction or its missing signatures."""
    case, state = _case(request, ref)
    spec = request.book.events[RECORD_KIND]
    papers = queries.versions(case.pk)
    form, known = _form(request, spec, case, state, papers)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.record_reception(
                case_id=case.pk, payload=form.payload(), interviewer_id=form.person("interviewer"),
                recorder_id=form.person("recorder"), writing=_writing(request, form, ref), by=request.actor,
                at=form.happened_at, recorded_at=request.now,
            )  # fmt: skip
        except Refusal as refused:
            refusal = form.take(refused)
        else:
            words = "三方已签名" if row.is_signed else "待签名，签名后请在此补签"
            messages.success(request, f"已登记初次接待笔录：{case.number}，{words}")
            return redirect("intake-home")
    return _page(request, "reception", case, state, form, refusal, {"known": known, "papers": papers, "spec": spec})


@page("page:intake", posts=f"record:{STATEMENT_KIND}", reads="ref")
def statement(request: HttpRequest, ref: str) -> HttpResponse:
    """The statement of why there was no first reception, and the colleague's countersignature."""
    case, state = _case(request, ref)
    spec = request.book.events[STATEMENT_KIND]
    papers = queries.versions(case.pk)
    form, known = _form(request, spec, case, state, papers)
    refusal = None
    if request.method == "POST" and form.is_valid():
        data = form.payload()
        try:
            actions.explain_no_reception(
                case_id=case.pk, reason=data["reason"], staff_id=form.person("staff"), signed=data["staff_signed"],
                writing=_writing(request, form, ref), by=request.actor, at=form.happened_at, recorded_at=request.now,
            )  # fmt: skip
        except Refusal as refused:
            refusal = form.take(refused)
        else:
            messages.success(request, f"已制作未接待原因说明：{case.number}，请窗口另一位同事复签")
            return redirect("intake-home")
    current = papers[0] if papers and papers[0].kind == Reception.STATEMENT else None
    waits = bool(current and current.is_signed and state.facts.get("no_reception_countersigned") is not True)
    may_sign = waits and current.staff_id != request.actor.person_id and allowed(request.book, request.actor, f"record:{COUNTERSIGN_KIND}")
    context = {"known": known, "papers": papers, "spec": spec, "current": current, "waits": waits, "may_countersign": may_sign}
    return _page(request, "statement", case, state, form, refusal, context)


@page("page:intake", posts=f"record:{COUNTERSIGN_KIND}")
def countersign(request: HttpRequest, ref: str) -> HttpResponse:
    """Countersign the statement."""
    if request.method != "POST":
        return redirect("intake-statement", ref=ref)
    case, _ = _case(request, ref)
    actions.countersign_statement(case_id=case.pk, note=request.POST.get("note", "")[:400], by=request.actor, at=request.now)
    messages.success(request, f"已复签未接待原因说明：{case.number}")
    return redirect("intake-home")


@page("page:intake", posts=f"record:{TOLD_KIND}", reads="ref")
def told(request: HttpRequest, ref: str) -> HttpResponse:
    """Rights and risks, with the ready text of what is told."""
    case, state = _case(request, ref)
    spec = request.book.events[TOLD_KIND]
    form, known = _form(request, spec, case, state, [], ready={"items": ("\n".join(told_items()), "窗口告知文本")})
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            actions.tell_rights_and_risks(
                case_id=case.pk, payload=form.payload(), scan=form.cleaned_data.get("act_proof"),
                key=stored_key(request, TOLD_KIND, ref, form.cleaned_data["act_key"]), by=request.actor, at=form.happened_at,
                recorded_at=request.now,
            )  # fmt: skip
        except Refusal as refused:
            refusal = form.take(refused)
        else:
            messages.success(request, f"已告知权利义务和风险：{case.number}")
            return redirect("intake-home")
    return _page(request, "told", case, state, form, refusal, {"known": known, "spec": spec, "papers": []})


@page("page:intake", reads="ref")
def printed(request: HttpRequest, ref: str) -> HttpResponse:
    """The paper as it was recorded, to be signed: the newest, or the version asked for. 404 without one."""
    case, _ = _case(request, ref)
    papers = queries.versions(case.pk)
    wanted = request.GET.get("version", "")
    found = next((p for p in papers if not wanted or str(p.version) == wanted), None)
    if found is None:
        if wanted:
            raise Http404("没有这一份")
        return _blank(request, case)
    return show(request, "intake/print.html", {
        "case": case, "court": case.court, "paper": found, "newest": found is papers[0], "payload": queries.payload_of(found),
        "sections": sectioned(request.book.events[RECORD_KIND].fields),
    })  # fmt: skip


@page("page:intake")
def blank(request: HttpRequest) -> HttpResponse:
    """The empty form for the counter, to be filled in by hand."""
    return _blank(request, None)


def _blank(request: HttpRequest, case: Case | None) -> HttpResponse:
    return show(request, "intake/print.html", {
        "case": case, "court": request.user.court, "paper": None, "newest": True, "payload": {},
        "sections": sectioned(request.book.events[RECORD_KIND].fields),
    })  # fmt: skip


def _case(request: HttpRequest, ref: str) -> tuple[Case, State]:
    case = queries.case_at_window(request.actor.court_id, ref)
    if case is None:
        raise Http404("没有这个案件")
    row = getattr(case, "state_row", None)
    return case, memory.load(row.document if row else memory.EMPTY)


def _form(
    request: HttpRequest, spec: EventKind, case: Case, state: State, papers: list[Reception], ready: dict[str, Any] | None = None
) -> tuple[WindowForm, dict[str, Any]]:
    """The form and where each filled-in value comes from: the version before it, filing, the person at the desk."""
    posted = request.method == "POST"
    before = papers[0] if papers else None
    same = before is not None and before.kind == (Reception.RECORD if spec.kind == RECORD_KIND else Reception.STATEMENT)
    if posted:
        known = {}
    elif same:
        persons = {"interviewer": before.interviewer_id, "recorder": before.recorder_id, "staff": before.staff_id}
        known = from_before(spec, queries.payload_of(before), persons)
    else:
        me = {n: (str(request.actor.person_id), "当前登录人") for n in ("recorder", "staff") if any(f.name == n for f in spec.fields)}
        today = {"received_on": (request.now.date(), "今天")} if spec.kind == RECORD_KIND else {}
        known = told_at_window(request.book, spec, state, queries.parties_of(case.pk)) | me | today | (ready or {})
    form = WindowForm(
        spec, request.POST if posted else None, request.FILES if posted else None, now=request.now,
        people=queries.staff_of(request.actor.court_id, request.book, request.now.date()), correcting=before is not None,
        initial={**initial_of(known), "replaces": before.ref if before else ""},
    )  # fmt: skip
    return form, known


def _writing(request: HttpRequest, form: WindowForm, ref: str) -> Writing:
    data = form.cleaned_data
    return Writing(scan=data.get("act_proof"), replaces=data["replaces"], correction=data.get("correction", ""),
                   key=stored_key(request, form.spec.kind, ref, data["act_key"]))  # fmt: skip


def _page(
    request: HttpRequest, name: str, case: Case, state: State, form: WindowForm, refusal: Refusal | None, more: dict[str, Any]
) -> HttpResponse:
    wrong = refusal.status if refusal else 422 if form.is_bound and form.errors else 200
    context = {"case": case, "form": form, "refusal": refusal, "missing": queries.wanted(request.book, state, request.now), **more}
    return show(request, f"intake/{name}.html", context, status=wrong)
