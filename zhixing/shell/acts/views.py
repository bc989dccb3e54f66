"""One act on one case or matter: the list of what may be done, the form, and what follows."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from zhixing.casework.approvals.actions import ask
from zhixing.casework.dossier.actions import record_with_proof
from zhixing.casework.facts.forms import ActForm, desk_for, initial_of, known_values, stored_key
from zhixing.casework.matters.queries import events_of
from zhixing.casework.papers.following import known_from
from zhixing.casework.people.authority import require
from zhixing.rulebook.model import EventKind
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page

from .checklist import checklist
from .piles import Pile, after
from .showing import show
from .subjects import Subject, act_url, also_by_hand, case_subject, matter_subject, may_record, own_pages


@page("page:case", reads="ref")
def acts(request: HttpRequest, ref: str) -> HttpResponse:
    """Everything this person may record on a case, by desk; what a running clock waits for comes first."""
    subject = case_subject(request, ref)
    kinds = [e for e in request.book.events.values() if e.subject == "case" and not e.opens]
    return _acts(request, subject, kinds)


@page("page:matters")
def matter_acts(request: HttpRequest, ref: str) -> HttpResponse:
    """Everything this person may record in a matter."""
    subject = matter_subject(request, ref)
    return _acts(request, subject, events_of(request.book, subject.kind))


def _acts(request: HttpRequest, subject: Subject, kinds: list[EventKind]) -> HttpResponse:
    book = request.book
    wanted = {k for d in subject.state.open.values() if d.rule in book.duties for k in book.duties[d.rule].met_by.kinds}
    groups: dict[str, list[dict[str, Any]]] = {}
    for spec in kinds:
        if may_record(book, request.actor, spec):
            desk = desk_for(spec, request.actor)
            title = book.desks[desk].title if desk in spec.desks else "其他"
            gate = checklist(book, subject.state, spec.kind, {"from_desk": subject.holder}, request.actor, request.now)
            groups.setdefault(title, []).append({
                "spec": spec, "url": act_url(spec, subject.what, subject.ref), "wanted": spec.kind in wanted, "open": gate.is_open,
                "by_hand": spec.kind in also_by_hand(),
            })  # fmt: skip
    for rows in groups.values():
        rows.sort(key=lambda row: not row["wanted"])
    return show(request, "acts/acts", {"subject": subject, "groups": groups})


@page("page:case", reads="ref")
def act(request: HttpRequest, ref: str, kind: str) -> HttpResponse:
    """One act on a case."""
    return _act(request, case_subject(request, ref), kind)


@page("page:matters")
def matter_act(request: HttpRequest, ref: str, kind: str) -> HttpResponse:
    """One act in a matter."""
    return _act(request, matter_subject(request, ref), kind)


def _act(request: HttpRequest, subject: Subject, kind: str) -> HttpResponse:
    spec = request.book.events.get(kind)
    if spec is None or spec.subject != subject.what or spec.opens:
        raise Http404("细则中没有这个步骤")
    if kind in own_pages() and not (kind in also_by_hand() and "by_hand" in request.GET):
        return redirect(own_pages()[kind], ref=subject.ref)
    row = require(request.book, request.actor, f"record:{kind}", what=f"暂不能{spec.verb}")
    pile = Pile.read(request.GET.get("pile", ""))
    known = known_values(request.book, spec, subject.state)
    if subject.what == "case":
        known |= known_from(request.actor.court_id, subject.ref, request.GET.get("paper", ""), spec)
    posted = request.method == "POST"
    gate = checklist(request.book, subject.state, kind, initial_of(known), request.actor, request.now)
    form = ActForm(
        spec, request.POST if posted else None, request.FILES if posted else None, now=request.now, initial=initial_of(known),
        asks=bool(row.approvers), overrides=gate.passable or bool(posted and request.POST.get("act_override")),
    )  # fmt: skip
    refusal = None
    if posted and form.is_valid():
        try:
            words = submit(request, subject, spec, form, asks=bool(row.approvers))
        except Refusal as refused:
            refusal = form.take(refused)
        else:
            messages.success(request, words)
            return redirect(after(request, pile, spec))
    context = {"subject": subject, "spec": spec, "form": form, "gate": gate, "known": known, "refusal": refusal,
               "pile": pile, "approvers": [request.book.roles[r].title for r in row.approvers],
               "cancel_url": pile.url if pile else subject.url}  # fmt: skip
    return show(request, "acts/act", context, status=_status(form, refusal, posted))


def submit(request: HttpRequest, subject: Subject, spec: EventKind, form: ActForm, *, asks: bool, token: str = "") -> str:
    """Record the act, or ask for it where it needs approval. Returns the sentence that tells what was done."""
    desk = desk_for(spec, request.actor)
    common: dict[str, Any] = {**subject.ids, "payload": form.payload(), "desk": desk, "by": request.actor,
                              "override": form.cleaned_data.get("act_override", "")}  # fmt: skip
    if asks:
        ask(kind=spec.kind, reason=form.cleaned_data["act_reason"], happened_at=form.happened_at, at=request.now, **common)
        return f"已申请{spec.verb}：{subject.number}，等待审批"
    key = stored_key(request, spec.kind, subject.ref, form.cleaned_data["act_key"] + token)
    done = record_with_proof(spec.kind, proof=form.cleaned_data.get("act_proof"), key=key, at=form.happened_at,
                             recorded_at=request.now, **common)  # fmt: skip
    return f"{spec.title}：{subject.number}，这一步已经记录过" if done.repeated else f"已登记{spec.title}：{subject.number}"


def _status(form: ActForm, refusal: Refusal | None, posted: bool) -> int:
    if refusal is not None:
        return refusal.status
    return 422 if posted and form.errors else 200


