"""The frame round every page: the rail shows what the person may open, and costs one statement (一3)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import MONDAY, actor, browser
from zhixing.casework.matters.actions import open_due_matters
from zhixing.casework.people.authority import allowed
from zhixing.casework.people.models import Person
from zhixing.rulebook.model import Rulebook

Cast = dict[str, Person]


def rail(cast: Cast, role: str) -> str:
    return browser(cast[role]).get("/rules/").content.decode().split('id="rail"')[1].split("</nav>")[0]


@pytest.mark.parametrize("role", ["handler", "bureau_head", "intake_clerk", "system_admin", "security_admin", "audit_admin"])
def test_the_rail_holds_what_the_person_may_open_and_nothing_else(cast: Cast, book: Rulebook, role: str, monday: object) -> None:
    shown, by = rail(cast, role), actor(cast[role])
    for words, action in (("台账导入", "page:import"), ("审计", "page:audit"), ("案件", "page:cases"), ("审批", "page:approvals"),
                          ("人员与岗位", "page:people")):  # fmt: skip
        assert (f"<span>{words}</span>" in shown) == allowed(book, by, action), words
    for desk in book.desks.values():
        assert (f"<span>{desk.title}</span>" in shown) == allowed(book, by, "page:worklist"), desk.id


def test_the_groups_stand_in_the_order_of_the_regulation(cast: Cast, monday: object) -> None:
    shown = rail(cast, "bureau_head")
    groups = ["我的工作台", "指挥", "办理", "管理", "规则", "设置"]
    places = [shown.index(f"<h2>{g}</h2>") for g in groups]
    assert places == sorted(places)


def test_a_page_costs_at_most_five_statements_with_session_and_person(cast: Cast, monday: object) -> None:
    open_due_matters(court_id=cast["handler"].court_id, at=MONDAY)
    client = browser(cast["handler"])
    client.get("/rules/")
    with CaptureQueriesContext(connection) as seen:
        client.get("/rules/")
    assert len(seen) <= 5, [q["sql"][:90] for q in seen]


def test_the_rail_counts_what_is_due_today_or_late_at_each_desk(cast: Cast, monday: object) -> None:
    open_due_matters(court_id=cast["handler"].court_id, at=MONDAY)
    assert '<b class="count">' in rail(cast, "watch_officer")


def test_todays_watch_stands_on_top_of_every_page(cast: Cast, sister_cast: Cast, monday: object) -> None:
    def top(person: Person) -> Any:
        return browser(person).get("/rules/").content.decode()

    assert "值守：" not in top(cast["handler"])
    open_due_matters(court_id=cast["handler"].court_id, at=MONDAY)
    assert "值守：今日还有" in top(cast["handler"])
    assert "值守：" not in top(cast["audit_admin"]), "who may not open the watch is not sent there"
    assert "值守：" not in top(sister_cast["handler"])
