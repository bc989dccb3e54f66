"""Addresses of plans, deposits, refunds and unclaimed money."""

from django.urls import path

from . import money_views, plan_views, views

urlpatterns = [
    path("funds/distribution/", views.home, name="distribution-home"),
    path("funds/distribution/cases/<ref>/", views.case, name="distribution-case"),
    path("funds/distribution/cases/<ref>/new/", views.draft, name="distribution-new"),
    path("funds/distribution/cases/<ref>/deposits/", money_views.deposits_of_case, name="distribution-deposits-case"),
    path("funds/distribution/cases/<ref>/refund/", money_views.refund, name="distribution-refund"),
    path("funds/distribution/plans/<ref>/", views.plan, name="distribution-plan"),
    path("funds/distribution/plans/<ref>/paper/", plan_views.paper, name="distribution-paper"),
    path("funds/distribution/plans/<ref>/<step>/", plan_views.do, name="distribution-plan-do"),
    path("funds/distribution/deposits/", money_views.deposit_list, name="distribution-deposits"),
    path("funds/distribution/deposits/<ref>/", money_views.deposit, name="distribution-deposit"),
    path("funds/distribution/deposits/<ref>/<step>/", money_views.deposit_do, name="distribution-deposit-do"),
    path("funds/distribution/unclaimed/", money_views.idle, name="distribution-unclaimed"),
]
