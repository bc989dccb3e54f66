"""Addresses of cases."""

from django.urls import path

from . import filing, views

urlpatterns = [
    path("search/", views.search_page, name="search"),
    path("cases/", views.cases, name="cases"),
    path("cases/print/", views.cases_print, name="cases-print"),
    path("cases/export/", views.cases_export, name="cases-export"),
    path("cases/new/", filing.case_new, name="case-new"),
    path("cases/identity-check/", filing.identity_check, name="identity-check"),
    path("cases/<ref>/", views.case, name="case"),
    path("cases/<ref>/journal/", views.case_journal, name="case-journal"),
    path("cases/<ref>/clocks/<int:n>/", views.duty_explain, name="duty-explain"),
    path("matters/<ref>/clocks/<int:n>/", views.matter_duty_explain, name="matter-duty-explain"),
    path("cases/<ref>/parties/<role>/<int:position>/<what>/", views.case_show_identity, name="case-show-identity"),
]
