"""Statements made to harm or simply broken: each is refused with a sentence, or the bad row is named and the rest is read."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.statements.conftest import HEADER, ROW, entry, message, row, table, workbook
from zhixing.clock import CST
from zhixing.desks.funds.statements.layout import limits
from zhixing.rulebook.refusals import Refusal

SHEET = "xl/worksheets/sheet1.xml"
BOOK = workbook([HEADER, ROW])
DOCUMENT = '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:%s">'
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def repacked(file: bytes, edit: Callable[[str, bytes], bytes] = lambda _, c: c, add: dict[str, bytes] | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, edit(name, source.read(name)))
        for name, content in (add or {}).items():
            target.writestr(name, content)
    return out.getvalue()


REFUSED = [
    ("zip bomb", repacked(BOOK, add={"xl/media/a.png": b"\0" * (64 << 20)}), "a.xlsx", "解压后过大"),
    ("a macro workbook by its name", BOOK, "a.xlsm", "扩展名"),
    ("too many parts", repacked(BOOK, add={f"xl/media/{n}": b"" for n in range(2000)}), "a.xlsx", "部件"),
    ("macros", repacked(BOOK, add={"xl/vbaProject.bin": b"x"}), "a.xlsx", "宏"),
    ("external link", repacked(BOOK, add={"xl/externalLinks/externalLink1.xml": b"x"}), "a.xlsx", "外部链接"),
    ("truncated workbook", BOOK[: len(BOOK) // 2], "a.xlsx", "损坏"),
    ("empty", b"", "a.csv", "空的"),
    ("a page called xlsx", b"<html><table><tr><td>1</td></tr></table></html>", "a.xlsx", "内容却是网页"),
    ("a page called csv", b"<html><table></table></html>", "a.csv", "内容却是网页"),
    ("a workbook called csv", BOOK, "a.csv", "内容却是Excel"),
    ("a pdf", b"%PDF-1.7\n", "a.xlsx", "内容却是PDF"),
    ("a program", b"\x7fELF\x02\x01\x01\x00", "a.csv", "不是表格"),
    ("wrong encoding", table([HEADER, ROW])[:-9] + b"\xff\xff\xff\n", "a.csv", "不是表格"),
    ("no header", table([ROW, row("LS2")]), "a.csv", "没有找到表头"),
    ("half a header", table([["交易流水号", "交易时间", "余额"], ["1", "2026-01-01", "2"]]), "a.csv", "缺少收入金额或交易金额和借贷标志"),
    ("only a header", table([HEADER]), "a.csv", "没有一行流水"),
    ("a cell without end", table([HEADER, row("LS2", 摘要="甲" * 40_000)]), "a.csv", "过长"),
    ("too many columns", table([HEADER, ["1"] * 200]), "a.csv", "第200列"),
    ("outside entity", message(entry(serial="&x;"), before='<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), "a.xml", "实体定义"),
    ("entity bomb", message(entry(serial="&l9;"), before=f'<!DOCTYPE Document [<!ENTITY l0 "ha">{LAUGHS}]>'), "a.xml", "实体定义"),
    ("outside document type", message(entry(), before='<!DOCTYPE Document SYSTEM "http://example.invalid/x.dtd">'), "a.xml", "实体定义"),
    ("truncated message", message(entry())[:-30], "a.xml", "XML 报文已损坏"),
    ("another message", message(entry(), root=DOCUMENT % "camt.052.001.02"), "a.xml", "不是 camt.053"),
    ("some other XML", b"<?xml version='1.0'?><a/>", "a.xml", "内容却是网页"),
    ("another message under the name", message(entry(), root=DOCUMENT % "pain.001" + "<!--camt.053-->"), "a.xml", "不是 camt.053"),
    ("tags without end", b'<?xml version="1.0"?>' + (DOCUMENT % "camt.053.001.02").encode() + b"<a>" * 100_000, "a.xml", "XML 报文已损坏"),
    ("a message called csv", message(entry()), "a.csv", "内容却是银行 XML"),
    ("a message without entries", message(), "a.xml", "没有一行流水"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "name", "why"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED])
def test_a_file_that_is_no_statement_is_refused_with_a_sentence(read: Any, file: bytes, name: str, why: str) -> None:
    with pytest.raises(Refusal, match=why) as refused:
        read(file, name)
    assert refused.value.reasons[0].now


WRONG_ROWS = [
    ("negative", {"收入金额": "-1234.56"}, "收入金额", "负数"),
    ("accountant's negative", {"收入金额": "(1,234.56)"}, "收入金额", "负数"),
    ("finer than a fen", {"收入金额": "1234.567"}, "收入金额", "比分还细"),
    ("astronomic", {"收入金额": "9" * 30}, "收入金额", "过大"),
    ("not a number", {"收入金额": "NaN"}, "收入金额", "无法识别"),
    ("formula error", {"收入金额": "#REF!"}, "收入金额", "公式错误"),
    ("formula as text", {"收入金额": "=1+1"}, "收入金额", "无法识别"),
    ("in and out", {"支出金额": "1"}, "收入金额", "既有收入又有支出"),
    ("no amount", {"收入金额": "0.00"}, "收入金额", "没有收入或支出"),
    ("future", {"交易时间": "2026-03-03"}, "交易时间", "晚于今天"),
    ("far future", {"交易时间": "9999-12-31"}, "交易时间", "晚于今天"),
    ("long past", {"交易时间": "1999-12-31"}, "交易时间", "早于"),
    ("no such day", {"交易时间": "2026-02-30"}, "交易时间", "不存在|无法识别"),
    ("no day", {"交易时间": ""}, "交易日期", "没有交易日期"),
    ("no serial", {"交易流水号": ""}, "交易流水号", "没有流水号"),
    ("duplicated serial", {"交易流水号": "LS0001"}, "交易流水号", "与第2行重复"),
    ("serial in exponents", {"交易流水号": "1.23457E+18"}, "交易流水号", "科学计数法"),
    ("serial that is a formula", {"交易流水号": "=cmd|' /C calc'!A0"}, "交易流水号", "公式"),
    ("serial with a control character", {"交易流水号": "A\u202eB"}, "交易流水号", "不是流水号"),
    ("serial without end", {"交易流水号": "9" * 81}, "交易流水号", "最多60个"),
    ("account in exponents", {"对方账号": "6.2E+18"}, "对方账号", "科学计数法"),
    ("name without end", {"对方户名": "甲" * 121}, "对方户名", "最多120个"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "column", "why"), [c[1:] for c in WRONG_ROWS], ids=[c[0] for c in WRONG_ROWS])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_row_that_cannot_be_a_line_is_named_and_the_rest_is_read(
    read: Any, kind: str, changes: dict[str, str], column: str, why: str
) -> None:
    rows = [HEADER, ROW, row(changes.get("交易流水号", "LS2"), **changes), row("LS3")]
    found = read(table(rows) if kind == "csv" else workbook(rows), f"流水.{kind}")
    assert [n.serial for n in found.lines] == ["LS0001", "LS3"]
    assert [(e.row, e.column) for e in found.errors] == [(3, column)]
    assert re.search(why, found.errors[0].why)


def test_a_serial_kept_as_a_number_is_read_while_all_its_digits_are_there(read: Any) -> None:
    found = read(workbook([HEADER, [123456789012345, *ROW[1:]], [1234567890123456789, *ROW[1:]]]), "流水.xlsx")
    assert [n.serial for n in found.lines] == ["123456789012345"]
    assert "末尾几位已经丢失" in found.errors[0].why


def test_a_formula_without_its_value_is_no_amount(read: Any) -> None:
    found = read(workbook([HEADER, [*ROW[:2], "=SUM(A1:A2)", *ROW[3:]], row("LS2")]), "流水.xlsx")
    assert [n.serial for n in found.lines] == ["LS2"]
    assert found.errors[0].row == 2


def test_what_is_left_over_from_binary_fractions_costs_no_fen(read: Any) -> None:
    found = read(workbook([HEADER, [*ROW[:2], 0.1 + 0.2, None, 1e-9, *ROW[5:]]]), "流水.xlsx")
    assert [(n.amount_fen, n.balance_fen) for n in found.lines] == [(30, 0)]


def test_a_balance_that_cannot_be_read_is_only_a_warning(read: Any) -> None:
    found = read(table([HEADER, row("LS1", 余额="不明")]), "流水.csv")
    assert found.lines[0].balance_fen is None
    assert "没有采用" in found.warnings[0].why


def test_text_that_looks_like_a_formula_stays_text_and_quoted_numbers_lose_their_quotes(read: Any) -> None:
    found = read(table([HEADER, row('="00123"', 摘要="=HYPERLINK(1)", 对方账号="\t6200")]), "流水.csv")
    line = found.lines[0]
    assert (line.serial, line.payer_account, line.remark) == ("00123", "6200", "=HYPERLINK(1)")


def test_a_lying_dimension_hides_no_row(read: Any) -> None:
    def lie(name: str, content: bytes) -> bytes:
        return re.sub(rb'<dimension ref="[^"]*"/>', b'<dimension ref="A1:B2"/>', content) if name == SHEET else content

    file = repacked(workbook([HEADER, *(row(f"LS{n}") for n in range(300))]), lie)
    assert b'ref="A1:B2"' in zipfile.ZipFile(io.BytesIO(file)).read(SHEET)
    assert len(read(file, "流水.xlsx").lines) == 300


def test_a_page_that_calls_itself_xls_is_read_as_banks_send_it(read: Any) -> None:
    cells = ["".join(f"<td>{c}</td>" for c in cells) for cells in (HEADER, ROW)]
    page = f"<html><body><table>{''.join(f'<tr>{c}</tr>' for c in cells)}</table></body></html>"
    assert read(page.encode("gb18030"), "流水.xls").lines[0].payer_name == "甲公司"


def test_a_foreign_currency_is_no_money_of_the_account(read: Any) -> None:
    found = read(message(entry("R1"), entry("R2", currency="USD")), "a.xml")
    assert [n.serial for n in found.lines] == ["R1"]
    assert "人民币" in found.errors[0].why


def test_a_torn_csv_names_the_torn_row_and_keeps_the_others(read: Any) -> None:
    whole = table([HEADER, ROW, row("LS2")])
    found = read(whole[: whole.rindex(b"1234.56")], "流水.csv")
    assert [n.serial for n in found.lines] == ["LS0001"]
    assert found.errors[0].row == 3


def test_a_file_beyond_the_cap_is_not_even_opened(read: Any, tmp_path: Any) -> None:
    big = tmp_path / "a.csv"
    with big.open("wb") as file:
        file.truncate(limits()["file"]["bytes"] + 1)
    with pytest.raises(Refusal, match="最多100MB"):
        read(big, "a.csv")


def test_the_moment_is_court_time_however_the_bank_writes_it(read: Any) -> None:
    ways = ["2026-02-27 10:30:05", "2026/2/27 10:30:05", "20260227103005", "20260227 10:30:05", "2026年2月27日 10:30:05", "2026-02-27T02:30:05Z"]
    found = read(table([HEADER, *(row(f"LS{n}", 交易时间=way) for n, way in enumerate(ways))]), "流水.csv")
    assert found.errors == []
    assert {n.booked_at for n in found.lines} == {datetime(2026, 2, 27, 10, 30, 5, tzinfo=CST)}
