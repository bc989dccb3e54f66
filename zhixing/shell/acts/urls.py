"""Addresses of doing things."""

from django.urls import path

from . import approvals, bulk, handoffs, matters, papers, views

urlpatterns = [
    path("cases/<ref>/act/", views.acts, name="acts"),
    path("cases/<ref>/act/<kind>/", views.act, name="act"),
    path("matters/", matters.matters, name="matters"),
    path("matters/new/<kind>/", matters.matter_new, name="matter-new"),
    path("matters/<ref>/", matters.matter, name="matter"),
    path("matters/<ref>/act/", views.matter_acts, name="matter-acts"),
    path("matters/<ref>/act/<kind>/", views.matter_act, name="matter-act"),
    path("matters/<ref>/dossier/", papers.matter_dossier, name="matter-dossier"),
    path("matters/<ref>/scans/<scan>/", papers.matter_scan, name="matter-scan"),
    path("act/bulk/", bulk.act_bulk, name="act-bulk"),
    path("h/<ref>/", handoffs.handoff, name="handoff"),
    path("h/<ref>/offer/", handoffs.handoff_offer, name="handoff-offer"),
    path("h/<ref>/accept/", handoffs.handoff_accept, name="handoff-accept"),
    path("h/<ref>/refuse/", handoffs.handoff_refuse, name="handoff-refuse"),
    path("cases/<ref>/cover-sheet/", handoffs.cover_sheet, name="cover-sheet"),
    path("handoffs/bulk/", handoffs.handoff_bulk, name="handoff-bulk"),
    path("handoffs/accept/", handoffs.accept_bulk, name="accept-bulk"),
    path("cases/<ref>/dossier/", papers.dossier, name="dossier"),
    path("cases/<ref>/dossier/<volume>.pdf", papers.volume, name="dossier-volume"),
    path("cases/<ref>/scans/<scan>/", papers.scan, name="scan"),
    path("approvals/", approvals.approvals, name="approvals"),
    path("approvals/<ref>/", approvals.approval_decide, name="approval-decide"),
    path("approvals/<ref>/withdraw/", approvals.approval_withdraw, name="approval-withdraw"),
]
