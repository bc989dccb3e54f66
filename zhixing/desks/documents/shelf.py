"""The court's own templates, its letterhead, and whether a sealed PDF is genuine."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from zhixing.casework.papers import queries
from zhixing.casework.papers.kinds import Kind, kinds
from zhixing.casework.papers.letterheads import keep_letterhead, letterhead_of
from zhixing.casework.papers.own_templates import add_template, current_template
from zhixing.casework.people.authority import allowed
from zhixing.outside.seal import verify as verified
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page, show

from .forms import LetterheadForm, TemplateForm, VerifyForm
from .steps import court_seal

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MOST = 30 << 20


@page("page:papers")
def templates(request: HttpRequest) -> HttpResponse:
    """Every kind of paper with the template in use."""
    own = queries.templates_of(request.actor.court_id)
    rows = [(kind, own.get(kind.id)) for kind in kinds().values()]
    return show(request, "documents/templates.html", {"rows": rows})


@page("page:papers", posts="do:upload_template")
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """One kind: its fields, the template in use, and the form for a new version."""
    spec = _kind(kind)
    form = TemplateForm(request.POST or None, request.FILES or None)
    refusal: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        try:
            made = add_template(kind=spec, upload=form.cleaned_data["file"], by=request.actor, at=request.now)
        except Refusal as refused:
            refusal = form.take(refused)
        else:
            messages.success(request, f"已启用{spec.title}模板第 {made.version} 版")
            return redirect("papers-template", kind)
    own = queries.templates_of(request.actor.court_id).get(kind)
    context = {"kind": spec, "own": own, "form": form, "refusal": refusal,
               "may_upload": allowed(request.book, request.actor, "do:upload_template")}  # fmt: skip
    return show(request, "documents/template.html", context, status=refusal.status if refusal else 422 if form.errors else 200)


@page("page:papers")
def template_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The template in use, to be edited in Word."""
    spec = _kind(kind)
    in_use = current_template(request.actor.court_id, spec)
    return FileResponse(in_use.path.open("rb"), as_attachment=True, filename=f"{spec.title}模板.docx", content_type=DOCX)


def _kind(ident: str) -> Kind:
    spec = kinds().get(ident)
    if spec is None:
        raise Http404("没有这种文书")
    return spec


@page("page:papers", posts="do:edit_letterhead")
def letterhead(request: HttpRequest) -> HttpResponse:
    """The court's address, telephone and account for case money, as papers state them."""
    head = letterhead_of(request.actor.court_id)
    form = LetterheadForm(request.POST or None, instance=head)
    if request.method == "POST" and form.is_valid():
        keep_letterhead(said=form.cleaned_data, by=request.actor, at=request.now)
        messages.success(request, "已保存，以后拟制的文书使用新的内容")
        return redirect("papers-letterhead")
    may = allowed(request.book, request.actor, "do:edit_letterhead")
    return show(request, "documents/letterhead.html", {"form": form, "may": may}, status=422 if request.method == "POST" else 200)


@page("page:papers", posts="page:papers")
def verify(request: HttpRequest) -> HttpResponse:
    """Whether a PDF bears a seal, is unchanged since, and whose seal it is. Nothing is kept."""
    form = VerifyForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "found": None}
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        if file.size > MOST:
            form.add_error("file", "文件超过 30 MB，不是本院文书")
        else:
            context |= {"found": verified(file.read(), court_seal(request.actor.court_id)), "name": file.name}
    return show(request, "documents/verify.html", context, status=422 if form.errors else 200)
