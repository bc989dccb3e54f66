"""The list that a judge can trust: nothing that went out is missing from it, whoever forgot what (三(三)1, 三(三)2)."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from tests.offline.conftest import TUESDAY
from tests.offline.issuing import issued
from tests.real_court import MONDAY
from zhixing.casework.cases.models import Party
from zhixing.casework.facts import record
from zhixing.casework.journal.models import AccessEntry
from zhixing.casework.papers.kinds import kinds
from zhixing.casework.papers.models import Paper
from zhixing.desks.offline import standing
from zhixing.desks.offline.delivery_models import Delivery
from zhixing.desks.offline.serving import servings


@pytest.fixture
def clerks(actor: Any) -> tuple[Any, Any]:
    return actor("document_clerk"), actor("document_clerk")


def every_kind(case: Any, clerks: Any) -> set[str]:
    """An issued paper of every kind there is, put there without any act: what went out went out."""
    people = {"party": Party.objects.get(case=case, role=Party.DEBTOR), "recipient": "样乙公司"}
    for n, kind in enumerate(kinds()):
        Paper.objects.create(
            court_id=case.court_id, case=case, kind=kind, number=f"文〔2026〕9{n:04}号", dated_on=MONDAY.date(), template_sha256="0" * 64, state="issued",
            values={"helper": "样某银行", "buyer": "样丁某"}, drafted_at=MONDAY, drafted_by_id=clerks[0].person_id, checked_at=MONDAY,
            checked_by_id=clerks[1].person_id, signed_at=MONDAY, signed_by_id=clerks[1].person_id, sealed_at=MONDAY, sealed_by_id=clerks[1].person_id,
            issued_at=MONDAY + timedelta(minutes=n), issued_by_id=clerks[0].person_id, pdf_sha256="0" * 64, pages=1, pdf="x.pdf",
            **(people if kinds()[kind].per_debtor else {}),
        )  # fmt: skip
    return set(Paper.objects.filter(case=case).values_list("number", flat=True))


def test_nothing_that_was_issued_is_missing_from_the_list_三三1(new_case: Any, clerks: Any):
    """Every kind of paper, and nobody put anything down: all of it stands there, as missing or with why it is not served."""
    case = new_case("样乙公司")
    numbers = every_kind(case, clerks)
    lines = standing.of_case(case)
    assert {line.number for line in lines} == numbers
    for line in lines:
        wanted = servings()[line.paper.kind]
        assert line.state == (standing.MISSING if wanted.to else standing.NOT_SERVED), line.title
        assert line.recipient or wanted.why_not, line.title
        assert line.next == ("登记送达" if wanted.to else "")
    of_court = standing.of_court(case.court_id, "all", 0, 500)[0]
    assert sorted((x.number, x.recipient) for x in of_court) == sorted((x.number, x.recipient) for x in lines)
    left = standing.of_court(case.court_id, "left", 0, 500)[0]
    assert {x.number for x in left} == {x.number for x in lines if x.state == standing.MISSING}


def test_what_only_the_journal_knows_stands_in_the_list_until_it_is_put_down(new_case: Any, actor: Any, desk: Any):
    case = new_case("样乙公司")
    record("enforcement_notice_issued", court_id=case.court_id, case_id=case.pk, payload={"number": "旧1号", "debtor": "样乙公司", "issued_on": MONDAY.date()},
           desk="documents", key=None, by=actor("document_clerk"), at=MONDAY, recorded_at=MONDAY)  # fmt: skip
    (line,) = standing.of_case(case)
    assert (line.number, line.recipient, line.state, line.made_here) == ("旧1号", "样乙公司", standing.MISSING, False)
    assert standing.counts(case.court_id)["elsewhere"] == 1
    desk.open(case, "执行通知书")
    assert [(x.title, x.state) for x in standing.of_case(case)] == [("执行通知书", "open")]


def test_each_tab_counts_what_it_lists_what_was_put_down_by_hand_apart_三三1(new_case: Any, clerks: Any, desk: Any):
    case = new_case("样乙公司")
    issued(case, "enforcement_notice", *clerks, party=Party.objects.get(case=case, role=Party.DEBTOR))
    desk.open(case, "传票", "执行裁定书")
    counted = standing.counts(case.court_id)
    assert (counted["open"], counted["hand"]) == (1, 2)
    assert [len(standing.of_court(case.court_id, which, 0, 10)[0]) for which in ("left", "hand")] == [1, 2]


def test_a_line_tells_how_it_was_served_by_what_article_and_with_which_proof_三三2(new_case: Any, clerks: Any, desk: Any):
    case = new_case("样乙公司")
    issued(case, "enforcement_notice", *clerks, party=Party.objects.get(case=case, role=Party.DEBTOR))
    desk.consult(case)
    row = Delivery.objects.get(case=case)
    desk.try_(row, "phone", "未接通")
    (line,) = standing.of_case(case)
    assert (line.state, line.next, len(line.proofs)) == ("open", "待邮寄", 1)
    desk.try_(row, "phone", "来院领取", at=TUESDAY)
    (line,) = standing.of_case(case)
    told = dict(zip(standing.HEADS, standing.cells(line), strict=True))
    assert (told["状态"], told["送达方式"], told["送达日期"], told["下一步"]) == ("已送达", "来院领取", "2026-03-03", "")
    assert "第87条" in told["依据"]
    assert told["凭证"] == "有凭证 2 份"
    assert told["经过"].count("；") == 1
    assert [x.state for x in standing.of_court(case.court_id, "served", 0, 10)[0]] == ["served"]
    assert standing.of_court(case.court_id, "left", 0, 10) == ([], 0)
    assert standing.counts(case.court_id) == {"served": 1, "open": 0, "missing": 0, "hand": 0, "elsewhere": 0}


def test_another_courts_papers_are_not_in_it(new_case: Any, clerks: Any, other_court: Any):
    every_kind(new_case("样乙公司"), clerks)
    assert standing.of_court(other_court.pk, "all", 0, 10) == ([], 0)
    assert set(standing.counts(other_court.pk).values()) == {0}


def test_the_number_of_statements_does_not_grow_with_the_rows(new_case: Any, clerks: Any):
    case = new_case("样乙公司")
    issued(case, "closing_notice", *clerks)

    def statements() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as one:
            standing.of_case(case)
        with CaptureQueriesContext(connection) as many:
            standing.of_court(case.court_id, "all", 0, 100)
        return len(one), len(many)

    few = statements()
    every_kind(case, clerks)
    assert statements() == few
    assert few[0] <= 6
    assert few[1] <= 5


def test_the_courts_list_goes_page_by_page_and_misses_none(new_case: Any, clerks: Any):
    case = new_case("样乙公司")
    every_kind(case, clerks)
    seen, after = [], 0
    while True:
        lines, after = standing.of_court(case.court_id, "all", after, 7)
        seen += [line.paper.pk for line in lines]
        if not after:
            break
    assert set(seen) == set(Paper.objects.values_list("pk", flat=True))


def test_the_list_is_shown_exported_and_traced_page_by_page_四二5(new_case: Any, clerks: Any, person: Any, client_of: Any, monday_morning: Any):
    case = new_case("样乙公司")
    every_kind(case, clerks)
    client = client_of(person("offline_officer"))
    shown = client.get(f"/offline/cases/{case.ref}/list/").content.decode()
    whole = client.get("/offline/standing/?which=all").content.decode()
    for number in Paper.objects.values_list("number", flat=True):
        assert number in shown
        assert number in whole
    for address in (f"/offline/cases/{case.ref}/list/file/", "/offline/standing/file/?which=all"):
        sheet = load_workbook(io.BytesIO(client.get(address).content)).active
        rows = list(sheet.iter_rows(values_only=True))
        assert rows[0] == standing.HEADS
        assert {row[2] for row in rows[1:]} == set(Paper.objects.values_list("number", flat=True))
        assert sheet.oddFooter.left.text.startswith("样")
    assert AccessEntry.objects.filter(action="page:export", detail__startswith="导出送达清单").count() == 2
    client.post(f"/offline/cases/{case.ref}/list/")
    assert not [line for line in standing.of_case(case) if line.state == standing.MISSING]


def test_who_may_not_see_the_list_may_not_take_it_away(new_case: Any, person: Any, client_of: Any, monday_morning: Any):
    case = new_case("样乙公司")
    client = client_of(person("finance_clerk"))
    for address in (f"/offline/cases/{case.ref}/list/file/", "/offline/standing/file/"):
        assert client.get(address).status_code == 404
    assert not AccessEntry.objects.filter(detail__startswith="导出送达清单").exists()
