"""Bank statements in (四(三)1, 四(三)3(2)): several banks, kinds of files and ways of writing become the same lines."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.statements.conftest import DETAIL, HEADER, ROW, TODAY, balance, entry, message, row, table, workbook
from zhixing.clock import CST
from zhixing.desks.funds.importing import survey
from zhixing.desks.funds.statements import IN, OUT, Control, Line, check_control, stream_statement
from zhixing.desks.funds.statements.layout import vocabulary
from zhixing.rulebook.refusals import Refusal

WHEN = datetime(2026, 2, 27, 10, 30, 5, tzinfo=CST)
GOOD = Line("LS0001", WHEN, 123456, IN, "甲公司", "6200000000000000001", "（2026）豫1502执1号案款", 999900)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        (table([HEADER, ROW]), "流水.csv"),
        (table([HEADER, ROW], "gb18030"), "流水.csv"),
        (table([HEADER, ROW], "utf-8-sig"), "流水.csv"),
        (table([HEADER, ROW], "utf-16"), "流水.txt"),
        (table([HEADER, ROW]).replace(b",", b"\t"), "流水.xls"),
        (workbook([HEADER, ROW]), "流水.xlsx"),
        (workbook([["本院案款专户账户明细"], ["账号：6200"], [], HEADER, ROW]), "流水.xlsx"),
        (workbook([HEADER, [*ROW[:1], WHEN.replace(tzinfo=None), 1234.56, None, 9999, *ROW[5:]]]), "流水.xlsx"),
    ],
)  # fmt: skip
def test_the_same_line_comes_out_of_every_kind_of_file(read: Any, file: bytes, name: str) -> None:
    found = read(file, name)
    assert found.lines == [GOOD]
    assert (found.errors, found.totals.count, found.totals.in_fen, found.totals.out_fen) == ([], 1, 123456, 0)


BANKS = [
    ("ccb", ["账号", "交易时间", "借方发生额（支取）", "贷方发生额（收入）", "余额", "币种", "对方户名", "对方账号", "对方开户机构", "记账日期", "摘要", "备注",
             "账户明细编号-交易流水号", "企业流水号"],
     ["6200", "20260227 10:30:05", "0.00", "1,234.56", "9,999.00", "人民币元", "甲公司", "6200000000000000001", "某支行", "20260227", "（2026）豫1502执1号",
      "案款", "7-LS0001", "-"], ("7-LS0001", 123456, IN, "甲公司", "（2026）豫1502执1号 案款")),
    ("icbc", ["凭证号", "本方账号", "对方账号", "交易时间", "借/贷", "借方发生额", "贷方发生额", "对方行号", "摘要", "用途", "对方单位名称", "余额"],
     ["PZ1", "6200", "6201", "2026-02-27 10:30:05", "贷", "", "88.00", "102", "汇款", "案款", "乙公司", "1,000.00"], ("PZ1", 8800, IN, "乙公司", "汇款 案款")),
    ("boc", ["交易类型[ Transaction Type ]", "付款人账号[ Debit Account No. ]", "付款人名称[ Payer's Name ]", "交易日期[ Transaction Date ]",
             "交易时间[ Transaction time ]", "交易货币[ Trade Currency ]", "交易金额[ Trade Amount ]", "交易流水号[ Transaction reference number ]", "用途[ Purpose ]"],
     ["来账", "6201", "丙某", "20260227", "10:30:05", "CNY", "500.5", "T9", "案款"], ("T9", 50050, IN, "丙某", "案款")),
    ("rural", ["交易日期", "时间", "柜员流水号", "借贷标志", "交易金额", "余额", "对方户名", "对方账号", "摘要"],
     ["2026-02-27", "103005", "G3", "借", "20.00", "5.00", "丁某", "6203", "发放案款"], ("G3", 2000, OUT, "丁某", "发放案款")),
]  # fmt: skip


@pytest.mark.parametrize(("bank", "header", "cells", "wanted"), BANKS, ids=[b[0] for b in BANKS])
def test_each_bank_is_recognised_by_its_headers(read: Any, bank: str, header: list[str], cells: list[str], wanted: tuple[Any, ...]) -> None:
    found = read(table([header, cells], "gb18030"), "明细.csv")
    assert found.errors == []
    line = found.lines[0]
    assert found.bank.id == bank
    assert (line.serial, line.amount_fen, line.direction, line.payer_name, line.remark) == wanted
    assert line.booked_at.isoformat() == "2026-02-27T10:30:05+08:00"


def test_the_words_of_the_file_name_known_fields_and_the_uncertain_banks_say_so() -> None:
    banks = vocabulary().banks
    assert {b.id for b in banks if b.verify} == {"icbc", "abc", "boc", "bocom", "rural"}
    assert all(set(b.headers.values()) <= set(vocabulary().titles) for b in banks)


def test_a_wrong_row_costs_no_other_row(read: Any) -> None:
    """四(三)1: what is wrong is named by row and column; the rest is there."""
    bad = [row("LS2", 收入金额="-5"), row("LS3", 交易时间="昨天"), row("", 摘要="x"), row("LS5", 支出金额="1"), row("LS6", 收入金额="")]
    found = read(table([HEADER, ROW, *bad, row("LS7")]), "流水.csv")
    assert [line.serial for line in found.lines] == ["LS0001", "LS7"]
    assert [(e.row, e.column) for e in found.errors] == [(3, "收入金额"), (4, "交易时间"), (5, "交易流水号"), (6, "收入金额"), (7, "收入金额")]
    assert "冲正" in found.errors[0].why


def test_totals_and_repeated_headers_are_no_lines(read: Any) -> None:
    found = read(table([HEADER, ROW, ["合计：", "", "1234.56"], HEADER, row("LS2"), ["", ""], ["期末余额", "9"]]), "流水.csv")
    assert (len(found.lines), found.errors) == (2, [])
    assert [n for n, _ in found.skipped] == [3, 4, 7]


@pytest.mark.parametrize(
    ("control", "fields"),
    [
        (Control(2, 246912), []), (Control(2, 246912, 0), []), (Control(3, 246912), ["control_count"]), (Control(2, 246911), ["control_in"]),
        (Control(1, 1, 1), ["control_count", "control_in", "control_out"]),
    ],
)  # fmt: skip
def test_nothing_is_imported_unless_count_and_sum_are_those_the_clerk_typed(read: Any, control: Control, fields: list[str]) -> None:
    """四(三)1"""
    found = read(table([HEADER, ROW, row("LS2")]), "流水.csv")
    if not fields:
        check_control(found, control)
        return
    with pytest.raises(Refusal, match="一行也没有导入") as refused:
        check_control(found, control)
    assert [r.field for r in refused.value.reasons] == fields


def test_rows_that_were_not_read_are_named_when_the_control_differs(read: Any) -> None:
    found = read(table([HEADER, ROW, row("LS2", 收入金额="x")]), "流水.csv")
    with pytest.raises(Refusal, match="有 1 行没有读出（第 3 行）"):
        check_control(found, Control(2, 246912))


def test_an_entry_of_camt_053_becomes_a_line(read: Any) -> None:
    details = DETAIL.format(amount="100.00", name="甲公司")
    found = read(message(entry("R1", details=details), entry("R2", "7.05", "DBIT", day="2026-02-28+08:00")), "statement.xml")
    first, second = found.lines
    assert first == Line("R1", datetime(2026, 2, 27, tzinfo=CST), 10000, IN, "甲公司", "6200000000000000002", "案款", None)
    assert (second.serial, second.amount_fen, second.direction, second.booked_at.day) == ("R2", 705, OUT, 28)


@pytest.mark.parametrize(("said", "balances"), [
    ([("OPBD", "1000.00"), ("CLBD", "1092.95")], [110000, 109295]),
    ([("PRCD", "1000.00")], [110000, 109295]),
    ([("CLBD", "1092.95")], [None, None]),
    ([("OPBD", "1e999999999"), ("CLBD", "1092.95")], [None, None]),
    ([], [None, None]),
])  # fmt: skip
def test_a_message_s_balances_are_carried_from_line_to_line(read: Any, said: Any, balances: Any) -> None:
    found = read(message(*(balance(*one) for one in said), entry("R1"), entry("P1", status="PDNG"), entry("R2", "7.05", "DBIT")), "a.xml")
    assert [line.balance_fen for line in found.lines] == balances


def test_a_message_that_does_not_come_to_its_own_closing_balance_is_refused() -> None:
    ends, entries = [balance("OPBD", "1000.00"), balance("CLBD", "1092.95")], [entry("R1"), entry("R2", "7.05", "DBIT")]
    whole = survey(message(*ends, *entries), "a.xml", today=TODAY)
    assert (whole.opening_fen, whole.closing_fen, whole.broken) == (100000, 109295, False)
    for some in (entries[:1], entries[1:], [*entries, entry("R3")]):
        with pytest.raises(Refusal, match=r"期末余额是 1092.95.*可能缺了明细"):
            survey(message(*ends, *some), "a.xml", today=TODAY)


def test_details_become_lines_only_where_they_add_up_to_what_was_booked(read: Any) -> None:
    two = DETAIL.format(amount="60.00", name="甲某") + DETAIL.format(amount="40.00", name="乙某")
    assert [(n.serial, n.amount_fen, n.payer_name) for n in read(message(entry(details=two)), "a.xml").lines] == [
        ("R1-1", 6000, "甲某"), ("R1-2", 4000, "乙某")]  # fmt: skip
    assert [(n.serial, n.amount_fen) for n in read(message(entry(amount="99.00", details=two)), "a.xml").lines] == [("R1", 9900)]


def test_a_prefix_is_the_same_message_and_what_is_not_booked_is_no_line(read: Any) -> None:
    plain = message(entry("R1"), entry("R2", status="PDNG"))
    prefixed = plain.decode().replace("<", "<n:").replace("<n:/", "</n:").replace("<n:?", "<?").replace("xmlns=", "xmlns:n=").encode()
    assert [n.serial for n in read(plain, "a.xml").lines] == [n.serial for n in read(prefixed, "a.xml").lines] == ["R1"]


def big(path: Path, kind: str, count: int = 100_000) -> Path:
    """A statement of a hundred thousand lines."""
    rows = ([f"LS{n:07}", "2026-02-27 10:30:05", "12.34", "", "9999.00", f"甲公司{n % 500}", f"62{n:017}", f"（2026）豫1502执{n}号案款"] for n in range(count))
    file = path / f"big.{kind}"
    if kind == "csv":
        file.write_bytes(table([HEADER, *rows]))
    elif kind == "xml":
        file.write_bytes(message(*(entry(f"R{n:07}", "12.34", details=DETAIL.format(amount="12.34", name="甲公司")) for n in range(count))))
    else:
        import xlsxwriter

        with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
            sheet = book.add_worksheet()
            for n, cells in enumerate([HEADER, *rows]):
                sheet.write_row(n, 0, cells)
    return file


MEASURE = """
import resource, sys
from datetime import date
from zhixing.desks.funds.statements import stream_statement
with stream_statement(sys.argv[1], sys.argv[1], today=date(2026, 3, 2)) as stream:
    for line in stream: pass
own = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(stream.totals.count, stream.totals.in_fen, len(stream.errors), own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["csv", "xlsx", "xml"])
def test_a_hundred_thousand_lines_pass_within_two_hundred_megabytes(tmp_path: Path, kind: str) -> None:
    """Each of the two processes, measured by the kernel (a new program inherits the ru_maxrss of whoever started it, not VmHWM)."""
    file = big(tmp_path, kind)
    done = subprocess.run([sys.executable, "-c", MEASURE, str(file)], capture_output=True, text=True, check=True, timeout=300)
    count, total, errors, own, child = (int(n) for n in done.stdout.split())
    assert (count, total, errors) == (100_000, 123_400_000, 0)
    assert own < 200 * 1024
    assert child < 200 * 1024


def test_the_lines_of_a_stream_come_one_by_one() -> None:
    with stream_statement(table([HEADER, *(row(f"LS{n}") for n in range(2_000))]), "流水.csv", today=TODAY) as stream:
        assert stream.totals.count == 0
        next(iter(stream))
        assert stream.totals.count == 1
