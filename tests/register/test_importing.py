"""A register becomes cases with clocks; a repeat changes nothing; undo voids what nobody worked on (四(二)5)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from openpyxl import Workbook

from tests.cast import MONDAY, actor
from zhixing.casework.cases.models import Case, Party
from zhixing.casework.courts.models import Court
from zhixing.casework.duties.models import Duty
from zhixing.casework.facts import record
from zhixing.casework.facts.replay import chain_differences, record_differences, state_differences
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.notices.models import Notice
from zhixing.casework.people.models import Person
from zhixing.casework.register.exporting import export_register
from zhixing.casework.register.importing import Outcome, import_register, undo_import
from zhixing.rulebook.refusals import Refusal

pytestmark = pytest.mark.django_db
SAMPLES = Path(__file__).with_name("samples")
REGISTER = SAMPLES / "register-2023.xlsx"
TRUTH = json.loads((SAMPLES / "register-2023.truth.json").read_text(encoding="utf-8"))
HEADERS = ["案号", "立案日期", "案由", "申请执行人", "被执行人", "申请执行标的额", "执行通知书发出日期", "报告财产令发出日期", "结案日期", "结案方式"]


@pytest.fixture
def clerk(court: Court, cast: dict[str, Person]) -> Person:
    return cast["intake_clerk"]


def imported(person: Person, path: Path = REGISTER, at: datetime = MONDAY) -> Outcome:
    return import_register(file=path, filename=path.name, by=actor(person, at), at=at)


def book(tmp_path: Path, *rows: list[object]) -> Path:
    made = Workbook()
    made.active.append(HEADERS)
    for row in rows:
        made.active.append(row)
    path = tmp_path / "台账.xlsx"
    made.save(path)
    return path


def test_the_sample_register_gives_exactly_what_its_truth_says(clerk: Person) -> None:
    outcome = imported(clerk).as_json()
    assert (outcome["created"], outcome["updated"], outcome["unchanged"]) == (len(TRUTH["good"]), 0, 0)
    assert {r["row"] for r in outcome["rejected"]} == {bad["row"] for bad in TRUTH["bad"]}
    assert outcome["read"] == len(TRUTH["good"]) + len(TRUTH["bad"])
    for good in TRUTH["good"]:
        case = Case.objects.get(number=good["number"])
        assert (case.filed_on.isoformat(), str(case.claim_yuan)) == (good["filed_on"], good["amount"])
        assert case.parties.filter(role=Party.DEBTOR).count() == good["debtors"]


def test_a_repeated_import_changes_nothing(clerk: Person) -> None:
    imported(clerk)
    entries, duties = JournalEntry.objects.count(), list(Duty.objects.order_by("pk").values_list("pk", "due_at", "met_at"))
    again = imported(clerk)
    assert (again.created, again.updated, again.unchanged) == (0, 0, len(TRUTH["good"]))
    assert JournalEntry.objects.count() == entries
    assert list(Duty.objects.order_by("pk").values_list("pk", "due_at", "met_at")) == duties


def test_old_cases_get_their_clocks_from_their_filing_date_and_no_message_is_sent(clerk: Person) -> None:
    """四(二)2(1): three working days from filing, also for last year's cases."""
    imported(clerk)
    duty = Duty.objects.get(case__number="（2023）豫1502执101号", rule="notice_and_report_order")
    assert f"{duty.due_at:%Y-%m-%d}" == "2023-10-30"
    assert duty.started_at.date().isoformat() == "2023-10-25"
    assert not Notice.objects.exists()


