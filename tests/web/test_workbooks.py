"""What leaves the court as a spreadsheet says who took it, and holds text only as text (trust T14, row 63)."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

from openpyxl import load_workbook

from zhixing.rulebook.deadlines import CST
from zhixing.web.workbooks import workbook


def test_every_sheet_and_the_file_itself_name_who_took_it_away_and_when() -> None:
    file = io.BytesIO()
    with workbook(file, by="样甲&某", at=datetime(2026, 3, 2, 9, tzinfo=CST)) as book:
        for name in ("一", "二"):
            book.add_worksheet(name).write(0, 0, "=1+1")
    read = load_workbook(file)
    for sheet in read:
        assert "样甲&&某 于 2026-03-02 09:00 导出" in sheet.oddFooter.left.text
        assert (sheet["A1"].data_type, sheet["A1"].value) == ("s", "=1+1")
    assert read.properties.creator == "样甲&某"
    assert b"2026-03-02 09:00" in zipfile.ZipFile(file).read("docProps/core.xml")
