"""Pages for when something went wrong: they say what, and what to do now. Never a bare 500."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from zhixing.web.pages import PUBLIC, page


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400, on the page of 404."""
    return render(request, "404.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The page that says who may not (403)."""
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The page for what is not there, or is another court's (404)."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """The page after a fault of ours (500)."""
    return render(request, "500.html", status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form's token is missing or too old."""
    return render(request, "403_csrf.html", status=403)


@page(PUBLIC)
def health(request: HttpRequest) -> HttpResponse:
    """Whether the database answers, for the machine that watches this one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        answer: Any = cursor.fetchone()
    return JsonResponse({"ok": answer == (1,)})
