"""Addresses of the desks' own pages."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.home, name="home"),
    path("desks/<desk>/", views.desk, name="desk"),
    path("desks/<desk>/worklist.xlsx", views.worklist_export, name="worklist-export"),
    path("desks/<desk>/print/", views.worklist_print, name="worklist-print"),
    path("desks/<desk>/reminders/", views.reminders_read, name="reminders-read"),
]
