"""A small court under a small regulation: what the tests of desks, custody, papers, approvals and notices stand on.

Import the fixtures you need into a conftest. Everything is fictitious; moments are given, never read from a clock.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from zhixing.casework.cases.actions import NewCase, NewParty, file_case
from zhixing.casework.cases.models import Case
from zhixing.casework.courts.models import Court
from zhixing.casework.facts import rules
from zhixing.casework.people.actors import Actor, actor_of
from zhixing.casework.people.models import Assignment, Person
from zhixing.clock import CST
from zhixing.rulebook.loader import load
from zhixing.rulebook.model import Rulebook

SMALL = Path(__file__).with_name("small_court.yaml")


def moment(text: str) -> datetime:
    """`2026-03-02 09:00` in court time. 2026-03-02 is a Monday."""
    return datetime.fromisoformat(text).replace(tzinfo=CST)


MONDAY = moment("2026-03-02 09:00")


@pytest.fixture(scope="session")
def small_book() -> Rulebook:
    """The small regulation."""
    return load(SMALL)


@pytest.fixture
def book(small_book: Rulebook, monkeypatch: pytest.MonkeyPatch) -> Rulebook:
    """The small regulation in force."""
    monkeypatch.setattr(rules, "rulebook", lambda: small_book)
    return small_book


@pytest.fixture
def court(db: None, book: Rulebook) -> Court:
    """A court."""
    return Court.objects.create(code="豫1502", name="试验区人民法院", short_name="试验法院", region_code="411502", hotline="12368")


@pytest.fixture
def other_court(court: Court) -> Court:
    """Another court, whose things nobody here may see."""
    return Court.objects.create(code="豫1503", name="邻区人民法院", short_name="邻区法院", region_code="411503")


@pytest.fixture
def person(court: Court) -> Callable[..., Person]:
    """Make a person holding posts since long ago."""

    def make(name: str, *roles: str, at: Court | None = None, team: str = "") -> Person:
        where = at or court
        someone = Person(username=f"{where.pk}-{name}", name=name, court=where)
        someone.set_unusable_password()
        someone.save()
        for role in roles:
            Assignment.objects.create(court=where, person=someone, role=role, from_on=date(2026, 1, 1), team=team)
        return someone

    return make


@pytest.fixture
def people(person: Callable[..., Person]) -> SimpleNamespace:
    """One or two persons a post."""
    return SimpleNamespace(
        clerk=person("窗甲", "intake_clerk"), clerk2=person("窗乙", "intake_clerk"), searcher=person("查甲", "searcher"),
        searcher2=person("查乙", "searcher"), officer=person("执甲", "officer"), chief=person("局甲", "chief"),
        deputy=person("副甲", "deputy"),
    )  # fmt: skip


@pytest.fixture
def actors(people: SimpleNamespace, book: Rulebook) -> SimpleNamespace:
    """The same persons as actors."""
    on = MONDAY.date()
    return SimpleNamespace(**{name: actor_of(p, book, on) for name, p in vars(people).items()})


@pytest.fixture
def browse(people: SimpleNamespace, settings: Any, tmp_path: Path) -> Callable[..., Any]:
    """A browser in which a person is signed in: `browse(people.clerk)`.."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir(exist_ok=True)

    def sign_in(who: Person) -> Client:
        client = Client()
        client.force_login(who, backend="zhixing.shell.people.backend.PeopleBackend")
        return client

    return sign_in


@pytest.fixture
def new_case(court: Court, actors: SimpleNamespace) -> Callable[..., Case]:
    """File a case at the window; `at` is when."""
    numbers = iter(range(1, 10_000))

    def file(at: datetime = MONDAY, by: Actor | None = None, phone: str = "19900000001", **more: Any) -> Case:
        seq = next(numbers)
        new = NewCase(
            number=f"（2026）豫1502执{seq}号", year=2026, kind="执", seq=seq, filed_on=at.date(), claim_yuan=Decimal("5000.00"),
            parties=[NewParty("applicant", "样甲某", phone=phone), NewParty("debtor", "样乙公司")], **more,
        )  # fmt: skip
        case, _ = file_case(new=new, by=by or actors.clerk, at=at)
        return case

    return file
