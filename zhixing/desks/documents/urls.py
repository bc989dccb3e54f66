"""Addresses of the paper desk."""

from django.urls import path

from . import pile_views, shelf, views

urlpatterns = [
    path("papers/", pile_views.home, name="papers-home"),
    path("papers/draft/", pile_views.draft_many, name="papers-draft"),
    path("papers/step/<step>/", pile_views.step_many, name="papers-step"),
    path("papers/print/", pile_views.print_many, name="papers-print"),
    path("papers/batches/<ref>/", pile_views.batch, name="papers-batch"),
    path("papers/batches/<ref>/progress/", pile_views.batch_progress, name="papers-batch-progress"),
    path("papers/prints/", pile_views.prints, name="papers-prints"),
    path("papers/prints/<ref>/file/", pile_views.print_file, name="papers-print-file"),
    path("papers/templates/", shelf.templates, name="papers-templates"),
    path("papers/templates/<kind>/", shelf.template, name="papers-template"),
    path("papers/templates/<kind>/file/", shelf.template_file, name="papers-template-file"),
    path("papers/letterhead/", shelf.letterhead, name="papers-letterhead"),
    path("papers/verify/", shelf.verify, name="papers-verify"),
    path("papers/<ref>/", views.paper, name="paper"),
    path("papers/<ref>/pdf/", views.pdf, name="paper-pdf"),
    path("papers/<ref>/word/", views.word, name="paper-word"),
    path("cases/<ref>/papers/", views.case_papers, name="case-papers"),
    path("cases/<ref>/papers/new/<kind>/", views.draft_one, name="paper-new"),
]
