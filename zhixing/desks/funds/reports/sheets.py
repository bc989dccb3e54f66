"""The month's report as tables: one description for the PDF and the workbook. Text is text, no cell is a formula (trust T14)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter

from zhixing.outside.typesetting import typeset
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.money.amounts import yuan

LAYOUT = Path(__file__).with_name("monthly.typ")
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: head, the key of its value, its kind (text, yuan, count, a figure that may be empty)."""

    head: str
    key: str
    kind: str = "text"
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of the report."""

    title: str
    columns: Sequence[Column]
    rows: Callable[[Content], Iterable[Mapping[str, Any]]]
    note: Callable[[Content], str] = lambda content: ""


def _late(content: Content) -> str:
    over, long = content["over_days"], content["over_months"]
    return f"超过 {over['n']} 天 {over['count']} 笔 {_words(over['fen'])} 元，其中超过 {long['n']} 个月 {long['count']} 笔 {_words(long['fen'])} 元"


def _flow(content: Content) -> list[dict[str, Any]]:
    return [
        {"words": "月初代管余额", "fen": content["opening_fen"]}, *({"words": f"收：{r['words']}", "fen": r["fen"]} for r in content["came"]),
        *({"words": f"付：{r['words']}", "fen": r["fen"]} for r in content["went"]), {"words": "月末代管余额", "fen": content["closing_fen"]},
        {"words": "其中本月结算的执行费（仍在账上）", "fen": content["fees_fen"]},
    ]  # fmt: skip


def _speed(content: Content) -> str:
    found = content["payouts"]
    return f"本月发放 {found['count']} 笔 {_words(found['fen'])} 元" + (f"，从到账到发放中位数 {found['days']} 天" if found["days"] else "")


SHEETS = (
    Sheet("收支", (Column("项目", "words", wide=True), Column("金额（元）", "fen", "yuan")), _flow),
    Sheet("各类账户", (Column("账户", "words", wide=True), Column("期初（元）", "opening_fen", "yuan"), Column("收（元）", "in_fen", "yuan"), Column("付（元）", "out_fen", "yuan"),
                   Column("期末（元）", "closing_fen", "yuan")), lambda c: c["accounts"], lambda c: "与总账试算平衡表一致"),
    Sheet("不明款项账龄", (Column("账龄", "words", wide=True), Column("笔数", "count", "count"), Column("金额（元）", "fen", "yuan")), lambda c: c["unclaimed"]["ages"]),
    Sheet("超期未发放", (Column("案号", "number", wide=True), Column("流水号", "receipt_no"), Column("团队", "team"), Column("承办人", "handler"), Column("入案日期", "since"),
                    Column("天数", "days", "count"), Column("未发（元）", "fen", "yuan")), lambda c: c["undistributed"], _late),
    Sheet("经批准延缓", (Column("案号", "number", wide=True), Column("流水号", "receipt_no"), Column("情形", "ground", wide=True), Column("批准人", "approver"), Column("延至", "until_on"),
                    Column("未发（元）", "fen", "yuan")), lambda c: c["delays"]),
    Sheet("银行退回", (Column("发放单", "no", wide=True), Column("案号", "number", wide=True), Column("原因", "outcome", wide=True), Column("金额（元）", "amount_fen", "yuan")),
          lambda c: c["returned"]),
    Sheet("异常", (Column("情形", "words", wide=True), Column("本月发现", "count", "count"), Column("尚未了结", "listed", "count")), lambda c: c["anomalies"]),
    Sheet("各时限按期比例", (Column("条款", "clause"), Column("事项", "title", wide=True), Column("本月办结", "met", "count"), Column("按期", "in_time", "count"), Column("按期比例（%）", "share", "figure")),
          lambda c: c["clocks"], _speed),
    Sheet("团队和承办人", (Column("团队", "team"), Column("承办人", "handler"), Column("来款笔数", "came", "count"), Column("来款（元）", "came_fen", "yuan"), Column("发放笔数", "paid", "count"),
                     Column("发放（元）", "paid_fen", "yuan"), Column("中位天数", "days", "figure"), Column("月末未发（元）", "left_fen", "yuan"), Column("超期笔数", "over", "count")),
          lambda c: c["handlers"]),
)  # fmt: skip


def heading(content: Content) -> tuple[str, str]:
    """Title and what the figures stand on."""
    first = date.fromisoformat(content["first_on"])
    until = "已结账，不再变动" if content["closed"] else f"截至 {content['on']}，还没有结账"
    return f"{content['court']}执行案款月报（{first.year}年{first.month}月）", until


def workbook(content: Content, *, by: str, at: datetime) -> bytes:
    """A sheet for each table; amounts are numbers. The foot of the first says who made it and when."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, OPTIONS) as book:
        bold, money = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "#,##0.00"})
        for sheet in SHEETS:
            page = book.add_worksheet(sheet.title)
            page.freeze_panes(1, 0)
            for n, column in enumerate(sheet.columns):
                page.set_column(n, n, 26 if column.wide else 14)
                page.write_string(0, n, column.head, bold)
            last = 0
            for last, row in enumerate(sheet.rows(content), start=1):
                for n, column in enumerate(sheet.columns):
                    _write(page, last, n, column, row[column.key], money)
            note = " ".join(filter(None, (sheet.note(content), f"{'，'.join(heading(content))}。{_printed(by, at)}" if sheet is SHEETS[0] else "")))
            if note:
                page.write_string(last + 2, 0, note)
    return target.getvalue()


def _write(page: Any, row: int, n: int, column: Column, value: Any, money: Any) -> None:
    if column.kind == "yuan":
        page.write_number(row, n, Decimal(value).scaleb(-2), money)
    elif column.kind == "count":
        page.write_number(row, n, value)
    else:
        page.write_string(row, n, str(value))


def pdf(content: Content, *, by: str, at: datetime) -> bytes:
    """The same tables on paper."""
    title, subtitle = heading(content)
    parts = [{
        "title": sheet.title, "note": sheet.note(content), "heads": [c.head for c in sheet.columns], "widths": ["1.6fr" if c.wide else "1fr" for c in sheet.columns],
        "numeric": [n for n, c in enumerate(sheet.columns) if c.kind != "text"], "rows": [[_text(c, row[c.key]) for c in sheet.columns] for row in sheet.rows(content)],
    } for sheet in SHEETS]  # fmt: skip
    return typeset(LAYOUT, {"title": title, "subtitle": subtitle, "parts": parts, "printed": _printed(by, at)})


def _text(column: Column, value: Any) -> str:
    return _words(value) if column.kind == "yuan" else str(value)


def _words(fen: int) -> str:
    return f"{yuan(fen):,f}" if fen >= 0 else f"-{yuan(-fen):,f}"


def _printed(by: str, at: datetime) -> str:
    return f"{by} 于 {at.astimezone(CST):%Y-%m-%d %H:%M} 生成"
