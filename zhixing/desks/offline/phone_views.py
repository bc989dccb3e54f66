"""The officer's phone outside: today's list, photographs and signatures, kept on the phone until the network is back (三(三)3)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse

from zhixing.casework.facts.forms import stored_key
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page

from . import evidence, field_queries
from .evidence import Taken
from .field_actions import TASK
from .field_models import FieldTask
from .ladder import ladder
from .settled import field

ASSETS = ("web/tokens.css", "web/base.css", "web/components.css", "web/blocks.css", "offline/today.css", "offline/today.js",
          "vendor/tabler-sprite.svg", "web/mark.svg")  # fmt: skip
WORKER = Path(__file__).with_name("worker.js")


@page("page:field")
def today(request: HttpRequest) -> HttpResponse:
    """The page itself. Nothing of a person or a case is in it: it is kept on the phone, which others may hold."""
    return render(request, "offline/today.html", {})


@page("page:field")
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker. Its address limits it to this page; it keeps the page and its files, never a case."""
    files = ",".join(f'"{url}"' for url in (reverse("offline-today"), *(static(a) for a in ASSETS)))
    return HttpResponse(WORKER.read_text("utf-8").replace("/*FILES*/", files), content_type="text/javascript; charset=utf-8")


@page("page:field")
def listing(request: HttpRequest) -> HttpResponse:
    """Today's tasks of whoever is logged in, with the token that sending wants."""
    tasks = field_queries.mine(request.actor.court_id, request.actor.person_id, request.now.date())
    return JsonResponse({
        "person": request.user.username, "name": request.actor.name, "token": get_token(request), "day": request.now.date().isoformat(),
        "tasks": [_told(task) for task in tasks],
    })  # fmt: skip


def _told(task: FieldTask) -> dict[str, Any]:
    results = list(dict.fromkeys(o.result for o in ladder().rungs["person"].outcomes)) if task.deliveries.all() else []
    return {
        "ref": task.ref, "place": task.place, "what": task.what, "number": task.case.number, "parties": f"{task.case.applicants} → {task.case.debtors}",
        "kind": task.day.kind, "batch": task.day.batch_no, "day": task.day.day.isoformat(), "state": task.state, "result": task.result,
        "check": field()["kinds"][task.day.kind]["check"], "results": results, "found": reverse("offline-found", args=[task.case.ref]),
    }  # fmt: skip


@page("page:field", posts=TASK)
def send(request: HttpRequest) -> HttpResponse:
    """Take one item of a phone's queue. The same key again is answered the same and written once; another person's is refused."""
    if request.method != "POST":
        return JsonResponse({"why": "只接收手机发送的材料"}, status=405)
    said = request.POST
    if said.get("person") != request.user.username:
        return JsonResponse({"why": "这一项由另一人采集，须由本人登录后发送"}, status=409)
    try:
        written = _take(request, said)
    except Refusal as refusal:
        why = "；".join(f"{r.why}。{r.now}" if r.now else r.why for r in refusal.reasons)
        return JsonResponse({"why": why or refusal.what}, status=refusal.status)
    return JsonResponse({"key": said.get("key", ""), "written": written})


def _take(request: HttpRequest, said: Any) -> bool:
    common: dict[str, Any] = {"task_ref": said.get("task", ""), "by": request.actor, "at": request.now}
    taken_at = _moment(said.get("taken_at", ""))
    if said.get("kind") == "answer":
        return evidence.report(done=said.get("done") == "1", text=said.get("text", "")[:900], result=said.get("result", "")[:20],
                               key=stored_key(request, "field", said.get("task", ""), said.get("key", "")), happened_at=taken_at, **common)  # fmt: skip
    upload = request.FILES.get("file")
    if upload is None:
        raise Refusal.because(evidence.WHAT, "没有收到文件", clause=evidence.CLAUSE, now="请重新发送")
    metres = _number(said.get("accuracy", ""))
    taken = Taken(said.get("key", ""), said.get("kind", ""), taken_at, said.get("sha256", ""), upload, _degrees(said.get("latitude", ""), 90),
                  _degrees(said.get("longitude", ""), 180), int(metres) if metres is not None and 0 <= metres < 10**6 else None)  # fmt: skip
    return evidence.keep(taken=taken, **common)


def _moment(text: str) -> datetime:
    try:
        when = datetime.fromisoformat(text)
        if when.tzinfo is not None:
            return when
    except ValueError:
        pass
    raise Refusal.because(evidence.WHAT, "没有采集时间", clause=evidence.CLAUSE, now="请重新拍摄")


def _number(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _degrees(text: str, most: int) -> Decimal | None:
    found = _number(text)
    return None if found is None or abs(found) > most else found.quantize(Decimal("0.000001"))
