"""Pages of the paper desk (三(二)1–4): the piles, fifty at once, one paper, the papers of a case, the print register."""

from __future__ import annotations

import secrets
import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django_q.tasks import async_task

from zhixing.casework.cases.models import Case
from zhixing.casework.facts.forms import stored_key
from zhixing.casework.identity import mask_account, mask_identity, mask_phone
from zhixing.casework.papers import actions, batches, queries
from zhixing.casework.papers.following import waits_for
from zhixing.casework.papers.kinds import Kind, catalogue, kinds, said_by, workflow
from zhixing.casework.papers.models import Paper, PaperBatch, PrintRun
from zhixing.casework.papers.printing import print_papers
from zhixing.casework.papers.rendering import filler
from zhixing.casework.papers.values import differences, gather
from zhixing.casework.people.authority import allowed
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page, show

from .apps import DocumentsConfig
from .forms import CheckForm, DraftForm, TypedForm
from .steps import STEPS, piles, take

PAGE = 50
SOURCES = {"case": "案件登记", "party": "当事人登记", "court": "抬头和专户", "computed": "系统计算", "paper": "文书", "typed": "经办人填写"}
JOB = "zhixing.desks.documents.jobs.run_batch"


@page("page:papers")
def home(request: HttpRequest) -> HttpResponse:
    """The piles; without a choice the first one that this person can do something about."""
    court, book, by = request.actor.court_id, request.book, request.actor
    rows = piles()["piles"]
    counts = {**queries.counts(court), "wanting": queries.count_wanting(court, workflow()["new_case"], piles()["new_case_duties"])}
    chosen = request.GET.get("pile", "")
    if chosen not in rows:
        chosen = next((p for p in rows if counts[p] and _may(request, p)), "wanting")
    after = _number(request.GET.get("after", ""))
    context: dict[str, Any] = {
        "piles": rows, "pile": chosen, "spec": rows[chosen], "may": _may(request, chosen), "may_print": allowed(book, by, "do:print_papers"),
        "counters": [{"words": r["title"], "count": counts[p], "url": f"?pile={p}", "current": p == chosen,
                      "state": "today" if counts[p] and _may(request, p) else "waiting"} for p, r in rows.items()],
        "act_key": secrets.token_urlsafe(18), "first": f"?pile={chosen}" if after else "", "kinds": kinds(),
        "batches": queries.batches(court, limit=5),
    }  # fmt: skip
    if chosen == "wanting":
        cases = queries.cases_wanting(court, workflow()["new_case"], piles()["new_case_duties"], after=after, limit=PAGE + 1)
        context |= {"rows": cases[:PAGE], "debtors": queries.debtors_of([c.pk for c in cases[:PAGE]]), "form": DraftForm(now=request.now)}
        last = cases[PAGE - 1].pk if len(cases) > PAGE else 0
    else:
        papers = queries.pile(court, chosen, after=after, limit=PAGE + 1, by_approval=_by_approval(request, chosen))
        known = gather([p.case for p in papers[:PAGE]]) if chosen == Paper.DRAFTED else {}
        context |= {"rows": [(p, differences(p, known[p.case_id]) if known else []) for p in papers[:PAGE]]}
        last = papers[PAGE - 1].pk if len(papers) > PAGE else 0
    context["more"] = f"?pile={chosen}&after={last}" if last else ""
    return show(request, "documents/home.html", context)


def _may(request: HttpRequest, pile: str) -> bool:
    action = piles()["piles"][pile].get("action", f"record:{actions.DRAFT}")
    also = ("do:decide_approval",) if pile == Paper.CHECKED else ()
    return any(allowed(request.book, request.actor, a) for a in (action, *also))


def _by_approval(request: HttpRequest, pile: str) -> bool | None:
    """Of the papers to be signed, those that this person can sign: by deciding a request, or themselves."""
    if pile != Paper.CHECKED:
        return None
    book, by = request.book, request.actor
    asked = {k.signed for k in kinds().values() if (row := book.authority.get(f"record:{k.signed}")) and by.roles & set(row.approvers)}
    signs = allowed(book, by, piles()["piles"][pile]["action"])
    return None if bool(asked) == signs else bool(asked)


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 16 else 0


@page("page:papers", posts=f"record:{actions.DRAFT}")
def draft_many(request: HttpRequest) -> HttpResponse:
    """Draft the chosen kinds for the picked cases, one of each per debtor, in the worker. Refuses an empty pick."""
    if request.method != "POST":
        return redirect("papers-home")
    form = DraftForm(request.POST, now=request.now)
    refs = list(dict.fromkeys(request.POST.getlist("pick")))
    if not form.is_valid() or not refs:
        why = "；".join(str(e) for errors in form.errors.values() for e in errors) or "没有选中任何一件"
        raise Refusal.because("暂不能拟制文书", why, clause="三(二)2", now="请勾选案件和文书种类")
    cases = {c.ref: c for c in Case.objects.filter(court_id=request.actor.court_id, ref__in=refs)}
    debtors = queries.debtors_of([c.pk for c in cases.values()])
    tasks = [
        batches.Task(ref, kind, party.pk if party else None, form.typed())
        for ref in refs if ref in cases for party in debtors.get(cases[ref].pk, [None]) for kind in form.cleaned_data["kinds"]
    ]  # fmt: skip
    key = stored_key(request, actions.DRAFT, "batch", request.POST.get("act_key", ""))
    return _queued(request, batches.queue_drafts(tasks=tasks, dated_on=form.cleaned_data["dated_on"], key=key, by=request.actor, at=request.now))


