"""Session limits: idle and absolute, to the minute. The time of the last page is written at most every few minutes."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from zhixing import clock

STARTED, SEEN = "session_started", "session_seen"
WRITE_EVERY = 300


class SessionLimitsMiddleware:
    """Ends a session that was idle or open for too long (trust T19)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(clock.now().timestamp())
            started, seen = request.session.setdefault(STARTED, now), request.session.get(SEEN, now)
            if now - seen > settings.SESSION_IDLE_SECONDS or now - started > settings.SESSION_ABSOLUTE_SECONDS:
                logout(request)
            elif SEEN not in request.session or now - seen > WRITE_EVERY:
                request.session[SEEN] = now
        return self.get_response(request)
