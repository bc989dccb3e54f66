"""The first people of a court: three administrators, who then make and grant everything else; and the way back for one of them
who forgot the password when nobody is left to give a new one (一2)."""

from __future__ import annotations

import secrets
from datetime import datetime

from axes.utils import reset as forget_failures
from django.db import transaction

from zhixing.casework.facts import rules
from zhixing.rulebook.refusals import Refusal

from ..courts.models import Court
from ..journal.append import append
from .actions import CLAUSE, STREAM, administrators
from .actors import system_actor
from .models import Assignment, Person
from .queries import posts_today


def first_administrators(*, court: Court, at: datetime) -> list[tuple[Person, str]]:
    """Make one account for each administrator's post, with a password for one log-in (returned, kept nowhere). Refuses a
    court that has people: from then on only its own administrators make accounts."""
    book, by, made = rules.rulebook(), system_actor(court.pk), []
    with transaction.atomic():
        Court.objects.select_for_update().get(pk=court.pk)
        if Person.objects.filter(court=court).exists():
            raise Refusal.because("不建立首批管理员", f"{court.name}已有人员", clause=CLAUSE, now="请由本院系统管理员在“人员与岗位”中办理")
        for role in (r for r in book.roles.values() if r.id in administrators(book)):
            password = secrets.token_urlsafe(12)
            person = Person(username=f"{role.id}-{court.region_code}", name=role.title, court=court, must_change_password=True,
                            created_at=at)  # fmt: skip
            person.set_password(password)
            person.save()
            Assignment.objects.create(court=court, person=person, role=role.id, from_on=at.date())
            append(stream=STREAM, kind="account_created", payload={"username": person.username, "name": person.name},
                   clause=CLAUSE, by=by, at=at)  # fmt: skip
            append(stream=STREAM, kind="post_granted", payload={"username": person.username, "role": role.id},
                   clause=CLAUSE, by=by, at=at)  # fmt: skip
            made.append((person, password))
    return made


def rescue(*, court: Court, username: str, at: datetime) -> str:
    """A password for one log-in (returned, kept nowhere) for an administrator, given at the machine itself and kept in the chain.
    Refuses everybody else: their password is given by the system administrator on the page."""
    book, by = rules.rulebook(), system_actor(court.pk)
    with transaction.atomic():
        person = Person.objects.select_for_update().filter(court=court, username=username, is_active=True).first()
        held = {role for role, rows in posts_today(court.pk, at.date()).items() if any(r.person_id == person.pk for r in rows)} if person else set()
        if person is None or not held & administrators(book):
            raise Refusal.because("不重置密码", f"{court.name}没有这个在任的管理员：{username}", clause=CLAUSE, now="其他人员请由系统管理员在“人员与岗位”中重置")
        password = secrets.token_urlsafe(12)
        person.set_password(password)
        person.must_change_password = True
        person.save(update_fields=["password", "must_change_password"])
        forget_failures(username=username)
        append(stream=STREAM, kind="password_reset", payload={"username": username, "way": "zhixing people password"}, clause=CLAUSE, by=by, at=at)
    return password
