"""The audit page: the journal, the access trail, and whether the chain is whole."""

from __future__ import annotations

from datetime import date
from itertools import islice
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from zhixing.casework.facts.replay import chain_differences
from zhixing.casework.journal.models import JournalHead
from zhixing.casework.journal.queries import SHOWN, access_page, journal_page
from zhixing.shell.frame import frame_of
from zhixing.shell.middleware import may
from zhixing.web.pages import page

STREAMS = {"casework": "案件办理", "people": "人员与岗位"}
PEOPLE_KINDS = {"account_created": "建立账号", "account_disabled": "停用账号", "account_enabled": "启用账号", "post_granted": "授予岗位",
                "post_ended": "收回岗位", "stand_in_assigned": "安排代理"}  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _before(request: HttpRequest) -> int | None:
    text = request.GET.get("before", "")
    return int(text) if text.isdigit() else None


@page("page:audit")
def audit(request: HttpRequest) -> HttpResponse:
    """The journal, newest first, filtered."""
    get, court = request.GET, request.actor.court_id
    chosen = {name: get.get(name, "").strip() for name in ("kind", "person", "number", "first", "last")}
    rows = journal_page(court, kind=chosen["kind"], person=chosen["person"], number=chosen["number"],
                        first=_day(chosen["first"]), last=_day(chosen["last"]), before=_before(request))  # fmt: skip
    titles = {**{k: e.title for k, e in request.book.events.items()}, **PEOPLE_KINDS}
    return _page(request, "audit.html", {"rows": rows, "chosen": chosen, "titles": titles,
                                         "heads": JournalHead.objects.filter(court_id=court).order_by("stream"),
                                         "may_verify": may(request, "do:verify")})  # fmt: skip


@page("page:audit")
def access(request: HttpRequest) -> HttpResponse:
    """Who read what, newest first."""
    chosen = {name: request.GET.get(name, "").strip() for name in ("person", "number")}
    rows = access_page(request.actor.court_id, **chosen, before=_before(request))
    return _page(request, "access.html", {"rows": rows, "chosen": chosen})


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    rows = context["rows"]
    more = rows[SHOWN - 1]["pk"] if len(rows) > SHOWN else None
    query = request.GET.copy()
    query.pop("before", None)
    following = f"?{query.urlencode()}&before={more}" if more else ""
    context |= {"rows": rows[:SHOWN], "next": following, "streams": STREAMS, "book": request.book, **frame_of(request)}
    return render(request, f"shell/people/{template}", context)


@page("do:verify")
def verify_chain(request: HttpRequest) -> HttpResponse:
    """Recompute the court's chains now and say what was found."""
    if request.method == "POST":
        found = list(islice(chain_differences(request.actor.court_id), 5))
        if found:
            messages.error(request, "哈希链不一致：" + "；".join(f"{d.where} 应为 {d.expected[:12]}… 实为 {d.found[:12]}…" for d in found))
        else:
            messages.success(request, "哈希链完整：每一条记录都与前一条相接，没有改动或缺失。")
    return redirect("audit")
