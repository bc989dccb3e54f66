"""Addresses of the offline desk."""

from django.urls import path

from . import doing_views, views

urlpatterns = [
    path("offline/", views.home, name="offline-home"),
    path("offline/post/", doing_views.post_many, name="offline-post"),
    path("offline/track/", doing_views.track, name="offline-track"),
    path("offline/expired/", views.close_many, name="offline-expired"),
    path("offline/cases/<ref>/", views.case, name="offline-case"),
    path("offline/cases/<ref>/open/", views.open_, name="offline-open"),
    path("offline/cases/<ref>/list/", views.listing, name="offline-list"),
    path("offline/cases/<ref>/receipt/", views.receipt, name="offline-receipt"),
    path("offline/cases/<ref>/confirmation/", views.confirmation, name="offline-confirmation"),
    path("offline/cases/<ref>/do/<kind>/", doing_views.do, name="offline-do"),
    path("offline/cases/<ref>/end/", doing_views.end, name="offline-end"),
    path("offline/cases/<ref>/letter/<int:n>/", doing_views.letter, name="offline-letter"),
    path("offline/cases/<ref>/announcement/<int:n>/", doing_views.announcement, name="offline-announce"),
]
