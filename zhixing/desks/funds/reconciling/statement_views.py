"""Pages of bank statements: upload, preview with the meaning of columns, progress, what became of each line, earlier imports."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django_q.tasks import async_task

from zhixing.casework.people.authority import allowed
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page, show

from ..importing import ACTION
from ..statements.layout import IGNORED, vocabulary
from ..views import number_of, tabs
from . import runs
from .copies import rejected_lines
from .forms import UploadForm
from .keeping import limits
from .models import StatementRun

JOB = "zhixing.desks.funds.reconciling.jobs.run_import"


@page("page:funds-court", posts=ACTION)
def statements(request: HttpRequest) -> HttpResponse:
    """Earlier imports, and the form for the next."""
    posted, size, before = request.method == "POST", limits()["shown"], number_of(request, "before")
    form, refusal = UploadForm(request.POST if posted else None, request.FILES if posted else None, court_id=request.actor.court_id), None
    if posted and form.is_valid():
        data = form.cleaned_data
        try:
            run = runs.keep_upload(upload=data["file"], bank=data["bank"], case_id=form.case_id, control=form.control(), closing_fen=data["closing"],
                                   by=request.actor, at=request.now)  # fmt: skip
        except Refusal as refused:
            refusal = form.take(refused)
        else:
            return redirect("funds-statement-run", run.ref)
    rows = StatementRun.objects.filter(court_id=request.actor.court_id, **({"pk__lt": before} if before else {})).select_related("case").order_by("-pk")
    found = list(rows[: size + 1])
    context = {"form": form, "refusal": refusal, "runs": found[:size], "tabs": tabs(request), "banks": banks(), "may_import": allowed(request.book, request.actor, ACTION),
               "first": "?" if before else "", "more": f"?before={found[size - 1].pk}" if len(found) > size else ""}  # fmt: skip
    return show(request, "reconciling/statements.html", context, status=refusal.status if refusal else 422 if posted else 200)


def banks() -> dict[str, str]:
    """Bank → its name."""
    return {b.id: b.title for b in vocabulary().banks}


@page("page:funds-court")
def statement(request: HttpRequest, ref: str) -> HttpResponse:
    """One import: its preview before, its progress during, what became of its lines after."""
    run = _run(request, ref)
    context: dict[str, Any] = {"run": run, "preview": None, "refusal": None, "fields": list(vocabulary().titles.items()), "banks": banks(), "tabs": tabs(request),
                               "shown": limits()["shown"], "may_import": allowed(request.book, request.actor, ACTION)}  # fmt: skip
    context["earlier"] = StatementRun.objects.filter(court_id=run.court_id, sha256=run.sha256, pk__lt=run.pk, state=StatementRun.DONE).order_by("pk").first()
    if run.state == StatementRun.PREVIEW:
        try:
            context["preview"] = found = runs.preview(run, at=request.now)
            context["heads"] = [("", header[:20] or "—", "") for header in found.look.headers]
        except Refusal as refusal:
            context["refusal"] = refusal
    return show(request, "reconciling/statement.html", context)


@page(ACTION)
def start(request: HttpRequest, ref: str) -> HttpResponse:
    """Remember how the columns are meant; look again, or put the import in the queue."""
    run = _run(request, ref)
    if request.method != "POST":
        return redirect("funds-statement-run", ref)
    asked = zip(*(request.POST.getlist(name) for name in ("header", "was", "field")), strict=False)
    meanings = {header: chosen or IGNORED for header, was, chosen in asked if chosen != was}
    with transaction.atomic():
        runs.teach(run=run, meanings=meanings, by=request.actor)
        if "again" not in request.POST:
            runs.queue(run=run, by=request.actor)
            transaction.on_commit(lambda: async_task(JOB, run.pk))
    return redirect("funds-statement-run", ref)


@page("page:funds-court")
def progress(request: HttpRequest, ref: str) -> HttpResponse:
    """The progress bar alone; once done it asks the page to load again."""
    run = _run(request, ref)
    response = render(request, "reconciling/progress.html", {"run": run})
    if run.state not in (StatementRun.QUEUED, StatementRun.RUNNING):
        response["HX-Refresh"] = "true"
    return response


@page("page:funds-court")
def rejected(request: HttpRequest, ref: str) -> HttpResponseBase:
    """Every line that was refused, with its reason, as a workbook."""
    run = _run(request, ref)
    content = rejected_lines(run, by=request.actor.name, at=request.now)
    return FileResponse(content, as_attachment=True, filename=f"退回的行-{run.made_at:%Y%m%d}.xlsx")


def _run(request: HttpRequest, ref: str) -> StatementRun:
    run = StatementRun.objects.select_related("case").filter(court_id=request.actor.court_id, ref=ref).first()
    if run is None:
        raise Http404("没有这次导入")
    return run
