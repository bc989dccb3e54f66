"""Accounts and posts: three administrators who hold nothing else, nobody grants to themselves, rights act at once (一2, 等保 8.1.4.2)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.cast import MONDAY, actor, browser, make_person
from zhixing import clock
from zhixing.casework.facts.replay import chain_differences
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.people import actions
from zhixing.casework.people.models import Assignment, Person
from zhixing.casework.people.queries import posts_today
from zhixing.rulebook.refusals import Refusal

TODAY = MONDAY.date()
ADMINISTRATORS = ["system_admin", "security_admin", "audit_admin"]
PASSWORD = "Chushi-2023-mima"

Cast = dict[str, Person]


def grant(cast: Cast, person: Person, role: str, *, by: str = "security_admin", **more: Any) -> Assignment:
    return actions.grant_post(**{"person": person, "role": role, "from_on": TODAY, "by": actor(cast[by]), "at": MONDAY, **more})


def stand_in(cast: Cast, person: Person, absent: Person, role: str, *, by: str = "bureau_head", **more: Any) -> Assignment:
    return actions.assign_stand_in(**{"person": person, "absent": absent, "role": role, "from_on": TODAY,
                                      "until_on": TODAY + timedelta(days=4), "by": actor(cast[by]), "at": MONDAY, **more})  # fmt: skip


def newcomer(cast: Cast) -> Person:
    return make_person(cast["handler"].court, username="newcomer", name="样新某")


def test_the_posts_of_no_desk_are_the_three_administrators(book: Any) -> None:
    assert actions.administrators(book) == set(ADMINISTRATORS)


def test_a_new_account_holds_no_post_and_must_change_its_password(cast: Cast) -> None:
    made = actions.create_account(username="xin", name="样新某", password=PASSWORD, by=actor(cast["system_admin"]), at=MONDAY)
    assert made.must_change_password
    assert actor(made).roles == frozenset()
    assert PASSWORD not in JournalEntry.objects.get(kind="account_created").payload


def test_a_taken_user_name_and_a_weak_password_are_both_named_at_once(cast: Cast) -> None:
    with pytest.raises(Refusal) as refused:
        actions.create_account(username="handler", name="样新某", password="123", by=actor(cast["system_admin"]), at=MONDAY)
    assert {r.field for r in refused.value.reasons} == {"username", "password"}


@pytest.mark.parametrize("role", sorted(set(ADMINISTRATORS) | {"bureau_head", "president", "handler"}))
def test_only_the_system_administrator_makes_accounts(cast: Cast, role: str) -> None:
    def make() -> Person:
        return actions.create_account(username="xin", name="样新某", password=PASSWORD, by=actor(cast[role]), at=MONDAY)

    if role == "system_admin":
        assert make().pk
    else:
        with pytest.raises(Refusal, match="没有这项权限"):
            make()


@pytest.mark.parametrize("role", ["system_admin", "audit_admin", "bureau_head", "president"])
def test_only_the_security_administrator_grants_posts(cast: Cast, role: str) -> None:
    with pytest.raises(Refusal, match="没有这项权限"):
        grant(cast, newcomer(cast), "handler", by=role)


def test_nobody_grants_a_post_to_themselves(cast: Cast) -> None:
    with pytest.raises(Refusal, match="不能给自己授权"):
        grant(cast, cast["security_admin"], "handler")


@pytest.mark.parametrize("held", ADMINISTRATORS)
@pytest.mark.parametrize("more", [*ADMINISTRATORS, "handler", "bureau_head"])
def test_an_administrator_gets_no_second_post(cast: Cast, held: str, more: str) -> None:
    if held == more:
        return
    other = make_person(cast["handler"].court, held, username="other")
    with pytest.raises(Refusal, match="不能兼任") as refused:
        grant(cast, other, more)
    assert refused.value.reasons[0].field == "role"


@pytest.mark.parametrize("role", ADMINISTRATORS)
def test_who_works_on_cases_becomes_no_administrator(cast: Cast, role: str) -> None:
    with pytest.raises(Refusal, match="不能兼任"):
        grant(cast, cast["handler"], role)


def test_an_administrators_post_may_follow_when_the_other_has_ended(cast: Cast) -> None:
    row = Assignment.objects.get(person=cast["handler"])
    actions.end_post(assignment=row, by=actor(cast["security_admin"]), at=MONDAY)
    grant(cast, cast["handler"], "audit_admin")
    assert actor(cast["handler"]).roles == {"audit_admin"}


def test_an_administrator_from_next_month_holds_no_case_post_until_then_only_if_it_ends(cast: Cast) -> None:
    person, later = newcomer(cast), TODAY + timedelta(days=30)
    grant(cast, person, "handler", until_on=later - timedelta(days=1))
    grant(cast, person, "audit_admin", from_on=later)
    with pytest.raises(Refusal, match="不能兼任"):
        grant(cast, person, "team_leader")


def test_a_granted_post_acts_at_the_next_request_and_a_revoked_one_too(cast: Cast) -> None:
    with clock.frozen(MONDAY):
        client = browser(cast["handler"])
        assert client.get("/cases/new/").status_code == 403
        row = grant(cast, cast["handler"], "intake_clerk")
        assert client.get("/cases/new/").status_code == 200
        actions.end_post(assignment=row, by=actor(cast["security_admin"]), at=MONDAY)
        assert client.get("/cases/new/").status_code == 403


def test_a_disabled_account_is_out_at_the_next_request(cast: Cast) -> None:
    client = browser(cast["handler"])
    assert client.get("/rules/").status_code == 200
    actions.set_active(person=cast["handler"], active=False, by=actor(cast["system_admin"]), at=MONDAY)
    assert client.get("/rules/").status_code == 302


def test_a_reset_password_ends_the_persons_sessions_and_must_be_changed(cast: Cast) -> None:
    client = browser(cast["handler"])
    actions.reset_password(person=cast["handler"], password=PASSWORD, by=actor(cast["system_admin"]), at=MONDAY)
    assert client.get("/rules/").status_code == 302
    assert Person.objects.get(username="handler").must_change_password


def test_the_same_post_can_be_given_again_on_the_day_it_was_taken(cast: Cast) -> None:
    person = newcomer(cast)
    actions.end_post(assignment=grant(cast, person, "handler"), by=actor(cast["security_admin"]), at=MONDAY)
    grant(cast, person, "handler")
    with pytest.raises(Refusal, match="已经在这一天起担任"):
        grant(cast, person, "handler")


def test_a_post_that_ends_before_it_begins_is_refused_beside_the_date(cast: Cast) -> None:
    with pytest.raises(Refusal, match="结束日期不能早于开始日期"):
        grant(cast, newcomer(cast), "handler", until_on=TODAY - timedelta(days=1))


def test_a_stand_in_acts_between_the_two_days_in_the_team_of_the_absent(cast: Cast) -> None:
    person = newcomer(cast)
    stand_in(cast, person, cast["team_leader"], "team_leader")
    for days, holds in ((-1, False), (0, True), (4, True), (5, False)):
        by = actor(person, MONDAY + timedelta(days=days))
        assert ("team_leader" in by.roles) == holds, days
        assert by.teams == (frozenset({"执行一团队"}) if holds else frozenset())


def test_a_stand_in_only_for_who_holds_the_post_then_and_never_for_an_administrator(cast: Cast) -> None:
    with pytest.raises(Refusal, match="不担任这个岗位"):
        stand_in(cast, newcomer(cast), cast["handler"], "team_leader")
    with pytest.raises(Refusal, match="管理员岗位不能代理"):
        stand_in(cast, cast["handler"], cast["audit_admin"], "audit_admin")


@pytest.mark.parametrize("role", ADMINISTRATORS)
def test_an_administrator_stands_in_for_nobody_who_works_on_cases(cast: Cast, role: str) -> None:
    other = make_person(cast["handler"].court, role, username="other")
    with pytest.raises(Refusal, match="不能兼任"):
        stand_in(cast, other, cast["team_leader"], "team_leader")


def test_a_leader_takes_back_a_stand_in_but_not_a_granted_post(cast: Cast) -> None:
    row = stand_in(cast, newcomer(cast), cast["team_leader"], "team_leader")
    actions.end_post(assignment=row, by=actor(cast["bureau_head"]), at=MONDAY)
    with pytest.raises(Refusal, match="没有这项权限"):
        actions.end_post(assignment=Assignment.objects.get(person=cast["handler"]), by=actor(cast["bureau_head"]), at=MONDAY)


def test_people_of_another_court_are_out_of_reach(cast: Cast, sister_cast: Cast) -> None:
    theirs = sister_cast["handler"]
    for act in (
        lambda: grant(cast, theirs, "handler"),
        lambda: stand_in(cast, theirs, cast["team_leader"], "team_leader"),
        lambda: stand_in(cast, newcomer(cast), sister_cast["team_leader"], "team_leader"),
        lambda: actions.set_active(person=theirs, active=False, by=actor(cast["system_admin"]), at=MONDAY),
        lambda: actions.end_post(assignment=Assignment.objects.get(person=theirs), by=actor(cast["security_admin"]), at=MONDAY),
    ):
        with pytest.raises(Refusal):
            act()
    assert browser(cast["system_admin"]).get(f"/people/{theirs.username}/").status_code == 404


def test_every_change_is_one_entry_of_an_unbroken_chain(cast: Cast) -> None:
    person = newcomer(cast)
    row = grant(cast, person, "handler")
    stand_in(cast, person, cast["team_leader"], "team_leader")
    actions.end_post(assignment=row, by=actor(cast["security_admin"]), at=MONDAY)
    actions.end_post(assignment=row, by=actor(cast["security_admin"]), at=MONDAY)
    actions.set_active(person=person, active=False, by=actor(cast["system_admin"]), at=MONDAY)
    actions.unlock(person=person, by=actor(cast["system_admin"]), at=MONDAY)
    kinds = list(JournalEntry.objects.order_by("seq").values_list("kind", flat=True))
    assert kinds == ["post_granted", "stand_in_assigned", "post_ended", "account_disabled", "account_unlocked"]
    assert all(json.loads(p)["username"] == "newcomer" for p in JournalEntry.objects.values_list("payload", flat=True))
    assert list(chain_differences(person.court_id)) == []


def test_the_page_shows_every_post_who_holds_it_and_which_are_vacant(cast: Cast, book: Any, monday: object) -> None:
    Assignment.objects.filter(role="seal_keeper").update(until_on=TODAY - timedelta(days=1))
    stand_in(cast, newcomer(cast), cast["team_leader"], "team_leader")
    text = browser(cast["handler"]).get("/people/").content.decode()
    for role in book.roles.values():
        assert role.title in text
    assert text.count("空缺") == 1
    assert f"样新某 代 {cast['team_leader'].name}" in " ".join(text.split())


def test_holders_stand_before_their_stand_ins(cast: Cast) -> None:
    stand_in(cast, newcomer(cast), cast["team_leader"], "team_leader")
    rows = posts_today(cast["handler"].court_id, TODAY)["team_leader"]
    assert [r.stand_in_for_id for r in rows] == [None, cast["team_leader"].pk]


@pytest.mark.parametrize(
    ("role", "words"), [("handler", set()), ("system_admin", {"建立账号"}), ("security_admin", {"授予岗位"}), ("bureau_head", {"安排代理"})]
)
def test_forms_are_shown_to_those_who_may_send_them(cast: Cast, role: str, words: set[str], monday: object) -> None:
    text = browser(cast[role]).get("/people/").content.decode()
    for heading in ("建立账号", "授予岗位", "安排代理"):
        assert (f"<h2>{heading}</h2>" in text) == (heading in words)


def post_form(person: Person, role: str, **more: str) -> dict[str, str]:
    return {"person": str(person.pk), "role": role, "from_on": TODAY.isoformat(), "until_on": "", "team": "", "stand_in_for": "", **more}


def test_a_refused_grant_keeps_what_was_filled_in_and_says_why_beside_the_field(cast: Cast, monday: object) -> None:
    answer = browser(cast["security_admin"]).post("/people/posts/new/", post_form(cast["handler"], "audit_admin", team="执行九团队"))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "不能兼任" in text
    assert "执行九团队" in text


def test_a_stand_in_without_an_end_is_sent_back(cast: Cast, monday: object) -> None:
    form = post_form(cast["handler"], "team_leader", stand_in_for=str(cast["team_leader"].pk))
    answer = browser(cast["bureau_head"]).post("/people/posts/new/", form)
    assert answer.status_code == 422
    assert "代理要有结束日期" in answer.content.decode()


def test_granting_and_taking_back_through_the_page(cast: Cast, monday: object) -> None:
    client = browser(cast["security_admin"])
    assert client.post("/people/posts/new/", post_form(cast["handler"], "fast_handler")).status_code == 302
    row = Assignment.objects.get(person=cast["handler"], role="fast_handler")
    assert client.post(f"/people/posts/{row.pk}/end/").status_code == 302
    assert actor(cast["handler"]).roles == {"handler"}


def test_somebody_of_the_other_court_is_not_on_the_page(cast: Cast, sister_cast: Cast, monday: object) -> None:
    Person.objects.filter(pk=sister_cast["handler"].pk).update(name="样邻居")
    assert "样邻居" not in browser(cast["security_admin"]).get("/people/").content.decode()


def test_posts_reach_back_to_the_day_they_were_given(cast: Cast) -> None:
    assert actor(cast["handler"], MONDAY.replace(year=2020)).roles == {"handler"}
    assert actor(cast["handler"], MONDAY.replace(year=2019)).roles == frozenset()
