"""Pages of the paper desk (三(二)1–4): one paper, the papers of a case."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django_q.tasks import async_task

from zhixing.casework.cases.models import Case
from zhixing.casework.identity import mask_account, mask_identity, mask_phone
from zhixing.casework.papers import actions, batches, queries
from zhixing.casework.papers.following import waits_for
from zhixing.casework.papers.kinds import Kind, catalogue, kinds, said_by
from zhixing.casework.papers.models import Paper
from zhixing.casework.papers.rendering import filler
from zhixing.casework.papers.values import differences
from zhixing.casework.people.authority import allowed
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page, show

from .apps import DocumentsConfig
from .forms import CheckForm, TypedForm
from .steps import STEPS, may_work, piles

SOURCES = {"case": "案件登记", "party": "当事人登记", "court": "抬头和专户", "computed": "系统计算", "paper": "文书", "typed": "经办人填写"}


@page("page:papers", reads="ref")
def case_papers(request: HttpRequest, ref: str) -> HttpResponse:
    """The papers of a case, and the kinds that can be drafted for it."""
    case = _case(request, ref)
    rows = queries.papers_of_case(request.actor.court_id, case.pk)
    by_hand = [request.book.events[k] for k in DocumentsConfig.also_by_hand if allowed(request.book, request.actor, f"record:{k}")]
    context = {"case": case, "rows": rows, "kinds": kinds(), "choices": [k for k in kinds().values() if _may_draft(request, k)],
               "by_hand": by_hand}  # fmt: skip
    return show(request, "documents/case.html", context)


def _may_draft(request: HttpRequest, kind: Kind) -> bool:
    event = actions.PANEL_DRAFT if kind.needs_panel else actions.DRAFT
    return allowed(request.book, request.actor, kind.under or f"record:{event}")


def _case(request: HttpRequest, ref: str) -> Case:
    found = Case.objects.select_related("court", "handler").filter(court_id=request.actor.court_id, ref=ref).first()
    if found is None:
        raise Http404("没有这个案件")
    return found


@page("page:papers", reads="ref")
def draft_one(request: HttpRequest, ref: str, kind: str) -> HttpResponse:
    """Draft one paper: what the records know is shown with its source, what they do not know is typed. 404 for an unknown kind."""
    case, spec = _case(request, ref), kinds().get(kind)
    if spec is None:
        raise Http404("没有这种文书")
    debtors = queries.debtors_of([case.pk]).get(case.pk, [])
    form = TypedForm(request.POST or None, kind=spec, debtors=debtors, now=request.now)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            paper = _draft(request, case, spec, form)
        except Refusal as refused:
            refusal = form.take(refused)
        else:
            messages.success(request, f"已拟制{spec.title} {paper.number}，请另一位同事核对")
            return redirect("paper", paper.ref)
    context = {"case": case, "kind": spec, "form": form, "refusal": refusal}
    return show(request, "documents/draft.html", context, status=422 if request.method == "POST" else 200)


def _draft(request: HttpRequest, case: Case, kind: Kind, form: TypedForm) -> Paper:
    with tempfile.TemporaryDirectory(prefix="paper-") as folder, filler() as fill:
        paper = batches.draft_paper(
            case=case, kind=kind, party=form.party(), typed=form.typed(), dated_on=form.cleaned_data["dated_on"], fill=fill,
            to=Path(folder) / "paper.docx", by=request.actor, at=request.now,
        )  # fmt: skip
    transaction.on_commit(lambda: async_task("zhixing.desks.documents.jobs.make_pdf", paper.pk))
    return paper


@page("page:papers")
def paper(request: HttpRequest, ref: str) -> HttpResponse:
    """One paper: what it says and where that came from, the picture of it, its history, the next step."""
    found = _paper(request, ref)
    form = CheckForm(request.POST or None, against=piles()["checked_against"])
    refusal = None
    if request.method == "POST" and (refusal := _act(request, found, form)) is None:
        return redirect("paper", ref)
    kind = kinds()[found.kind]
    pile = next((p for p in (found.state,) if p in piles()["piles"]), "")
    context = {
        "paper": found, "kind": kind, "lines": _lines(kind, found), "differences": differences(found), "form": form, "refusal": refusal,
        "spec": piles()["piles"].get(pile), "may": bool(pile) and may_work(request, pile),
        "own": found.drafted_by_id == request.actor.person_id, "may_cancel": allowed(request.book, request.actor, "record:paper_cancelled"),
        "states": [s for s in Paper.STATES if s[0] != Paper.CANCELLED], "then": _then(request, found),
    }  # fmt: skip
    return show(request, "documents/paper.html", context, status=refusal.status if refusal else 200)


def _then(request: HttpRequest, found: Paper) -> dict[str, Any] | None:
    """The act that follows a paper that went out: what, where, whether this person may, and who else can."""
    kind = waits_for(found)
    if not kind:
        return None
    row = request.book.authority[f"record:{kind}"]
    address = f"{reverse('act', args=[found.case.ref, kind])}?paper={found.ref}"
    return {"spec": request.book.events[kind], "url": address, "may": allowed(request.book, request.actor, f"record:{kind}"),
            "who": [request.book.roles[r].title for r in row.roles]}


def _act(request: HttpRequest, found: Paper, form: CheckForm) -> Refusal | None:
    """Do what was pressed on the page of a paper."""
    what, by, at = request.POST.get("what", ""), request.actor, request.now
    try:
        if what == "wrong":
            actions.check(ref=found.ref, correct=False, against=request.POST.get("against", ""), remark=request.POST.get("remark", ""),
                          by=by, at=at)  # fmt: skip
        elif what == "cancel":
            actions.cancel(ref=found.ref, reason=request.POST.get("remark", ""), by=by, at=at)
        elif what in STEPS:
            STEPS[what](found.ref, by, at)
        else:
            raise Refusal.because("暂不能办理", "没有选择要办的事", now="请点页面上的按钮")
    except Refusal as refusal:
        return refusal
    messages.success(request, f"已办理：{found.number}")
    return None


def _lines(kind: Kind, found: Paper) -> list[tuple[str, str, str]]:
    """(label, value, source) of the plain values that a paper of the kind says; numbers of persons are masked, the PDF has them in full."""
    said = {*said_by(catalogue()["kinds"][kind.id]["text"]), *kind.needs}
    masks = {"recipient_idno": mask_identity, "recipient_phone": mask_phone, "payee_account": mask_account}
    return [
        (f.label, masks.get(f.name, str)(str(found.values[f.name])), SOURCES.get(f.source, f.source)) for f in kind.fields
        if f.name in said and isinstance(found.values.get(f.name), (str, int)) and found.values[f.name] != ""
    ]  # fmt: skip


def _paper(request: HttpRequest, ref: str) -> Paper:
    found = queries.paper_of(request.actor.court_id, ref)
    if found is None:
        raise Http404("没有这份文书")
    return found


@page("page:papers")
def pdf(request: HttpRequest, ref: str) -> HttpResponseBase:
    """The PDF, shown in the page. 404 until it is made."""
    found = _paper(request, ref)
    if not found.pdf:
        raise Http404("还没有生成 PDF")
    response = stored_file(found.pdf, f"{kinds()[found.kind].title}{found.number}.pdf", "application/pdf")
    response["X-Frame-Options"] = "SAMEORIGIN"
    response._csp_update = {"frame-ancestors": ["'self'"]}
    return response


@page("page:papers")
def word(request: HttpRequest, ref: str) -> HttpResponseBase:
    """The Word file of a draft; after the seal the PDF alone counts."""
    found = _paper(request, ref)
    name = f"{kinds()[found.kind].title}{found.number}.docx"
    return stored_file(found.word, name, "application/vnd.openxmlformats-officedocument.wordprocessingml.document")


def stored_file(file: Any, name: str, media_type: str) -> HttpResponseBase:
    """A stored file as an answer that no cache keeps."""
    response = FileResponse(file.open("rb"), filename=name, content_type=media_type)
    response["Cache-Control"] = "private, no-store"
    return response
