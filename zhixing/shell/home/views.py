"""My desk today. Counters are filters; each row's last cell is the next thing to do."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from zhixing.casework.approvals.queries import asked_by, kinds_approved_by, waiting_for
from zhixing.casework.custody import queries as custody
from zhixing.casework.duties.queries import BUCKETS, Counts, counts, court_board, worklist
from zhixing.casework.notices.actions import mark_read
from zhixing.casework.notices.queries import reminders
from zhixing.casework.people.authority import allowed
from zhixing.rulebook.deadlines import CST
from zhixing.web.pages import page
from zhixing.web.workbooks import workbook

from ..acts.approvals import shown
from ..acts.showing import show
from .rows import rows_of

PAGE = 50
PRINTED = 500
EXPORTED = 20000
WORDS = {"all": "全部", "late": "超期", "today": "今日", "soon": "三日内", "later": "以后", "still": "中止中"}
STATES = {"all": "info", "late": "late", "today": "today", "soon": "soon", "later": "fine", "still": "waiting"}


@page("page:home")
def home(request: HttpRequest) -> HttpResponse:
    """The person's first desk that owes anything; the court's board for those who sit at none (the heads); what there is to look
    after for those who handle no cases (the administrators)."""
    if not allowed(request.book, request.actor, "page:worklist"):
        return show(request, "home/administration", {})
    working = {rule.desk for rule in request.book.duties.values()}
    desk = next((d for d in request.actor.desks if d in working), None)
    return _desk(request, desk) if desk else _board(request)


@page("page:worklist")
def desk(request: HttpRequest, desk: str) -> HttpResponse:
    """One desk of the court."""
    _known(request, desk)
    return _desk(request, desk)


def _known(request: HttpRequest, desk: str) -> None:
    if desk not in request.book.desks:
        raise Http404("没有这个岗位组")


def _board(request: HttpRequest) -> HttpResponse:
    """Every desk's counters, worst first, and what waits for this person's decision."""
    board = court_board(request.actor.court_id, request.now)
    rows = [(request.book.desks[d], c) for d, c in board.items() if d in request.book.desks]
    totals = [sum(getattr(c, name) for _, c in rows) for name in ("late", "today", "soon", "later", "still")]
    waiting = [shown(request.book, row) for row in waiting_for(request.book, request.actor, limit=20)]
    context = {"rows": rows, "totals": totals, "waiting": waiting}
    return show(request, "home/board", context)


def _desk(request: HttpRequest, desk: str) -> HttpResponse:
    """The worklist of a desk, or what has arrived, or what waits for others."""
    by, book = request.actor, request.book
    bucket = request.GET.get("bucket", "all")
    totals = counts(by.court_id, desk, at=request.now, person_id=by.person_id, decides=kinds_approved_by(book, by))
    context: dict[str, Any] = {
        "desk": book.desks[desk], "bucket": bucket, "to_decide": totals.to_decide, "mine": desk in by.desks,
        "counters": _counters(desk, bucket, totals), "totals": totals,
        "may_handoff": allowed(book, by, "do:handoff"), "may_accept": allowed(book, by, "do:accept"),
    }  # fmt: skip
    if bucket == "arrived":
        return _show(request, "arrived", context | {"rows": custody.arrived(by.court_id, desk)})
    if bucket == "waiting":
        mine = [shown(book, row) for row in asked_by(by) if row["state"] == "asked"] if totals.asked else []
        return _show(request, "waiting", context | {"rows": custody.offered(by.court_id, desk), "asked": mine})
    if bucket == "reminders":
        return _show(request, "reminders", context | {"rows": reminders(by.court_id, desk)})
    return _show(request, "desk", context | _worklist(request, desk, bucket))


def _worklist(request: HttpRequest, desk: str, bucket: str) -> dict[str, Any]:
    bucket, team = bucket if bucket in BUCKETS else "all", request.GET.get("team") or None
    items = worklist(request.actor.court_id, desk, bucket=bucket, after=request.GET.get("after", ""), limit=PAGE + 1,
                     at=request.now, team=team)  # fmt: skip
    more = _query(bucket, team, after=items[PAGE - 1].cursor) if len(items) > PAGE else ""
    export = reverse("worklist-export", args=[desk]) if allowed(request.book, request.actor, "page:export") else ""
    return {
        "rows": rows_of(request, items[:PAGE], desk, bucket), "more": more, "first": _query(bucket, team) if "after" in request.GET else "",
        "team": team, "teams": sorted(request.actor.teams), "export_url": export and export + _query(bucket, team),
        "print_url": reverse("worklist-print", args=[desk]) + _query(bucket, team), "bucket": bucket,
    }  # fmt: skip


def _query(bucket: str, team: str | None, after: str = "") -> str:
    parts = [f"bucket={bucket}", *([f"team={quote(team)}"] if team else []), *([f"after={quote(after)}"] if after else [])]
    return "?" + "&".join(parts)


def _counters(desk: str, bucket: str, totals: Counts) -> list[dict[str, Any]]:
    base = reverse("desk", args=[desk])
    shown = [(key, WORDS[key], getattr(totals, key), STATES[key]) for key in ("all", "late", "today", "soon", "later", "still")]
    shown += [("arrived", "新到", totals.arrived, "info"), ("waiting", "等待他人", totals.offered + totals.asked, "waiting"),
              ("reminders", "提醒", totals.reminders, "today")]  # fmt: skip
    return [
        {"words": words, "count": count, "url": f"{base}?bucket={key}", "state": state, "current": key == bucket}
        for key, words, count, state in shown
    ]


def _show(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    return show(request, f"home/{name}", context)


@page("page:worklist")
def worklist_print(request: HttpRequest, desk: str) -> HttpResponse:
    """The worklist on paper, all of it on one page."""
    _known(request, desk)
    bucket = request.GET.get("bucket", "all")
    bucket, team = bucket if bucket in BUCKETS else "all", request.GET.get("team") or None
    items = worklist(request.actor.court_id, desk, bucket=bucket, limit=PRINTED, at=request.now, team=team)
    context = {"desk": request.book.desks[desk], "words": WORDS[bucket], "rows": rows_of(request, items, desk, bucket), "most": PRINTED}
    return show(request, "home/print", context)


HEADS = ("灯", "事项", "案号", "申请执行人", "被执行人", "条款", "起算", "到期", "团队")


@page("page:export")
def worklist_export(request: HttpRequest, desk: str) -> HttpResponse:
    """The worklist as a spreadsheet. Every cell is text: nothing in it is taken for a formula (trust T14)."""
    _known(request, desk)
    bucket = request.GET.get("bucket", "all")
    items = worklist(request.actor.court_id, desk, bucket=bucket if bucket in BUCKETS else "all", limit=EXPORTED,
                     at=request.now, team=request.GET.get("team") or None)  # fmt: skip
    file = io.BytesIO()
    with workbook(file, by=request.actor.name, at=request.now) as book:
        sheet = book.add_worksheet("待办")
        sheet.freeze_panes(1, 0)
        bold = book.add_format({"bold": True})
        for column, head in enumerate(HEADS):
            sheet.write_string(0, column, head, bold)
        for number, row in enumerate(rows_of(request, items, desk, bucket), start=1):
            item = row.item
            cells = (row.clock.words, row.title, item.number or item.matter_title or "", item.applicants, item.debtors, item.clause,
                     _minute(item.started_at), _minute(item.due_at), item.team)  # fmt: skip
            for column, text in enumerate(cells):
                sheet.write_string(number, column, text)
    name = f"{request.book.desks[desk].title}待办{request.now.astimezone(CST):%Y%m%d-%H%M}.xlsx"
    response = HttpResponse(file.getvalue(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


def _minute(moment: Any) -> str:
    return f"{moment.astimezone(CST):%Y-%m-%d %H:%M}" if moment else ""


@page("page:worklist")
def reminders_read(request: HttpRequest, desk: str) -> HttpResponse:
    """Mark the picked reminders of my desk as read. 404 when opened by itself."""
    if request.method != "POST":
        raise Http404("请在提醒列表中办理")
    ids = [int(i) for i in request.POST.getlist("pick") if i.isdigit()]
    mark_read(desk=desk, ids=ids, by=request.actor, at=request.now)
    return redirect(reverse("desk", args=[desk]) + "?bucket=reminders")
