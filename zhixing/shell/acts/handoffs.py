"""Handing a file on (一1): the page a cover sheet's QR code opens, and the bulk forms of the worklist."""

from __future__ import annotations

import io
import secrets
from typing import Any

import segno
from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from zhixing.casework.custody import queries
from zhixing.casework.custody.actions import accept_handoff, accept_many, offer_handoff, refuse_handoff
from zhixing.casework.dossier.queries import volumes
from zhixing.casework.facts.forms import Lines, stored_key
from zhixing.casework.people.authority import allowed
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page

from .bulk import Done, attempt, picked, results
from .checklist import checklist
from .showing import show
from .subjects import Subject, case_subject, subject_of

PLAIN_CONTENTS = ["卷宗正卷", "卷宗副卷"]


class OfferForm(forms.Form):
    """Where the file goes and what is in it."""

    to_desk = forms.ChoiceField(label="移交给")
    contents = Lines(label="移交清单", help_text="一行一项，接收人照此清点", widget=forms.Textarea(attrs={"rows": 5}))
    override = forms.CharField(label="例外放行理由", required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 2}))
    act_key = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, targets: list[tuple[str, str]], overrides: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_desk"].choices = [("", "请选择"), *targets]  # type: ignore[attr-defined]
        if not overrides:
            del self.fields["override"]


class RefuseForm(forms.Form):
    """Why a file goes back unaccepted."""

    reason = forms.CharField(label="退回理由", max_length=400, widget=forms.Textarea(attrs={"rows": 2}))


@page("page:case", reads="ref")
def handoff(request: HttpRequest, ref: str) -> HttpResponse:
    """Accept or send back what is offered to my desk, offer what my desk holds, or see where the file is."""
    return _page(request, case_subject(request, ref))


@page("page:case", posts="do:handoff")
def handoff_offer(request: HttpRequest, ref: str) -> HttpResponse:
    """Offer the file."""
    subject = _posted(request, ref)
    form = OfferForm(request.POST, targets=_targets(request, subject), overrides=True)
    refusal = None
    if form.is_valid():
        data = form.cleaned_data
        key = stored_key(request, "handoff_offered", ref, data["act_key"])
        try:
            offer_handoff(case_id=subject.id, to_desk=data["to_desk"], contents=data["contents"], override=data["override"],
                          key=key, by=request.actor, at=request.now)  # fmt: skip
        except Refusal as refused:
            refusal = _beside(form, refused)
        else:
            messages.success(request, f"已移交{request.book.desks[data['to_desk']].title}：{subject.number}，等待对方接收")
            return redirect("home")
    return _page(request, subject, offer=form, refusal=refusal)


@page("page:case", posts="do:accept")
def handoff_accept(request: HttpRequest, ref: str) -> HttpResponse:
    """Accept the file that is offered to my desk."""
    subject = _posted(request, ref)
    accept_handoff(ref=_offered(request, subject)["ref"], by=request.actor, at=request.now)
    messages.success(request, f"已接收：{subject.number}")
    return redirect("home")


@page("page:case", posts="do:accept")
def handoff_refuse(request: HttpRequest, ref: str) -> HttpResponse:
    """Send the file back with a reason."""
    subject = _posted(request, ref)
    form = RefuseForm(request.POST)
    if not form.is_valid():
        return _page(request, subject, refuse=form)
    refuse_handoff(ref=_offered(request, subject)["ref"], reason=form.cleaned_data["reason"], by=request.actor, at=request.now)
    messages.success(request, f"已退回：{subject.number}")
    return redirect("home")


@page("page:case", reads="ref")
def cover_sheet(request: HttpRequest, ref: str) -> HttpResponse:
    """The sheet on top of the paper file: number, parties, contents, and the QR code that opens its handoff."""
    subject = case_subject(request, ref)
    image = io.BytesIO()
    segno.make(reverse("handoff", args=[ref]), error="m").save(image, kind="svg", xmldecl=False, svgns=True, scale=6, border=2)
    waiting = queries.open_handoff(request.actor.court_id, subject.id)
    papers = volumes(request.actor.court_id, case_id=subject.id)
    context = {"subject": subject, "qr": image.getvalue().decode(), "handoff": waiting, "papers": papers,
               "moves": queries.history(request.actor.court_id, subject.id), "path": reverse("handoff", args=[ref])}  # fmt: skip
    return show(request, "acts/cover_sheet", context)


