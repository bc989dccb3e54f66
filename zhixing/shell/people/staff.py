"""People and desks: who holds which post, stand-ins, accounts."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from zhixing.casework.people import actions
from zhixing.casework.people.models import Assignment, Person
from zhixing.casework.people.queries import people_of, person_of, posts_of, posts_today
from zhixing.rulebook.refusals import Refusal
from zhixing.shell.frame import frame_of
from zhixing.shell.middleware import may
from zhixing.web.pages import page

from .forms import AccountForm, PasswordForm, PostForm, on_fields


@page("page:people")
def people(request: HttpRequest) -> HttpResponse:
    """Posts by desk with who holds them today; forms for those who may change them."""
    return _show(request)


def _show(
    request: HttpRequest, account: AccountForm | None = None, post: PostForm | None = None, refusal: Refusal | None = None
) -> HttpResponse:
    book, court = request.book, request.actor.court_id
    held = posts_today(court, request.now.date())
    staff = people_of(court)
    places = [*((d.id, d.title) for d in book.desks.values()), (None, "系统管理")]
    rows = [(title, r, held.get(r.id, [])) for desk, title in places for r in book.roles.values() if r.desk == desk]
    bad = bool((account and account.errors) or (post and post.errors) or refusal)
    teams = sorted({post.team for posts in held.values() for post in posts if post.team})
    context = {
        "rows": rows, "staff": staff, "teams": teams, "refusal": refusal,
        "account": account or AccountForm(), "post": post or _post_form(request, staff),
        "may_create": may(request, "do:create_account"), "may_grant": may(request, "do:grant_role"),
        "may_assign": may(request, "do:assign_people"), **frame_of(request),
    }  # fmt: skip
    return render(request, "shell/people/people.html", context, status=422 if bad else 200)


@page("do:create_account")
def account_new(request: HttpRequest) -> HttpResponse:
    """Make an account; what was typed stays where it is refused."""
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create_account(**form.cleaned_data, by=request.actor, at=request.now)
        except Refusal as refusal:
            return _show(request, account=on_fields(form, refusal), refusal=refusal)
        messages.success(request, f"账号 {made.username} 已建立，请安全管理员授予岗位。")
        return redirect("people")
    return _show(request, account=form)


@page("do:create_account")
def account(request: HttpRequest, username: str) -> HttpResponse:
    """One account: its posts so far; enable, unlock, a new first password."""
    person = _person(request, username)
    form = PasswordForm(request.POST or None)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            actions.reset_password(person=person, password=form.cleaned_data["password"], by=request.actor, at=request.now)
        except Refusal as error:
            refusal = error
            on_fields(form, refusal)
        else:
            messages.success(request, f"{person.name}的密码已重置并解锁，请当面告知本人；本人登录后必须修改。")
            return redirect("account", username=username)
    context = {"person": person, "held": posts_of(person), "roles": request.book.roles, "form": form, "refusal": refusal,
               **frame_of(request)}  # fmt: skip
    return render(request, "shell/people/account.html", context, status=422 if form.errors or refusal else 200)


@page("do:create_account")
def account_active(request: HttpRequest, username: str) -> HttpResponse:
    """Enable or disable an account."""
    person = _person(request, username)
    if request.method == "POST":
        active = request.POST.get("active") == "1"
        actions.set_active(person=person, active=active, by=request.actor, at=request.now)
        messages.success(request, f"账号 {username} 已{'启用' if active else '停用'}。")
    return redirect("account", username=username)


@page("do:create_account")
def account_unlock(request: HttpRequest, username: str) -> HttpResponse:
    """Let somebody try again at once."""
    person = _person(request, username)
    if request.method == "POST":
        actions.unlock(person=person, by=request.actor, at=request.now)
        messages.success(request, f"账号 {username} 已解锁，可以马上再试。")
    return redirect("account", username=username)


def _person(request: HttpRequest, username: str) -> Person:
    person = person_of(request.actor.court_id, username)
    if person is None:
        raise Http404("本院没有这个账号")
    return person


@page("do:assign_people")
def post_new(request: HttpRequest) -> HttpResponse:
    """Grant a post (security administrator) or assign a stand-in (bureau head); each action asks its own row."""
    staff = people_of(request.actor.court_id)
    form = _post_form(request, staff)
    if request.method != "POST" or not form.is_valid():
        return _show(request, post=form)
    data = form.cleaned_data
    by_id = {str(p.pk): p for p in staff}
    common = {"person": by_id[data["person"]], "role": data["role"], "from_on": data["from_on"], "until_on": data["until_on"],
              "by": request.actor, "at": request.now}  # fmt: skip
    try:
        if data["stand_in_for"]:
            actions.assign_stand_in(absent=by_id[data["stand_in_for"]], **common)
        else:
            actions.grant_post(team=data.get("team", ""), **common)
    except Refusal as refusal:
        return _show(request, post=on_fields(form, refusal), refusal=refusal)
    messages.success(request, f"{common['person'].name} 的岗位已更新，下一次操作即生效。")
    return redirect("people")


def _post_form(request: HttpRequest, staff: list[Person]) -> PostForm:
    return PostForm(request.book, staff, request.POST or None, grants=may(request, "do:grant_role"), initial={"from_on": request.now.date()})


@page("do:assign_people")
def post_end(request: HttpRequest, n: int) -> HttpResponse:
    """Take a post or a stand-in away."""
    row = get_object_or_404(Assignment.objects.select_related("person"), court_id=request.actor.court_id, pk=n)
    if request.method == "POST":
        actions.end_post(assignment=row, by=request.actor, at=request.now)
        messages.success(request, f"{row.person.name} 的岗位已收回，下一次操作即生效。")
    return redirect("people")
