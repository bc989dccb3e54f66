"""`zhixing people first`: a new court begins with three administrators, and only once."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from tests.cast import make_court, make_person
from zhixing.casework.courts.models import Court
from zhixing.casework.facts.replay import chain_differences
from zhixing.casework.people.models import Assignment, Person
from zhixing.casework.register.setting_up import default_court


def begin(court: Court) -> str:
    out = StringIO()
    call_command("people", "first", court=court.code, stdout=out)
    return out.getvalue()


def test_each_administrators_post_gets_one_person_who_must_change_the_password(court: Court) -> None:
    said = begin(court)
    assert sorted(Assignment.objects.values_list("role", flat=True)) == ["audit_admin", "security_admin", "system_admin"]
    assert Person.objects.filter(must_change_password=True).count() == 3
    username, _, password = next(line for line in said.splitlines() if "system_admin" in line).split()
    client = Client()
    assert client.post("/login/", {"username": username, "password": password}).status_code == 302
    assert client.get("/people/")["Location"] == "/password/"
    assert list(chain_differences(court.pk)) == []


def test_a_court_with_people_is_left_alone(court: Court) -> None:
    begin(court)
    with pytest.raises(CommandError, match="已有人员"):
        begin(court)
    assert Person.objects.count() == 3


def test_one_court_with_people_does_not_stop_another(court: Court) -> None:
    make_person(make_court("豫1503"), "handler")
    begin(court)
    assert Person.objects.filter(court=court).count() == 3


def test_an_unknown_court_is_named(court: Court) -> None:
    with pytest.raises(CommandError, match="豫9999"):
        call_command("people", "first", court="豫9999")


def test_an_administrator_whom_nobody_can_help_gets_a_new_password_at_the_machine(court: Court) -> None:
    begin(court)
    name = Assignment.objects.get(role="system_admin").person.username
    out = StringIO()
    call_command("people", "password", name, court=court.code, stdout=out)
    password = out.getvalue().strip().rsplit("：", 1)[1]
    client = Client()
    assert client.post("/login/", {"username": name, "password": password}).status_code == 302
    assert client.get("/people/")["Location"] == "/password/"
    assert list(chain_differences(court.pk)) == []


@pytest.mark.parametrize("name", ["", "handler", "nobody"])
def test_nobody_else_is_given_one_there(court: Court, name: str) -> None:
    make_person(court, "handler", username="handler")
    with pytest.raises(CommandError, match="管理员"):
        call_command("people", "password", name, court=court.code)


@pytest.mark.django_db
def test_the_machines_own_court_stays_its_own_when_it_is_renamed() -> None:
    own = default_court()
    Court.objects.filter(pk=own.pk).update(code="豫0199", name="样例市样例区人民法院")
    assert default_court().pk == own.pk
    assert Court.objects.count() == 3
