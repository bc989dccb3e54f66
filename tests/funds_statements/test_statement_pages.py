"""四(三)3(2): a statement is uploaded, looked at, taught, imported by the worker; what became of each line is shown and kept."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.funds_statements.making import UNKNOWN, line, running, table
from tests.real_court import MONDAY
from zhixing import clock
from zhixing.casework.people.models import Person
from zhixing.desks.funds.importing import import_statement
from zhixing.desks.funds.models import Receipt
from zhixing.desks.funds.reconciling import jobs
from zhixing.desks.funds.reconciling.models import BankLine, StatementMapping, StatementRun

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_morning")]


@pytest.fixture
def page(client_of: Any, people: Any) -> Any:
    return client_of(Person.objects.get(pk=people.officer.person_id))


def upload(page: Any, content: bytes, name: str = "明细.csv", **more: Any) -> Any:
    return page.post("/funds/statements/", {"file": SimpleUploadedFile(name, content), **more})


def carried_out(page: Any, queued: list[Any], after_commit: Any, content: bytes, **more: Any) -> StatementRun:
    """Upload, start, and let the worker do it."""
    sent = upload(page, content, **more)
    assert sent.status_code == 302, sent.content.decode()
    with after_commit():
        page.post(sent["Location"] + "start/", {})
    jobs.run_import(queued.pop()[1])
    return StatementRun.objects.order_by("-pk")[0]


def test_what_is_uploaded_is_shown_before_anything_is_booked(page: Any) -> None:
    sent = upload(page, table(*running("100", "-30"), line("坏1", "-5")))
    shown = page.get(sent["Location"]).content.decode()
    assert "收入 1 笔、支出 1 笔，1 行会退回" in shown
    assert "冲正、退汇请核对后单独登记" in shown
    assert "总账号，等待认领" in shown
    assert not Receipt.objects.exists()


def test_the_worker_imports_it_and_the_page_says_what_became_of_each_line(page: Any, queued: Any, after_commit: Any) -> None:
    run = carried_out(page, queued, after_commit, table(*running("100", "-30", "50.5"), line("坏", "1.001")))
    assert (run.state, run.outcome["read"], run.outcome["created"], run.outcome["outgoing"], len(run.outcome["rejected"])) == ("done", 4, 2, 1, 1)
    assert (run.total, run.progress, len(run.sha256)) == (4, 4, 64)
    shown = page.get(f"/funds/statements/{run.ref}/").content.decode()
    assert "比分还细" in shown
    assert "150.50" in shown
    listed = page.get("/funds/statements/").content.decode()
    assert run.sha256[:8] in listed
    assert run.made_by_name in listed


def test_opening_and_closing_balance_follow_from_the_lines_whichever_way_they_are_sorted(page: Any, queued: Any, after_commit: Any) -> None:
    for rows in (running("100", "-30", "50", opening=500), list(reversed(running("7", "-2", opening=200, start=10)))):
        run = carried_out(page, queued, after_commit, table(*rows))
        wanted = (500, 12_500) if rows[0][0] == "Y0001" else (200, 700)
        assert (run.opening_fen, run.closing_fen, run.outcome["warnings"]) == (*wanted, [])


def test_balances_with_a_line_missing_are_told_and_no_closing_balance_is_made_up(page: Any, queued: Any, after_commit: Any) -> None:
    rows = running("100", "30", "50")
    run = carried_out(page, queued, after_commit, table(rows[0], rows[2]))
    assert run.closing_fen is None
    assert "没有逐笔接上" in run.outcome["warnings"][0]["reason"]


def test_importing_the_same_file_again_says_that_nothing_changed(page: Any, queued: Any, after_commit: Any) -> None:
    carried_out(page, queued, after_commit, table(*running("100", "-30")))
    sent = upload(page, table(*running("100", "-30")))
    assert "导入过同一份文件" in page.get(sent["Location"]).content.decode()
    run = carried_out(page, queued, after_commit, table(*running("100", "-30")))
    assert (run.outcome["created"], run.outcome["unchanged"], run.outcome["outgoing"]) == (0, 1, 1)
    assert "没有变化" in page.get(f"/funds/statements/{run.ref}/").content.decode()
    assert (Receipt.objects.count(), BankLine.objects.count()) == (1, 2)


def test_headers_nobody_knows_are_chosen_once_and_remembered_for_the_court_and_the_bank(page: Any, people: Any, queued: Any, after_commit: Any) -> None:
    content = table(line("甲一", "88.00"), heads=UNKNOWN)
    sent = upload(page, content, bank="rural")
    assert "没有认出" in page.get(sent["Location"]).content.decode()
    chosen = ["serial", "booked_on", "amount_in", "amount_out", "balance", "payer_name", "payer_account", "remark"]
    page.post(sent["Location"] + "start/", {"header": UNKNOWN, "was": [""] * 8, "field": chosen, "again": "1"})
    assert "收入 1 笔、支出 0 笔" in page.get(sent["Location"]).content.decode()
    assert StatementMapping.objects.filter(bank="rural").count() == 8
    done = import_statement(file=content, filename="明细.csv", bank="农村商业银行", by=people.officer, at=MONDAY)
    assert done.created == 1
    assert Receipt.objects.get().payer == "样乙公司"


def test_a_known_column_can_be_left_out(page: Any) -> None:
    sent = upload(page, table(line("甲一")))
    page.post(sent["Location"] + "start/", {"header": ["摘要"], "was": ["remark"], "field": [""], "again": "1"})
    assert StatementMapping.objects.get().field == "ignored"
    assert 'value="ignored" selected' in page.get(sent["Location"]).content.decode()


def test_what_was_typed_differs_so_nothing_is_imported(page: Any, queued: Any, after_commit: Any) -> None:
    for more in ({"control_count": "3", "control_in": "100"}, {"control_count": "2", "control_in": "99.99"}, {"closing": "71"}):
        run = carried_out(page, queued, after_commit, table(*running("100", "-30")), **more)
        assert run.state == "failed"
        assert "一行也没有导入" in run.error
        assert "改正后重新上传" in page.get(f"/funds/statements/{run.ref}/").content.decode()
    assert not Receipt.objects.exists()
    assert not BankLine.objects.exists()


def test_a_count_without_a_sum_a_case_that_is_not_there_and_no_file_are_told_beside_the_field(page: Any) -> None:
    shown = upload(page, table(line("甲一")), control_count="2", number="（2026）豫1502执999号")
    assert shown.status_code == 422
    assert "笔数和收入合计要一起填写" in shown.content.decode()
    assert "本院没有" in shown.content.decode()
    assert "请选择流水文件" in page.post("/funds/statements/", {}).content.decode()


def test_a_cases_own_account_books_itself_to_the_case_四三3一(page: Any, case: Any, queued: Any, after_commit: Any) -> None:
    run = carried_out(page, queued, after_commit, table(line("甲一"), line("甲二")), number=case.number)
    assert run.outcome["created"] == 2
    assert set(Receipt.objects.values_list("state", "case_id")) == {(Receipt.BOOKED, case.pk)}
    assert set(BankLine.objects.values_list("case_id", flat=True)) == {case.pk}


def test_all_refused_rows_can_be_taken_away_as_text(page: Any, queued: Any, after_commit: Any) -> None:
    run = carried_out(page, queued, after_commit, table(line("甲一"), *(line(f"坏{n}", "-1") for n in range(60)), line("=1+1", "5")))
    shown = page.get(f"/funds/statements/{run.ref}/").content.decode()
    assert "只列出前 50 行" in shown
    answer = page.get(f"/funds/statements/{run.ref}/rejected/")
    sheet = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    assert sheet.max_row == 62
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}


def test_the_progress_bar_asks_the_page_to_load_again_once_it_is_done(page: Any, queued: Any, after_commit: Any) -> None:
    sent = upload(page, table(line("甲一")))
    with after_commit():
        page.post(sent["Location"] + "start/", {})
    assert "HX-Refresh" not in page.get(sent["Location"] + "progress/")
    jobs.run_import(queued.pop()[1])
    assert page.get(sent["Location"] + "progress/")["HX-Refresh"] == "true"
    assert page.post(sent["Location"] + "start/", {}).status_code == 409


def test_who_may_not_book_money_may_look_and_not_upload(client_of: Any, people: Any) -> None:
    leader = client_of(Person.objects.get(pk=people.leader.person_id))
    shown = leader.get("/funds/statements/")
    assert shown.status_code == 200
    assert "上传并预览" not in shown.content.decode()
    assert upload(leader, table(line("甲一"))).status_code == 403


def test_another_courts_import_is_not_there(page: Any, person: Any, other_court: Any, client_of: Any) -> None:
    sent = upload(page, table(line("甲一")))
    stranger = client_of(person("funds_officer", at=other_court))
    assert stranger.get(sent["Location"]).status_code == 404


def test_the_list_of_imports_costs_the_same_however_many_there_are(page: Any, court: Any, django_assert_max_num_queries: Any) -> None:
    page.get("/funds/statements/")
    for n in range(40):
        StatementRun.objects.create(court=court, file_name=f"{n}.csv", sha256="0" * 64, made_at=clock.now(), made_by_name="样某", state="done")
    with django_assert_max_num_queries(9):
        assert page.get("/funds/statements/").content.decode().count("data-open") == 40


def test_a_file_that_cannot_be_read_is_refused_beside_the_field_and_not_kept(page: Any, settings: Any) -> None:
    answer = upload(page, b"MZ\x90\x00 not a workbook", "流水.xlsx")
    assert answer.status_code == 422
    assert 'id="id_file_error"' in answer.content.decode()
    assert not StatementRun.objects.exists()
    assert not [p for p in Path(settings.MEDIA_ROOT).rglob("*") if p.is_file()]