@page("page:worklist", posts="do:handoff")
def handoff_bulk(request: HttpRequest) -> HttpResponse:
    """Offer the picked cases to one desk; each must be held by my desk and pass its own gates. 404 when opened by itself."""
    if request.method != "POST":
        raise Http404("请从工作台勾选后批量移交")
    rows = [row for row in picked(request) if row.what == "case"]
    sent = "act_key" in request.POST
    targets = {d for desk in request.actor.desks for d in request.book.desks[desk].hands_to}
    pairs = [(d, desk.title) for d, desk in request.book.desks.items() if d in targets]
    initial = {"contents": PLAIN_CONTENTS, "act_key": "bulk"}
    form = OfferForm(request.POST if sent else None, targets=pairs, initial=initial)
    if sent and form.is_valid():
        return results(request, "批量移交", [_offer_one(request, row.ref, form.cleaned_data) for row in rows])
    context = {"form": form, "rows": rows, "count": len(rows)}
    return show(request, "acts/handoff_bulk", context, status=422 if sent else 200)


def _offer_one(request: HttpRequest, ref: str, data: dict[str, Any]) -> Done:
    subject = subject_of(request, "case", ref)

    def act() -> str:
        offer_handoff(case_id=subject.id, to_desk=data["to_desk"], contents=data["contents"], by=request.actor, at=request.now)
        return f"已移交{request.book.desks[data['to_desk']].title}"

    return attempt(subject, act)


@page("page:worklist", posts="do:accept")
def accept_bulk(request: HttpRequest) -> HttpResponse:
    """Accept the picked handoffs. Refuses an empty pick; 404 when opened by itself."""
    if request.method != "POST":
        raise Http404("请从工作台勾选后批量接收")
    refs = request.POST.getlist("pick")
    if not refs:
        raise Refusal.because("暂不能批量接收", "没有选中任何一行", now="请先在列表中勾选")
    names = {row["ref"]: row for desk in request.actor.desks for row in queries.arrived(request.actor.court_id, desk)}
    done = []
    for outcome in accept_many(refs=refs, by=request.actor, at=request.now):
        row = names.get(outcome.ref)
        address = reverse("case", args=[row["case__ref"]]) if row else ""
        done.append(Done(row["case__number"] if row else outcome.ref, address, "已接收", outcome.refusal))
    return results(request, "批量接收", done)


def _posted(request: HttpRequest, ref: str) -> Subject:
    if request.method != "POST":
        raise Http404("请在移交页面办理")
    return case_subject(request, ref)


def _offered(request: HttpRequest, subject: Subject) -> dict[str, Any]:
    waiting = queries.open_handoff(request.actor.court_id, subject.id)
    if waiting is None:
        raise Refusal.because("暂不能办理", "这个案件没有等待接收的移交，可能已有人办理", clause="一1", now="请刷新页面", status=409)
    return waiting


def _targets(request: HttpRequest, subject: Subject) -> list[tuple[str, str]]:
    holder = request.book.desks.get(subject.holder)
    return [(d, request.book.desks[d].title) for d in (holder.hands_to if holder else ()) if d in request.book.desks]


def _beside(form: forms.Form, refusal: Refusal) -> Refusal | None:
    rest = []
    for reason in refusal.reasons:
        if reason.field in form.fields:
            form.add_error(reason.field, reason.why)
        else:
            rest.append(reason)
    return Refusal(refusal.what, rest, refusal.status) if rest else None


def _page(
    request: HttpRequest, subject: Subject, *, offer: OfferForm | None = None, refuse: RefuseForm | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:  # fmt: skip
    by, book = request.actor, request.book
    waiting = queries.open_handoff(by.court_id, subject.id)
    gate = checklist(book, subject.state, "handoff_offered", {"from_desk": subject.holder}, by, request.now)
    may_offer = waiting is None and subject.holder in by.desks and allowed(book, by, "do:handoff")
    may_answer = waiting is not None and waiting["to_desk"] in by.desks and allowed(book, by, "do:accept")
    if offer is None:
        papers = volumes(by.court_id, case_id=subject.id) if may_offer else {}
        listed = [f"{row['title']}（{row['pages']}页）" for rows in papers.values() for row in rows if not row["replaced"]]
        offer = OfferForm(targets=_targets(request, subject), overrides=gate.passable,
                          initial={"contents": listed or PLAIN_CONTENTS, "act_key": secrets.token_urlsafe(18)})  # fmt: skip
    context = {"subject": subject, "waiting": waiting, "gate": gate, "offer": offer, "refuse": refuse or RefuseForm(),
               "may_offer": may_offer, "may_answer": may_answer, "refusal": refusal,
               "moves": queries.history(by.court_id, subject.id)}  # fmt: skip
    wrong = refusal is not None or offer.errors or (refuse is not None and refuse.errors)
    return show(request, "acts/handoff", context, status=422 if wrong else 200)
