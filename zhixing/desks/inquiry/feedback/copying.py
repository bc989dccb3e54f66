"""The paper of a feedback for the dossier: the file itself where the dossier takes its kind, else the same rows as a workbook."""

from __future__ import annotations

import io
from pathlib import PurePosixPath
from typing import Any

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from zhixing.casework.assets.kinds import kinds

from .columns import titles
from .reading import Form

KEPT_AS_IS = {".pdf": "application/pdf", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def paper_of(form: Form, data: bytes, filename: str) -> SimpleUploadedFile:
    """What is filed."""
    path = PurePosixPath(filename)
    if path.suffix.lower() in KEPT_AS_IS:
        return SimpleUploadedFile(path.name, data, KEPT_AS_IS[path.suffix.lower()])
    return SimpleUploadedFile(f"{path.stem}.xlsx", _workbook(form, filename), KEPT_AS_IS[".xlsx"])


def _workbook(form: Form, filename: str) -> bytes:
    """Every row as it was read, as text: nothing in it is a formula or a link."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet("查询反馈")
        sheet.write_string(0, 0, f"由“{filename}”转存")
        for column, (label, value) in enumerate(form.head.items()):
            sheet.write_string(1, column, f"{titles()[label]}：{value}")
        columns = ["kind", *dict.fromkeys(name for row in form.rows for name in row.cells if name != "kind")]
        for column, name in enumerate(columns):
            sheet.write_string(2, column, titles()[name])
        for line, row in enumerate(form.rows, 3):
            cells: dict[str, Any] = {"kind": kinds()[row.kind].title if row.kind else "", **row.cells}
            for column, name in enumerate(columns):
                sheet.write_string(line, column, str(cells.get(name, "")).lstrip("\x00")[:32000])
        if form.nothing:
            sheet.write_string(len(form.rows) + 4, 0, f"另有 {form.nothing} 处写明没有查到")
    return target.getvalue()
