"""The inquiry desk's pages: its piles, a case's property, the import of feedbacks, the form to print (三(二)5-6)."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from zhixing.casework.assets.adopting import adopt, unlisted
from zhixing.casework.assets.kinds import kinds
from zhixing.casework.assets.models import Asset, Feedback, Inquiry
from zhixing.casework.cases.models import Case
from zhixing.casework.facts.forms import stored_key
from zhixing.casework.people.authority import allowed
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page, show

from . import actions, queries, uploads
from .feedback.reading import read_form
from .forms import ImportForm, StartForm
from .importing import KIND, import_feedback, preview
from .polling import inquiries

PAGE = 50
MANY = 200


@page("page:inquiry")
def home(request: HttpRequest) -> HttpResponse:
    """The desk's piles; the one chosen as a list with the next thing to do on each case."""
    court_id, book = request.actor.court_id, request.book
    counted = queries.counts(court_id, book=book)
    chosen = request.GET.get("pile", "")
    if chosen not in queries.PILES:
        chosen = next((p for p in ("feedback", "pass", "start") if counted[p]), "start")
    rows = queries.pile(court_id, chosen, book=book, at=request.now, after=request.GET.get("after", ""), limit=PAGE + 1)
    piles = [{"words": title, "count": counted[p], "url": f"?pile={p}", "state": _pile_state(p), "current": p == chosen}
             for p, (title, _, _) in queries.PILES.items()]  # fmt: skip
    context = {
        "piles": piles, "chosen": chosen, "title": queries.PILES[chosen][0], "verb": queries.PILES[chosen][2], "rows": rows[:PAGE],
        "first": f"?pile={chosen}" if "after" in request.GET else "", "act_key": secrets.token_urlsafe(18),
        "more": f"?pile={chosen}&after={rows[PAGE - 1].cursor}".replace("+", "%2B") if len(rows) > PAGE else "",
        "may_start": _may(request, "record:inquiry_started_zdz"), "systems": Inquiry._meta.get_field("system").choices,
        "fetches": inquiries().fetches,
    }  # fmt: skip
    return show(request, "inquiry/home.html", context)


def _pile_state(pile: str) -> str:
    return {"start": "today", "feedback": "late", "pass": "soon"}.get(pile, "fine")


def _may(request: HttpRequest, action: str) -> bool:
    return allowed(request.book, request.actor, action)


@page("page:inquiry", posts="record:inquiry_started_zdz")
def start_many(request: HttpRequest) -> HttpResponse:
    """Start queries in the picked cases; each says what became of it."""
    if request.method != "POST":
        return redirect("inquiry-home")
    refs = request.POST.getlist("pick")[:MANY]
    systems = [s for s, _ in Inquiry._meta.get_field("system").choices if s in request.POST.getlist("system")]
    if not refs or not systems:
        messages.warning(request, "请选择案件和系统")
        return redirect("inquiry-home")
    key = stored_key(request, "inquiry_started", "bulk", request.POST.get("act_key", ""))
    done = actions.start_many(refs=refs, systems=systems, fetched=inquiries().fetches, key=key, by=request.actor, at=request.now)
    refused = sum(d.refusal is not None for d in done)
    context = {"done": sorted(done, key=lambda d: d.refusal is None), "refused": refused, "made": len(done) - refused,
               "numbers": queries.numbers(request.actor.court_id, refs), "fetches": inquiries().fetches}  # fmt: skip
    return show(request, "inquiry/results.html", context, status=409 if refused == len(done) else 200)


@page("page:assets", reads="ref")
def case(request: HttpRequest, ref: str) -> HttpResponse:
    """A case's property: each asset with its next step, the queries, the feedbacks."""
    return case_page(request, _case(request, ref))


