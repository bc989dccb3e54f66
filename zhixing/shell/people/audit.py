"""The audit page: the journal, the access trail, and whether the chain is whole."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from zhixing.casework.journal.actions import verify_chain as check
from zhixing.casework.journal.queries import SHOWN, access_page, heads, journal_page, last_verified
from zhixing.shell.frame import frame_of
from zhixing.shell.middleware import may
from zhixing.web.pages import page

NEWEST = 20_000  # entries of each chain that a click recomputes; the worker recomputes all every night
STREAMS = {"casework": "案件办理", "people": "人员与岗位", "audit": "校验和告知"}
KINDS = {
    "account_created": "建立账号", "account_disabled": "停用账号", "account_enabled": "启用账号", "account_unlocked": "解锁账号",
    "password_reset": "重置密码", "password_changed": "修改密码", "post_granted": "授予岗位", "post_ended": "收回岗位",
    "stand_in_assigned": "安排代理", "chain_verified": "校验哈希链",
    "notices_resent": "重发告知", "notices_held": "暂缓告知", "notices_cancelled": "不再发送告知", "notices_told_by_hand": "登记人工告知",
    "contact_registered": "登记联系方式",
}  # fmt: skip
READS = {
    "page:case": "打开案件", "page:dossier": "打开卷宗", "do:show_identity": "显示证件或电话", "login": "登录",
    "login-failed": "登录失败", "logout": "退出登录",
}  # fmt: skip


@page("page:audit")
def audit(request: HttpRequest) -> HttpResponse:
    """The journal, newest first, filtered; how the chains stand."""
    court = request.actor.court_id
    chosen = _chosen(request, "kind")
    rows = journal_page(court, kind=chosen["kind"], **_filters(request, chosen))
    checked = last_verified(court)
    if checked:
        checked |= json.loads(checked["payload"])
    titles = {**{k: e.title for k, e in request.book.events.items()}, **KINDS}
    return _page(request, "audit.html", rows, chosen, {
        "titles": titles, "heads": heads(court), "checked": checked, "may_verify": may(request, "do:verify"),
    })  # fmt: skip


@page("page:audit")
def access(request: HttpRequest) -> HttpResponse:
    """Who read what, who logged in, who was refused, newest first."""
    chosen = _chosen(request)
    return _page(request, "access.html", access_page(request.actor.court_id, **_filters(request, chosen)), chosen, {"titles": READS})


@page("do:verify")
def verify_chain(request: HttpRequest) -> HttpResponse:
    """Recompute the newest entries of the court's chains now and say what was found."""
    if request.method == "POST":
        found = check(newest=NEWEST, by=request.actor, at=request.now)
        if found:
            messages.error(request, "哈希链不一致：" + "；".join(f"{d.where} 应为 {d.expected[:12]}… 实为 {d.found[:12]}…" for d in found))
        else:
            messages.success(request, f"最近 {NEWEST} 条内哈希链完整：每一条记录都与前一条相接，没有改动或缺失。")
    return redirect("audit" if may(request, "page:audit") else "home")


def _chosen(request: HttpRequest, *more: str) -> dict[str, str]:
    return {name: request.GET.get(name, "").strip() for name in ("person", "number", "first", "last", *more)}


def _filters(request: HttpRequest, chosen: dict[str, str]) -> dict[str, Any]:
    before = request.GET.get("before", "")
    return {"person": chosen["person"], "number": chosen["number"], "first": _day(chosen["first"]), "last": _day(chosen["last"]),
            "before": int(before) if before.isdecimal() and len(before) < 19 else None}  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _page(
    request: HttpRequest, template: str, rows: list[dict[str, Any]], chosen: dict[str, str], more: dict[str, Any]
) -> HttpResponse:
    query = request.GET.copy()
    query.pop("before", None)
    if len(rows) > SHOWN:
        query["before"] = rows[SHOWN - 1]["pk"]
    context = {"rows": rows[:SHOWN], "chosen": chosen, "next": f"?{query.urlencode()}" if len(rows) > SHOWN else "",
               "streams": STREAMS, "book": request.book, **more, **frame_of(request)}  # fmt: skip
    return render(request, f"shell/people/{template}", context)
