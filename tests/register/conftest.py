"""Registers made on the spot: a workbook from rows, and the reader with the day of the sample."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from zhixing.casework.register.reading import RegisterFile, read_register

HEADER = ["案号", "立案日期", "申请执行人", "被执行人", "被执行人证件号码", "被执行人电话", "申请执行标的额（元）"]
ROW = ["（2023）豫1502执101号", "2023-03-13", "测试商贸有限公司", "朱五戌", "411502189707193109", "19900000883", "100"]


def make_workbook(rows: list[list[Any]], *, sheets: dict[str, list[list[Any]]] | None = None) -> bytes:
    """An .xlsx file with these rows (dates as real dates), and further sheets."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(
        out, {"in_memory": True, "default_date_format": "yyyy-mm-dd", "strings_to_urls": False}
    ) as book:
        for name, content in {"台账": rows, **(sheets or {})}.items():
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(content):
                for column, cell in enumerate(cells):
                    if isinstance(cell, (date, datetime)):
                        sheet.write_datetime(row, column, cell)
                    elif isinstance(cell, str) and cell.startswith("="):
                        sheet.write_formula(row, column, cell, None, "")  # as programs write it: no cached value
                    elif cell is not None:
                        sheet.write(row, column, cell)
    return out.getvalue()


@pytest.fixture
def workbook() -> Callable[..., bytes]:
    return make_workbook


@pytest.fixture
def header() -> list[str]:
    return list(HEADER)


@pytest.fixture
def good() -> list[Any]:
    """The cells of a row with nothing wrong, in the order of `header`."""
    return list(ROW)


@pytest.fixture
def read() -> Callable[..., RegisterFile]:
    return partial(read_register, today=date(2023, 12, 31))


@pytest.fixture
def read_rows(read: Callable[..., RegisterFile]) -> Callable[..., RegisterFile]:
    """Rows without a header → what the reader makes of them; the first is Excel's row 2."""

    def reading(*rows: list[Any], header: list[str] | None = None, **options: Any) -> RegisterFile:
        return read(make_workbook([header or HEADER, *rows]), "台账.xlsx", **options)

    return reading


@pytest.fixture
def samples() -> Path:
    return Path(__file__).parent / "samples"
