"""A feedback comes in: read, kept once, its facts computed, its form filed (三(二)6)."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.inquiry.samples import ALL_KINDS, DEPOSITS, deposit, deposits, page, pdf, workbook
from tests.real_court import MONDAY, moment
from zhixing.casework.assets.models import Asset, Feedback
from zhixing.casework.cases.models import CaseState
from zhixing.casework.dossier.models import Scan
from zhixing.casework.duties.models import Duty
from zhixing.casework.journal.models import JournalEntry
from zhixing.rulebook import memory
from zhixing.rulebook.refusals import Refusal


def facts(case: Any) -> dict[str, Any]:
    return memory.load(CaseState.objects.get(case=case).document).facts


def payloads(case: Any) -> list[dict[str, Any]]:
    rows = JournalEntry.objects.filter(case=case, kind="inquiry_feedback_received").order_by("seq")
    return [json.loads(text) for text in rows.values_list("payload", flat=True)]


def test_every_kind_of_a_web_page_feedback_becomes_one_asset_三二6(new_case: Any, take: Any, prefecture: Any) -> None:
    case = new_case()
    done = take(case, page(*ALL_KINDS, head=f"执行案号：{case.number}  反馈时间：2026-03-01 08:00"), "反馈.html")
    assert (done.created, done.updated, done.unchanged, done.rejected) == (9, 0, 0, [])
    assert done.nothing == 2  # the closed account, and the section that says 查无
    assert {a.kind for a in done.assets} == {
        "deposit", "vehicle", "real_estate", "equity", "securities", "wealth", "payment", "housing_fund", "insurance",
    }  # fmt: skip
    by_kind = {a.kind: a for a in done.assets}
    assert by_kind["deposit"].amount_yuan == Decimal("12345.67")
    assert by_kind["real_estate"].area == Asset.OUT  # its unit number begins with 110101
    assert by_kind["equity"].area == Asset.IN  # registered under 411502
    assert by_kind["vehicle"].area == Asset.IN  # 试验市车管所
    assert by_kind["deposit"].area == Asset.ANYWHERE
    assert by_kind["equity"].amount_yuan is None  # a registered contribution is no money
    assert by_kind["real_estate"].encumbrance == "已抵押"


def test_the_facts_follow_from_the_assets_四一2_2_四一3_1(new_case: Any, take: Any, prefecture: Any) -> None:
    case = new_case(claim_yuan=Decimal("1000000.00"))
    take(case, page(*ALL_KINDS), "反馈.html")
    assert payloads(case)[0] | {"summary": ""} == {
        "feedback_no": "反馈001", "asset_found": True, "enough_cash_found": False, "freezable": True, "realisation_needed": True,
        "disposal_needed": True, "out_of_area": True, "summary": "",
    }  # fmt: skip
    assert facts(case)["out_of_area_asset"] is True
    running = set(Duty.objects.filter(case=case, is_open=True).values_list("rule", flat=True))
    assert {"print_feedback", "handle_feedback", "freeze_online", "pass_out_of_area", "triage_again_after_feedback"} <= running


def test_enough_cash_leaves_nothing_to_sell_四一2_2(new_case: Any, take: Any) -> None:
    case = new_case(claim_yuan=Decimal("5000.00"))
    take(case, deposits(deposit("62200000000000001", "4999.99"), deposit("62200000000000002", "0.01")))
    assert payloads(case)[0]["enough_cash_found"] is True
    take(case, deposits(deposit("62200000000000001", "4999.98", on="2026-03-02 08:00")))
    assert payloads(case)[1]["enough_cash_found"] is False


def test_the_same_file_twice_changes_nothing(new_case: Any, take: Any) -> None:
    case, data = new_case(), deposits(deposit("62200000000000001", "10.00"), deposit("62200000000000009", "20.00"))
    take(case, data)
    again = take(case, data, at=moment("2026-03-02 10:00"))
    assert (again.read, again.created, again.updated, again.unchanged, again.repeated) == (2, 0, 0, 2, True)
    assert Feedback.objects.count() == len(payloads(case)) == Scan.objects.filter(case=case).count() == 1


def test_the_same_account_in_another_feedback_updates_its_amount_and_never_doubles(new_case: Any, take: Any) -> None:
    case = new_case()
    take(case, deposits(deposit("6220 0000 0000 0001", "10.00")))
    again = take(case, deposits(deposit("6220000000000001", "25.50", bank="试验银行", on="2026-03-02 07:00")))
    assert (again.created, again.updated) == (0, 1)
    assert [(a.no, a.amount_yuan, a.title) for a in again.assets] == [("财001", Decimal("25.50"), "试验银行")]


def test_an_older_report_does_not_undo_a_newer_one(new_case: Any, take: Any) -> None:
    case = new_case()
    take(case, deposits(deposit("6220000000000001", "25.50", on="2026-03-02 07:00")))
    older = take(case, deposits(deposit("6220000000000001", "99.00", on="2026-02-01 07:00")))
    assert (older.updated, older.unchanged) == (0, 1)
    assert older.assets[0].amount_yuan == Decimal("25.50")


def test_a_wrong_row_never_costs_the_others(new_case: Any, take: Any) -> None:
    case = new_case()
    done = take(case, deposits(
        deposit("62200000000000001", "10.00"), deposit("", "10.00"), deposit("62200000000000002", "-5.00"),
        deposit("62200000000000003", "1.00", who="路某某"), deposit("62200000000000004", "很多"), [1, "样乙公司", "试验银行", 6.2220000000000000e18, "正常", "人民币", 1, 1, ""],
        deposit("62200000000000005", "7.00"),
    ))  # fmt: skip
    assert [a.mark for a in done.assets] == ["62200000000000001", "62200000000000005"]
    assert [(r.row, r.column) for r in done.rejected] == [(3, "账号"), (4, "金额"), (5, "被查询人"), (6, "金额"), (7, "账号")]
    assert "不是本案被执行人" in done.rejected[2].reason
    assert "丢失" in done.rejected[4].reason
    assert done.read == 7


def test_rows_that_could_not_be_read_deny_nothing(new_case: Any, take: Any) -> None:
    case = new_case()
    take(case, workbook(("银行存款", [DEPOSITS, deposit("62200000000000002", "-5.00")]), ("车辆", [["查无"]])))
    assert "asset_found" not in payloads(case)[0]


def test_a_feedback_that_found_nothing_says_so(new_case: Any, take: Any) -> None:
    case = new_case()
    done = take(case, workbook(("银行存款", [DEPOSITS, ["1", "样乙公司", "试验银行", "查无开户信息", "", "", "", "", ""]])))
    assert (done.read, done.nothing) == (0, 1)
    assert payloads(case)[0]["asset_found"] is False
    assert facts(case)["asset_found"] is False


def test_what_others_found_is_not_denied_by_an_empty_query(new_case: Any, take: Any, actor: Any) -> None:
    from zhixing.casework.facts import record

    case, handler = new_case(), actor("handler")
    record("clue_checked", court_id=case.court_id, case_id=case.pk, payload={"clue_no": "1", "result": "有房", "asset_found": True},
           desk="teams", by=handler, at=MONDAY)  # fmt: skip
    take(case, workbook(("银行存款", [["查无"]])))
    assert facts(case)["asset_found"] is True


def test_foreign_money_is_told_and_not_counted_as_yuan(new_case: Any, take: Any) -> None:
    done = take(new_case(), deposits(deposit("62200000000000001", "1000.00", currency="美元")))
    assert done.assets[0].amount_yuan is None
    assert "1000.00 美元" in done.assets[0].description


def test_another_cases_feedback_is_refused(new_case: Any, take: Any) -> None:
    case, other = new_case(), new_case()
    with pytest.raises(Refusal, match="只能用于本案"):
        take(case, page(("银行存款", [DEPOSITS, deposit("62200000000000001", "1.00")]), head=f"执行案号：{other.number}"), "f.html")
    assert not Asset.objects.exists()


def test_with_two_debtors_a_row_says_whose_it_is(new_case: Any, take: Any) -> None:
    case = new_case("样乙公司", "样丁公司")
    done = take(case, deposits(deposit("1", "1.00", who="样丁公司"), deposit("2", "1.00", who="")))
    assert [a.holder.name for a in done.assets] == ["样丁公司"]
    assert "不止一人" in done.rejected[0].reason


def test_the_form_is_filed_whatever_its_kind_四二5(new_case: Any, take: Any) -> None:
    case = new_case()
    take(case, deposits(deposit("1", "1.00")), "a.xlsx")
    take(case, page(("银行存款", [DEPOSITS, deposit("2", "1.00")])), "b.html")
    take(case, pdf("一、银行存款", [DEPOSITS, deposit("62200000000000003", "1.00")]), "c.pdf")
    assert [s.media_type.rsplit(".", 1)[-1] for s in Scan.objects.filter(case=case).order_by("position")] == ["sheet", "sheet", "application/pdf"]


def test_a_printed_form_is_read_column_by_column(new_case: Any, take: Any) -> None:
    done = take(new_case(), pdf("一、银行存款", [DEPOSITS, deposit("62200000000000003", "1,234.50", free="1000.00"), deposit("62200000000000004", "2.00")]), "c.pdf")
    assert done.rejected == []
    assert [(a.mark, a.amount_yuan, a.available_yuan, a.title) for a in done.assets] == [
        ("62200000000000003", Decimal("1234.50"), Decimal("1000.00"), "试验银行东街支行"),
        ("62200000000000004", Decimal("2.00"), Decimal("2.00"), "试验银行东街支行"),
    ]


def test_only_the_desks_officer_takes_feedbacks_in(new_case: Any, take: Any, actor: Any) -> None:
    with pytest.raises(Refusal, match="没有这项权限"):
        take(new_case(), deposits(deposit("1", "1.00")), by=actor("handler"))


def test_another_courts_case_is_not_found(new_case: Any, take: Any, other_court: Any, actor: Any) -> None:
    with pytest.raises(Refusal, match="没有这个案件"):
        take(new_case(), deposits(deposit("1", "1.00")), by=actor("inquiry_officer", at=other_court))


def test_the_command_says_in_json_what_became_of_each_row(new_case: Any, tmp_path: Any, capsys: Any) -> None:
    case, path = new_case(), tmp_path / "f.xlsx"
    path.write_bytes(deposits(deposit("62200000000000001", "10.00"), deposit("", "1.00")))
    call_command("inquiry", "import-feedback", str(path), "--case", case.number.replace("（", "(").replace("）", ")"), "--json")
    said = json.loads(capsys.readouterr().out)
    assert {k: said[k] for k in ("read", "created", "updated", "unchanged")} == {"read": 2, "created": 1, "updated": 0, "unchanged": 0}
    assert said["rejected"] == [{"row": 3, "column": "账号", "reason": said["rejected"][0]["reason"], "sheet": "银行存款"}]
    assert said["assets"][0]["amount_yuan"] == "10.00"
    call_command("inquiry", "import-feedback", str(path), "--case", case.number, "--json")
    assert json.loads(capsys.readouterr().out)["unchanged"] == 1
    with pytest.raises(CommandError, match="没有这个案件"):
        call_command("inquiry", "import-feedback", str(path), "--case", "（2026）豫1502执999号")
