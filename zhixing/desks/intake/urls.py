"""Addresses of the first-reception window."""

from django.urls import path

from . import views

urlpatterns = [
    path("intake/", views.home, name="intake-home"),
    path("intake/blank/", views.blank, name="intake-blank"),
    path("intake/<ref>/reception/", views.reception, name="intake-reception"),
    path("intake/<ref>/statement/", views.statement, name="intake-statement"),
    path("intake/<ref>/statement/countersign/", views.countersign, name="intake-countersign"),
    path("intake/<ref>/told/", views.told, name="intake-told"),
    path("intake/<ref>/print/", views.printed, name="intake-print"),
]
