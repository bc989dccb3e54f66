"""The offline desk's pages about delivery: the piles, a case's ladder, what is served and what is not, papers to print (三(三)2)."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from zhixing.casework.approvals.models import Approval
from zhixing.casework.cases.models import Case
from zhixing.casework.people.authority import allowed
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page, show

from . import actions, announcing, queries
from .actions import KEEP
from .consenting import KIND as CONSENT
from .consenting import Consent, consents
from .delivery_models import Announcement, Delivery
from .forms import OpenForm
from .ladder import ladder
from .queries import Recipient

PAGE = 50
PILES = (("new", "待登记送达"), *Delivery.STEPS[:-1], ("none", "已办结"))
COLOURS = {"new": "info", "phone": "today", "post": "today", "on_the_way": "waiting", "person": "today", "announce": "soon", "running": "waiting", "none": "fine"}


@page("page:offline")
def home(request: HttpRequest) -> HttpResponse:
    """The piles; without a choice the first with something to do."""
    court_id, counted = request.actor.court_id, queries.counts(request.actor.court_id)
    chosen = request.GET.get("pile", "")
    if chosen not in dict(PILES):
        chosen = next((p for p in ("phone", "post", "person", "announce", "new") if counted[p]), "phone")
    after = int(request.GET["after"]) if request.GET.get("after", "").isdecimal() else 0
    more, rows = 0, []
    if chosen == "new":
        rows = queries.cases_without(court_id, after, PAGE + 1)
        more, rows = rows[PAGE - 1].pk if len(rows) > PAGE else 0, rows[:PAGE]
    elif chosen == "none":
        rows = queries.served(court_id, after, PAGE + 1)
        more, rows = rows[PAGE - 1].pk if len(rows) > PAGE else 0, rows[:PAGE]
    else:
        rows, more = queries.pile(court_id, chosen, after, PAGE)
    counters = [{"words": words, "count": counted.get(p, 0), "url": f"?pile={p}", "state": COLOURS[p] if counted.get(p) else "waiting", "current": p == chosen}
                for p, words in PILES if p != "none"]  # fmt: skip
    context = {
        "counters": counters, "pile": chosen, "title": dict(PILES)[chosen], "rows": rows, "first": f"?pile={chosen}" if after else "",
        "more": f"?pile={chosen}&after={more}" if more else "", "verbs": queries.VERBS, "today": request.now.date(),
        "may": _may(request, "record:delivery_posted"), "may_open": _may(request, KEEP), "may_choose": _may(request, "record:delivery_post_skipped"), "may_field": _may(request, "do:field_task"),
        "ran_out": queries.running_out(court_id, request.now.date()) if chosen == "running" else [],
    }  # fmt: skip
    return show(request, "offline/home.html", context)


@page("page:offline", reads="ref")
def case(request: HttpRequest, ref: str) -> HttpResponse:
    """A case's ladder: each recipient's papers by rung, the next rung as the button."""
    return case_page(request, found_case(request, ref))


def case_page(request: HttpRequest, found: Case, form: OpenForm | None = None, refusal: Refusal | None = None) -> HttpResponse:
    """The page, with the form for further papers as it was filled in."""
    recipients, facts, agreed = queries.grid(found), queries.facts_of(found), consents(found)
    may = _may(request, "record:delivery_posted")
    context = {
        "case": found, "recipients": [(r, next_step(found, r, facts, request, agreed.get(r.name)) if may else None) for r in recipients], "agreed": agreed, "rungs": queries.rungs(),
        "log": queries.phone_log(recipients), "facts": facts, "tabs": request.tabs(found.ref), "may": may, "may_open": _may(request, KEEP), "may_consent": _may(request, f"record:{CONSENT}"),
        "may_register": _may(request, "record:traditional_search_registered"), "form": form or _open_form(request, found), "refusal": refusal,
        "left": sum(len(r.open) for r in recipients), "all": sum(len(r.lines) for r in recipients),
    }  # fmt: skip
    return show(request, "offline/case.html", context, status=refusal.status if refusal else 422 if form else 200)


def next_step(
    found: Case, recipient: Recipient, facts: dict[str, Any], request: HttpRequest, consent: Consent | None = None
) -> tuple[str, str, str] | None:
    """(verb, address, why it cannot be done yet) of what comes next for a recipient."""
    step, made = recipient.step, recipient.announcement
    if step == Delivery.NOTHING:
        return None
    if not facts["consulted"]:
        return "查阅送达地址", reverse("act", args=[found.ref, "delivery_address_consulted"]), ""
    if consent is not None and consent.agreed and not any(line.at("electronic") for line in recipient.lines if line.row.step != Delivery.NOTHING):
        return "电子送达", _do(found, "electronic", recipient), ""
    if step == Delivery.ON_THE_WAY:
        return "登记投递结果", reverse("offline-letter", args=[found.ref, recipient.letters[0].pk]), ""
    if step in (Delivery.ANNOUNCE, Delivery.RUNNING):
        return _announcing(found, recipient, made, facts, request)
    return queries.VERBS[step], _do(found, step, recipient), ""


def _announcing(
    found: Case, recipient: Recipient, made: Announcement | None, facts: dict[str, Any], request: HttpRequest
) -> tuple[str, str, str]:
    if made is None:
        if facts.get("whereabouts_proof") is not True:
            return "收集下落不明证据", reverse("act", args=[found.ref, "whereabouts_proof_collected"]), ""
        return "申请公告", _do(found, Delivery.ANNOUNCE, recipient), ""
    if made.state == Announcement.ASKED:
        if made.approval.state == Approval.ASKED:
            return "申请公告", "", "公告已申请，等待审批"
        return "登记张贴", reverse("offline-announce", args=[found.ref, made.pk]), ""
    if made.expires_on and made.expires_on > request.now.date():
        return "登记期满", "", f"公告至 {made.expires_on:%Y-%m-%d} 届满"
    return "登记期满", reverse("offline-announce", args=[found.ref, made.pk]), ""


def _do(found: Case, rung: str, recipient: Recipient) -> str:
    return f"{reverse('offline-do', args=[found.ref, rung])}?to={recipient.open[0].ref}"


def _open_form(request: HttpRequest, found: Case, posted: Any = None) -> OpenForm:
    return OpenForm(posted, parties=queries.parties_of(found), papers=queries.papers_of(found))


@page("page:offline", posts=KEEP, reads="ref")
def open_(request: HttpRequest, ref: str) -> HttpResponse:
    """Put down what is to be served on whom."""
    found = found_case(request, ref)
    if request.method != "POST":
        return case_page(request, found)
    form = _open_form(request, found, request.POST)
    if not form.is_valid():
        return case_page(request, found, form)
    try:
        made = actions.open_deliveries(case_id=found.pk, papers=form.wanted(), party_ids=[int(p) for p in form.cleaned_data["parties"]],
                                       others=form.names(), by=request.actor, at=request.now)  # fmt: skip
    except Refusal as refusal:
        return case_page(request, found, form, refusal)
    messages.success(request, f"已登记 {len(made)} 项送达：{found.number}" if made else "这些文书已经登记过送达")
    return redirect("offline-case", ref=ref)


@page("page:offline", reads="ref")
def receipt(request: HttpRequest, ref: str) -> HttpResponse:
    """The service receipt (送达回证) of a recipient, to print and have signed."""
    found = found_case(request, ref)
    wanted = request.GET.get("to", "")
    sheets = [(r, [line.row for line in r.lines if line.row.state != Delivery.ENDED]) for r in queries.grid(found)]
    chosen = [(r, rows) for r, rows in sheets if rows and (not wanted or any(row.ref == wanted for row in rows))]
    return show(request, "offline/receipt.html", {"case": found, "court": found.court, "sheets": chosen})


@page("page:offline", reads="ref")
def confirmation(request: HttpRequest, ref: str) -> HttpResponse:
    """The address confirmation form (送达地址确认书), to print and have signed at the first meeting."""
    found = found_case(request, ref)
    wanted = request.GET.get("to", "")
    parties = [p for p in queries.parties_of(found) if p.name == wanted] or [p for p in queries.parties_of(found) if p.role == "debtor"]
    return show(request, "offline/confirmation.html", {"case": found, "court": found.court, "parties": parties, "rule": ladder()})


@page("page:offline", posts="record:announcement_served")
def close_many(request: HttpRequest) -> HttpResponse:
    """Write down every picked announcement that has run."""
    if request.method != "POST":
        return redirect(f"{reverse('offline-home')}?pile=running")
    done = 0
    for ref in request.POST.getlist("pick")[:PAGE]:
        try:
            announcing.close_announcement(ref=ref, by=request.actor, at=request.now)
            done += 1
        except Refusal as refusal:
            messages.warning(request, str(refusal))
    messages.success(request, f"已登记公告期满 {done} 则")
    return redirect(f"{reverse('offline-home')}?pile=running")


def found_case(request: HttpRequest, ref: str) -> Case:
    """The case of the court, or nothing. Raises Http404."""
    found = queries.case_of(request.actor.court_id, ref)
    if found is None:
        raise Http404("没有这个案件")
    return found


def new_key() -> str:
    """A fresh key for a form."""
    return secrets.token_urlsafe(18)


def _may(request: HttpRequest, action: str) -> bool:
    return allowed(request.book, request.actor, action)
