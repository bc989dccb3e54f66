"""Spreadsheets that leave the court: text is text, and every sheet says who made it and when (trust T14, row 63)."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import xlsxwriter

from zhixing.rulebook.deadlines import CST

# Row by row, so that memory does not grow with the rows; nothing a clerk typed is ever a formula, a link or a number.
OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


class _Marked(xlsxwriter.Workbook):  # type: ignore[misc]
    """Each sheet carries the mark at the foot of every printed page."""

    mark = ""

    def add_worksheet(self, *args: Any, **options: Any) -> Any:
        sheet = super().add_worksheet(*args, **options)
        sheet.set_footer(f"&L{self.mark.replace('&', '&&')}&R&P / &N")
        return sheet


@contextmanager
def workbook(target: Any, *, by: str, at: datetime) -> Iterator[Any]:
    """A workbook for `target` (a path or a binary file), saved at the end. `by` is the name of who takes it away, `at` an aware moment:
    both stand in its properties and at the foot of each printed page."""
    book = _Marked(target if hasattr(target, "write") else str(target), OPTIONS)
    book.mark = f"{by} 于 {at.astimezone(CST):%Y-%m-%d %H:%M} 导出，限本院执行工作使用"
    book.set_properties({"author": by, "comments": book.mark, "created": at.astimezone(CST).replace(tzinfo=None)})
    try:
        yield book
    finally:
        book.close()


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]], *, by: str, at: datetime) -> bytes:
    """One sheet of text with its heads, as the bytes of a file. Nothing in it is taken for a formula."""
    file = io.BytesIO()
    with workbook(file, by=by, at=at) as book:
        sheet = book.add_worksheet(title[:31])
        sheet.freeze_panes(1, 0)
        bold = book.add_format({"bold": True})
        for column, head in enumerate(heads):
            sheet.write_string(0, column, head, bold)
        for number, cells in enumerate(rows, start=1):
            for column, text in enumerate(cells):
                sheet.write_string(number, column, text)
    return file.getvalue()