def _queued(request: HttpRequest, found: PaperBatch) -> HttpResponse:
    if found.state == PaperBatch.QUEUED:
        transaction.on_commit(lambda: async_task(JOB, found.pk))
    return redirect("papers-batch", found.ref)


@page("page:papers")
def step_many(request: HttpRequest, step: str) -> HttpResponse:
    """Check, sign, seal or issue the picked papers. Sealing many goes to the worker. Refuses an empty pick and one too long."""
    refs = request.POST.getlist("pick")
    if request.method != "POST" or step not in STEPS:
        return redirect("papers-home")
    if not 0 < len(refs) <= PAGE * 4:
        raise Refusal.because("暂不能办理", "没有选中任何一份" if not refs else f"一次最多 {PAGE * 4} 份", now="请先在列表中勾选")
    if step == "seal" and len(refs) > 1:
        copies = _number(request.POST.get("copies", "1")) or 1
        key = stored_key(request, actions.SEAL, "batch", request.POST.get("act_key", ""))
        return _queued(request, batches.queue_seals(refs=refs, copies=copies, key=key, by=request.actor, at=request.now))
    done = take(step, refs, by=request.actor, at=request.now)
    refused = sum(d.refusal is not None for d in done)
    if not refused:
        verb = next(p["verb"] for p in piles()["piles"].values() if p.get("step") == step)
        messages.success(request, f"已{verb} {len(done)} 份")
        return redirect(f"{_home()}?pile={next(p for p, r in piles()['piles'].items() if r.get('step') == step)}")
    context = {"done": done, "refused": refused, "made": len(done) - refused}
    return show(request, "documents/results.html", context, status=409 if refused == len(done) else 200)


def _home() -> str:
    return reverse("papers-home")


@page("page:papers")
def batch(request: HttpRequest, ref: str) -> HttpResponse:
    """A batch: its progress, then what became of each paper."""
    found = _batch(request, ref)
    return show(request, "documents/batch.html", {"batch": found, "refused": [r for r in found.results if r.get("refused")]})


@page("page:papers")
def batch_progress(request: HttpRequest, ref: str) -> HttpResponse:
    """The progress bar alone; once done it asks the page to load again."""
    found = _batch(request, ref)
    response = render(request, "documents/progress.html", {"batch": found})
    if found.state not in (PaperBatch.QUEUED, PaperBatch.RUNNING):
        response["HX-Refresh"] = "true"
    return response


def _batch(request: HttpRequest, ref: str) -> PaperBatch:
    found = PaperBatch.objects.select_related("made_by").filter(court_id=request.actor.court_id, ref=ref).first()
    if found is None:
        raise Http404("没有这一批")
    return found


@page("page:papers", posts="do:print_papers")
def print_many(request: HttpRequest) -> HttpResponse:
    """One print file of the picked papers."""
    if request.method != "POST":
        return redirect("papers-prints")
    run = print_papers(refs=request.POST.getlist("pick"), duplex=request.POST.get("duplex", "1") == "1", by=request.actor, at=request.now)
    messages.success(request, f"已生成打印文件：{run.count} 份，{run.sheets} 张")
    return redirect("papers-prints")


@page("page:papers")
def prints(request: HttpRequest) -> HttpResponse:
    """The print register."""
    before = _number(request.GET.get("before", ""))
    rows = queries.print_register(request.actor.court_id, before=before or None, limit=PAGE + 1)
    context = {"rows": rows[:PAGE], "first": "?" if before else "", "more": f"?before={rows[PAGE - 1].pk}" if len(rows) > PAGE else ""}
    return show(request, "documents/prints.html", context)


@page("do:print_papers")
def print_file(request: HttpRequest, ref: str) -> HttpResponseBase:
    """A print file again. 404 when there is none."""
    run = PrintRun.objects.filter(court_id=request.actor.court_id, ref=ref).first()
    if run is None:
        raise Http404("没有这个打印文件")
    return _file(run.file, f"打印文件-{run.printed_at:%Y%m%d}-{run.ref}.pdf", "application/pdf")


def _file(file: Any, name: str, media_type: str) -> HttpResponseBase:
    response = FileResponse(file.open("rb"), filename=name, content_type=media_type)
    response["Cache-Control"] = "private, no-store"
    return response


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
        "spec": piles()["piles"].get(pile), "may": bool(pile) and _may(request, pile),
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
    response = _file(found.pdf, f"{kinds()[found.kind].title}{found.number}.pdf", "application/pdf")
    response["X-Frame-Options"] = "SAMEORIGIN"
    response._csp_update = {"frame-ancestors": ["'self'"]}
    return response


@page("page:papers")
def word(request: HttpRequest, ref: str) -> HttpResponseBase:
    """The Word file of a draft; after the seal the PDF alone counts."""
    found = _paper(request, ref)
    name = f"{kinds()[found.kind].title}{found.number}.docx"
    return _file(found.word, name, "application/vnd.openxmlformats-officedocument.wordprocessingml.document")


