from django.urls import path

from . import views

urlpatterns = [
    path("rules/", views.rulebook, name="rulebook"),
    path("rules/clauses/<path:clause>/", views.clause, name="rulebook-clause"),
    path("rules/duties/", views.duties, name="rulebook-duties"),
    path("rules/authority/", views.authority, name="rulebook-authority"),
    path("calendar/", views.calendar, name="calendar"),
    path("calendar/edit/", views.calendar_edit, name="calendar-edit"),
]
