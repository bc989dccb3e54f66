"""Terminated cases are still queried; what is found goes to the team leader (四(四)3(1))."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.inquiry.samples import DEPOSITS, deposit, deposits, workbook
from tests.real_court import MONDAY
from zhixing.casework.cases.models import Case
from zhixing.casework.duties.models import Duty
from zhixing.casework.journal.models import JournalEntry
from zhixing.desks.inquiry.actions import start_inquiry
from zhixing.rulebook.refusals import Refusal


def closed(case: Case, way: str) -> Case:
    Case.objects.filter(pk=case.pk).update(closed_on=date(2026, 3, 2), closing_way=way)
    case.refresh_from_db()
    return case


def test_what_is_found_after_termination_is_a_periodic_query_with_a_finding(new_case: Any, take: Any, officer: Any) -> None:
    case = closed(new_case(), "终结本次执行程序")
    start_inquiry(case_id=case.pk, system="zdz", by=officer, at=MONDAY)
    take(case, deposits(deposit("62200000000000001", "88.00")))
    told = JournalEntry.objects.get(case=case, kind="requeried").payload
    assert '"asset_found":true' in told
    assert Duty.objects.filter(case=case, rule="report_restorable", is_open=True).exists()


def test_a_query_that_finds_nothing_says_so(new_case: Any, take: Any) -> None:
    case = closed(new_case(), "终结本次执行程序")
    take(case, workbook(("银行存款", [["查无"]])))
    assert '"asset_found":false' in JournalEntry.objects.get(case=case, kind="requeried").payload
    assert not Duty.objects.filter(case=case, rule="report_restorable").exists()


def test_a_row_that_could_not_be_read_leaves_it_open(new_case: Any, take: Any) -> None:
    case = closed(new_case(), "终结本次执行程序")
    take(case, workbook(("银行存款", [DEPOSITS, deposit("1", "-1")]), ("车辆", [["查无"]])))
    assert not JournalEntry.objects.filter(case=case, kind="requeried").exists()


def test_a_case_that_is_over_is_not_queried_any_more(new_case: Any, officer: Any) -> None:
    case = closed(new_case(), "执行完毕")
    with pytest.raises(Refusal, match="案件已经结案"):
        start_inquiry(case_id=case.pk, system="zdz", by=officer, at=MONDAY)
