"""The desk's forms: one attempt, a rung passed over, a letter's end, an announcement, fifty letters, what the post says."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from zhixing.casework.cases.models import Case
from zhixing.casework.facts.forms import stored_key
from zhixing.outside.post import read_list
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page, show

from . import actions, announcing, bulk, letters, queries
from .actions import KEEP, Doing
from .consenting import consents
from .delivery_models import Announcement, Delivery, Letter
from .forms import (
    AboutPapers,
    AnnounceForm,
    AttemptForm,
    BulkPostForm,
    LetterForm,
    PostForm,
    PublishForm,
    SkipForm,
    TrackForm,
)
from .ladder import Rung, ladder
from .letters import Posting
from .views import found_case, new_key

CLAUSE = "三(三)2"
ADDRESS_KINDS = "address_kind"


@page("page:offline", posts="page:offline", reads="ref")
def do(request: HttpRequest, ref: str, kind: str) -> HttpResponse:
    """One act on one recipient's papers: `kind` is a rung, or `skip-<rung>`. The event's own authority is asked by the action. 404 for an unknown step."""
    found, skipping = found_case(request, ref), kind.startswith("skip-")
    rung = ladder().rungs.get(kind.removeprefix("skip-"))
    if rung is None or (skipping and not rung.skip_event):
        raise Http404("没有这个步骤")
    rows = _rows(found, request)
    if not rows:
        messages.info(request, "没有待送达的文书")
        return redirect("offline-case", ref=ref)
    form = _form(request, rung, rows, skipping)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            words = _carry_out(request, found, rung, form, skipping)
        except Refusal as refused:
            refusal = form.take(refused)
        else:
            messages.success(request, words)
            return redirect("offline-case", ref=ref)
    context = {"case": found, "rung": rung, "form": form, "refusal": refusal, "rows": rows, "recipient": rows[0].recipient, "skipping": skipping,
               "spec": form.spec, "others": _others(rung, skipping)}  # fmt: skip
    return show(request, "offline/do.html", context, status=refusal.status if refusal else 422 if form.is_bound else 200)


def _rows(found: Case, request: HttpRequest) -> list[Delivery]:
    """The open deliveries of the recipient that the address names, else of the first with any."""
    wanted = request.GET.get("to", "")
    people = [r for r in queries.grid(found) if r.open]
    chosen = next((r for r in people if any(row.ref == wanted for row in r.open)), people[0] if people else None)
    return chosen.open if chosen else []


def _others(rung: Rung, skipping: bool) -> list[tuple[str, str]]:
    """Other ways from here: the other rungs, passing this one over."""
    ways = [(f"改为{r.title}", r.id) for r in ladder().rungs.values() if r.id != rung.id or skipping]
    return ways + ([(f"跳过{rung.title}", f"skip-{rung.id}")] if rung.skip_event and not skipping else [])


def _form(request: HttpRequest, rung: Rung, rows: list[Delivery], skipping: bool) -> AboutPapers:
    spec = request.book.events[rung.skip_event if skipping else rung.event]
    party = rows[0].party
    known: dict[str, Any] = {"phone": party.phone if party else "", "address": party.address if party else "", "place": party.address if party else ""}
    known = {k: v for k, v in known.items() if v and not (rung.id == "electronic" and k == "address")}
    if rung.id == "electronic" and (consent := consents(rows[0].case).get(rows[0].recipient)) is not None and consent.agreed:
        known |= {"address": consent.address, "consented": True}
    data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    common: dict[str, Any] = {"now": request.now, "rows": rows, "initial": known}
    if skipping:
        return SkipForm(spec, *data, rung=rung, **common)
    if rung.id == "announce":
        return AnnounceForm(spec, *data, **common)
    return (PostForm if rung.id == "post" else AttemptForm)(spec, *data, rung=rung, **common)


def _carry_out(request: HttpRequest, found: Case, rung: Rung, form: AboutPapers, skipping: bool) -> str:
    data, refs = form.cleaned_data, form.cleaned_data["papers"]
    key = stored_key(request, f"{rung.id}{skipping}", found.ref, data["act_key"])
    common: dict[str, Any] = {"case_id": found.pk, "by": request.actor}
    if skipping:
        actions.skip(refs=refs, rung=rung.id, reason=data["reason"], key=key, at=request.now, **common)
        return f"已写明跳过{rung.title}的理由：{found.number}"
    if rung.id == "announce":
        announcing.ask_announcement(refs=refs, paper=data["paper"], medium=data["medium"], reason=data["reason"], at=request.now, **common)
        return f"已申请公告送达：{found.number}，等待审批"
    when: dict[str, Any] = {"at": form.happened_at, "recorded_at": request.now}
    if rung.id == "post":
        posting = Posting(refs, data["tracking_no"], data["address"], data["address_kind"], data["on"], data["act_proof"], key)
        letters.post(posting=posting, **common, **when)
        return f"已邮寄：{found.number}，邮件号 {data['tracking_no']}"
    doing = Doing(rung.id, data["result"], form.payload(), data["on"], data["act_proof"], key)
    if actions.attempt(refs=refs, doing=doing, **common, **when):
        return f"已登记{rung.title}：{data['result']}。{found.number} 的文书已全部送达，送达完成已登记"
    return f"已登记{rung.title}：{data['result']}（{found.number}）"


@page("page:offline", posts="record:delivery_post_result", reads="ref")
def letter(request: HttpRequest, ref: str, n: int) -> HttpResponse:
    """How a letter ended; what the post said of it so far. 404 without one."""
    found = found_case(request, ref)
    row = queries.letter_of(found, n)
    if row is None:
        raise Http404("没有这封邮件")
    form = LetterForm(request.POST or None, request.FILES or None, initial={"act_key": new_key(), "on": request.now.date()})
    refusal = None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            letters.settle_letter(letter=row, result=data["result"], on=data["on"], remark=data["remark"], proof=data["proof"],
                                  key=stored_key(request, "letter", ref, data["act_key"]), by=request.actor, at=request.now)  # fmt: skip
        except Refusal as refused:
            refusal = beside(form, refused)
        else:
            messages.success(request, f"已登记邮件 {row.tracking_no}：{data['result']}")
            return redirect("offline-case", ref=ref)
    context = {"case": found, "letter": row, "said": list(row.messages.order_by("happened_at", "pk")), "form": form, "refusal": refusal,
               "waits": row.state == Letter.ON_THE_WAY}  # fmt: skip
    return show(request, "offline/letter.html", context, status=status_of(form, refusal))


@page("page:offline", posts="record:announcement_served", reads="ref")
def announcement(request: HttpRequest, ref: str, n: int) -> HttpResponse:
    """An announcement: that it was posted, then that it has run. 404 without one."""
    found = found_case(request, ref)
    row = queries.announcement_of(found, n)
    if row is None:
        raise Http404("没有这则公告")
    form = PublishForm(request.POST or None, request.FILES or None, initial={"published_on": request.now.date()})
    refusal = None
    if request.method == "POST" and (row.state == Announcement.RUNNING or form.is_valid()):
        try:
            if row.state == Announcement.RUNNING:
                announcing.close_announcement(ref=row.ref, by=request.actor, at=request.now)
                words = "已登记公告期满"
            else:
                announcing.post_announcement(ref=row.ref, published_on=form.cleaned_data["published_on"], proof=form.cleaned_data["proof"],
                                             by=request.actor, at=request.now)  # fmt: skip
                words = "已登记公告发布，三十日后届满"
        except Refusal as refused:
            refusal = beside(form, refused) if row.state == Announcement.ASKED else refused
        else:
            messages.success(request, f"{words}：{found.number}")
            return redirect("offline-case", ref=ref)
    context = {"case": found, "row": row, "form": form, "refusal": refusal, "rows": list(row.deliveries.order_by("pk")), "rule": ladder()}
    return show(request, "offline/announcement.html", context, status=status_of(form, refusal))


@page("page:offline", posts=KEEP, reads="ref")
def end(request: HttpRequest, ref: str) -> HttpResponse:
    """Give a delivery up. `d` in the address names it."""
    found = found_case(request, ref)
    row = next((row for r in queries.grid(found) for row in r.open if row.ref == request.GET.get("d", "")), None)
    if row is None:
        messages.info(request, "这项送达已经办结")
        return redirect("offline-case", ref=ref)
    refusal = None
    if request.method == "POST":
        try:
            actions.end(ref=row.ref, reason=request.POST.get("reason", ""), by=request.actor, at=request.now)
        except Refusal as refused:
            refusal = refused
        else:
            messages.success(request, f"已终止送达：{row.paper} → {row.recipient}")
            return redirect("offline-case", ref=ref)
    return show(request, "offline/end.html", {"case": found, "row": row, "refusal": refusal}, status=refusal.status if refusal else 200)


@page("page:offline", posts="record:delivery_posted")
def post_many(request: HttpRequest) -> HttpResponse:
    """Fifty letters at once: first the letters with a place for their numbers, then what became of each."""
    if request.method != "POST":
        return redirect(f"{reverse('offline-home')}?pile=post")
    refs = [ref for pick in request.POST.getlist("pick") for ref in pick.split(",")]
    made = bulk.envelopes(queries.deliveries(request.actor.court_id, refs))
    if not made:
        messages.warning(request, "请选择要邮寄的文书")
        return redirect(f"{reverse('offline-home')}?pile=post")
    kinds = next(f.choices for f in request.book.events[ladder().rungs["post"].event].fields if f.name == ADDRESS_KINDS)
    sent = "act_key" in request.POST
    form = BulkPostForm(request.POST if sent else None, request.FILES if sent else None, kinds=kinds, initial={"act_key": new_key()})
    refusal = None
    if sent and form.is_valid():
        data = form.cleaned_data
        try:
            bulk.assign(made, data["numbers"])
            scans = bulk.pages_of(data["proof"], len(made))
        except Refusal as refused:
            refusal = beside(form, refused)
        else:
            done = bulk.post_all(made, scans, address_kind=data["address_kind"], on=data["on"],
                                 key=stored_key(request, "post_many", "bulk", data["act_key"]), by=request.actor, at=request.now)  # fmt: skip
            return show(request, "offline/posted.html", {"letters": made, "done": done}, status=200 if done else 409)
    context = {"letters": made, "form": form, "refusal": refusal, "picks": [",".join(r.ref for r in e.rows) for e in made]}
    return show(request, "offline/post.html", context, status=status_of(form, refusal))


@page("page:offline", posts="record:delivery_post_result")
def track(request: HttpRequest) -> HttpResponse:
    """The list of the post's own site, pasted: each line with what became of it."""
    form = TrackForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return show(request, "offline/track.html", {"form": form, "results": None, "wrong": []}, status=422 if form.is_bound else 200)
    said, wrong = read_list(form.cleaned_data["text"])
    results = letters.hear_all(said, by=request.actor, at=request.now)
    return show(request, "offline/track.html", {"form": TrackForm(), "results": results, "wrong": wrong})


def beside(form: Any, refusal: Refusal) -> Refusal | None:
    """Reasons beside their fields; the rest for the summary."""
    rest = [r for r in refusal.reasons if r.field not in form.fields]
    for reason in refusal.reasons:
        if reason.field in form.fields:
            form.add_error(reason.field, f"{reason.why}。{reason.now}" if reason.now else reason.why)
    return Refusal(refusal.what, rest, refusal.status) if rest else None


def status_of(form: Any, refusal: Refusal | None) -> int:
    """The HTTP status of a form's page: of the refusal, 422 for wrong fields, else 200."""
    if refusal is not None:
        return refusal.status
    return 422 if form.is_bound and form.errors else 200
