"""Logging in and out, lock-out, sessions (trust T19, 等保 8.1.4.1)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from tests.cast import MONDAY, browser, password_of
from zhixing import clock
from zhixing.casework.journal.models import AccessEntry
from zhixing.casework.people.models import Person

WRONG = "Cuowu-2023-mima"


def log_in(client: Client, username: str, password: str, **more: str) -> object:
    return client.post("/login/", {"username": username, "password": password, **more})


def inside(client: Client) -> bool:
    return client.get("/rules/").status_code == 200


def test_the_right_password_opens_the_workbench_and_leaves_a_trace(cast: dict[str, Person]) -> None:
    client = Client()
    assert log_in(client, "handler", password_of("handler"))["Location"] == "/"
    assert inside(client)
    assert list(AccessEntry.objects.values_list("action", "person_name")) == [("login", cast["handler"].name)]


def test_passwords_are_kept_with_argon2(cast: dict[str, Person]) -> None:
    assert cast["handler"].password.startswith("argon2$argon2id$")


def test_an_unknown_name_and_a_wrong_password_get_the_same_words(cast: dict[str, Person]) -> None:
    answers = [log_in(Client(), name, WRONG) for name in ("handler", "nobody-at-all")]
    assert [a.status_code for a in answers] == [422, 422]
    said = ["用户名或密码不对" in a.content.decode() for a in answers]
    assert said == [True, True]
    assert list(AccessEntry.objects.values_list("action", "person__username")) == [("login-failed", "handler")]


def test_a_disabled_account_does_not_say_that_it_exists(cast: dict[str, Person]) -> None:
    Person.objects.filter(username="handler").update(is_active=False)
    answer = log_in(Client(), "handler", password_of("handler"))
    assert answer.status_code == 422
    assert "停用" not in answer.content.decode()


def test_five_wrong_passwords_lock_the_account_here_for_fifteen_minutes_and_the_page_says_so(cast: dict[str, Person]) -> None:
    client = Client()
    answers = [log_in(client, "handler", WRONG) for _ in range(5)]
    assert [a.status_code for a in answers[:4]] == [422] * 4
    locked = log_in(client, "handler", password_of("handler"))
    assert locked.status_code == 429
    assert locked["Retry-After"] == "900"
    text = locked.content.decode()
    assert "15 分钟" in text
    assert "系统管理员" in text
    assert not inside(client)
    assert log_in(client, "team_leader", password_of("team_leader")).status_code == 302, "others are not locked"


def test_forwarded_addresses_do_not_get_around_the_lock(cast: dict[str, Person]) -> None:
    for n in range(6):
        answer = Client().post(
            "/login/", {"username": "handler", "password": WRONG}, headers={"x-forwarded-for": f"10.0.0.{n}"}
        )
    assert answer.status_code == 429


def test_the_system_administrator_unlocks_at_once(cast: dict[str, Person]) -> None:
    client = Client()
    for _ in range(6):
        log_in(client, "handler", WRONG)
    assert browser(cast["system_admin"]).post("/people/handler/unlock/").status_code == 302
    assert log_in(client, "handler", password_of("handler")).status_code == 302


def test_a_log_in_gets_a_new_session_key_and_the_old_one_is_dead(cast: dict[str, Person]) -> None:
    client = Client()
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    log_in(client, "handler", password_of("handler"))
    assert client.session.session_key != before
    thief = Client()
    thief.cookies["session"] = before
    assert not inside(thief)


def test_after_logging_in_nobody_is_sent_to_another_site(cast: dict[str, Person]) -> None:
    for target in ("https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"):
        assert log_in(Client(), "handler", password_of("handler"), next=target)["Location"] == "/"
    assert log_in(Client(), "handler", password_of("handler"), next="/rules/")["Location"] == "/rules/"


def test_logging_out_needs_a_post_and_ends_the_session(cast: dict[str, Person]) -> None:
    client = browser(cast["handler"])
    client.get("/logout/")
    assert inside(client)
    client.post("/logout/")
    assert not inside(client)


@pytest.mark.parametrize(("idle", "stays"), [(timedelta(hours=3) - timedelta(minutes=1), True), (timedelta(hours=3, minutes=1), False)])
def test_a_session_left_alone_for_three_hours_ends(cast: dict[str, Person], idle: timedelta, stays: bool) -> None:
    client = browser(cast["handler"])
    with clock.frozen(MONDAY):
        assert inside(client)
    with clock.frozen(MONDAY + idle):
        assert inside(client) == stays


@pytest.mark.parametrize(("age", "stays"), [(timedelta(hours=12) - timedelta(minutes=1), True), (timedelta(hours=12, minutes=1), False)])
def test_a_session_ends_after_twelve_hours_however_busy(cast: dict[str, Person], age: timedelta, stays: bool) -> None:
    client = browser(cast["handler"])
    for hours in range(0, 12, 2):
        with clock.frozen(MONDAY + timedelta(hours=hours)):
            assert inside(client)
    with clock.frozen(MONDAY + age):
        assert inside(client) == stays


def test_the_time_of_the_last_page_is_written_at_most_every_five_minutes(cast: dict[str, Person]) -> None:
    def seen(at: datetime) -> int:
        with clock.frozen(at):
            client.get("/rules/")
        return int(client.session["session_seen"])

    client = browser(cast["handler"])
    first = seen(MONDAY)
    assert seen(MONDAY + timedelta(minutes=4)) == first
    assert seen(MONDAY + timedelta(minutes=6)) == first + 360


def test_a_first_password_must_be_changed_before_anything_else(cast: dict[str, Person]) -> None:
    Person.objects.filter(username="handler").update(must_change_password=True)
    client = browser(cast["handler"])
    assert client.get("/rules/")["Location"] == "/password/"
    old, new = password_of("handler"), "Gaiguo-2023-de"
    same = client.post("/password/", {"old_password": old, "new_password1": old, "new_password2": old})
    assert same.status_code == 422
    assert "不能与现在的密码相同" in same.content.decode()
    changed = client.post("/password/", {"old_password": old, "new_password1": new, "new_password2": new})
    assert changed["Location"] == "/"
    assert inside(client)


@pytest.mark.parametrize("weak", ["short1", "8412096377210", "password123", "handler-123"])
def test_a_weak_password_is_refused_beside_its_field(cast: dict[str, Person], weak: str) -> None:
    answer = browser(cast["handler"]).post(
        "/password/", {"old_password": password_of("handler"), "new_password1": weak, "new_password2": weak}
    )
    assert answer.status_code == 422
    assert Person.objects.get(username="handler").check_password(password_of("handler"))


def test_changing_the_password_ends_the_persons_other_sessions(cast: dict[str, Person]) -> None:
    here, there = browser(cast["handler"]), browser(cast["handler"])
    new = "Gaiguo-2023-de"
    here.post("/password/", {"old_password": password_of("handler"), "new_password1": new, "new_password2": new})
    assert inside(here)
    assert not inside(there)
