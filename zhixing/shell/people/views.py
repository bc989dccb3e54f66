"""Log-in, log-out, password."""

from __future__ import annotations

from datetime import timedelta
from math import ceil
from typing import Any

from axes.helpers import get_client_username, get_cool_off
from axes.models import AccessAttempt
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as start_session
from django.contrib.auth import logout as end_session
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from zhixing.casework.journal.actions import note_session
from zhixing.casework.people.actions import change_own_password
from zhixing.casework.people.models import Person
from zhixing.rulebook.refusals import Refusal
from zhixing.shell.frame import frame_of
from zhixing.shell.middleware import address_of
from zhixing.web.pages import PUBLIC, page

from .forms import on_fields


class LoginForm(AuthenticationForm):
    """User name and password; one message for every failure, so that names cannot be tried out."""

    username = forms.CharField(label="用户名", max_length=40, widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "username"}))
    password = forms.CharField(label="密码", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))
    error_messages = {"invalid_login": "用户名或密码不对。连续输错会被锁定一段时间。", "inactive": "账号已停用，请找系统管理员。"}  # noqa: RUF012


@page(PUBLIC)
def login(request: HttpRequest) -> HttpResponse:
    """The log-in page. A session gets a new key when somebody logs in (trust T19)."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        target = ""
    if request.user.is_authenticated:
        return redirect(target or settings.LOGIN_REDIRECT_URL)
    form = LoginForm(request, request.POST or None)
    if request.method == "POST":
        if form.is_valid():
            start_session(request, form.get_user())
            note_session(action="login", person=form.get_user(), address=address_of(request), at=request.now)
            return redirect(target or resolve_url(settings.LOGIN_REDIRECT_URL))
        tried = Person.objects.filter(username=request.POST.get("username", "")).first()
        if tried is not None:
            note_session(action="login-failed", person=tried, address=address_of(request), at=request.now)
    return render(request, "web/login.html", {"form": form, "next": target}, status=200 if request.method != "POST" else 422)


@page(PUBLIC)
def logout(request: HttpRequest) -> HttpResponse:
    """Log out by POST only."""
    if request.method == "POST":
        if request.user.is_authenticated:
            note_session(action="logout", person=request.user, address=address_of(request), at=request.now)
        end_session(request)
    return redirect("login")


@page("do:change_password")
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; every other session of the person ends."""
    form = PasswordChangeForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        new = form.cleaned_data["new_password1"]
        try:
            change_own_password(person=request.user, password=new, by=request.actor, at=request.now)
        except Refusal as refusal:
            on_fields(form, refusal)
        else:
            update_session_auth_hash(request, request.user)
            messages.success(request, "密码已修改，其他地方的登录已退出。")
            return redirect("home")
    status = 200 if request.method != "POST" else 422
    return render(request, "shell/people/password.html", {**frame_of(request), "form": form}, status=status)


def locked_out(request: HttpRequest, response: Any = None, credentials: Any = None, *args: Any, **kwargs: Any) -> HttpResponse:
    """Too many wrong passwords: how long, and who can unlock."""
    tried = AccessAttempt.objects.filter(username=get_client_username(request, credentials), ip_address=request.axes_ip_address)
    last = tried.order_by("-attempt_time").values_list("attempt_time", flat=True).first() or request.axes_attempt_time
    left = last + get_cool_off(request) - request.axes_attempt_time
    minutes = max(1, ceil(left / timedelta(minutes=1)))
    response = render(request, "shell/people/locked.html", {"minutes": minutes, "limit": settings.AXES_FAILURE_LIMIT}, status=429)
    response["Retry-After"] = str(minutes * 60)
    return response
