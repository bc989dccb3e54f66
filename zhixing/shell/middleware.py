"""What stands before every view: who is it, may they, GET may not write, a refusal is a page, reading is recorded."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.db import DataError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from zhixing import clock
from zhixing.casework.facts import rules
from zhixing.casework.journal.actions import note_read
from zhixing.casework.people.actors import actor_of
from zhixing.casework.people.authority import allowed, require
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import PUBLIC

DENIED = "没有权限，已拒绝"
SAFE = ("GET", "HEAD", "OPTIONS")
WRITES = re.compile(
    r"\s*(?:WITH\b.*?\b)?(?:INSERT\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM|MERGE\s+INTO)\b|\s*(?:CREATE|DROP|ALTER|TRUNCATE|COPY)\b",
    re.IGNORECASE | re.DOTALL,
)


class WroteInGet(RuntimeError):
    """A GET tried to write a business record: a defect, never a user's mistake."""


@contextmanager
def reading_only() -> Any:
    """Refuse every writing statement of the view (sessions and the access trail are written outside it)."""

    def guard(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if WRITES.match(sql) and "django_session" not in sql:
            raise WroteInGet(sql[:120])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(guard):
        yield


class DeskMiddleware:
    """Sets `request.actor` and `request.book`, asks the authority table, renders refusals, records reads."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.now = clock.now()
        request.book = rules.rulebook()
        request.actor = None
        request.tabs = partial(tabs, request)
        request.frame = partial(frame, request)  # desks are below the shell: they are handed the frame
        if request.user.is_authenticated:
            request.actor = actor_of(request.user, request.book, request.now.date())
        response = self.get_response(request)
        if request.actor is not None:  # rooms and computers are shared: nothing stays behind in a browser or on the way
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        action = getattr(view, "action" if request.method in SAFE else "post_action", None)
        if action is None:
            raise Http404("页面没有登记权限")
        if action == PUBLIC:
            return None
        if request.actor is None:
            return redirect_to_login(request.get_full_path())
        if request.user.must_change_password and request.resolver_match.url_name not in ("password", "logout"):
            return redirect("password")
        try:
            require(request.book, request.actor, action, what="打不开这个页面" if request.method in SAFE else "暂不能办理")
        except Refusal as refusal:
            note_read(action=action, detail=DENIED, path=request.path, address=address_of(request), by=request.actor, at=request.now)
            return self.refused(request, refusal)
        if request.method not in SAFE:
            return None
        try:
            with reading_only():
                response = view(request, *args, **kwargs)
        except Refusal as refusal:
            return self.refused(request, refusal)
        reads, taken = getattr(view, "reads", None), getattr(request, "taken", "")  # `taken`: what an export says that it hands out
        if (reads or taken) and response.status_code == 200:
            note_read(case_ref=kwargs[reads] if reads else None, action=action, path=request.path, address=address_of(request), detail=taken,
                      by=request.actor, at=request.now)  # fmt: skip
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Refusal):
            return self.refused(request, error)
        if isinstance(error, DataError):  # the database says the last no, in words here
            return self.refused(request, Refusal.because("没有办成", "有一项内容过长、数值过大，或者含有不能保存的字符", now="请返回，检查刚才填写或点选的内容", status=422))
        return None

    def refused(self, request: HttpRequest, refusal: Refusal) -> HttpResponse:
        """The refusal as a page (a fragment for htmx): what, why, what now, who can."""
        template = "web/refusal_fragment.html" if request.headers.get("HX-Request") else "web/refusal.html"
        return render(request, template, {"refusal": refusal, **frame(request)}, status=refusal.status)


def address_of(request: HttpRequest) -> str:
    """The peer's address. Forwarded headers are not believed (trust T18)."""
    return request.META.get("REMOTE_ADDR", "")


def may(request: HttpRequest, action: str) -> bool:
    """Whether the person of this request may do `action`."""
    return request.actor is not None and allowed(request.book, request.actor, action)


def tabs(request: HttpRequest, ref: str) -> list[dict[str, Any]]:
    """The tabs of a case's pages (`shell.frame.case_tabs`)."""
    from .frame import case_tabs

    return case_tabs(request, ref)


def frame(request: HttpRequest) -> dict[str, Any]:
    """What every page needs around it (rail, court, person). Lives in `shell.frame`; imported late to keep start-up small."""
    from .frame import frame_of

    return frame_of(request)


__all__ = ["DeskMiddleware", "frame", "may"]
