"""A court under the real regulation with cases filed by hand. Everyone in it is made up and was born before 1900."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from django.test import Client

from zhixing import clock
from zhixing.casework.cases.actions import NewCase, NewParty, file_case
from zhixing.casework.cases.models import Case
from zhixing.casework.courts.models import Court
from zhixing.casework.facts import rules
from zhixing.casework.identity import resident_check_digit
from zhixing.casework.people.actors import Actor, actor_of
from zhixing.casework.people.models import Assignment, Person
from zhixing.clock import CST
from zhixing.rulebook.model import Rulebook


def moment(text: str) -> datetime:
    """`2026-03-02 09:00` in court time. 2026-03-02 is a Monday."""
    return datetime.fromisoformat(text).replace(tzinfo=CST)


MONDAY = moment("2026-03-02 09:00")


def made_up_id(serial: int) -> str:
    """A resident's number with a right check digit, of a person born in 1890."""
    first = f"41150218900101{serial:03}"
    return first + resident_check_digit(first)


@pytest.fixture
def book() -> Rulebook:
    return rules.rulebook()


@pytest.fixture
def court(db: None) -> Court:
    return Court.objects.create(code="豫1502", name="试验区人民法院", short_name="试验法院", region_code="411502")


@pytest.fixture
def other_court(court: Court) -> Court:
    return Court.objects.create(code="豫1503", name="邻区人民法院", short_name="邻区法院", region_code="411503")


@pytest.fixture
def person(court: Court) -> Callable[..., Person]:
    """Make a person holding posts since long ago."""
    serial = count(1)

    def make(*roles: str, at: Court | None = None, team: str = "") -> Person:
        number = next(serial)
        someone = Person.objects.create(username=f"p{number}", name=f"样{number}某", court=at or court, password="!")
        for role in roles:
            Assignment.objects.create(court=someone.court, person=someone, role=role, from_on=date(2020, 1, 1), team=team)
        return someone

    return make


@pytest.fixture
def actor(person: Callable[..., Person], book: Rulebook) -> Callable[..., Actor]:
    return lambda *roles, **more: actor_of(person(*roles, **more), book, MONDAY.date())


@pytest.fixture
def clerk(actor: Callable[..., Actor]) -> Actor:
    return actor("intake_clerk")


@pytest.fixture
def new_case(clerk: Actor) -> Callable[..., Case]:
    """File a case: `debtors` are names or NewParty; the rest goes to the case."""
    serial = count(1)

    def file(*debtors: str | NewParty, at: datetime = MONDAY, by: Actor | None = None, **more: Any) -> Case:
        seq = more.pop("seq", None) or next(serial)
        year, kind, applicant = more.pop("year", at.year), more.pop("kind", "执"), more.pop("applicant", "样申请人")
        parties = [NewParty("applicant", applicant)]
        parties += [d if isinstance(d, NewParty) else NewParty("debtor", d) for d in debtors or ("样乙公司",)]
        values = {"filed_on": at.date(), "claim_yuan": Decimal("5000.00"), **more}
        new = NewCase(number=f"（{year}）豫1502{kind}{seq}号", year=year, kind=kind, seq=seq, parties=parties, **values)
        return file_case(new=new, by=by or clerk, at=at)[0]

    return file


@pytest.fixture
def client_of(client: Client) -> Callable[[Person], Client]:
    """A browser in which a person is logged in."""

    def login(person: Person) -> Client:
        client.force_login(person, backend="zhixing.shell.people.backend.PeopleBackend")
        return client

    return login


@pytest.fixture
def monday_morning() -> Any:
    with clock.frozen(MONDAY):
        yield MONDAY


def filled(book: Rulebook, kind: str, on: datetime = MONDAY) -> dict[str, Any]:
    """A payload with something in every required field of an event."""
    plain = {"date": on.date().isoformat(), "moment": on.isoformat(), "int": 1, "yuan": "1.00", "bool": True, "phone": "19900000009"}
    return {
        f.name: f.choices[0] if f.type == "choice" else list(f.choices[:1]) or ["样"] if f.type == "list" else plain.get(f.type, "样")
        for f in book.events[kind].fields if f.required
    }  # fmt: skip
