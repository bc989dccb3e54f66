"""Addresses of the offline desk."""

from django.urls import path

from . import choosing_views, doing_views, field_views, found_views, phone_views, standing_views, views

urlpatterns = [
    path("offline/", views.home, name="offline-home"),
    path("offline/post/", doing_views.post_many, name="offline-post"),
    path("offline/track/", doing_views.track, name="offline-track"),
    path("offline/expired/", views.close_many, name="offline-expired"),
    path("offline/cases/<ref>/", views.case, name="offline-case"),
    path("offline/cases/<ref>/open/", views.open_, name="offline-open"),
    path("offline/choose/", choosing_views.choose, name="offline-choose"),
    path("offline/cases/<ref>/consent/", choosing_views.consent, name="offline-consent"),
    path("offline/standing/", standing_views.court, name="offline-standing"),
    path("offline/standing/file/", standing_views.export_court, name="offline-standing-file"),
    path("offline/standing/papers/<paper>/", standing_views.open_paper, name="offline-open-paper"),
    path("offline/cases/<ref>/list/", standing_views.listing, name="offline-list"),
    path("offline/cases/<ref>/list/file/", standing_views.export_case, name="offline-list-file"),
    path("offline/cases/<ref>/receipt/", views.receipt, name="offline-receipt"),
    path("offline/cases/<ref>/confirmation/", views.confirmation, name="offline-confirmation"),
    path("offline/cases/<ref>/do/<kind>/", doing_views.do, name="offline-do"),
    path("offline/cases/<ref>/end/", doing_views.end, name="offline-end"),
    path("offline/cases/<ref>/letter/<int:n>/", doing_views.letter, name="offline-letter"),
    path("offline/cases/<ref>/announcement/<int:n>/", doing_views.announcement, name="offline-announce"),
    path("offline/cases/<ref>/found/", found_views.found, name="offline-found"),
    path("offline/cases/<ref>/search/", field_views.search, name="offline-search"),
    path("offline/cases/<ref>/search/start/", field_views.search_start, name="offline-search-start"),
    path("offline/today/", phone_views.today, name="offline-today"),
    path("offline/today/list/", phone_views.listing, name="offline-today-list"),
    path("offline/today/send/", phone_views.send, name="offline-today-send"),
    path("offline/today/worker.js", phone_views.worker, name="offline-today-worker"),
    path("offline/days/", field_views.days, name="offline-days"),
    path("offline/days/new/", field_views.day_new, name="offline-day-new"),
    path("offline/days/<ref>/", field_views.day, name="offline-day"),
    path("offline/days/<ref>/answer/", field_views.answer, name="offline-day-answer"),
    path("offline/days/<ref>/order/", field_views.order, name="offline-day-order"),
    path("offline/days/<ref>/close/", field_views.close, name="offline-day-close"),
]
