"""Accounts and posts: made by one administrator, granted by another, read by a third; none holds two (等保 8.1.4.2)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from axes.utils import reset as forget_failures
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from zhixing.casework.facts import rules
from zhixing.rulebook.model import Rulebook
from zhixing.rulebook.refusals import Reason, Refusal

from ..journal.append import append
from .actors import Actor
from .authority import require
from .models import Assignment, Person

STREAM = "people"
CLAUSE = "一2"


def administrators(book: Rulebook) -> frozenset[str]:
    """The posts that look after the system: those of no desk. They do no case work."""
    return frozenset(r.id for r in book.roles.values() if r.desk is None)


def create_account(*, username: str, name: str, password: str, by: Actor, at: datetime) -> Person:
    """Make an account without any post; its password must be changed at the first log-in. Refuses with every reason at once."""
    what = "暂不能建立账号"
    require(rules.rulebook(), by, "do:create_account", what=what)
    person = Person(username=username, name=name, court_id=by.court_id, must_change_password=True, created_at=at)
    reasons = _password_reasons(password, person)
    if Person.objects.filter(username=username).exists():
        reasons.append(Reason("这个用户名已经有人用", CLAUSE, "请换一个用户名", field="username"))
    if reasons:
        raise Refusal(what, reasons)
    person.set_password(password)
    with transaction.atomic():
        person.save()
        append(stream=STREAM, kind="account_created", payload={"username": username, "name": name}, clause=CLAUSE, by=by, at=at)
    return person


def set_active(*, person: Person, active: bool, by: Actor, at: datetime) -> None:
    """Disable or enable an account; it acts at the next request. Refuses one's own, and another court's (404)."""
    with _changing(person, "do:create_account", "暂不能启用或停用账号", by) as account:
        account.is_active = active
        account.save(update_fields=["is_active"])
        _note("account_enabled" if active else "account_disabled", account, {}, by, at)


def reset_password(*, person: Person, password: str, by: Actor, at: datetime) -> None:
    """Give somebody who forgot theirs a password for one log-in; it ends their sessions and unlocks the account. Refuses a weak one."""
    what = "暂不能重置密码"
    with _changing(person, "do:create_account", what, by) as account:
        if reasons := _password_reasons(password, account):
            raise Refusal(what, reasons)
        account.set_password(password)
        account.must_change_password = True
        account.save(update_fields=["password", "must_change_password"])
        forget_failures(username=account.username)
        _note("password_reset", account, {}, by, at)


def unlock(*, person: Person, by: Actor, at: datetime) -> None:
    """Let somebody try again at once who was locked out after too many wrong passwords. Refuses one's own, and another court's (404)."""
    with _changing(person, "do:create_account", "暂不能解锁", by) as account:
        forget_failures(username=account.username)
        _note("account_unlocked", account, {}, by, at)


def change_own_password(*, person: Person, password: str, by: Actor, at: datetime) -> None:
    """Set one's own password; the one given by an administrator is then no longer asked to be changed.
    Refuses a weak one and the present one."""
    what = "暂不能修改密码"
    require(rules.rulebook(), by, "do:change_password", what=what)
    reasons = _password_reasons(password, person, "new_password1")
    if person.check_password(password):
        reasons.append(Reason("新密码不能与现在的密码相同", CLAUSE, "请换一个密码", field="new_password1"))
    if reasons:
        raise Refusal(what, reasons)
    person.set_password(password)
    person.must_change_password = False
    with transaction.atomic():
        person.save(update_fields=["password", "must_change_password"])
        _note("password_changed", person, {}, by, at)


def grant_post(
    *, person: Person, role: str, from_on: date, until_on: date | None = None, team: str = "", by: Actor, at: datetime
) -> Assignment:
    """Give a person a post from a day on. Nobody grants to themselves; an administrator holds one post only.
    Refuses both, and days that overlap the same post."""
    new = Assignment(role=role, from_on=from_on, until_on=until_on, team=team)
    return _assign(new, person, "post_granted", "do:grant_role", "暂不能授予岗位", by, at)


def assign_stand_in(
    *, person: Person, absent: Person, role: str, from_on: date, until_on: date, by: Actor, at: datetime
) -> Assignment:
    """Let a person stand in for another in one post between two days (inclusive).
    Refuses administrators' posts, and an absent person who does not hold the post then."""
    what = "暂不能安排代理"
    if role in administrators(rules.rulebook()):
        raise Refusal.because(what, "管理员岗位不能代理", clause=CLAUSE, field="role", now="请由安全管理员授予岗位")
    held = _holding(absent, from_on, until_on).filter(court_id=by.court_id, role=role, stand_in_for=None).first()
    if held is None:
        raise Refusal.because(what, f"{absent.name}在这段时间不担任这个岗位", clause=CLAUSE, field="stand_in_for", now="请核对岗位和日期")
    new = Assignment(role=role, from_on=from_on, until_on=until_on, team=held.team, stand_in_for=absent)
    return _assign(new, person, "stand_in_assigned", "do:assign_people", what, by, at)


