"""The dossier of a case or matter: volumes, upload, and the only way a scan leaves the court's disk."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from zhixing.casework.cases.models import Case
from zhixing.casework.dossier.actions import add_scan, download_name, move_scan
from zhixing.casework.dossier.checking import ACCEPT
from zhixing.casework.dossier.models import Scan
from zhixing.casework.dossier.queries import scan_of, volumes
from zhixing.casework.dossier.volumes import percent_there, volume_pdf, wanted_papers
from zhixing.casework.people.authority import allowed
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page

from .showing import show
from .subjects import Subject, case_subject, matter_subject

MANY = 30


class ManyFiles(forms.ClearableFileInput):
    """A file input that takes several files."""
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files in one go: each is checked by itself."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, (list, tuple)) else [data] if data else []
        if not files:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(files) > MANY:
            raise forms.ValidationError(f"一次最多 {MANY} 份")
        return [super(FilesField, self).clean(f, initial) for f in files]


class UploadForm(forms.Form):
    """Papers for one volume."""

    file = FilesField(label="文件", help_text="PDF、图片、docx、xlsx、MP4，可以一次选几份", widget=ManyFiles(attrs={"accept": ACCEPT}))
    volume = forms.ChoiceField(label="卷别", choices=[(Scan.MAIN, "正卷"), (Scan.SUPPLEMENTARY, "副卷")])
    title = forms.CharField(label="材料名称", max_length=120, required=False, help_text="不填就用文件名")
    replaces = forms.CharField(required=False, widget=forms.HiddenInput)


@page("page:dossier", posts="do:upload", reads="ref")
def dossier(request: HttpRequest, ref: str) -> HttpResponse:
    """The volumes of a case (四(二)5)."""
    return _dossier(request, case_subject(request, ref))


@page("page:dossier", posts="do:upload")
def matter_dossier(request: HttpRequest, ref: str) -> HttpResponse:
    """The papers of a matter."""
    return _dossier(request, matter_subject(request, ref))


def _dossier(request: HttpRequest, subject: Subject) -> HttpResponse:
    posted = request.method == "POST"
    if posted and "move" in request.POST:
        return _move(request, subject)
    form = UploadForm(request.POST, request.FILES) if posted else UploadForm(initial={"replaces": request.GET.get("replaces", "")})
    if posted and form.is_valid():
        kept = [f.name for f in form.cleaned_data["file"] if _add(request, subject, form, f)]
        if kept:
            messages.success(request, f"已入卷 {len(kept)} 份：{'、'.join(kept)}")
        if not form.errors:
            return redirect(request.path)
    found = volumes(request.actor.court_id, **subject.ids)
    wanted = wanted_papers(request.book, subject.state, [*found[Scan.MAIN], *found[Scan.SUPPLEMENTARY]])
    context = {"subject": subject, "form": form, "may_upload": allowed(request.book, request.actor, "do:upload"), "volumes": found,
               "wanted": [w for w in wanted if not w.there], "percent": percent_there(wanted)}  # fmt: skip
    return show(request, "acts/dossier", context, status=422 if form.errors else 200)


def _move(request: HttpRequest, subject: Subject) -> HttpResponse:
    """One place up or down in its volume."""
    up = request.POST.get("move") == "up"
    move_scan(**subject.ids, ref=request.POST.get("scan", ""), up=up, by=request.actor)
    return redirect(request.path)


@page("page:dossier", reads="ref")
def volume(request: HttpRequest, ref: str, volume: str) -> HttpResponse:
    """A volume as one PDF: cover, catalogue, pages numbered. 404 without one."""
    case = Case.objects.select_related("court", "handler").filter(court_id=request.actor.court_id, ref=ref).first()
    if case is None or volume not in (Scan.MAIN, Scan.SUPPLEMENTARY):
        raise Http404("没有这一卷")
    response = HttpResponse(volume_pdf(case, volume), content_type="application/pdf")
    title = {Scan.MAIN: "正卷", Scan.SUPPLEMENTARY: "副卷"}[volume]
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{case.number}{title}.pdf')}"
    response["Cache-Control"] = "private, no-store"
    return response


def _add(request: HttpRequest, subject: Subject, form: UploadForm, file: Any) -> bool:
    data = form.cleaned_data
    try:
        add_scan(**subject.ids, volume=data["volume"], title=data["title"], upload=file, replaces=data["replaces"],
                 by=request.actor, at=request.now)  # fmt: skip
    except Refusal as refusal:
        form.add_error("file", [f"{file.name}：{r.why}。{r.now}" for r in refusal.reasons])
        return False
    return True


@page("page:dossier", reads="ref")
def scan(request: HttpRequest, ref: str, scan: str) -> HttpResponse:
    """Download one scan of a case; reading it is on record."""
    return _serve(scan_of(request.actor.court_id, scan, case_ref=ref))


@page("page:dossier")
def matter_scan(request: HttpRequest, ref: str, scan: str) -> HttpResponse:
    """Download one scan of a matter."""
    return _serve(scan_of(request.actor.court_id, scan, matter_ref=ref))


def _serve(found: Scan | None) -> HttpResponse:
    """Always as an attachment, never sniffed, never run (trust T15)."""
    if found is None or not found.file.storage.exists(found.file.name):
        raise Http404("没有这份材料")
    response = FileResponse(found.file.open("rb"), content_type=found.media_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(download_name(found))}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response
