"""Register import: upload, preview with the mapping of columns, progress, outcome by row, undo. Export beside it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django_q.tasks import async_task

from zhixing.casework.journal.actions import note_read
from zhixing.casework.register import runs
from zhixing.casework.register.exporting import export_register
from zhixing.casework.register.models import ImportRun
from zhixing.casework.register.sheets import vocabulary
from zhixing.rulebook.refusals import Refusal
from zhixing.shell.frame import frame_of
from zhixing.shell.middleware import address_of, may
from zhixing.web.pages import page

SHOWN = 20
JOB = "zhixing.shell.register.jobs.run_import"


class UploadForm(forms.Form):
    """The file to import."""

    file = forms.FileField(
        label="台账文件", help_text="可用 .xlsx、.xls、.csv（UTF-8 或 GB18030）；先预览，确认后才导入",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
    )  # fmt: skip


def _page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, f"shell/register/{template}", {**frame_of(request), **context}, status=status)


def _run(request: HttpRequest, ref: str) -> ImportRun:
    return get_object_or_404(ImportRun.objects.select_related("made_by"), court_id=request.actor.court_id, ref=ref)


@page("page:import", posts="do:import_register")
def imports(request: HttpRequest) -> HttpResponse:
    """Earlier imports, and the form for the next."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            run = runs.keep_upload(upload=form.cleaned_data["file"], by=request.actor, at=request.now)
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            form.add_error("file", [f"{r.why}。{r.now}" if r.now else r.why for r in refusal.reasons])
        else:
            return redirect("register-run", run.ref)
    done = ImportRun.objects.filter(court_id=request.actor.court_id).select_related("made_by").order_by("-id")[:SHOWN]
    context = {"form": form, "runs": done, "may_export": may(request, "do:export_bulk")}
    return _page(request, "imports.html", context, 422 if request.method == "POST" else 200)


@page("page:import")
def run(request: HttpRequest, ref: str) -> HttpResponse:
    """One import: its preview before, its progress during, its outcome after."""
    found = _run(request, ref)
    context: dict[str, Any] = {"run": found, "preview": None, "refusal": None, "fields": _fields(),
                               "may_undo": may(request, "do:undo_import")}  # fmt: skip
    if found.state == "preview":
        try:
            context["preview"] = runs.preview(found, at=request.now)
        except Refusal as refusal:
            context["refusal"] = refusal
    return _page(request, "run.html", context)


def _fields() -> list[tuple[str, str]]:
    return [(f.id, f.title) for f in vocabulary().fields.values() if f.id != "ignored"]


@page("do:import_register")
def start(request: HttpRequest, ref: str) -> HttpResponse:
    """Remember how the columns are meant; preview again, or put the import in the queue."""
    found = _run(request, ref)
    if request.method != "POST":
        return redirect("register-run", ref)
    headers, names = request.POST.getlist("header"), request.POST.getlist("field")
    known = {name for name, _ in _fields()} | {""}
    mapping = {h: n for h, n in zip(headers, names, strict=False) if n in known}
    with transaction.atomic():
        runs.set_mapping(run=found, mapping=mapping, sheet=request.POST.get("sheet", ""), by=request.actor)
        if "again" not in request.POST:
            runs.queue_import(run=found, by=request.actor)
            async_task(JOB, found.pk)
    return redirect("register-run", ref)


@page("page:import")
def progress(request: HttpRequest, ref: str) -> HttpResponse:
    """The progress bar alone; once done it asks the page to load again."""
    found = _run(request, ref)
    response = render(request, "shell/register/progress.html", {"run": found})
    if found.state not in ("queued", "running"):
        response["HX-Refresh"] = "true"
    return response


@page("do:undo_import")
def undo(request: HttpRequest, ref: str) -> HttpResponse:
    """Undo an import with a reason."""
    found = _run(request, ref)
    if request.method == "POST":
        undone, kept = runs.undo(run=found, reason=request.POST.get("reason", ""), by=request.actor, at=request.now)
        text = f"已撤销 {undone} 件。" + (f"{len(kept)} 件已有后续办理，予以保留：{'、'.join(kept[:5])}" if kept else "")
        messages.success(request, text)
    return redirect("register-run", ref)


@page("do:export_bulk")
def export(request: HttpRequest) -> HttpResponseBase:
    """The court's cases as a register file that import reads: everybody's data in one file, always on record (trust 63)."""
    if request.method != "POST":
        return redirect("register-import")
    folder = Path(tempfile.mkdtemp(prefix="zhixing-export-"))
    target = folder / "register.xlsx"
    try:
        count = export_register(court_id=request.actor.court_id, target=target, by=request.actor, at=request.now)
        content = target.open("rb")
    finally:
        target.unlink(missing_ok=True)
        folder.rmdir()
    note_read(action="do:export_bulk", path=request.path, address=address_of(request), detail=f"导出台账 {count} 件", by=request.actor, at=request.now)
    return FileResponse(content, as_attachment=True, filename=f"执行案件台账-{request.now:%Y%m%d}.xlsx")
