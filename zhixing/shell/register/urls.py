"""Addresses of register import and export."""

from django.urls import path

from . import views

urlpatterns = [
    path("register/", views.imports, name="register-import"),
    path("register/export/", views.export, name="register-export"),
    path("register/<ref>/", views.run, name="register-run"),
    path("register/<ref>/start/", views.start, name="register-start"),
    path("register/<ref>/progress/", views.progress, name="register-progress"),
    path("register/<ref>/undo/", views.undo, name="register-undo"),
]
