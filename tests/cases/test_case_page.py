"""The page of a case: what is owed, by whom and why; numbers masked; reading on record; nothing of another court."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.real_court import MONDAY, filled, made_up_id, moment
from zhixing import clock
from zhixing.casework.cases.actions import NewParty
from zhixing.casework.cases.models import Case, Party
from zhixing.casework.cases.timeline import payload_lines
from zhixing.casework.courts.models import Court
from zhixing.casework.custody.actions import offer_handoff
from zhixing.casework.duties.models import Duty
from zhixing.casework.facts import record, rules
from zhixing.casework.journal.models import AccessEntry, JournalEntry
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.models import Person
from zhixing.shell.acts.subjects import act_url
from zhixing.shell.cases.page import is_key_node

Login = Callable[[Person], Client]


@pytest.fixture
def case(new_case: Callable[..., Case]) -> Case:
    return new_case(NewParty("debtor", "样丙某", "resident_id", made_up_id(10), "19900000003", "试验路1号"), "样丁公司")


def happen(case: Case, kind: str, by: Actor, at: datetime) -> None:
    record(kind, court_id=case.court_id, case_id=case.pk, payload=filled(rules.rulebook(), kind, at), under="page:case-new", by=by, at=at)


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_page_shows_clocks_next_acts_gates_parties_and_events(
    case: Case, person: Callable[..., Person], client_of: Login, monday_morning: Any, book: Any
) -> None:
    """四(二)2"""
    text = text_of(client_of(person("intake_clerk")).get(f"/cases/{case.ref}/"))
    for duty in Duty.objects.filter(case=case, is_open=True):
        assert book.duties[duty.rule].title in text
        assert f"/cases/{case.ref}/clocks/{duty.pk}/" in text
    for words in (case.number, "样申请人", "样丙某", "样丁公司", "5,000.00", book.desks["intake"].title, book.events["case_filed"].title, "办理条件"):
        assert words in text


def test_only_the_acts_of_the_persons_own_desks_are_buttons(
    case: Case, person: Callable[..., Person], client_of: Login, monday_morning: Any, book: Any
) -> None:
    duty = next(d for d in Duty.objects.filter(case=case, is_open=True) if d.desk == "documents")
    kind = book.duties[duty.rule].met_by.kinds[0]
    address = act_url(book.events[kind], "case", case.ref)
    assert address in text_of(client_of(person("document_clerk")).get(f"/cases/{case.ref}/"))
    assert address not in text_of(client_of(person("intake_clerk")).get(f"/cases/{case.ref}/"))


def test_the_page_costs_the_same_however_much_has_happened(
    case: Case, clerk: Actor, person: Callable[..., Person], client_of: Login
) -> None:
    browser, costs = client_of(person("bureau_head")), []
    with clock.frozen(moment("2026-03-02 10:00")):
        browser.get("/cases/")  # the first page of a while also writes the session
    for after in (0, 60):
        for i in range(after):
            happen(case, "case_resumed" if i % 2 else "case_suspended", clerk, MONDAY)
            Party.objects.create(court_id=case.court_id, case=case, role="debtor", position=10 + i, name=f"样{i}某")
        with clock.frozen(moment("2026-03-02 10:00")), CaptureQueriesContext(connection) as seen:
            assert browser.get(f"/cases/{case.ref}/").status_code == 200
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 12


def test_another_courts_case_is_not_there(
    case: Case, other_court: Court, person: Callable[..., Person], client_of: Login, monday_morning: Any
) -> None:
    browser = client_of(person("bureau_head", at=other_court))
    duty = Duty.objects.filter(case=case)[0]
    for address in (f"/cases/{case.ref}/", f"/cases/{case.ref}/journal/", f"/cases/{case.ref}/clocks/{duty.pk}/", "/cases/aaaaaaaaaaaa/"):
        assert browser.get(address).status_code == 404
    assert browser.post(f"/cases/{case.ref}/parties/debtor/1/id_number/").status_code == 404


def test_reading_a_case_is_on_record(case: Case, person: Callable[..., Person], client_of: Login, monday_morning: Any) -> None:
    reader = person("bureau_head")
    client_of(reader).get(f"/cases/{case.ref}/")
    entry = AccessEntry.objects.get()
    assert (entry.case_id, entry.person_id, entry.action) == (case.pk, reader.pk, "page:case")


def test_numbers_are_masked_until_somebody_asks_and_that_is_on_record(
    case: Case, person: Callable[..., Person], client_of: Login, monday_morning: Any
) -> None:
    """三(五)2; PIPL"""
    browser = client_of(person("intake_clerk"))
    number, phone = made_up_id(10), "19900000003"
    for address in (f"/cases/{case.ref}/", f"/cases/{case.ref}/journal/"):
        text = text_of(browser.get(address))
        assert number not in text
        assert phone not in text
    shown = browser.post(f"/cases/{case.ref}/parties/debtor/1/id_number/", headers={"HX-Request": "true"})
    assert number in shown.content.decode()
    entry = AccessEntry.objects.latest("pk")
    assert entry.action == "do:show_identity"
    assert "样丙某" in entry.detail
    assert number not in entry.detail
    assert phone in text_of(browser.post(f"/cases/{case.ref}/parties/debtor/1/phone/"))


@pytest.mark.parametrize("what", ["id_number", "phone", "name", "address", "password"])
def test_looking_by_get_or_at_anything_else_shows_nothing(
    case: Case, person: Callable[..., Person], client_of: Login, monday_morning: Any, what: str
) -> None:
    browser = client_of(person("intake_clerk"))
    assert browser.get(f"/cases/{case.ref}/parties/debtor/1/{what}/").status_code == 404
    if what not in ("id_number", "phone"):
        assert browser.post(f"/cases/{case.ref}/parties/debtor/1/{what}/").status_code == 404
    assert not AccessEntry.objects.filter(action="do:show_identity").exists()


def test_who_may_not_see_numbers_is_refused_and_has_no_button(
    case: Case, person: Callable[..., Person], client_of: Login, monday_morning: Any, book: Any
) -> None:
    row = book.authority["do:show_identity"]
    blind = next(r for r in book.roles if r not in row.roles and r not in book.authority["page:case"].never)
    browser = client_of(person(blind))
    assert "/parties/" not in text_of(browser.get(f"/cases/{case.ref}/"))
    assert browser.post(f"/cases/{case.ref}/parties/debtor/1/id_number/").status_code == 403


def test_every_clock_of_a_case_explains_itself(
    case: Case, person: Callable[..., Person], client_of: Login, monday_morning: Any, book: Any
) -> None:
    """一3"""
    browser = client_of(person("bureau_head"))
    for duty in Duty.objects.filter(case=case):
        page = text_of(browser.get(f"/cases/{case.ref}/clocks/{duty.pk}/"))
        assert book.duties[duty.rule].title in page
        assert "不一致" not in page.replace("两处条款不一致", "")
        assert book.events["case_filed"].title in page
        fragment = browser.get(f"/cases/{case.ref}/clocks/{duty.pk}/", headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in fragment


def test_a_clock_of_another_case_is_not_explained_here(
    case: Case, new_case: Callable[..., Case], person: Callable[..., Person], client_of: Login, monday_morning: Any
) -> None:
    other = Duty.objects.filter(case=new_case())[0]
    assert client_of(person("bureau_head")).get(f"/cases/{case.ref}/clocks/{other.pk}/").status_code == 404
    assert client_of(person("bureau_head")).get(f"/matters/{case.ref}/clocks/{other.pk}/").status_code == 404


def test_a_met_clock_is_explained_as_it_was_when_it_was_met(
    case: Case, person: Callable[..., Person], client_of: Login, clerk: Actor, book: Any
) -> None:
    """A suspension afterwards does not creep into the story of what was done before it."""
    duty = next(d for d in Duty.objects.filter(case=case, is_open=True)
                if not book.duties[d.rule].met_by.all and d.due_at and d.due_at > moment("2026-03-04 00:00"))  # fmt: skip
    kind = book.duties[duty.rule].met_by.kinds[0]
    entry = JournalEntry.objects.filter(case=case).latest("seq")
    happen(case, kind, clerk, moment("2026-03-03 10:00"))
    happen(case, "case_suspended", clerk, moment("2026-03-03 11:00"))
    duty.refresh_from_db()
    assert duty.met_at is not None
    assert duty.started_seq <= entry.seq < (duty.met_seq or 0)
    with clock.frozen(moment("2026-03-10 09:00")):
        page = text_of(client_of(person("bureau_head")).get(f"/cases/{case.ref}/clocks/{duty.pk}/"))
    assert "已办结" in page
    assert "与登记的到期时间不一致" not in page
    assert "中止" not in page.split("逐日计算")[-1]


def test_the_line_of_nodes_holds_the_key_nodes_of_the_regulation(book: Any) -> None:
    """四(二)2: the named clauses and the desks' stages, never a statute's outer limit."""
    nodes = [d for d in book.duties.values() if is_key_node(d)]
    assert {d.clause for d in nodes} >= {"四(二)2(1)", "四(二)2(2)", "四(二)2(3)"}
    assert any("handoff_accepted" in d.starts_on for d in nodes)
    assert all(d.effect == "regulation" for d in nodes)


def test_a_file_on_its_way_says_so_on_the_case(
    case: Case, person: Callable[..., Person], client_of: Login, clerk: Actor, actor: Callable[..., Actor], book: Any
) -> None:
    """一1"""
    to = book.desks["intake"].hands_to[0]
    happen(case, "no_reception_explained", clerk, MONDAY)
    happen(case, "no_reception_countersigned", actor("intake_clerk"), MONDAY)
    offer_handoff(case_id=case.pk, to_desk=to, contents=["正卷"], by=clerk, at=moment("2026-03-03 09:00"))
    with clock.frozen(moment("2026-03-03 10:00")):
        page = text_of(client_of(person("bureau_head")).get(f"/cases/{case.ref}/"))
    assert "待接收" in page
    assert book.desks[to].title in page


def test_the_journal_goes_back_to_the_filing_by_key(
    case: Case, clerk: Actor, person: Callable[..., Person], client_of: Login, monkeypatch: pytest.MonkeyPatch, monday_morning: Any
) -> None:
    from zhixing.casework.cases.limits import limits

    monkeypatch.setitem(limits()["case_page"], "journal", 4)
    for i in range(9):
        happen(case, "case_resumed" if i % 2 else "case_suspended", clerk, MONDAY)
    browser, address, seen = client_of(person("bureau_head")), f"/cases/{case.ref}/journal/", []
    query: str | None = ""
    while query is not None:
        page = browser.get(address + query).content.decode()
        seen += re.findall(r'<tr><td class="num">(\d+)</td>', page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        query = found[1] if found else None
    assert [int(s) for s in seen] == list(JournalEntry.objects.filter(case=case).order_by("-seq").values_list("seq", flat=True))


def test_the_journal_names_desks_volumes_and_amounts_as_a_clerk_does() -> None:
    book = rules.rulebook()
    offered = payload_lines(book, "handoff_offered", {"from_desk": "intake", "to_desk": "inquiry", "contents": ["正卷"]})
    assert offered == [("移交岗位组", "初次接待窗口"), ("接收岗位组", "网络查控组"), ("移交清单", "正卷")]
    assert ("卷别", "副卷") in payload_lines(book, "scan_added", {"volume": "supplementary"})
    assert payload_lines(book, "case_allocated", {"team": "一团队", "handler": "甲某", "handler_id": 7}) == [("承办团队", "一团队"), ("承办人", "甲某")]
    filed = payload_lines(book, "case_filed", {"claim_yuan": "538714.3"})
    assert [value for _, value in filed] == ["538,714.30"]


@pytest.mark.parametrize("typed", ["执1", "（2026）豫1502执1号"])
def test_a_search_by_number_with_one_case_opens_it(
    case: Case, person: Callable[..., Person], client_of: Login, monday_morning: Any, typed: str
) -> None:
    answer = client_of(person("bureau_head")).get("/search/", {"q": typed})
    assert (answer.status_code, answer["Location"]) == (302, f"/cases/{case.ref}/")


def test_a_search_by_name_lists_what_matched(case: Case, person: Callable[..., Person], client_of: Login, monday_morning: Any) -> None:
    browser = client_of(person("bureau_head"))
    assert case.number in text_of(browser.get("/search/", {"q": "样丙"}))
    assert "没有找到" in text_of(browser.get("/search/", {"q": "无此人"}))
    assert "四(二)2(1)" in text_of(browser.get("/search/", {"q": "四(二)2(1)"}))
