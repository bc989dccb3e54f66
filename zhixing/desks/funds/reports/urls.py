"""Addresses of the papers and reports of case money."""

from django.urls import path

from . import finding_views, views

urlpatterns = [
    path("funds/anomalies/", finding_views.anomalies, name="funds-anomalies"),
    path("funds/anomalies/<ref>/", finding_views.anomaly, name="funds-anomaly"),
    path("funds/cases/<ref>/papers/<kind>/<about>/", views.paper, name="funds-paper"),
]