def case_page(request: HttpRequest, found: Case, *, refusal: Refusal | None = None, **given: Any) -> HttpResponse:
    """The page, with a form that was refused in its place."""
    asked = ("inquiry_started_zdz", KIND, "online_freeze_made", "measure_taken", "asset_located", actions.PASSED, actions.PRINTED,
             actions.HANDLED, actions.COMPLETED, "measure_renewed", "measure_released", "online_stage_completed", "offline_asset_found",
             "deposit_deducted")  # fmt: skip
    context = {
        "case": found, "picture": queries.picture(found), "refusal": refusal, "may": {k: _may(request, f"record:{k}") for k in asked},
        "start": StartForm(initial={"system": Inquiry.NATIONAL}), "act_key": secrets.token_urlsafe(18), "today": request.now.date(),
        "fetches": inquiries().fetches, "unlisted": unlisted(found.pk), "may_export": _may(request, "page:export"),
        "clocks": queries.clocks_of(found, book=request.book, at=request.now), **given,
    }  # fmt: skip
    wrong = refusal.status if refusal else 422 if any(getattr(f, "errors", None) for f in given.values()) else 200
    return show(request, "inquiry/case.html", context, status=wrong)


def _case(request: HttpRequest, ref: str) -> Case:
    found = queries.case_of(request.actor.court_id, ref)
    if found is None:
        raise Http404("没有这个案件")
    return found


@page("page:assets", posts="record:inquiry_started_zdz")
def start(request: HttpRequest, ref: str) -> HttpResponse:
    """Start a query about the debtors of this case, or say why there is none."""
    found = _case(request, ref)
    if request.method != "POST":
        return redirect("inquiry-case", ref=ref)
    form = StartForm(request.POST)
    if not form.is_valid():
        return case_page(request, found, start=form)
    data = form.cleaned_data
    key = stored_key(request, "inquiry_started", ref, data["act_key"])
    try:
        if data["reason"] and data["system"] == Inquiry.PROVINCIAL:
            actions.skip_provincial(case_id=found.pk, reason=data["reason"], key=key, by=request.actor, at=request.now)
            messages.success(request, f"已登记点对点不适用：{found.number}")
        else:
            made = actions.start_inquiry(case_id=found.pk, system=data["system"], query_no=data["query_no"],
                                         fetched=inquiries().fetches and not data["query_no"], key=key, by=request.actor, at=request.now)  # fmt: skip
            messages.success(request, f"已对 {len(made)} 名被执行人发起查询：{found.number}")
    except Refusal as refused:
        return case_page(request, found, start=form, refusal=form.take(refused))
    return redirect("inquiry-case", ref=ref)


