"""What stands around every page: the rail with its counts, the court, the person and their posts."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

from django.apps import apps
from django.http import HttpRequest

from zhixing.casework.duties.kept import MOVED, Kept, keep, recall
from zhixing.casework.duties.queries import edges
from zhixing.casework.matters.actions import DAILY
from zhixing.casework.people.authority import allowed
from zhixing.db.reading import read
from zhixing.web.jinja import url as address

GROUP_ICONS = {"指挥": "radar", "办理": "folder", "管理": "list-check"}
FIXED = (
    ("我的工作台", (("我的工作", "home", "home", "page:home"), ("案件", "cases", "files", "page:cases"),
                ("事项", "matters", "clipboard-check", "page:matters"), ("审批", "approvals", "signature", "page:approvals"), ("告知", "notices", "message", "page:notices"))),
)  # fmt: skip
AFTER = (
    ("规则", (("细则条款", "rulebook", "book-2", "page:rulebook"), ("工作日历", "calendar", "calendar", "page:calendar"),
             ("案款计算", "calculators", "coin", "page:calculators"))),
    ("设置", (("台账导入", "register-import", "upload", "page:import"), ("人员与岗位", "people", "users", "page:people"),
             ("本院信息", "court", "building-bank", "page:court"),
             ("审计", "audit", "shield-check", "page:audit"))),
)  # fmt: skip


@cache
def desk_homes() -> dict[str, tuple[str, str]]:
    """Desk → (url name, action) of the page of its own that a desk has beside its worklist (`AppConfig.desk_homes`)."""
    found: dict[str, tuple[str, str]] = {}
    for config in apps.get_app_configs():
        found |= getattr(config, "desk_homes", {})
    return found


@cache
def registered_tabs() -> tuple[tuple[str, str, str], ...]:
    """(words, url name taking the case's ref, action) of the pages that rooms and desks put beside a case's own (`AppConfig.case_tabs`)."""
    return tuple(tab for config in apps.get_app_configs() for tab in getattr(config, "case_tabs", ()))


def case_tabs(request: HttpRequest, ref: str) -> list[dict[str, Any]]:
    """The tabs of a case that this person may open, the one shown, or whose page led here, marked by its address."""
    all_tabs = (("办理", "case", "page:case"), *registered_tabs(), ("卷宗", "dossier", "page:dossier"), ("日志", "case-journal", "page:case"))
    found = []
    for words, name, action in all_tabs:
        if allowed(request.book, request.actor, action):
            found.append({"words": words, "url": address(name, ref), "current": False})
    around_it = [tab for tab in found if request.path.startswith(tab["url"])]
    if around_it:
        max(around_it, key=lambda tab: len(tab["url"]))["current"] = True
    return found


FRAME = f"""SELECT 'desk', desk, count(*) FROM duty WHERE court_id = %s AND is_open AND due_at < %s AND {MOVED} GROUP BY desk
UNION ALL
SELECT 'head', hash, 0 FROM journal_head WHERE court_id = %s AND stream = 'casework'
UNION ALL
SELECT 'watch', m.ref, count(d.id) FROM matter m LEFT JOIN duty d ON d.matter_id = m.id AND d.is_open
WHERE m.court_id = %s AND m.kind = %s AND m.number = %s GROUP BY m.ref"""


def around(request: HttpRequest) -> tuple[dict[str, int], tuple[str, int] | None]:
    """How many clocks of each desk are late or due today, and today's watch with what of it is left. One statement."""
    _, tomorrow, _ = edges(request.now)
    court, today, key = request.actor.court_id, request.now.date().isoformat(), ("rail", request.actor.court_id)
    known, due = recall(key, request.now)
    rows = read(FRAME, (court, tomorrow, court, known, court, court, DAILY, today))
    head = next((name for what, name, _ in rows if what == "head"), "")
    if head != known or not head:
        due = [(name, n) for what, name, n in rows if what == "desk"]
        keep(key, Kept(head, tomorrow - timedelta(days=1), tomorrow, due))
    return dict(due), next(((name, n) for what, name, n in rows if what == "watch"), None)


def watch_status(watch: tuple[str, int] | None) -> dict[str, str] | None:
    """How today's watch stands (二(一)2): what of it is still to do, None where nobody opened one."""
    if watch is None:
        return None
    ref, left = watch
    words = f"值守：今日还有 {left} 项" if left else "值守：今日已办完"
    return {"words": words, "url": address("matter", ref), "state": "today" if left else "fine"}


def frame_of(request: HttpRequest) -> dict[str, Any]:
    """The context of `web/base.html`. One statement for the counts; everything else is at hand."""
    actor = request.actor
    if actor is None:
        return {}
    counts, watch = around(request)
    rail = [_group(request, title, entries) for title, entries in FIXED]
    rail += [_desks(request, group, counts) for group in GROUP_ICONS]
    rail += [_group(request, title, entries) for title, entries in AFTER]
    book = request.book
    return {
        "rail": [g for g in rail if g["entries"]],
        "reachable": {entry["url"] for group in rail for entry in group["entries"]},
        "may_search": allowed(request.book, actor, "do:search"),
        "court_name": request.user.court.name,
        "watch_status": watch_status(watch) if allowed(request.book, actor, "page:matters") else None,
        "person_name": actor.name,
        "current_desk": "、".join(book.roles[r].title for r in book.roles if r in actor.roles),
        "posts": [
            {"title": book.desks[d].title, "url": address("desk", d), "current": False} for d in actor.desks
        ],
        "phone_tabs": [
            {"title": "今日", "url": address("home"), "icon": "home", "current": request.path == "/",
             "count": sum(counts.get(d, 0) for d in actor.desks)},
            *([{"title": "案件", "url": address("cases"), "icon": "files", "current": request.path == address("cases"), "count": 0}] if allowed(book, actor, "page:cases") else []),
        ],
    }  # fmt: skip


def _group(request: HttpRequest, title: str, entries: Any) -> dict[str, Any]:
    shown = [
        {"title": words, "url": address(name), "icon": icon, "count": 0, "current": request.path == address(name)}
        for words, name, icon, action in entries if allowed(request.book, request.actor, action)
    ]  # fmt: skip
    return {"title": title, "entries": shown}


def _desks(request: HttpRequest, group: str, counts: dict[str, int]) -> dict[str, Any]:
    entries = []
    if allowed(request.book, request.actor, "page:worklist"):
        for desk in request.book.desks.values():
            if desk.group == group:
                name, action = desk_homes().get(desk.id, ("", ""))
                url = address(name) if name and allowed(request.book, request.actor, action) else address("desk", desk.id)
                entries.append({"title": desk.title, "url": url, "icon": GROUP_ICONS[group], "count": counts.get(desk.id, 0),
                                "current": request.path == url})  # fmt: skip
    return {"title": group, "entries": entries}
