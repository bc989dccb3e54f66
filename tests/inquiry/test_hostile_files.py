"""Files that want to do harm cost one refused upload (trust T14): a clear sentence, nothing written."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from tests.inquiry.samples import DEPOSITS, deposit, deposits, page, workbook
from zhixing.casework.assets.models import Asset, Feedback
from zhixing.casework.dossier.models import Scan
from zhixing.desks.inquiry.feedback.columns import limits
from zhixing.rulebook.refusals import Refusal


def bomb() -> bytes:
    """A workbook of some kilobytes that unpacks to more than the cap."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(deposits(deposit("1", "1.00")))) as good, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bad:
        for name in good.namelist():
            bad.writestr(name, good.read(name))
        bad.writestr("xl/media/zero.bin", b"\0" * (limits()["file"]["unpacked_bytes"] + 1))
    return target.getvalue()


def with_macro() -> bytes:
    target = io.BytesIO(deposits(deposit("1", "1.00")))
    with zipfile.ZipFile(target, "a") as book:
        book.writestr("xl/vbaProject.bin", b"x")
    return target.getvalue()


def secret_pdf() -> bytes:
    from pypdf import PdfWriter

    writer, target = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.encrypt("x", algorithm="RC4-128")
    writer.write(target)
    return target.getvalue()


def blank_pdf() -> bytes:
    from pypdf import PdfWriter

    writer, target = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.write(target)
    return target.getvalue()


def many_pages() -> bytes:
    from pypdf import PdfWriter

    writer, target = PdfWriter(), io.BytesIO()
    for _ in range(limits()["file"]["pages"] + 1):
        writer.add_blank_page(100, 100)
    writer.write(target)
    return target.getvalue()


HOSTILE = {
    "an empty file": (lambda: b"", "f.xlsx", "空"),
    "a zip bomb": (bomb, "f.xlsx", "压缩炸弹"),
    "a workbook with macros": (with_macro, "f.xlsx", "宏"),
    "a page that calls itself a workbook": (lambda: page(("银行存款", [DEPOSITS, deposit("1", "1.00")])), "f.xlsx", "内容却是网页"),
    "a PDF that calls itself a page": (blank_pdf, "f.html", "内容却是PDF"),
    "a workbook that calls itself a PDF": (lambda: deposits(deposit("1", "1.00")), "f.pdf", "内容却是Excel"),
    "a PDF with a password": (secret_pdf, "f.pdf", "密码"),
    "a scan without text": (blank_pdf, "f.pdf", "没有文字"),
    "a PDF of very many pages": (many_pages, "f.pdf", "最多"),
    "a PDF broken off in the middle": (lambda: blank_pdf()[:200], "f.pdf", "损坏|没有文字"),
    "a kind that is not read": (lambda: b"MZ", "f.exe", "不支持扩展名"),
    "noise": (lambda: bytes(range(256)) * 40, "f.html", "内容却是|不是表格|损坏"),
    "a page without any table": (lambda: b"<html><body>hello</body></html>", "f.html", "没有认出"),
    "more rows than the cap": (lambda: page(("银行存款", [["x"]] * (limits()["file"]["rows"] + 1))), "f.html", "最多"),
    "a file beyond the cap": (lambda: b"<html>" + b" " * limits()["file"]["bytes"], "f.html", "最多"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused_with_a_sentence_and_writes_nothing(what: str, new_case: Any, take: Any) -> None:
    make, name, why = HOSTILE[what]
    with pytest.raises(Refusal, match=why):
        take(new_case(), make(), name)
    assert not Feedback.objects.exists()
    assert not Scan.objects.exists()


def test_a_cell_that_looks_like_a_formula_is_text_everywhere(new_case: Any, take: Any) -> None:
    case = new_case()
    row = deposit("62200000000000001", "1.00", bank="=cmd|' /C calc'!A0")
    done = take(case, page(("银行存款", [DEPOSITS, row])), "f.html")
    assert done.assets[0].title.startswith("=cmd")
    with Scan.objects.get().file.open("rb") as file, zipfile.ZipFile(file) as book:
        sheet = book.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet


def test_script_in_a_cell_is_shown_as_text(new_case: Any, take: Any, person: Any, client_of: Any) -> None:
    case = new_case()
    take(case, workbook(("银行存款", [DEPOSITS, deposit("62200000000000001", "1.00", bank="<script>alert(1)</script>")])))
    shown = client_of(person("inquiry_officer")).get(f"/inquiry/{case.ref}/").content
    assert b"<script>alert" not in shown
    assert b"&lt;script&gt;" in shown


def test_a_very_long_cell_and_a_very_large_amount_cost_their_row_only(new_case: Any, take: Any) -> None:
    done = take(new_case(), page(("银行存款", [DEPOSITS, deposit("1" * 5000, "1.00"), deposit("2", "9" * 30), deposit("3", "1.00")])), "f.html")
    assert [r.column for r in done.rejected] == ["账号", "金额"]
    assert [a.mark for a in done.assets] == ["3"]
    assert Asset.objects.count() == 1


def test_a_row_of_null_characters_is_refused_alone(new_case: Any, take: Any) -> None:
    done = take(new_case(), page(("银行存款", [DEPOSITS, deposit("1\u200b\u202e2", "1.00"), deposit("3", "1.00")])), "f.html")
    assert len(done.rejected) == 1
    assert [a.mark for a in done.assets] == ["3"]
