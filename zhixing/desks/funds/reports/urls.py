"""Addresses of the papers and reports of case money."""

from django.urls import path

from . import finding_views, report_views, statement_views, views

urlpatterns = [
    path("funds/reports/", report_views.report, name="funds-report"),
    path("funds/reports/<kind>/", report_views.report_file, name="funds-report-file"),
    path("funds/anomalies/", finding_views.anomalies, name="funds-anomalies"),
    path("funds/anomalies/<ref>/", finding_views.anomaly, name="funds-anomaly"),
    path("funds/cases/<ref>/statement/", statement_views.statement, name="funds-statement"),
    path("funds/cases/<ref>/statement/<about>/", statement_views.statement_file, name="funds-statement-file"),
    path("funds/cases/<ref>/papers/<kind>/<about>/", views.paper, name="funds-paper"),
]
