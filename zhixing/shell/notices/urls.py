"""Addresses of the outbox and of what was told about a case."""

from django.urls import path

from . import views

urlpatterns = [
    path("notices/", views.outbox, name="notices"),
    path("notices/settle/<slug:what>/", views.settle, name="notices-settle"),
    path("cases/<ref>/notices/", views.of_case, name="case-notices"),
]
