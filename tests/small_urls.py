"""The addresses of the desks' pages alone; what other areas own is a blank page, so that links can be made."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from zhixing.web.pages import PUBLIC, page


@page(PUBLIC)
def blank(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Some other area's page."""
    return HttpResponse("别处的页面")


urlpatterns = [
    path("", include("zhixing.shell.home.urls")),
    path("", include("zhixing.shell.acts.urls")),
    path("cases/", blank, name="cases"),
    path("cases/<ref>/", blank, name="case"),
    path("cases/<ref>/clocks/<int:duty>/", blank, name="duty-explain"),
    path("matters/<ref>/clocks/<int:duty>/", blank, name="matter-duty-explain"),
    path("search/", blank, name="search"),
    path("password/", blank, name="password"),
    path("login/", blank, name="login"),
    path("logout/", blank, name="logout"),
    path("clauses/<path:clause>/", blank, name="rulebook-clause"),
]
