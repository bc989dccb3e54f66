"""The case list: filters, order, paging by key, its spreadsheet, and what it costs."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tests.real_court import MONDAY, moment
from zhixing import clock
from zhixing.casework.cases import queries
from zhixing.casework.cases.limits import limits
from zhixing.casework.cases.models import Case
from zhixing.casework.cases.queries import CaseFilter, case_page
from zhixing.casework.cases.spreadsheet import COLUMNS, write_cases
from zhixing.casework.courts.models import Court
from zhixing.casework.facts import rules
from zhixing.casework.journal.models import AccessEntry
from zhixing.casework.people.models import Person
from zhixing.rulebook.model import Rulebook

WEEK = timedelta(days=7)


def refs(court_id: int, at: Any = MONDAY, **wanted: Any) -> set[str]:
    return {r["ref"] for r in case_page(court_id, CaseFilter(**wanted), at=at).rows}


def test_filters_narrow_and_together_narrow_further(new_case: Callable[..., Case]) -> None:
    small, large = new_case(claim_yuan=Decimal("100.00"), cause="借款合同纠纷"), new_case(claim_yuan=Decimal("90000.00"), cause="买卖合同纠纷")
    old = new_case(at=MONDAY - 30 * WEEK, year=2025, claim_yuan=None)
    court = small.court_id
    assert refs(court) == {small.ref, large.ref, old.ref}
    assert refs(court, cause="借款") == {small.ref}
    assert refs(court, claim_from=Decimal(100), claim_to=Decimal(100)) == {small.ref}
    assert refs(court, year=2025) == {old.ref}
    assert refs(court, filed_from=MONDAY.date()) == {small.ref, large.ref}
    assert refs(court, filed_to=MONDAY.date() - WEEK) == {old.ref}
    assert refs(court, holder="intake", stage="open") == {small.ref, large.ref, old.ref}
    assert refs(court, stage="closed") == set()
    assert refs(court, claim_from=Decimal(200), cause="借款") == set()


def test_late_only_asks_for_an_open_clock_past_its_due_moment(new_case: Callable[..., Case]) -> None:
    """一3"""
    fresh, late = new_case(), new_case(at=MONDAY - 4 * WEEK)
    assert refs(fresh.court_id, at=MONDAY, late=True) == {late.ref}
    assert refs(fresh.court_id, at=MONDAY + 40 * WEEK, late=True) == {fresh.ref, late.ref}


def test_another_courts_cases_are_not_in_the_list(new_case: Callable[..., Case], other_court: Court) -> None:
    new_case()
    assert refs(other_court.pk) == set()


@pytest.mark.parametrize("sort", ["-filed", "filed", "claim", "-claim", "number", "-number"])
def test_paging_shows_every_case_once_and_goes_back_the_same_way(new_case: Callable[..., Case], sort: str) -> None:
    for i in range(11):
        new_case(at=MONDAY - timedelta(days=i % 4), claim_yuan=None if i == 3 else Decimal(i // 2), year=2026)
    court = Case.objects.values_list("court_id", flat=True)[0]
    pages, after = [], ""
    while True:
        page = case_page(court, CaseFilter(), sort=sort, after=after, size=4, at=MONDAY)
        pages.append([r["ref"] for r in page.rows])
        if not page.next:
            break
        after = page.next
    assert [len(p) for p in pages] == [4, 4, 3]
    assert len({r for p in pages for r in p}) == 11
    back = case_page(court, CaseFilter(), sort=sort, before=page.previous, size=4, at=MONDAY)
    assert [r["ref"] for r in back.rows] == pages[1]
    first = case_page(court, CaseFilter(), sort=sort, before=back.previous, size=4, at=MONDAY)
    assert [r["ref"] for r in first.rows] == pages[0]
    assert first.previous == ""


def test_cases_that_come_in_between_neither_repeat_nor_hide_a_row(new_case: Callable[..., Case]) -> None:
    made = [new_case(at=MONDAY - timedelta(days=i)) for i in range(6)]
    court = made[0].court_id
    first = case_page(court, CaseFilter(), size=3, at=MONDAY)
    new_case(at=MONDAY)
    new_case(at=MONDAY - timedelta(days=1))
    second = case_page(court, CaseFilter(), after=first.next, size=3, at=MONDAY)
    assert [r["ref"] for r in first.rows + second.rows] == [c.ref for c in made]


@pytest.mark.parametrize("cursor", ["x", "~", "2026-13-01~1", "2026-01-01", "1~2~3~4~5", "' OR 1=1~1"])
def test_a_cursor_that_cannot_be_read_begins_at_the_beginning(new_case: Callable[..., Case], cursor: str) -> None:
    case = new_case()
    assert [r["ref"] for r in case_page(case.court_id, CaseFilter(), after=cursor, at=MONDAY).rows] == [case.ref]


def test_the_most_urgent_open_clock_stands_beside_each_case(new_case: Callable[..., Case]) -> None:
    case = new_case()
    page = case_page(case.court_id, CaseFilter(), at=MONDAY)
    soonest = min(d.due_at for d in case.duties.filter(is_open=True) if d.due_at)
    assert page.clocks[case.pk]["due_at"] == soonest


@pytest.mark.parametrize("many", [3, 60])
def test_a_page_of_the_list_is_two_statements_whatever_the_rows(
    new_case: Callable[..., Case], many: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(many):
        case = new_case()
    with django_assert_max_num_queries(2):
        assert len(case_page(case.court_id, CaseFilter(), at=MONDAY).rows) == min(many, limits()["list"]["page"])


def test_the_list_page_costs_the_same_with_three_and_with_sixty_cases(
    new_case: Callable[..., Case], person: Callable[..., Person], client_of: Callable[[Person], Client], monday_morning: Any
) -> None:
    browser, costs = client_of(person("bureau_head")), []
    browser.get("/cases/")  # the first page of a while also writes the session
    for many in (3, 57):
        for _ in range(many):
            new_case()
        with CaptureQueriesContext(connection) as seen:
            assert browser.get("/cases/").status_code == 200
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 6  # session, person, posts, counts of the rail, and the list's own two


def test_a_person_of_one_team_starts_with_that_teams_cases(
    new_case: Callable[..., Case], person: Callable[..., Person], client_of: Callable[[Person], Client], monday_morning: Any
) -> None:
    ours, theirs = new_case(), new_case()
    Case.objects.filter(pk=ours.pk).update(team="样一队")
    browser = client_of(person("handler", team="样一队"))
    assert theirs.number not in browser.get("/cases/").content.decode()
    both = browser.get("/cases/?team=").content.decode()
    assert ours.number in both
    assert theirs.number in both


def test_administrators_do_not_see_cases(person: Callable[..., Person], client_of: Callable[[Person], Client], monday_morning: Any) -> None:
    """The authority table: 三员分立."""
    assert client_of(person("system_admin")).get("/cases/").status_code == 403


def test_a_filter_that_cannot_be_read_says_so_and_keeps_the_others(
    new_case: Callable[..., Case], person: Callable[..., Person], client_of: Callable[[Person], Client], monday_morning: Any
) -> None:
    new_case(cause="借款合同纠纷")
    text = client_of(person("bureau_head")).get("/cases/?filed_from=明天&cause=买卖").content.decode()
    assert "看不懂" in text
    assert "没有符合条件的案件" in text


def sheet_of(court: Court, book: Rulebook) -> tuple[Any, int]:
    file = io.BytesIO()
    found = queries.exported(court.pk, CaseFilter(), MONDAY)
    written = write_cases(file, found, book=book, calendar=rules.shipped_calendar(), by="样某", at=MONDAY)
    return load_workbook(file).active, written


@settings(max_examples=25, deadline=None)
@given(name=st.one_of(st.sampled_from(["=1+1", "+1", "-1", "@x", "\tx", "http://a", "{=1}", "00123"]), st.text(min_size=1, max_size=20)))
def test_nothing_in_an_export_is_a_formula_or_a_link(name: str) -> None:
    """trust T14"""
    row = {"number": name, "filed_on": date(2026, 3, 2), "case_type": name, "cause": name, "applicants": name, "debtors": name,
           "claim_yuan": Decimal("1.50"), "basis_number": name, "basis_court": name, "holder": "intake", "track": "simple", "stage": "open",
           "team": name, "handler__name": None, "closed_on": None, "closing_way": "", "clock": None}  # fmt: skip
    name = "".join(c for c in name if c.isprintable() or c == "\t")
    row = {k: name if v is not None and isinstance(v, str) and k in ("number", "debtors", "cause") else v for k, v in row.items()}
    file = io.BytesIO()
    write_cases(file, [row], book=rules.rulebook(), calendar=rules.shipped_calendar(), by="样某", at=MONDAY)
    sheet = load_workbook(file).active
    cells = [c for line in sheet.iter_rows() for c in line]
    assert not [c for c in cells if c.data_type == "f" or c.hyperlink]
    if name:
        assert sheet.cell(2, 1).value == name


def test_the_export_holds_every_case_of_the_filter(new_case: Callable[..., Case], court: Court, book: Rulebook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits()["export"], "chunk", 2)
    made = [new_case(f"样{i}公司", at=MONDAY - timedelta(days=i // 2)) for i in range(5)]
    sheet, written = sheet_of(court, book)
    assert written == 5
    rows = list(sheet.iter_rows(min_row=2, max_row=6, values_only=True))
    assert {r[0] for r in rows} == {c.number for c in made}
    assert [r[1].date() for r in rows] == sorted((c.filed_on for c in made), reverse=True)
    assert sheet.cell(1, 1).value == COLUMNS[0][0]
    assert rows[0][6] == 5000


def test_many_persons_data_needs_the_authority_of_bulk_export_and_every_export_is_on_record(
    new_case: Callable[..., Case], person: Callable[..., Person], client_of: Callable[[Person], Client], monday_morning: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """GB/T 35273 7.1"""
    new_case()
    monkeypatch.setitem(limits()["export"], "bulk_persons", 2)
    book = rules.rulebook()
    bulk, listed = book.authority["do:export_bulk"], book.authority["page:cases"]
    reader = next(r for r in book.roles if (r in bulk.never or r not in bulk.roles) and r not in listed.never)
    browser = client_of(person(reader))
    small = browser.post("/cases/export/")
    assert small.status_code == 200
    assert b"".join(small.streaming_content)  # type: ignore[attr-defined]
    assert AccessEntry.objects.filter(action="page:export").count() == 1
    new_case()
    answer = browser.post("/cases/export/")
    assert answer.status_code == 403
    assert "2人" in answer.content.decode()
    assert AccessEntry.objects.filter(action="page:export").count() == 1
    allowed = client_of(person("bureau_head")).post("/cases/export/")
    assert load_workbook(io.BytesIO(b"".join(allowed.streaming_content))).active.cell(3, 1).value  # type: ignore[attr-defined]
    entry = AccessEntry.objects.filter(action="page:export").latest("pk")
    assert "2 件" in entry.detail


def test_the_printed_list_has_the_same_rows(
    new_case: Callable[..., Case], person: Callable[..., Person], client_of: Callable[[Person], Client]
) -> None:
    case = new_case()
    with clock.frozen(moment("2026-03-02 10:00")):
        assert case.number in client_of(person("bureau_head")).get("/cases/print/").content.decode()