def test_milestones_meet_the_clocks_they_belong_to(clerk: Person, tmp_path: Path) -> None:
    path = book(
        tmp_path, ["（2023）豫1502执1号", "2023-04-03", "民间借贷纠纷", "甲一", "乙二", 100, "2023-04-04", "2023-04-06", "", ""],
        ["（2023）豫1502执2号", "2023-04-03", "民间借贷纠纷", "甲一", "丙三", 100, "2023-04-04", "2023-04-20", "2023-06-01", "执行完毕"],
    )  # fmt: skip
    imported(clerk, path)
    first, second = (Duty.objects.get(case__seq=n, rule="notice_and_report_order") for n in (1, 2))
    assert (first.met_at is not None, first.late_at) == (True, None)
    assert second.late_at is not None
    closed = Case.objects.get(seq=2)
    assert (closed.stage, closed.closing_way, str(closed.closed_on)) == ("closed", "执行完毕", "2023-06-01")
    assert not Duty.objects.filter(case=closed, is_open=True).exclude(rule="tell_closing_result").exists()


def test_a_changed_row_updates_its_case_and_says_what_changed(clerk: Person, tmp_path: Path) -> None:
    row: list[object] = ["（2023）豫1502执1号", "2023-04-03", "民间借贷纠纷", "甲一", "乙二", 100]
    imported(clerk, book(tmp_path, row))
    changed = imported(clerk, book(tmp_path, [*row[:4], "乙二；丁四", 250.5, "2023-04-04"]))
    assert (changed.created, changed.updated, changed.unchanged) == (0, 1, 0)
    case = Case.objects.get(seq=1)
    assert (str(case.claim_yuan), case.debtors) == ("250.50", "乙二、丁四")
    entry = JournalEntry.objects.get(kind="case_corrected")
    assert json.loads(entry.payload)["changes"]["claim_yuan"] == ["100.00", "250.50"]
    emptied = imported(clerk, book(tmp_path, [*row[:2], "", "甲一", "乙二；丁四", ""]))
    assert emptied.unchanged == 1, "a cell left empty takes nothing away"


def test_the_export_is_what_the_import_reads(clerk: Person, cast: dict[str, Person], tmp_path: Path) -> None:
    imported(clerk)
    path = tmp_path / "out.xlsx"
    assert export_register(court_id=clerk.court_id, target=path, by=actor(clerk), at=MONDAY) == len(TRUTH["good"])
    again = imported(clerk, path)
    assert (again.created, again.updated, again.unchanged, again.rejected) == (0, 0, len(TRUTH["good"]), [])


def test_undo_voids_what_nobody_worked_on_and_the_numbers_can_be_imported_again(clerk: Person, cast: dict[str, Person]) -> None:
    outcome = imported(clerk)
    worked = Case.objects.get(number="（2023）豫1502执101号")
    later = MONDAY.replace(hour=10)
    record("hotline_told", court_id=clerk.court_id, case_id=worked.pk, payload={"manner": "当面"}, by=actor(clerk), at=later)
    undone, kept = undo_import(created_refs=outcome.created_refs, reason="导错文件", by=actor(cast["bureau_head"]), at=later)
    assert (undone, kept) == (len(TRUTH["good"]) - 1, [worked.number])
    still = Duty.objects.filter(is_open=True).exclude(case=worked).values_list("rule", "case__stage", "case__number")
    assert list(still[:5]) == []
    again = imported(clerk, at=later.replace(hour=11))
    assert (again.created, again.updated, again.unchanged) == (0, undone, 1)
    assert Case.objects.filter(stage="open").count() == len(TRUTH["good"])


def test_after_imports_the_journal_replays_to_what_is_stored(clerk: Person) -> None:
    imported(clerk)
    court = clerk.court_id
    assert [*chain_differences(court), *state_differences(court), *record_differences(court)] == []


def test_who_may_not_import_is_refused(cast: dict[str, Person]) -> None:
    with pytest.raises(Refusal) as refused:
        imported(cast["handler"])
    assert refused.value.status == 403


@pytest.fixture
def out() -> Iterator[StringIO]:
    return StringIO()


def test_the_command_line_answers_in_the_agreed_shape(court: Court, out: StringIO) -> None:
    call_command("register", "import", str(REGISTER), "--json", stdout=out)
    answer = json.loads(out.getvalue())
    assert {"read", "created", "updated", "unchanged", "rejected"} <= answer.keys()
    assert set(answer["rejected"][0]) == {"row", "column", "reason"}
