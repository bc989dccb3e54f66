"""Accounts and posts: made by one administrator, granted by another, read by a third; none holds two (等保 8.1.4.2)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from zhixing.casework.facts import rules
from zhixing.rulebook.refusals import Reason, Refusal

from ..journal.append import append
from .actors import Actor
from .authority import require
from .models import Assignment, Person

STREAM = "people"
ADMINISTRATORS = frozenset({"system_admin", "security_admin", "audit_admin"})
CLAUSE = "一2"


def create_account(*, username: str, name: str, password: str, by: Actor, at: datetime) -> Person:
    """Make an account without any post; its password must be changed at the first log-in."""
    require(rules.rulebook(), by, "do:create_account", what="暂不能建立账号")
    reasons = []
    if Person.objects.filter(username=username).exists():
        reasons.append(Reason("这个用户名已经有人用", CLAUSE, "请换一个用户名", field="username"))
    person = Person(username=username, name=name, court_id=by.court_id, must_change_password=True, created_at=at)
    try:
        validate_password(password, person)
    except ValidationError as error:
        reasons += [Reason(m, CLAUSE, "请换一个初始密码", field="password") for m in error.messages]
    if reasons:
        raise Refusal("暂不能建立账号", reasons)
    person.set_password(password)
    with transaction.atomic():
        person.save()
        append(stream=STREAM, kind="account_created", payload={"username": username, "name": name}, clause=CLAUSE, by=by, at=at)
    return person


def set_active(*, person: Person, active: bool, by: Actor, at: datetime) -> None:
    """Disable or enable an account; it acts at the next request."""
    require(rules.rulebook(), by, "do:create_account", what="暂不能停用账号")
    _not_oneself(person, by, "暂不能停用账号")
    with transaction.atomic():
        Person.objects.filter(pk=person.pk).update(is_active=active)
        append(stream=STREAM, kind="account_enabled" if active else "account_disabled",
               payload={"username": person.username}, clause=CLAUSE, by=by, at=at)  # fmt: skip


def grant_post(
    *, person: Person, role: str, from_on: date, until_on: date | None = None, team: str = "", by: Actor, at: datetime
) -> Assignment:
    """Give a person a post from a day on. Nobody grants to themselves; an administrator holds one post only."""
    require(rules.rulebook(), by, "do:grant_role", what="暂不能授予岗位")
    return _assign(person, role, from_on, until_on, team, None, "post_granted", by, at)


def assign_stand_in(
    *, person: Person, absent: Person, role: str, from_on: date, until_on: date, by: Actor, at: datetime
) -> Assignment:
    """Let a person stand in for another in one post between two days (inclusive)."""
    require(rules.rulebook(), by, "do:assign_people", what="暂不能安排代理")
    held = Assignment.objects.filter(person=absent, role=role, from_on__lte=until_on).filter(
        Q(until_on__isnull=True) | Q(until_on__gte=from_on)
    )
    found = held.first()
    if found is None:
        raise Refusal.because("暂不能安排代理", f"{absent.name}在这段时间不担任这个岗位", clause=CLAUSE, field="role", now="请核对岗位和日期")
    if role in ADMINISTRATORS:
        raise Refusal.because("暂不能安排代理", "管理员岗位不能代理", clause=CLAUSE, field="role", now="请由安全管理员授予岗位")
    return _assign(person, role, from_on, until_on, found.team, absent, "stand_in_assigned", by, at)


def end_post(*, assignment: Assignment, on: date, by: Actor, at: datetime) -> None:
    """End a post on a day; the row stays as history."""
    action = "do:assign_people" if assignment.stand_in_for_id else "do:grant_role"
    require(rules.rulebook(), by, action, what="暂不能收回岗位")
    with transaction.atomic():
        Assignment.objects.filter(pk=assignment.pk).update(until_on=max(on, assignment.from_on))
        append(stream=STREAM, kind="post_ended", clause=CLAUSE, by=by, at=at,
               payload={"username": assignment.person.username, "role": assignment.role, "on": on.isoformat()})  # fmt: skip


def _assign(
    person: Person, role: str, from_on: date, until_on: date | None, team: str, absent: Person | None, kind: str, by: Actor,
    at: datetime,
) -> Assignment:  # fmt: skip
    book = rules.rulebook()
    what = "暂不能授予岗位"
    if role not in book.roles:
        raise Refusal.because(what, f"没有这个岗位：{role}", field="role", clause=CLAUSE)
    _not_oneself(person, by, what)
    held = set(Assignment.objects.filter(person=person).filter(Q(until_on__isnull=True) | Q(until_on__gte=from_on))
               .values_list("role", flat=True))  # fmt: skip
    if (held - {role}) and (role in ADMINISTRATORS or held & ADMINISTRATORS):
        raise Refusal.because(what, "系统、安全、审计管理员不能兼任，也不能兼办案岗位", clause=CLAUSE, field="role",
                              now="请先收回原岗位，或授予另一人", status=409)  # fmt: skip
    row = Assignment(court_id=by.court_id, person=person, role=role, team=team, from_on=from_on, until_on=until_on, stand_in_for=absent)
    try:
        row.full_clean()
    except ValidationError as error:
        raise Refusal(what, [Reason(m, CLAUSE, field="from_on") for m in error.messages]) from error
    payload: dict[str, Any] = {"username": person.username, "role": role, "from": from_on.isoformat(), "team": team,
                               "until": until_on.isoformat() if until_on else None,
                               "stand_in_for": absent.username if absent else None}  # fmt: skip
    with transaction.atomic():
        row.save()
        append(stream=STREAM, kind=kind, payload=payload, clause=CLAUSE, by=by, at=at)
    return row


def _not_oneself(person: Person, by: Actor, what: str) -> None:
    if person.pk == by.person_id:
        raise Refusal.because(what, "不能给自己授权、停用自己", clause=CLAUSE, now="请由另一位管理员办理", status=403)
