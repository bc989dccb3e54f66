"""The outbox by pile with what can be done about it, and what was told to whom about a case (二(四)1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from zhixing.casework.cases.models import Case
from zhixing.casework.identity import mask_phone
from zhixing.casework.notices import queries, settling
from zhixing.casework.notices.dispatch import is_down
from zhixing.casework.notices.models import Gateway, Notice
from zhixing.casework.notices.policy import policy
from zhixing.casework.people.authority import allowed
from zhixing.rulebook.refusals import Refusal
from zhixing.shell.acts.showing import show
from zhixing.web.pages import page

from .forms import ByHandForm, ContactForm, ReasonForm

PAGE = 40
PILES = {"failed": ("失败", "late"), "held": ("暂缓", "today"), "silent": ("没有回执", "soon"), "waiting": ("待发", "waiting"),
         "sent": ("已发", "fine"), "cancelled": ("不再发送", "info")}  # fmt: skip
COLOURS = {Notice.FAILED: "late", Notice.HELD: "today", Notice.SENT: "info", Notice.DELIVERED: "fine"}
PLACES = {"applicant": "申请执行人", "debtor": "被执行人", "interested": "利害关系人"}
RESEND = {"words": "重发", "url": "resend", "icon": "send"}
HOLD = {"words": "暂缓", "url": "hold", "icon": "clock-pause"}
CANCEL = {"words": "不再发送", "url": "cancel", "icon": "ban"}
BY_HAND = {"words": "登记人工告知", "url": "by-hand", "icon": "edit"}
ACTS = {"failed": (RESEND, BY_HAND), "held": (RESEND, BY_HAND, CANCEL), "silent": (BY_HAND,), "waiting": (HOLD, BY_HAND, CANCEL)}
FORMS: Mapping[str, tuple[str, str, type[ReasonForm | ByHandForm], Callable[..., int]]] = {
    "hold": ("暂缓发送", "已暂缓", ReasonForm, settling.hold_notices),
    "cancel": ("不再发送", "不再发送", ReasonForm, settling.cancel_notices),
    "by-hand": ("登记人工告知", "已登记人工告知", ByHandForm, settling.tell_by_hand),
}


@page("page:notices")
def outbox(request: HttpRequest) -> HttpResponse:
    """One pile of the outbox: the one asked for, else the first with something in it that somebody has to look at."""
    court, counted = request.actor.court_id, queries.counts(request.actor.court_id)
    chosen = request.GET.get("pile", "")
    if chosen not in PILES:
        chosen = next((name for name in ("failed", "held", "silent", "waiting") if counted[name]), "sent")
    before = request.GET.get("before", "")
    found = queries.pile(court, chosen, before=int(before) if before.isdecimal() and len(before) < 19 else None, limit=PAGE + 1)
    base = reverse("notices")
    acts = ACTS.get(chosen, ()) if allowed(request.book, request.actor, settling.ACTION) else ()
    return show(request, "notices/outbox", {
        "rows": [_shown(request, row) for row in found[:PAGE]], "pile": chosen, "words": PILES[chosen][0],
        "may_read": allowed(request.book, request.actor, "page:case"), "acts": [{**a, "url": reverse("notices-settle", args=[a["url"]])} for a in acts],
        "counters": [{"words": w, "count": counted[n], "url": f"{base}?pile={n}", "state": s, "current": n == chosen}
                     for n, (w, s) in PILES.items() if n in counted],
        "others": [{"words": PILES[n][0], "url": f"{base}?pile={n}", "current": n == chosen} for n in PILES if n not in counted],
        "first": f"{base}?pile={chosen}" if before else "", "more": f"{base}?pile={chosen}&before={found[PAGE - 1]['pk']}" if len(found) > PAGE else "",
        "gateways": [_line(row) for row in queries.gateways()],
    })  # fmt: skip


@page("page:notices", posts="do:settle_notices")
def settle(request: HttpRequest, what: str) -> HttpResponse:
    """Do something with the picked notices: at once, or after asking why. 404 for an unknown way."""
    if what != "resend" and what not in FORMS:
        raise Http404("没有这种处理")
    if request.method != "POST":
        return redirect("notices")
    chosen = request.POST.getlist("one") or request.POST.getlist("pick")  # a row's own button is about that row alone
    picked = [int(p) for p in chosen if p.isdecimal() and len(p) < 19]
    if not picked:
        messages.error(request, "没有选中告知")
        return redirect("notices")
    if what == "resend":
        n = settling.resend_notices(ids=picked, origin=request.META.get("REMOTE_ADDR", ""), by=request.actor, at=request.now)
        messages.success(request, f"{n} 条已重新列入待发")
        return redirect("notices")
    return _asked(request, what, picked)


def _asked(request: HttpRequest, act: str, picked: list[int]) -> HttpResponse:
    """The page that asks why, and what it is for once it is answered."""
    title, done, form_class, action = FORMS[act]
    form = form_class(request.POST if "sure" in request.POST else None)
    refusal = None
    if form.is_bound and form.is_valid():
        try:
            n = action(ids=picked, **form.cleaned_data, by=request.actor, at=request.now)
        except Refusal as refused:
            refusal = form.take(refused)
        else:
            messages.success(request, f"{done}：{n} 条")
            return redirect("notices")
    status = refusal.status if refusal else 422 if form.is_bound else 200
    context = {"form": form, "picked": picked, "title": title, "act": act, "refusal": refusal}
    return show(request, "notices/settle", context, status=status)


@page("page:case", posts="do:register_contact", reads="ref")
def of_case(request: HttpRequest, ref: str) -> HttpResponse:
    """What was told to whom about a case, when and over which channel, with state and proof; and people's other addresses. 404 without the case."""
    case = Case.objects.filter(court_id=request.actor.court_id, ref=ref).select_related("handler").first()
    if case is None:
        raise Http404("没有这个案件")
    known = queries.parties_with_contacts(case.court_id, case.pk)
    form = ContactForm([party for party, _ in known], request.POST if request.method == "POST" else None)
    refusal = None
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            settling.register_contact(party_id=data["party"], channel=data["channel"], address=data["address"], by=request.actor, at=request.now)
        except Refusal as refused:
            refusal = form.take(refused)
        else:
            messages.success(request, "已登记联系方式，下次告知起使用")
            return redirect("case-notices", ref=ref)
    rows = [_shown(request, row) for row in queries.of_case(case.court_id, case.pk)]
    contacts = [(party.name, policy().title(c.channel), masked(c.channel, c.address)) for party, found in known for c in found]
    return show(request, "notices/case", {
        "case": case, "rows": rows, "form": form, "refusal": refusal, "contacts": contacts,
        "may_register": allowed(request.book, request.actor, "do:register_contact"),
    }, status=422 if form.is_bound else 200)  # fmt: skip


