"""Every address of the product, for every post: open exactly when the authority table says so (trust R1, 一3)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from tests.cast import BACKEND, MONDAY, actor, browser, make_person
from tests.permissions.addresses import EVERY, GUARDED, PLAIN, address, status_of
from zhixing import clock
from zhixing.casework.courts.models import Court
from zhixing.casework.facts import rules
from zhixing.casework.people.authority import allowed
from zhixing.casework.people.models import Person
from zhixing.rulebook.model import Rulebook
from zhixing.web.pages import PUBLIC

ROLES = sorted(rules.rulebook().roles)


def test_every_address_has_a_name_of_its_own() -> None:
    names = [p.name for p in EVERY]
    assert all(names)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("pattern", EVERY, ids=lambda p: p.name)
def test_every_view_names_actions_of_the_authority_table(pattern: URLPattern, book: Rulebook) -> None:
    for action in (pattern.callback.action, pattern.callback.post_action):
        assert action == PUBLIC or action in book.authority, f"{pattern.name} asks {action}, which no row grants"


def test_only_logging_in_and_out_and_the_health_check_are_public() -> None:
    assert {p.name for p in EVERY if p.callback.action == PUBLIC} == {"login", "logout", "health", "bank-push"}


@pytest.mark.parametrize("pattern", GUARDED, ids=lambda p: p.name)
def test_nobody_who_is_not_logged_in_sees_anything(pattern: URLPattern, court: Court) -> None:
    url = address(pattern)
    for answer in (browser().get(url), browser().post(url)):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/login/?next=")


@pytest.mark.parametrize("role", ROLES)
def test_a_post_opens_exactly_what_the_table_says(role: str, book: Rulebook, court: Court) -> None:
    person = make_person(court, role, team="执行一团队")
    client, wrong = browser(person), []
    client.raise_request_exception = False
    with clock.frozen(MONDAY):
        for pattern in PLAIN:
            if pattern.callback.action == PUBLIC:
                continue
            status = status_of(client.get(reverse(pattern.name)))
            may = allowed(book, actor(person), pattern.callback.action)
            if (status == 403) == may or status >= 500:
                wrong.append((pattern.name, status, may))
    assert not wrong


@pytest.mark.parametrize("role", ROLES)
def test_a_post_cannot_send_what_the_table_does_not_let_it_send(role: str, book: Rulebook, court: Court) -> None:
    person = make_person(court, role)
    client, wrong = browser(person), []
    client.raise_request_exception = False
    with clock.frozen(MONDAY):
        for pattern in GUARDED:
            if not allowed(book, actor(person), pattern.callback.post_action):
                status = client.post(address(pattern)).status_code
                if status != 403:
                    wrong.append((pattern.name, status))
    assert not wrong


def test_somebody_without_a_post_opens_only_what_is_open_to_everybody(book: Rulebook, court: Court) -> None:
    client = browser(make_person(court))
    client.raise_request_exception = False
    with clock.frozen(MONDAY):
        for pattern in PLAIN:
            if pattern.callback.action != PUBLIC:
                everybody = "*" in book.authority[pattern.callback.action].roles
                assert (status_of(client.get(reverse(pattern.name))) == 403) != everybody, pattern.name


def test_sending_without_the_forms_own_mark_is_refused(cast: dict[str, Person]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast["bureau_head"], backend=BACKEND)
    for pattern in EVERY:
        answer = client.post(address(pattern))
        # The bank is no browser: what it sends carries a signature instead, without which nothing is read.
        assert answer.status_code == (401 if pattern.name == "bank-push" else 403), pattern.name
