"""Every view names the action that guards it; a view without one is never served (default deny, trust R1).

    @page("page:cases")
    def cases(request): ...

`posts` names the action for POST when it differs from the page's own. `reads` is the name of the URL argument that holds a
case's public ref: opening the page is then written to the access trail.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = "public"


def page(action: str, *, posts: str | None = None, reads: str | None = None) -> Callable[[View], View]:
    """Mark a view with its action id (`PUBLIC` for the pages shown before log-in)."""

    def mark(view: View) -> View:
        view.action = action  # type: ignore[attr-defined]
        view.post_action = posts or action  # type: ignore[attr-defined]
        view.reads = reads  # type: ignore[attr-defined]
        return view

    return mark


def show(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Render a page inside the frame that the middleware hands to every request."""
    return render(request, template, {**context, **request.frame()}, status=status)
