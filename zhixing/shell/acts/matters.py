"""Matters: what is not a case but has clocks. Lists by kind, forms made from the opening events, one page each."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from zhixing.casework.cases.models import Case
from zhixing.casework.duties.clocks import clock_of, explain_url
from zhixing.casework.facts import rules
from zhixing.casework.facts.forms import ActForm, known_values, stored_key
from zhixing.casework.matters import queries
from zhixing.casework.matters.actions import open_matter
from zhixing.casework.people.authority import allowed, require
from zhixing.rulebook.engine import State
from zhixing.rulebook.model import Rulebook
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page

from .showing import show
from .subjects import act_url, may_record, own_pages

PAGE = 50


def titles(book: Rulebook) -> dict[str, str]:
    """Matter kind → what it is called: the title of its opening event."""
    return {kind: event.title for kind, event in queries.opening_events(book).items()}


@page("page:matters")
def matters(request: HttpRequest) -> HttpResponse:
    """Matters of the court by kind, open ones first choice."""
    book, court_id = request.book, request.actor.court_id
    kind, which, before = request.GET.get("kind", ""), request.GET.get("show", "open"), request.GET.get("before", "")
    rows = queries.matters(court_id, kind=kind, is_open=None if which == "all" else True, limit=PAGE + 1,
                           before=int(before) if before.isdigit() else None)  # fmt: skip
    more = f"?kind={kind}&show={which}&before={rows[PAGE - 1]['pk']}" if len(rows) > PAGE else ""
    openings = [e for e in queries.opening_events(book).values() if may_record(book, request.actor, e)]
    context = {"rows": rows[:PAGE], "more": more, "kind": kind, "which": which, "titles": titles(book), "openings": openings,
               "counts": queries.counts_by_kind(court_id)}  # fmt: skip
    return show(request, "acts/matters", context)


@page("page:matters")
def matter(request: HttpRequest, ref: str) -> HttpResponse:
    """One matter: what it still owes, what may be done, what happened. 404 without one."""
    book, court_id = request.book, request.actor.court_id
    row = queries.matter_of(court_id, ref)
    if row is None:
        raise Http404("没有这个事项")
    clocks, calendar = queries.clocks_of(court_id, row["pk"]), rules.calendar(court_id, row["calendar_version"])
    journal = [{**e, "spec": book.events.get(e["kind"]), "payload": labelled(book, e)} for e in queries.journal_of(court_id, row["pk"])]
    acts = [(e, act_url(e, "matter", ref)) for e in queries.events_of(book, row["kind"]) if may_record(book, request.actor, e)]
    wanted = {k for d in row["state"].open.values() if d.rule in book.duties for k in book.duties[d.rule].met_by.kinds}
    context = {"row": row, "wanted": wanted, "title": titles(book).get(row["kind"], row["kind"]), "journal": journal, "acts": acts,
               "clocks": [clock_of(c, book=book, calendar=calendar, at=request.now, url=explain_url(c["id"], matter_ref=ref)) for c in clocks],
               "may_upload": allowed(book, request.actor, "do:upload")}  # fmt: skip
    return show(request, "acts/matter", context)


def labelled(book: Rulebook, entry: dict[str, Any]) -> list[tuple[str, Any]]:
    """An entry's payload with the labels of the regulation file."""
    spec, payload = book.events.get(entry["kind"]), json.loads(entry["payload"])
    labels = {f.name: f.label for f in spec.fields} if spec else {}
    return [(labels[name], value) for name, value in payload.items() if name in labels]


@page("page:matters")
def matter_new(request: HttpRequest, kind: str) -> HttpResponse:
    """Open a matter: the form of its opening event; `?case=<ref>` ties it to a case. 404 for an unknown kind."""
    spec = queries.opening_events(request.book).get(kind)
    if spec is None or spec.system:
        raise Http404("没有这类事项")
    if spec.kind in own_pages():
        return redirect(own_pages()[spec.kind])
    require(request.book, request.actor, f"record:{spec.kind}", what=f"暂不能{spec.verb}")
    posted = request.method == "POST"
    form = ActForm(spec, request.POST if posted else None, request.FILES if posted else None, now=request.now, proof=False,
                   initial={n: v for n, (v, _) in known_values(request.book, spec, State()).items()})  # fmt: skip
    refusal = None
    if posted and form.is_valid():
        try:
            row, done = open_matter(
                event=spec.kind, payload=form.payload(), case_id=_case_id(request), by=request.actor, at=form.happened_at,
                key=stored_key(request, spec.kind, "new", form.cleaned_data["act_key"]), recorded_at=request.now,
            )  # fmt: skip
        except Refusal as refused:
            refusal = form.take(refused)
        else:
            messages.success(request, f"已登记{spec.title}：{row.number}" + ("" if done else "，这一步已经记录过"))
            return redirect("matter", ref=row.ref)
    context = {"spec": spec, "form": form, "refusal": refusal, "title": titles(request.book)[kind], "cancel_url": "", "known": {}}
    wrong = posted and (form.errors or refusal)
    return show(request, "acts/matter_new", context, status=422 if wrong else 200)


def _case_id(request: HttpRequest) -> int | None:
    ref = request.GET.get("case", "")
    return Case.objects.filter(court_id=request.actor.court_id, ref=ref).values_list("pk", flat=True).first() if ref else None


