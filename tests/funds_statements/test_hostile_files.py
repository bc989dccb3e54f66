"""trust F6, F7, G18: files that lie, break or attack. Either nothing at all is imported and a sentence says why, or every row of the
file is accounted for: read = created + unchanged + outgoing + rejected, each rejected row with its reason, the good rows booked."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import pytest

from tests.funds_statements.making import HEADS, line, table
from tests.real_court import MONDAY
from tests.statements.conftest import entry, message, workbook
from tests.statements.test_hostile_statements import DOCUMENT, LAUGHS, repacked
from zhixing.desks.funds import balances
from zhixing.desks.funds.importing import import_statement
from zhixing.desks.funds.models import Receipt
from zhixing.desks.funds.reconciling.models import BankLine, StatementRun
from zhixing.rulebook.refusals import Refusal

pytestmark = pytest.mark.django_db
GOOD, LAST = line("好1"), line("好2", "200.00")
SHEET = "xl/worksheets/sheet1.xml"
BOOK = workbook([HEADS, GOOD, LAST])
CHINESE = re.compile("[一-鿿]")
DAY = MONDAY.replace(month=2, day=27, hour=0, tzinfo=None)  # as a workbook has it


class Hostile(NamedTuple):
    """A file of `rows` filled rows under its header: how many are booked, and why the others are not."""

    name: str
    content: bytes
    file_name: str
    rows: int
    created: int = 2
    outgoing: int = 0
    skipped: int = 0
    why: str = ""


def among(*rows: list[Any], **more: Any) -> bytes:
    return table(GOOD, *rows, LAST, **more)


def row_with(**cells: Any) -> list[Any]:
    """A row that is wrong in the cells named by header."""
    return [cells.get(head, cell) for head, cell in zip(HEADS, line("坏1"), strict=True)]


def lying(file: bytes) -> bytes:
    """The workbook whose sheet says that it is two cells large."""
    return repacked(file, lambda name, c: re.sub(rb'<dimension ref="[^"]*"/>', b'<dimension ref="A1:B2"/>', c) if name == SHEET else c)


READ = [
    Hostile("a formula where the amount stands", workbook([HEADS, GOOD, row_with(收入金额="=SUM(C2:C2)"), LAST]), "a.xlsx", 3, why="没有收入或支出金额"),
    Hostile("a formula as text", among(row_with(收入金额="=1+1")), "a.csv", 3, why="金额"),
    Hostile("a formula as serial", among(row_with(交易流水号="=HYPERLINK(1)")), "a.csv", 3, why="像公式"),
    Hostile("a title merged over the header", workbook([["本院案款专户明细", *[None] * 7], [None] * 8, HEADS, GOOD, LAST]), "a.xlsx", 2),
    Hostile("a dimension that lies", lying(workbook([HEADS, *(line(f"好{n}") for n in range(300))])), "a.xlsx", 300, created=300),
    Hostile("an account that became a number", workbook([HEADS, GOOD, row_with(对方账号=6.2e18), LAST]), "a.xlsx", 3, why="已经丢失"),
    Hostile("a serial in scientific notation", among(row_with(交易流水号="6.2E+18")), "a.csv", 3, why="科学计数法"),
    Hostile("a serial twice with another amount", among(line("好1", "999.00")), "a.csv", 3, why="与第2行重复"),
    Hostile("a negative amount", among(row_with(收入金额="-100.00")), "a.csv", 3, why="冲正"),
    Hostile("in and out in one row", among(row_with(支出金额="3.00")), "a.csv", 3, why="既有收入又有支出"),
    Hostile("1e300", workbook([HEADS, GOOD, row_with(收入金额=1e300), LAST]), "a.xlsx", 3, why="金额"),
    Hostile("1e300 as text", among(row_with(收入金额="1e300")), "a.csv", 3, why="科学计数法"),
    Hostile("not a number", among(row_with(收入金额="NaN"), row_with(交易流水号="坏2", 收入金额="Infinity")), "a.csv", 4, why="金额"),
    Hostile("finer than a fen", among(row_with(收入金额="1.005")), "a.csv", 3, why="比分还细"),
    Hostile("dates as texts, numbers and moments", workbook([HEADS, row_with(交易流水号="好1", 交易日期=DAY), row_with(交易流水号="好2", 交易日期="2026年2月27日"),
            row_with(交易流水号="好3", 交易日期=46080), row_with(交易流水号="好4", 交易日期="20260227"), row_with(交易日期="二月底")]), "a.xlsx", 5, created=4, why="日期"),
    Hostile("the calendar of 1904", workbook([HEADS, row_with(交易流水号="好1", 交易日期=DAY), row_with(交易流水号="好2", 交易日期=DAY)], date_1904=True), "a.xlsx", 2),
    Hostile("a mark at the beginning", among(encoding="utf-8-sig"), "a.csv", 2),
    Hostile("a page that calls itself xls", ("<html><table>" + "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in r)}</tr>" for r in (HEADS, GOOD, LAST))
            + "</table></html>").encode(), "a.xls", 2),
    Hostile("quotes, commas and line ends in a cell", among(line("好3", remark='案款，"二期"\n第二行,尾')), "a.csv", 3, created=3),
    Hostile("totals and headers in between", among(["合计", "", "300.00"], HEADS, ["本页小计"]), "a.csv", 5, skipped=3),
    Hostile("a day that has not come", among(row_with(交易日期="2026-03-03")), "a.csv", 3, why="晚于今天"),
    Hostile("a day before banks", among(row_with(交易日期="1900-01-01")), "a.csv", 3, why="早于"),
    Hostile("foreign money", table([*GOOD, "人民币"], [*line("坏1"), "USD"], [*LAST, "CNY"], heads=[*HEADS, "币种"]), "a.csv", 3, why="币种"),
    Hostile("columns in another order", table(*([r[n] for n in (7, 6, 5, 4, 3, 2, 1, 0)] for r in (GOOD, LAST)), heads=HEADS[::-1]), "a.csv", 2),
    Hostile("no serial", among(row_with(交易流水号="")), "a.csv", 3, why="没有流水号"),
    Hostile("a serial without end", among(row_with(交易流水号="9" * 61)), "a.csv", 3, why="最多60个"),
    Hostile("money that went out", among(line("出1", "", "7.00")), "a.csv", 3, outgoing=1),
    Hostile("text where the amount stands", among(row_with(收入金额="壹佰")), "a.csv", 3, why="金额"),
    Hostile("rows cut short", among(["坏1", "2026-02-27"]), "a.csv", 3, why="没有收入或支出金额"),
    Hostile("bank messages in other money", message(entry("好1"), entry("坏1", currency="USD"), entry("好2")), "a.xml", 3, why="币种"),
]

REFUSED = [
    ("an empty file", b"", "a.csv", "空的"),
    ("no header", table(GOOD, heads=LAST), "a.csv", "没有找到表头"),
    ("only a header", table(), "a.csv", "没有一行流水"),
    ("two encodings in one file", among(encoding="utf-8") + "坏1,乙公司".encode("gb18030") + b"\xff\xff\n", "a.csv", "不是表格"),
    ("a workbook cut in half", BOOK[: len(BOOK) // 2], "a.xlsx", "损坏"),
    ("a zip bomb", repacked(BOOK, add={"xl/media/a.png": b"\0" * (64 << 20)}), "a.xlsx", "解压后过大"),
    ("a macro", repacked(BOOK, add={"xl/vbaProject.bin": b"x"}), "a.xlsx", "宏"),
    ("entities that grow", message(entry(serial="&l9;"), before=f'<!DOCTYPE Document [<!ENTITY l0 "ha">{LAUGHS}]>'), "a.xml", "实体定义"),
    ("another message", message(entry(), root=DOCUMENT % "camt.052.001.02"), "a.xml", "不是 camt.053"),
    ("a row of ten thousand cells", table(GOOD, ["1"] * 10_000), "a.csv", "第10000列"),
    ("a row of a hundred thousand cells", table(GOOD, ["1"] * 100_000), "a.csv", "过长"),
]  # fmt: skip


@pytest.mark.parametrize("hostile", READ, ids=[h.name for h in READ])
def test_every_row_is_booked_or_refused_with_a_reason_and_good_rows_come_in(court: Any, people: Any, hostile: Hostile) -> None:
    done = import_statement(file=hostile.content, filename=hostile.file_name, by=people.officer, at=MONDAY)
    rejected = hostile.rows - hostile.created - hostile.outgoing - hostile.skipped
    assert (done.read, done.skipped) == (hostile.rows - hostile.skipped, hostile.skipped)
    assert (done.created, done.unchanged, done.outgoing, len(done.rejected)) == (hostile.created, 0, hostile.outgoing, rejected)
    assert all(CHINESE.search(one["reason"]) and hostile.why in one["reason"] for one in done.rejected), done.rejected
    serials = set(Receipt.objects.values_list("bank_serial", flat=True))
    assert {s for s in serials if not s.startswith("好")} == set()
    assert BankLine.objects.count() == hostile.created + hostile.outgoing
    held = sum(Receipt.objects.values_list("amount_fen", flat=True))
    found = balances.trial_balance(court.pk, MONDAY.date())
    assert (found.difference_fen, found.held_fen) == (0, held)
    assert StatementRun.objects.get().state == StatementRun.DONE


@pytest.mark.parametrize(("name", "content", "file_name", "why"), REFUSED, ids=[r[0] for r in REFUSED])
def test_a_file_that_cannot_be_trusted_books_nothing_at_all_and_says_why(people: Any, name: str, content: bytes, file_name: str, why: str) -> None:
    with pytest.raises(Refusal, match=why):
        import_statement(file=content, filename=file_name, by=people.officer, at=MONDAY)
    assert not Receipt.objects.exists()
    assert not BankLine.objects.exists()
    run = StatementRun.objects.get()
    assert run.state == StatementRun.FAILED
    assert why in run.error


def test_columns_in_another_order_keep_their_meaning(people: Any) -> None:
    swapped = next(h for h in READ if h.name == "columns in another order")
    import_statement(file=swapped.content, filename="a.csv", by=people.officer, at=MONDAY)
    row = Receipt.objects.get(bank_serial="好2")
    assert (row.amount_fen, row.payer, row.payer_account, row.arrived_on.isoformat(), row.remark) == (20_000, "样乙公司", "6200000000000000001", "2026-02-27", "案款")


def test_the_same_serial_going_out_with_another_amount_later_is_told(people: Any) -> None:
    for n, amount in enumerate(("7.00", "8.00")):
        done = import_statement(file=table(line("出1", "", amount)), filename="a.csv", by=people.officer, at=MONDAY)
        assert (done.read, done.outgoing, len(done.rejected)) == (1, 1 - n, n)
    assert "以前导入的支出是 7.00 元" in done.rejected[0]["reason"]
