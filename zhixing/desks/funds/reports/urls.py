"""Addresses of the papers and reports of case money."""

from django.urls import path

from . import views

urlpatterns = [
    path("funds/cases/<ref>/papers/<kind>/<about>/", views.paper, name="funds-paper"),
]
