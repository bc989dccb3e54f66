"""A case list as a spreadsheet. Text is text: a name that begins with "=" is never a formula (trust T14)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.model import Rulebook
from zhixing.rulebook.workdays import Calendar
from zhixing.web.workbooks import workbook

from ..duties.clocks import clock_of
from .limits import limits

# Head, width in characters.
COLUMNS = (("案号", 26), ("立案日期", 12), ("案件类型", 12), ("案由", 20), ("申请执行人", 24), ("被执行人", 24), ("标的额(元)", 16),
           ("执行依据文号", 26), ("执行依据作出单位", 22), ("卷宗所在", 14), ("繁简", 8), ("团队", 12), ("承办人", 10),
           ("结案日期", 12), ("结案方式", 12), ("最急事项", 26), ("条款", 12), ("到期", 17), ("期限", 16))  # fmt: skip


def write_cases(
    file: IO[bytes], rows: Iterable[Mapping[str, Any]], *, book: Rulebook, calendar: Calendar, by: str, at: datetime
) -> int:
    """Write the cases row by row (memory does not grow with them) and return how many. The foot says who made it and when."""
    count = 0
    with workbook(file, by=by, at=at) as target:
        sheet = target.add_worksheet("案件")
        head = target.add_format({"bold": True, "bottom": 1})
        formats = {Decimal: target.add_format({"num_format": "#,##0.00"}), date: target.add_format({"num_format": "yyyy-mm-dd"})}
        sheet.freeze_panes(1, 1)
        for column, (title, width) in enumerate(COLUMNS):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, title, head)
        for count, row in enumerate(rows, start=1):
            for column, value in enumerate(cells(row, book, calendar, at)):
                _write(sheet, count, column, value, formats)
        sheet.write_string(count + 2, 0, f"{by} 于 {at.astimezone(CST):%Y-%m-%d %H:%M} 导出，共 {count} 件")
    return count


def cells(row: Mapping[str, Any], book: Rulebook, calendar: Calendar, at: datetime) -> list[Any]:
    """The cells of one case in the order of `COLUMNS`."""
    clock = clock_of(row["clock"], book=book, calendar=calendar, at=at) if row["clock"] else None
    desk, words = book.desks.get(row["holder"]), limits()["words"]
    due = f"{clock.due_at:%Y-%m-%d %H:%M}" if clock and clock.due_at else ""
    return [
        row["number"], row["filed_on"], row["case_type"], row["cause"], row["applicants"], row["debtors"], row["claim_yuan"],
        row["basis_number"], row["basis_court"], desk.title if desk else row["holder"], words["track"].get(row["track"], row["track"]), row["team"],
        row["handler__name"] or "", row["closed_on"], row["closing_way"], clock.title if clock else "",
        clock.clause if clock else "", due, clock.words if clock else "",
    ]  # fmt: skip


def _write(sheet: Any, row: int, column: int, value: Any, formats: Mapping[type, Any]) -> None:
    if isinstance(value, Decimal):
        sheet.write_number(row, column, value, formats[Decimal])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), formats[date])  # noqa: DTZ001
    elif value:
        sheet.write_string(row, column, value)
