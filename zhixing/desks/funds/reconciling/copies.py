"""What leaves the desk as a workbook: the rows a statement's import refused. Text is text: no cell is a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO

from zhixing.web.workbooks import workbook

from .models import StatementRun


def rejected_lines(run: StatementRun, *, by: str, at: datetime) -> BytesIO:
    """Every line that was refused and every remark, by its row of the file, with the reason."""
    rows = [
        (title, str(one["row"] or ""), str(one["column"]), str(one["reason"]))
        for title, name in (("退回", "rejected"), ("提醒", "warnings")) for one in run.outcome.get(name, [])
    ]  # fmt: skip
    return _book("退回的行", [("", (10, 8, 30, 80), ("处理", "行", "列", "原因"), rows)], by=by, at=at)


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
