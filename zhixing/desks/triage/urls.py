"""Addresses of triage and allocation."""

from django.urls import path

from . import views

urlpatterns = [
    path("triage/", views.home, name="triage-home"),
    path("triage/allocate/", views.allocate_bulk, name="triage-allocate"),
    path("triage/<ref>/", views.case, name="triage-case"),
    path("triage/<ref>/facts/", views.facts, name="triage-facts"),
    path("triage/<ref>/track/", views.track, name="triage-track"),
    path("triage/<ref>/handler/", views.handler, name="triage-handler"),
]
