"""Addresses of the bank's connection."""

from django.urls import path

from . import views

urlpatterns = [
    path("bank/push/", views.push, name="bank-push"),
    path("funds/bank/", views.bank, name="funds-bank"),
]
