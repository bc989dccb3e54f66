"""Addresses of the desk."""

from django.urls import include, path

from . import court_views, many, payout_views, views
from .acts import DOINGS

urlpatterns = [
    path("", include("zhixing.desks.funds.bank.urls")),
    path("", include("zhixing.desks.funds.reports.urls")),
    path("", include("zhixing.desks.funds.reconciling.urls")),
    path("", include("zhixing.desks.funds.distribution.urls")),
    path("funds/", views.home, name="funds-home"),
    path("funds/claims/", court_views.claims_queue, name="funds-claims"),
    path("funds/claims/new/", court_views.claim_new, name="funds-claim-new"),
    path("funds/claims/<ref>/", court_views.claim, name="funds-claim"),
    path("funds/claims/<ref>/<step>/", court_views.claim_do, name="funds-claim-do"),
    path("funds/matters/<ref>/", court_views.claim_of_matter, name="funds-matter"),
    path("funds/many/<view>/", many.many, name="funds-many"),
    path("funds/payouts/", payout_views.queue, name="funds-payouts"),
    path("funds/payouts/send/", payout_views.send, name="funds-send"),
    path("funds/payouts/<ref>/", payout_views.payout, name="funds-payout"),
    path("funds/payouts/<ref>/<step>/", payout_views.do, name="funds-payout-do"),
    path("funds/batches/<no>/", payout_views.batch_file, name="funds-batch"),
    path("funds/books/", court_views.books, name="funds-books"),
    path("funds/cases/<ref>/", views.case, name="funds-case"),
    path("funds/cases/<ref>/account/", views.account, name="funds-account"),
    *(path(f"funds/cases/<ref>/{kind}/", views.act, {"kind": kind}, name=f"funds-{kind}") for kind in DOINGS),
]
