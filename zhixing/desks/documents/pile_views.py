"""Pages of the paper desk (三(二)1–4): the piles, fifty at once, batches, the print register."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django_q.tasks import async_task

from zhixing.casework.cases.models import Case
from zhixing.casework.facts.forms import stored_key
from zhixing.casework.papers import actions, batches, queries
from zhixing.casework.papers.kinds import kinds, workflow
from zhixing.casework.papers.models import Paper, PaperBatch, PrintRun
from zhixing.casework.papers.printing import print_papers
from zhixing.casework.papers.values import differences, gather
from zhixing.casework.people.authority import allowed
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page, show

from .forms import DraftForm
from .steps import STEPS, may_work, piles, take
from .views import stored_file

PAGE = 50
JOB = "zhixing.desks.documents.jobs.run_batch"


@page("page:papers")
def home(request: HttpRequest) -> HttpResponse:
    """The piles; without a choice the first one that this person can do something about."""
    court, book, by = request.actor.court_id, request.book, request.actor
    rows = piles()["piles"]
    counts = {**queries.counts(court), "wanting": queries.count_wanting(court, workflow()["new_case"], piles()["new_case_duties"])}
    chosen = request.GET.get("pile", "")
    if chosen not in rows:
        chosen = next((p for p in rows if counts[p] and may_work(request, p)), "wanting")
    after = _number(request.GET.get("after", ""))
    context: dict[str, Any] = {
        "piles": rows, "pile": chosen, "spec": rows[chosen], "may": may_work(request, chosen), "may_print": allowed(book, by, "do:print_papers"),
        "counters": [{"words": r["title"], "count": counts[p], "url": f"?pile={p}", "current": p == chosen,
                      "state": "today" if counts[p] and may_work(request, p) else "waiting"} for p, r in rows.items()],
        "act_key": secrets.token_urlsafe(18), "first": f"?pile={chosen}" if after else "", "kinds": kinds(), "own": request.user.pk,
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
    return stored_file(run.file, f"打印文件-{run.printed_at:%Y%m%d}-{run.ref}.pdf", "application/pdf")
