"""Addresses of bank statements and reconciliation."""

from django.urls import path

from . import reconciliation_views, statement_views

urlpatterns = [
    path("funds/statements/", statement_views.statements, name="funds-statements"),
    path("funds/statements/<ref>/", statement_views.statement, name="funds-statement-run"),
    path("funds/statements/<ref>/start/", statement_views.start, name="funds-statement-start"),
    path("funds/statements/<ref>/progress/", statement_views.progress, name="funds-statement-progress"),
    path("funds/statements/<ref>/rejected/", statement_views.rejected, name="funds-statement-rejected"),
    path("funds/reconciliation/", reconciliation_views.reconciliation, name="funds-reconciliation"),
    path("funds/reconciliation/file/", reconciliation_views.reconciliation_file, name="funds-reconciliation-file"),
]
