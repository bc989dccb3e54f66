"""The fixed cast: two sister courts under one prefecture court and, in each, one person for every post of the regulation.

Everybody is made up. `cast["handler"]` is the person who holds the post `handler` and nothing else; the user name is the
role's id (with the court's code before it in any court but the first), the password `password_of(role)`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import cache

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from zhixing import clock
from zhixing.casework.courts.models import Court
from zhixing.casework.facts import rules
from zhixing.casework.people.actors import Actor, actor_of
from zhixing.casework.people.models import Assignment, Person
from zhixing.clock import CST
from zhixing.rulebook.model import Rulebook

HOME, SISTER, PREFECTURE = "豫1502", "豫1503", "豫15"
BACKEND = "zhixing.shell.people.backend.PeopleBackend"
SINCE = date(2020, 1, 1)
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=CST)
SURNAMES, STEMS = "甲乙丙丁戊己庚辛壬癸", "一二三四五六七八九十"


def password_of(role: str) -> str:
    """The password of whoever holds a post in the cast."""
    return f"Zhixing-2023-{role}"


@cache
def _hashed(role: str) -> str:
    return make_password(password_of(role))


def make_court(code: str = HOME) -> Court:
    """A basic court of the cast, made with its prefecture court when it is not there."""
    above, _ = Court.objects.get_or_create(
        code=PREFECTURE, defaults={"name": "试验市中级人民法院", "short_name": "试验中院", "region_code": "411500"}
    )
    word = {HOME: "试验", SISTER: "邻近"}[code]
    made, _ = Court.objects.get_or_create(
        code=code,
        defaults={"name": f"{word}区人民法院", "short_name": f"{word}法院", "region_code": f"41{code[-4:]}", "prefecture": above,
                  "hotline": "0376-0000000"},
    )  # fmt: skip
    return made


def make_person(court: Court, *roles: str, username: str = "", name: str = "样某某", team: str = "") -> Person:
    """A person holding posts (none, one, several) since long ago; the password is that of the first post."""
    first = roles[0] if roles else "nobody"
    prefix = "" if court.code == HOME else f"{court.code[1:]}-"
    person = Person.objects.create(username=username or prefix + first, name=name, court=court, password=_hashed(first))
    for role in roles:
        Assignment.objects.create(court=court, person=person, role=role, team=team, from_on=SINCE)
    return person


def make_cast(court: Court) -> dict[str, Person]:
    """Role → the one person who holds it."""
    roles = rules.rulebook().roles
    names = (f"样{a}{b}" for a in SURNAMES for b in STEMS)
    teamed = {"handler", "team_leader", "fast_handler"}
    return {
        role: make_person(court, role, name=next(names), team="执行一团队" if role in teamed else "") for role in roles
    }  # fmt: skip


def actor(person: Person, at: datetime = MONDAY) -> Actor:
    """The person as whoever acts, with the posts held at a moment."""
    return actor_of(person, rules.rulebook(), at.date())


def browser(person: Person | None = None) -> Client:
    """A browser in which the person (nobody, when None) is logged in."""
    client = Client()
    if person is not None:
        client.force_login(person, backend=BACKEND)
    return client


@pytest.fixture
def book() -> Rulebook:
    return rules.rulebook()


@pytest.fixture
def court(db: None) -> Court:
    return make_court()


@pytest.fixture
def cast(court: Court) -> dict[str, Person]:
    """Role → person, in the first court."""
    return make_cast(court)


@pytest.fixture
def sister_cast(db: None) -> dict[str, Person]:
    """Role → person, in the sister court."""
    return make_cast(make_court(SISTER))


@pytest.fixture
def monday() -> Iterator[datetime]:
    """Monday 2026-03-02, nine in the morning, for as long as the test runs."""
    with clock.frozen(MONDAY):
        yield MONDAY

