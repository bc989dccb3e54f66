"""Addresses of bank statements and reconciliation."""

urlpatterns: list = []
