"""Log-in, log-out, password."""

from __future__ import annotations

from typing import Any

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

from zhixing.shell.frame import frame_of
from zhixing.web.pages import PUBLIC, page


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
    if request.method == "POST" and form.is_valid():
        start_session(request, form.get_user())
        return redirect(target or resolve_url(settings.LOGIN_REDIRECT_URL))
    return render(request, "web/login.html", {"form": form, "next": target}, status=200 if request.method != "POST" else 422)


@page(PUBLIC)
def logout(request: HttpRequest) -> HttpResponse:
    """Log out by POST only."""
    if request.method == "POST":
        end_session(request)
    return redirect("login")


@page("page:rulebook")
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password."""
    form = PasswordChangeForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = form.save(commit=False)
        person.must_change_password = False
        person.save(update_fields=["password", "must_change_password"])
        update_session_auth_hash(request, person)
        messages.success(request, "密码已修改。")
        return redirect("home")
    status = 200 if request.method != "POST" else 422
    return render(request, "shell/people/password.html", {**frame_of(request), "form": form}, status=status)


def locked_out(request: HttpRequest, response: Any = None, credentials: Any = None, *args: Any, **kwargs: Any) -> HttpResponse:
    """Too many wrong passwords: how long, and who can unlock."""
    return render(request, "429.html", status=429)
