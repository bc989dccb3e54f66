"""Addresses of the inquiry desk."""

from django.urls import path

from . import assets_views, measure_views, views

urlpatterns = [
    path("inquiry/", views.home, name="inquiry-home"),
    path("inquiry/start/", views.start_many, name="inquiry-start-many"),
    path("assets/", assets_views.court, name="assets"),
    path("assets/file/", assets_views.export_court, name="assets-file"),
    path("inquiry/<ref>/file/", assets_views.export_case, name="inquiry-assets-file"),
    path("inquiry/<ref>/print/", assets_views.print_case, name="inquiry-assets-print"),
    path("inquiry/<ref>/", views.case, name="inquiry-case"),
    path("inquiry/<ref>/start/", views.start, name="inquiry-start"),
    path("inquiry/<ref>/import/", views.import_page, name="inquiry-import"),
    path("inquiry/<ref>/complete/", views.complete, name="inquiry-complete"),
    path("inquiry/<ref>/pass/", views.pass_on, name="inquiry-pass"),
    path("inquiry/<ref>/adopt/", views.adopt_rows, name="inquiry-adopt"),
    path("inquiry/<ref>/feedback/<feedback>/", views.form_page, name="inquiry-form"),
    path("inquiry/<ref>/feedback/<feedback>/handle/", views.handle, name="inquiry-handle"),
    path("inquiry/<ref>/assets/<asset>/freeze/", measure_views.freeze, name="inquiry-freeze"),
    path("inquiry/<ref>/assets/<asset>/seal/", measure_views.seal, name="inquiry-seal"),
    path("inquiry/<ref>/assets/<asset>/place/", measure_views.place, name="inquiry-place"),
    path("measures/", measure_views.ledger, name="measures"),
    path("measures/<measure>/renew/", measure_views.renew, name="measure-renew"),
    path("measures/<measure>/effect/", measure_views.effect, name="measure-effect"),
    path("measures/<measure>/release/", measure_views.release, name="measure-release"),
]
