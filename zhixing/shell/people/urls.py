"""Log-in, password, people, audit."""

from django.urls import path

from . import audit, court, staff, views

urlpatterns = [
    path("login/", views.login, name="login"),
    path("logout/", views.logout, name="logout"),
    path("password/", views.password, name="password"),
    path("court/", court.court, name="court"),
    path("people/", staff.people, name="people"),
    path("people/new/", staff.account_new, name="account-new"),
    path("people/posts/new/", staff.post_new, name="post-new"),
    path("people/posts/<int:n>/end/", staff.post_end, name="post-end"),
    path("people/<slug:username>/", staff.account, name="account"),
    path("people/<slug:username>/active/", staff.account_active, name="account-active"),
    path("people/<slug:username>/unlock/", staff.account_unlock, name="account-unlock"),
    path("audit/", audit.audit, name="audit"),
    path("audit/access/", audit.access, name="audit-access"),
    path("audit/verify/", audit.verify_chain, name="audit-verify"),
]