def end_post(*, assignment: Assignment, by: Actor, at: datetime) -> None:
    """Take a post (or a stand-in's) away; it acts at the next request. The row stays as history. Refuses one's own."""
    action = "do:assign_people" if assignment.stand_in_for_id else "do:grant_role"
    with _changing(assignment.person, action, "暂不能收回岗位", by) as account:
        if Assignment.objects.filter(pk=assignment.pk, revoked_at=None).update(revoked_at=at):
            _note("post_ended", account, {"role": assignment.role, "from": assignment.from_on.isoformat()}, by, at)


def _assign(new: Assignment, person: Person, kind: str, action: str, what: str, by: Actor, at: datetime) -> Assignment:
    book = rules.rulebook()
    if new.role not in book.roles:
        raise Refusal.because(what, f"没有这个岗位：{new.role}", field="role", clause=CLAUSE)
    with _changing(person, action, what, by) as account:
        new.person, new.court_id = account, by.court_id
        _keep_administrators_apart(book, new, what)
        try:
            new.full_clean()
        except ValidationError as error:
            raise Refusal(what, [Reason(m, CLAUSE, field="from_on") for m in error.messages]) from error
        new.save()
        absent = new.stand_in_for
        payload = {"role": new.role, "from": new.from_on.isoformat(), "team": new.team,
                   "until": new.until_on.isoformat() if new.until_on else None,
                   "stand_in_for": absent.username if absent else None}  # fmt: skip
        _note(kind, account, payload, by, at)
    return new


def _keep_administrators_apart(book: Rulebook, new: Assignment, what: str) -> None:
    apart = administrators(book)
    others = set(_holding(new.person, new.from_on, new.until_on).exclude(role=new.role).values_list("role", flat=True))
    if others and (new.role in apart or others & apart):
        held = "、".join(book.roles[r].title for r in sorted(others) if r in book.roles)
        raise Refusal.because(what, f"系统、安全、审计管理员不能兼任，也不能兼办案岗位（现任{held}）", clause=CLAUSE, field="role",
                              now="请先收回原岗位，或授予另一人", status=409)  # fmt: skip


def _holding(person: Person, from_on: date, until_on: date | None) -> Any:
    """What the person holds on any day between two days; without an end, from the first day on."""
    rows = Assignment.objects.filter(Q(until_on__isnull=True) | Q(until_on__gte=from_on), person=person, revoked_at=None)
    return rows if until_on is None else rows.filter(from_on__lte=until_on)


@contextmanager
def _changing(person: Person, action: str, what: str, by: Actor) -> Iterator[Person]:
    """One transaction on somebody else's account, whose row is locked so that two administrators act one after the other."""
    require(rules.rulebook(), by, action, what=what)
    if person.pk == by.person_id:
        raise Refusal.because(what, "不能给自己授权，也不能变更自己的账号", clause=CLAUSE, now="请由另一位管理员办理", status=403)
    with transaction.atomic():
        account = Person.objects.select_for_update().filter(pk=person.pk, court_id=by.court_id).first()
        if account is None:
            raise Refusal.because(what, "本院没有这个账号", clause=CLAUSE, now="请核对人员", status=404)
        yield account


def _note(kind: str, account: Person, payload: dict[str, Any], by: Actor, at: datetime) -> None:
    append(stream=STREAM, kind=kind, payload={"username": account.username, **payload}, clause=CLAUSE, by=by, at=at)


def _password_reasons(password: str, person: Person, field: str = "password") -> list[Reason]:
    try:
        validate_password(password, person)
    except ValidationError as error:
        return [Reason(m, CLAUSE, "请换一个密码", field=field) for m in error.messages]
    return []