def _shown(request: HttpRequest, row: dict[str, Any]) -> dict[str, Any]:
    """A row with everything in words."""
    book = request.book
    who, disclosure = row["recipient"], book.disclosures.get(row["disclosure"])
    place = PLACES.get(who) or (book.desks[who].title if who in book.desks else book.roles[who].title if who in book.roles else who)
    return {
        **row, "place": place, "title": book.events[disclosure.on].title if disclosure else row["disclosure"],
        "clause": disclosure.clause if disclosure else "", "channel_title": policy().title(row["channel"]),
        "address": masked(row["channel"], row["address"]), "receipt": row["receipt"][:16].replace("T", " "), "state_words": Notice.STATES[row["state"]],
        "colour": COLOURS.get(row["state"], "waiting"),
    }  # fmt: skip


def masked(channel: str, address: str) -> str:
    """An address that says whose it is to those who know it, and to nobody else."""
    if channel == "sms":
        return mask_phone(address) if address else ""
    name, at, domain = address.partition("@")
    return f"{name[:2]}***{at}{domain}" if address else ""


def _line(gateway: Gateway) -> dict[str, Any]:
    """How a channel is doing, in words."""
    down = is_down(gateway)
    words, state = ("中断", "late") if down else ("不稳定", "today") if gateway.failures else ("正常", "fine")
    return {"title": policy().title(gateway.channel), "words": words, "state": state, "since": gateway.failing_since,
            "ok": gateway.last_ok_at, "error": gateway.last_error if gateway.failures else "", "simulated": gateway.simulated}  # fmt: skip
