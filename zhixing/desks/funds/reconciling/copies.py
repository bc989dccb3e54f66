"""What leaves the desk as a workbook: the rows a statement's import refused, a month's reconciliation. Text is text: no cell is a formula."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.money.amounts import yuan
from zhixing.web.workbooks import workbook

from .keeping import limits
from .models import StatementRun

WIDTHS = (24, 14, 30, 24, 30, 18, 18, 18)


def rejected_lines(run: StatementRun, *, by: str, at: datetime) -> BytesIO:
    """Every line that was refused and every remark, by its row of the file, with the reason."""
    rows = [
        (title, str(one["row"] or ""), str(one["column"]), str(one["reason"]))
        for title, name in (("退回", "rejected"), ("提醒", "warnings")) for one in run.outcome.get(name, [])
    ]  # fmt: skip
    return _book("退回的行", [("", (10, 8, 30, 80), ("处理", "行", "列", "原因"), rows)], by=by, at=at)


def reconciled(content: Mapping[str, Any], hands: Sequence[tuple[str, str, datetime]], *, by: str, at: datetime) -> BytesIO:
    """A month's reconciliation (`Comparison.content`): balances of both sides, every item, who signed for which side."""
    titles = {side["id"]: side["title"] for side in limits()["sides"]}
    bank, ledger, explained = content["bank_fen"], content["ledger_fen"], content["explained_fen"]
    balances = [("银行对账单余额", _text(bank)), ("减：未达账合计", _text(explained)), ("调节后银行余额", _text(None if bank is None else bank - explained)),
                ("账面银行存款", _text(ledger)), ("未说明的差额", _text(None if bank is None else bank - explained - ledger))]  # fmt: skip
    accounts = [(a["account"], a["last_on"], _text(a["closing_fen"])) for a in content["accounts"]]
    items = [(i["title"], i["on"], i["paper"], i["serial"], i["name"], _text(i["bank_fen"]), _text(i["ledger_fen"]), _text(i["bank_fen"] - i["ledger_fen"]))
             for i in content["items"]]  # fmt: skip
    signed = [(titles.get(side, side), name, f"{when.astimezone(CST):%Y-%m-%d %H:%M}") for side, name, when in hands] or [("尚未签署", "", "")]
    tables: list[Table] = [
        (f"银行存款余额调节表（{content['first_on'][:7]}，截至 {content['last_on']}，单位：元）", WIDTHS, ("项目", "金额"), balances),
        ("各账户期末余额", WIDTHS, ("账户", "最后一笔", "期末余额"), accounts),
        ("未达账", WIDTHS, ("情形", "日期", "来款或发放编号", "银行流水号", "对方", "银行", "账面", "差额"), items),
        ("签署", WIDTHS, ("一方", "签署人", "时间"), signed),
    ]  # fmt: skip
    return _book("银行对账", tables, by=by, at=at)


def _text(fen: int | None) -> str:
    return "" if fen is None else f"{yuan(fen):f}"


Table = tuple[str, Sequence[int], Sequence[str], Iterable[Sequence[str]]]


def _book(sheet_name: str, tables: Sequence[Table], *, by: str, at: datetime) -> BytesIO:
    """One sheet with tables below one another, each with its title, widths of columns, headers and rows of text."""
    out, number = BytesIO(), 0
    with workbook(out, by=by, at=at) as book:
        sheet, bold = book.add_worksheet(sheet_name), book.add_format({"bold": True})
        for column, width in enumerate(tables[0][1]):
            sheet.set_column(column, column, width)
        for title, _, headers, rows in tables:
            for cells, style in [*([((title,), bold)] if title else []), (headers, bold), *((row, None) for row in rows)]:
                for column, text in enumerate(cells):
                    sheet.write_string(number, column, text[:32767], style)
                number += 1
            number += 1
    out.seek(0)
    return out
