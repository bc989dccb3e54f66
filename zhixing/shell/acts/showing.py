"""A page of the shell: its context, the frame around it and the names of desks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhixing.shell.middleware import frame


def show(request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Render `shell/<name>.html`; `desk_title(id)` is what a desk is called."""
    desks = request.book.desks

    def desk_title(desk: str) -> str:
        return desks[desk].title if desk in desks else desk

    return render(request, f"shell/{name}.html", {"desk_title": desk_title, **context, **frame(request)}, status=status)
