"""Files made to harm: each is refused with a sentence (or read safely), in a process that cannot take the machine down."""

from __future__ import annotations

import io
import json
import re
import resource
import struct
import subprocess
import sys
import zipfile

import pytest

from zhixing.casework.register.opening import WORKER, limits, opened
from zhixing.rulebook.refusals import Refusal


def repacked(file: bytes, *, add: dict[str, bytes] | None = None, edit=None) -> bytes:
    """The same workbook with parts added, or each part passed through `edit(name, content)`."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, edit(name, content) if edit else content)
        for name, content in (add or {}).items():
            target.writestr(name, content)
    return out.getvalue()


@pytest.fixture
def register(workbook, header, good):
    return workbook([header, good])


def replaced(file, part, old, new):
    def edit(name, content):
        assert name != part or old in content, "the test no longer changes anything"
        return content.replace(old, new) if name == part else content

    return repacked(file, edit=edit)


SHEET = "xl/worksheets/sheet1.xml"


def test_a_cell_at_the_far_corner_is_refused_within_the_process_limits(read, workbook):
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "案号")
        sheet.write("XFD1048576", "远")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with pytest.raises(Refusal, match="范围过大") as refused:
        read(out.getvalue(), "台账.xlsx")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert len(out.getvalue()) < 10_000
    assert "数据区以外" in refused.value.reasons[0].now
    assert after.ru_utime - before.ru_utime < 10
    assert after.ru_maxrss * 1024 < limits()["process"]["memory_bytes"]


@pytest.mark.parametrize(("cell", "why"), [("A1048576", "第1048576行"), ("XFD3", "第16384列")])
def test_a_stray_cell_far_away_is_named(read, workbook, cell, why):
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "案号")
        sheet.write(cell, "远")
    with pytest.raises(Refusal, match=why):
        read(out.getvalue(), "台账.xlsx")


def test_a_lying_dimension_hides_no_row(read, workbook, header, good):
    rows = [[f"（2023）豫1502执{seq}号", *good[1:]] for seq in range(1, 301)]

    def lie(name, content):
        return re.sub(rb'<dimension ref="[^"]*"/>', b'<dimension ref="A1:B2"/>', content) if name == SHEET else content

    file = repacked(workbook([header, *rows]), edit=lie)
    assert b'ref="A1:B2"' in zipfile.ZipFile(io.BytesIO(file)).read(SHEET)
    assert len(read(file, "台账.xlsx").rows) == 300


@pytest.mark.parametrize(
    ("part", "why"),
    [
        ("xl/vbaProject.bin", "宏"), ("xl/macrosheets/sheet1.xml", "宏"), ("xl/externalLinks/externalLink1.xml", "外部链接"),
        ("xl/connections.xml", "数据连接"), ("xl/embeddings/oleObject1.bin", "OLE"), ("xl/activeX/activeX1.xml", "OLE"),
    ],
)  # fmt: skip
def test_macros_links_and_embedded_objects_are_refused(read, register, part, why):
    with pytest.raises(Refusal, match=why):
        read(repacked(register, add={part: b"x"}), "台账.xlsx")


def test_a_macro_workbook_that_changed_its_name_is_refused(read, register):
    old, new = b"spreadsheetml.sheet.main+xml", b"ms-excel.sheet.macroEnabled.main+xml"
    with pytest.raises(Refusal, match="宏"):
        read(replaced(register, "[Content_Types].xml", old, new), "台账.xlsx")


def test_an_external_target_is_refused_but_a_hyperlink_is_not(read, register):
    link = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" Target="http://example.invalid/" TargetMode="External"/></Relationships>'
    part = "xl/worksheets/_rels/sheet1.xml.rels"
    assert len(read(repacked(register, add={part: (link % "hyperlink").encode()}), "台账.xlsx").rows) == 1
    with pytest.raises(Refusal, match="外部链接"):
        read(repacked(register, add={part: (link % "attachedTemplate").encode()}), "台账.xlsx")


def test_a_document_type_in_the_workbook_is_refused(read, register):
    bomb = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><workbook'
    with pytest.raises(Refusal, match="内部结构异常"):
        read(replaced(register, "xl/workbook.xml", b"<workbook", bomb), "台账.xlsx")


def test_an_entity_in_a_sheet_reads_no_file(read, register):
    declared = replaced(
        register, SHEET, b"<worksheet", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet'
    )
    try:
        rows = read(declared, "台账.xlsx").rows
    except Refusal:
        return
    assert "root" not in repr(rows)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(read, register):
    with pytest.raises(Refusal, match="解压后过大"):
        read(repacked(register, add={"xl/media/image1.png": b"\0" * (64 << 20)}), "台账.xlsx")


def test_a_member_that_lies_about_its_size_stays_within_the_memory_limit(read, workbook, header, good):
    row = b'<row r="9"><c r="A9" t="inlineStr"><is><t>' + b"A" * (200 << 20) + b"</t></is></c></row></sheetData>"
    file = replaced(workbook([header, good]), SHEET, b"</sheetData>", row)
    real = len(zipfile.ZipFile(io.BytesIO(file)).read(SHEET))
    lying = file.replace(struct.pack("<I", real), struct.pack("<I", 1000))
    assert lying != file
    with pytest.raises(Refusal):
        read(lying, "台账.xlsx")


def test_too_many_members_are_refused(read, register):
    with pytest.raises(Refusal, match="部件"):
        read(repacked(register, add={f"xl/media/{n}": b"" for n in range(limits()["file"]["members"])}), "台账.xlsx")


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (b"", "台账.xlsx", "空的"), (b"", "台账.csv", "空的"), (b"%PDF-1.7\n\x00\x01\x02\xff\xfe", "台账.xlsx", "不是表格|内容却是"),
        (b"\x7fELF\x02\x01\x01\x00", "台账.csv", "不是表格"), (b"PK\x03\x04broken", "台账.xlsx", "损坏"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "台账.xlsx", "内容却是网页"),
        (b"<html><table></table></html>", "台账.csv", "内容却是网页"), ("案号,立案日期".encode(), "台账.xlsx", "内容却是纯文本"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "台账.xls", "XML 表格"),
        (b"x", "台账.exe", "扩展名"), (b"x", "台账.xlsm", "扩展名"), (b"x", "台账", "扩展名"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "台账.xls", "损坏"), (b"\xff\xfe\x00", "台账.csv", "不是表格"),
    ],
)  # fmt: skip
def test_broken_and_disguised_files_are_refused_with_a_sentence(read, content, name, why):
    with pytest.raises(Refusal, match=why) as refused:
        read(content, name)
    assert refused.value.reasons[0].now


def test_a_workbook_named_csv_is_refused(read, register):
    with pytest.raises(Refusal, match="内容却是Excel 工作簿"):
        read(register, "台账.csv")


def test_an_encrypted_workbook_says_that_it_has_a_password(read, samples):
    ole = bytearray((samples / "small.xls").read_bytes())
    name = "EncryptedPackage".encode("utf-16-le")
    root = ole.find("Root Entry".encode("utf-16-le"))
    ole[root + 128 : root + 128 + len(name)] = name
    with pytest.raises(Refusal, match="密码"):
        read(bytes(ole), "台账.xlsx")


def test_an_old_workbook_with_a_password_says_so(read, samples):
    data = bytearray((samples / "small.xls").read_bytes())
    start = data.find(b"\x09\x08\x10\x00")  # BOF of the workbook; the record after it becomes FILEPASS
    data[start + 20 : start + 22] = b"\x2f\x00"
    with pytest.raises(Refusal, match="密码"):
        read(bytes(data), "台账.xls")


def test_an_old_workbook_with_macros_is_refused_but_the_word_in_a_cell_is_not(read, samples):
    data = bytearray((samples / "small.xls").read_bytes())
    name = "_VBA_PROJECT_CUR".encode("utf-16-le")
    root = data.find("Root Entry".encode("utf-16-le"))
    data[root + 128 : root + 128 + len(name)] = name
    with pytest.raises(Refusal, match="宏"):
        read(bytes(data), "台账.xls")


def test_a_file_beyond_the_size_cap_is_not_even_opened(read, tmp_path):
    big = tmp_path / "big.csv"
    with big.open("wb") as file:
        file.truncate(limits()["file"]["bytes"] + 1)
    with pytest.raises(Refusal, match="最多50MB"):
        read(big, "big.csv")


def test_a_file_that_is_not_there_is_a_refusal(read, tmp_path):
    with pytest.raises(Refusal, match="打不开"):
        read(tmp_path / "无.csv", "无.csv")


def test_a_cell_longer_than_excel_allows_is_refused_and_one_too_long_for_its_field_costs_only_its_row(
    read, header, good
):
    text = ",".join(header) + "\n" + ",".join(good) + "\n"
    with pytest.raises(Refusal, match="过长"):
        read((text + "甲" * 40_000 + "\n").encode(), "台账.csv")
    long = [good[0].replace("101", "102"), *good[1:3], "甲" * 30_000, "", "", "1"]
    register = read((text + ",".join(long) + "\n").encode(), "台账.csv")
    assert len(register.rows) == 1
    assert "最多120个" in register.rejected[0].reason


def test_nested_and_endless_tags_of_a_page_end_in_a_refusal_or_in_rows(read):
    for page in (
        "<html>" + "<table><tr><td>" * 50_000,
        "<html><table><tr><td colspan=999999999 rowspan=99999999>x",
        "<html>" + "<" * 100_000,
    ):
        with pytest.raises(Refusal):
            read(page.encode(), "台账.xls")


def test_formulas_in_text_stay_text(read, header, good):
    text = ",".join(header) + "\n" + ",".join([*good[:3], "=cmd|' /C calc'!A0", "", "", "1"]) + "\n"
    rows = read(text.encode(), "台账.csv").rows
    assert rows[0].debtors[0].name.startswith("=cmd")


def test_a_worker_that_stays_silent_is_ended(read, register, monkeypatch):
    monkeypatch.setitem(limits()["process"], "wait_seconds", 0)
    with pytest.raises(Refusal, match="用时过长"):
        read(register, "台账.xlsx")


def test_the_worker_knows_nothing_of_the_product():
    task = json.dumps({"path": "/nowhere", "suffix": "csv", "limits": limits()}, default=str)
    done = subprocess.run(
        [sys.executable, "-I", "-X", "importtime", str(WORKER), task], capture_output=True, timeout=60, check=True
    )
    assert b"workbooks" in done.stderr
    assert re.search(rb"\b(zhixing|django|yaml)\b", done.stderr) is None


def test_the_worker_is_gone_when_the_reading_ends(register):
    with opened(register, "台账.xlsx") as book:
        process = book._process
        assert process.poll() is None
    assert process.poll() is not None