@page("page:assets", posts=f"record:{KIND}", reads="ref")
def import_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Choose a feedback, look at what it would do, import it."""
    found = _case(request, ref)
    if request.method != "POST":
        return _import(request, found, ImportForm(now=request.now))
    if token := request.POST.get("token"):
        return _confirmed(request, found, token)
    form = ImportForm(request.POST, request.FILES, now=request.now)
    if not form.is_valid():
        return _import(request, found, form)
    file, received_at = form.cleaned_data["file"], form.cleaned_data["received_at"]
    try:
        data = uploads.content_of(file)
        read, known = preview(case=found, form=read_form(data, file.name), received_at=received_at or request.now)
    except Refusal as refused:
        return _import(request, found, form, refusal=form.take(refused))
    token = uploads.keep(data, file.name, ref, request.actor.person_id, received_at)
    return _import(request, found, form, token=token, read=read, known=known, filename=file.name)


def _import(request: HttpRequest, found: Case, form: ImportForm, *, refusal: Refusal | None = None, **more: Any) -> HttpResponse:
    context = {"case": found, "form": form, "refusal": refusal, "read": None, "known": {}, "token": "", "filename": "",
               "may_import": _may(request, f"record:{KIND}"), "kinds": {k.id: k.title for k in kinds().values()}, "areas": dict(Asset._meta.get_field("area").choices or ()), **more}  # fmt: skip
    return show(request, "inquiry/import.html", context, status=refusal.status if refusal else 422 if form.errors else 200)


def _confirmed(request: HttpRequest, found: Case, token: str) -> HttpResponse:
    form = ImportForm(now=request.now)
    try:
        data, filename, received_at = uploads.kept(token, found.ref, request.actor.person_id)
        done = import_feedback(case_id=found.pk, data=data, filename=filename, received_at=received_at, by=request.actor, at=request.now)
    except Refusal as refused:
        return _import(request, found, form, refusal=Refusal(refused.what, list(refused.reasons), refused.status))
    words = "，同样内容的反馈已经导入过，没有变化" if done.repeated else f"：新增 {done.created} 项，更新 {done.updated} 项，未变 {done.unchanged} 项"
    messages.success(request, f"已导入{done.number}{words}" + (f"，{len(done.rejected)} 行未能导入" if done.rejected else ""))
    return redirect("inquiry-case", ref=found.ref)


@page("page:assets", posts=f"record:{actions.PASSED}")
def pass_on(request: HttpRequest, ref: str) -> HttpResponse:
    """Pass the picked assets to the entrustment desk."""
    found = _case(request, ref)
    if request.method != "POST":
        return redirect("inquiry-case", ref=ref)
    key = stored_key(request, actions.PASSED, ref, request.POST.get("act_key", ""))
    try:
        passed = actions.pass_assets(case_id=found.pk, asset_refs=request.POST.getlist("pick"), handed_to=request.POST.get("handed_to", "")[:60],
                                     key=key, by=request.actor, at=request.now)  # fmt: skip
    except Refusal as refused:
        return case_page(request, found, refusal=refused)
    messages.success(request, f"已移交事项委托 {len(passed)} 项财产：{found.number}")
    return redirect("inquiry-case", ref=ref)


@page("page:assets")
def adopt_rows(request: HttpRequest, ref: str) -> HttpResponse:
    """What only the journal knows of this case gets its rows; nothing is recorded anew."""
    found = _case(request, ref)
    if request.method == "POST":
        made = adopt(case_id=found.pk, court_id=request.actor.court_id)
        messages.success(request, f"已按日志补入 {made} 项：{found.number}")
    return redirect("inquiry-case", ref=ref)


@page("page:assets", posts=f"record:{actions.COMPLETED}")
def complete(request: HttpRequest, ref: str) -> HttpResponse:
    """Online search and control are done."""
    found = _case(request, ref)
    if request.method != "POST":
        return redirect("inquiry-case", ref=ref)
    key = stored_key(request, actions.COMPLETED, ref, request.POST.get("act_key", ""))
    try:
        actions.complete_control(case_id=found.pk, result=request.POST.get("result", "")[:400], key=key, by=request.actor, at=request.now)
    except Refusal as refused:
        return case_page(request, found, refusal=refused)
    messages.success(request, f"已确认网络查控完成：{found.number}")
    return redirect("inquiry-case", ref=ref)


@page("page:assets", posts=f"record:{actions.PRINTED}", reads="ref")
def form_page(request: HttpRequest, ref: str, feedback: str) -> HttpResponse:
    """The feedback's form as a paper, with what was done with each asset noted on it; printing it is recorded."""
    found, given = _case(request, ref), _feedback(request, ref, feedback)
    if request.method == "POST":
        key = stored_key(request, actions.PRINTED, feedback, request.POST.get("act_key", ""))
        actions.print_form(feedback_ref=feedback, note=request.POST.get("note", "")[:400], key=key, by=request.actor, at=request.now)
        messages.success(request, f"已登记打印{given.number}：{found.number}")
        return redirect("inquiry-case", ref=ref)
    context = {"case": found, "feedback": given, "picture": queries.picture(found), "rejected": queries.rejected_of(given), "notes": queries.notes_of(given),
               "may_print": _may(request, f"record:{actions.PRINTED}"), "act_key": secrets.token_urlsafe(18)}  # fmt: skip
    return show(request, "inquiry/print.html", context)


@page("page:assets", posts=f"record:{actions.HANDLED}")
def handle(request: HttpRequest, ref: str, feedback: str) -> HttpResponse:
    """Everything of a feedback is handled."""
    found, given = _case(request, ref), _feedback(request, ref, feedback)
    if request.method != "POST":
        return redirect("inquiry-case", ref=ref)
    key = stored_key(request, actions.HANDLED, feedback, request.POST.get("act_key", ""))
    try:
        actions.handle_feedback(feedback_ref=feedback, not_controlled=request.POST.get("not_controlled", "")[:400], key=key, by=request.actor, at=request.now)
    except Refusal as refused:
        return case_page(request, found, refusal=refused)
    messages.success(request, f"{given.number}的财产已处理：{found.number}")
    return redirect("inquiry-case", ref=ref)


def _feedback(request: HttpRequest, ref: str, feedback: str) -> Feedback:
    found = Feedback.objects.filter(court_id=request.actor.court_id, case__ref=ref, ref=feedback).first()
    if found is None:
        raise Http404("没有这份反馈")
    return found
