"""The root of all addresses. Every view behind them carries its action (`web.pages.page`); one without is never served."""

from django.urls import include, path

from .errors import health

urlpatterns = [
    path("healthz", health, name="health"),
    path("", include("zhixing.shell.people.urls")),
    path("", include("zhixing.shell.home.urls")),
    path("", include("zhixing.shell.rules.urls")),
    path("", include("zhixing.shell.calculators.urls")),
    path("", include("zhixing.shell.register.urls")),
    path("", include("zhixing.shell.acts.urls")),
    path("", include("zhixing.shell.cases.urls")),
    path("", include("zhixing.shell.notices.urls")),
    path("", include("zhixing.desks.intake.urls")),
    path("", include("zhixing.desks.triage.urls")),
    path("", include("zhixing.desks.documents.urls")),
    path("", include("zhixing.desks.inquiry.urls")),
    path("", include("zhixing.desks.offline.urls")),
    path("", include("zhixing.desks.funds.urls")),
]
handler400 = "zhixing.shell.errors.bad_request"
handler403 = "zhixing.shell.errors.forbidden"
handler404 = "zhixing.shell.errors.not_found"
handler500 = "zhixing.shell.errors.server_error"
