"""The audit page: what happened, who read what, whether the chain is whole; for auditors and leaders only (四(二)5)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.cast import MONDAY, actor, browser
from zhixing.casework.journal.actions import note_session
from zhixing.casework.journal.append import append
from zhixing.casework.journal.models import AccessEntry, JournalEntry
from zhixing.casework.journal.queries import SHOWN
from zhixing.casework.people.models import Person
from zhixing.shell import jobs


@pytest.fixture
def auditor(cast: dict[str, Person]) -> Client:
    return browser(cast["audit_admin"])


def text(client: Client, address: str, **filters: str) -> str:
    answer = client.get(address, filters)
    assert answer.status_code == 200
    return answer.content.decode()


def grow(cast: dict[str, Person], n: int, **more: object) -> None:
    for serial in range(n):
        append(stream="people", kind="account_created", payload={"n": serial},
               **{"by": actor(cast["system_admin"]), "at": MONDAY, **more})  # fmt: skip


def test_entries_are_found_by_kind_person_and_day(cast: dict[str, Person], auditor: Client) -> None:
    grow(cast, 1)
    append(stream="people", kind="post_ended", payload={}, by=actor(cast["security_admin"]), at=MONDAY + timedelta(days=1))
    made, ended = cast["system_admin"].name, cast["security_admin"].name
    for filters, shown, hidden in (
        ({"kind": "post_ended"}, ended, made), ({"person": made}, made, ended),
        ({"first": "2026-03-03"}, ended, made), ({"last": "2026-03-02"}, made, ended),
    ):  # fmt: skip
        table = text(auditor, "/audit/", **filters).split("<tbody>")[1]
        assert shown in table, filters
        assert hidden not in table, filters


def test_a_day_is_a_day_of_the_court_not_of_greenwich(cast: dict[str, Person], auditor: Client) -> None:
    grow(cast, 1, at=MONDAY.replace(hour=0, minute=30))
    assert cast["system_admin"].name in text(auditor, "/audit/", first="2026-03-02", last="2026-03-02")
    assert "没有符合条件的日志" in text(auditor, "/audit/", last="2026-03-01")


def test_pages_follow_one_another_without_gap_or_repeat(cast: dict[str, Person], auditor: Client) -> None:
    grow(cast, SHOWN + 7)
    first = text(auditor, "/audit/")
    last_shown = JournalEntry.objects.order_by("-pk")[SHOWN - 1].pk
    assert f"before={last_shown}" in first
    second = text(auditor, "/audit/", before=str(last_shown))
    assert second.split("<tbody>")[1].count("<tr>") == 7


@pytest.mark.parametrize("nonsense", ["x", "-1", "9" * 40, "²"])
def test_nonsense_in_the_address_is_harmless(cast: dict[str, Person], auditor: Client, nonsense: str) -> None:
    text(auditor, "/audit/", before=nonsense, first=nonsense, last=nonsense, kind=nonsense, number=nonsense)
    text(auditor, "/audit/access/", before=nonsense, person=nonsense)


def test_the_button_checks_the_chain_says_so_and_leaves_its_own_trace(cast: dict[str, Person], auditor: Client) -> None:
    grow(cast, 3)
    assert "还没有校验过" in text(auditor, "/audit/")
    answer = auditor.post("/audit/verify/", follow=True)
    assert "哈希链完整" in answer.content.decode()
    assert JournalEntry.objects.get(kind="chain_verified").person == cast["audit_admin"]
    assert "完整，没有改动或缺失" in text(auditor, "/audit/")


def test_the_worker_checks_every_chain_at_night(cast: dict[str, Person], auditor: Client) -> None:
    grow(cast, 3)
    assert jobs.verify_chains() == 0
    assert jobs.verify_chains() == 0
    assert "校验全部记录" in text(auditor, "/audit/")


def test_opening_the_check_by_its_address_changes_nothing(cast: dict[str, Person], auditor: Client) -> None:
    auditor.get("/audit/verify/")
    assert not JournalEntry.objects.exists()


def test_the_access_trail_names_log_ins_and_what_was_refused(cast: dict[str, Person], auditor: Client) -> None:
    note_session(action="login", person=cast["handler"], address="192.0.2.7", at=MONDAY)
    assert browser(cast["handler"]).get("/audit/").status_code == 403
    shown = text(auditor, "/audit/access/")
    assert "192.0.2.7" in shown
    assert "没有权限，已拒绝" in shown
    assert AccessEntry.objects.filter(person=cast["handler"], action="page:audit", path="/audit/").count() == 1


def test_another_courts_journal_is_not_seen(cast: dict[str, Person], sister_cast: dict[str, Person], auditor: Client) -> None:
    grow(sister_cast, 1)
    note_session(action="login", person=sister_cast["handler"], address="192.0.2.9", at=MONDAY)
    assert "没有符合条件的日志" in text(auditor, "/audit/")
    assert "192.0.2.9" not in text(auditor, "/audit/access/")


def test_the_page_costs_the_same_however_long_the_journal(
    cast: dict[str, Person], auditor: Client, django_assert_max_num_queries: object
) -> None:
    grow(cast, SHOWN)
    text(auditor, "/audit/")  # the first page of a session also writes the session
    with django_assert_max_num_queries(7):
        text(auditor, "/audit/")
