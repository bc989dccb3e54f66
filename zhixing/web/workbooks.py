"""Spreadsheets that leave the court: text is text, and every sheet says who made it and when (trust T14, row 63)."""

from __future__ import annotations

from collections.abc import Iterator
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
