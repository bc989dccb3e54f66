"""My desk today: counters as filters, the next act as a verb, few statements, export and print."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from tests.small_court import MONDAY, moment
from zhixing import clock
from zhixing.casework.notices.actions import claim_warnings

LATE = moment("2026-03-05 09:00")


@pytest.fixture(autouse=True)
def thursday():
    with clock.frozen(LATE):
        yield


def test_a_person_comes_to_their_desk_with_the_next_act_as_a_button_三1(new_case, people, browse):
    case = new_case()
    page = browse(people.clerk).get("/").content.decode()
    assert "接待窗口" in page
    assert case.number in page
    assert "超期 1 天" in page
    assert "记录接待" in page
    assert "三1" in page


def test_who_sits_at_no_desk_sees_every_desk(new_case, people, browse):
    new_case()
    page = browse(people.chief).get("/").content.decode()
    assert "各岗位组待办" in page
    assert "/desks/intake/" in page


def test_another_desk_may_be_looked_at_but_offers_no_act_that_is_not_mine(new_case, people, browse):
    new_case()
    page = browse(people.searcher).get("/desks/intake/").content.decode()
    assert "您不在这个岗位组" in page
    assert "由接待窗口办理" in page
    assert "act/reception_recorded" not in page


@pytest.mark.parametrize("bucket", ["all", "late", "today", "soon", "later", "still", "arrived", "waiting", "reminders", "nonsense"])
def test_every_counter_opens_its_list(new_case, people, browse, bucket):
    new_case()
    assert browse(people.clerk).get(f"/desks/intake/?bucket={bucket}").status_code == 200


def test_a_page_costs_at_most_six_statements_whatever_the_rows(new_case, people, browse):
    client = browse(people.clerk)
    for rows in (1, 15):
        for _ in range(rows):
            new_case()
        client.get("/")
        with CaptureQueriesContext(connection) as captured:
            client.get("/")
        assert len(captured) <= 6, "\n".join(q["sql"][:120] for q in captured)


def test_long_lists_go_on_to_the_next_page(new_case, people, browse):
    cases = [new_case(at=MONDAY + timedelta(seconds=n)) for n in range(53)]
    client = browse(people.clerk)
    first = client.get("/desks/intake/").content.decode()
    assert cases[0].ref in first
    assert cases[52].ref not in first
    address = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = client.get("/desks/intake/" + address).content.decode()
    assert cases[52].ref in second
    assert cases[0].ref not in second


def test_reminders_are_shown_and_marked_read_by_the_desk(new_case, people, browse, court):
    new_case()
    claim_warnings(court_id=court.pk, at=LATE)
    client = browse(people.clerk)
    page = client.get("/desks/intake/?bucket=reminders").content.decode()
    assert "已超期" in page
    ident = page.split('name="pick" value="')[1].split('"')[0]
    assert browse(people.searcher).post("/desks/intake/reminders/", {"pick": ident}).status_code == 403
    assert client.post("/desks/intake/reminders/", {"pick": ident}).status_code == 302
    assert "没有未读的提醒" in client.get("/desks/intake/?bucket=reminders").content.decode()


def test_the_list_is_exported_as_text_cells_by_those_who_may(new_case, people, browse):
    case = new_case()
    type(case).objects.filter(pk=case.pk).update(applicants="=1+1")
    answer = browse(people.clerk).get("/desks/intake/worklist.xlsx?bucket=late")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert rows[1][:4] == ["超期 1 天", "接待申请执行人", case.number, "=1+1"]
    assert browse(people.searcher).get("/desks/intake/worklist.xlsx").status_code == 403


def test_the_list_prints_whole(new_case, people, browse):
    for _ in range(52):
        new_case()
    page = browse(people.clerk).get("/desks/intake/print/?bucket=late").content.decode()
    assert page.count("接待申请执行人") >= 52


def test_an_unknown_desk_is_not_found_and_a_stranger_sees_only_their_own_court(new_case, people, browse, person, other_court):
    case = new_case()
    assert browse(people.clerk).get("/desks/nowhere/").status_code == 404
    page = browse(person("邻甲", "intake_clerk", at=other_court)).get("/").content.decode()
    assert case.number not in page
    assert "没有待办的事项" in page
