"""Workbooks (.xlsx, .xls): refuses what a register never holds, then lets calamine read the cells."""

import io
import re
import struct
import zipfile
from xml.etree import ElementTree

from refused import SAVE_AS, Refused, check_extent

PASSWORD, NO_PASSWORD = "文件有密码", "请取消密码后另存，再导入"
WORKBOOK_START, FILEPASS = b"\x09\x08\x10\x00\x00\x06\x05\x00", 0x2F  # BIFF8
# Parts of a workbook that can run or reach outside: (pattern of the member's name, what it is).
DANGEROUS_PARTS = (
    (re.compile(r"vbaProject|/macrosheets/|vbaData", re.I), "宏"),
    (re.compile(r"/externalLinks/|/queryTables/|connections\.xml$", re.I), "指向其他文件的外部链接或数据连接"),
    (re.compile(r"/embeddings/|/activeX/|/ctrlProps/|oleObject", re.I), "嵌入的对象或控件（OLE）"),
)
# The same in an old workbook: names of its OLE storages, in UTF-16.
DANGEROUS_STORAGES = (
    ("_VBA_PROJECT", "宏"),
    ("EncryptedPackage", "密码"),
    ("\x01Ole10Native", "嵌入的对象或控件（OLE）"),
    ("\x01CompObjLink", "嵌入的对象或控件（OLE）"),
    ("MBD0", "嵌入的对象或控件（OLE）"),
)


class Workbook:
    """An .xlsx or .xls file, read by calamine."""

    def __init__(self, data, kind, limits):
        from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

        self.columns, self.limits = {}, limits
        if kind == "xlsx":
            self.columns = check_package(data, limits)
        else:
            check_storages(data)
        self.book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = self.book.sheets_metadata
        if any(sheet.typ in (SheetTypeEnum.MacroSheet, SheetTypeEnum.Vba) for sheet in sheets):
            raise Refused("文件含有宏", SAVE_AS)
        self.names = [sheet.name for sheet in sheets if sheet.typ == SheetTypeEnum.WorkSheet]
        self.hidden = [
            sheet.visible != SheetVisibleEnum.Visible for sheet in sheets if sheet.typ == SheetTypeEnum.WorkSheet
        ]

    def open(self, index):
        sheet = self.book.get_sheet_by_name(self.names[index])
        first_column, width = 0, 0
        if sheet.end is not None:
            first_column, width = sheet.start[1], sheet.end[1] - sheet.start[1] + 1
            check_extent(sheet.end[0] + 1, sheet.end[1] + 1, self.limits)
        hidden = self.columns.get(self.names[index], [])
        return sheet.iter_rows(), [c - first_column for c in hidden if 0 <= c - first_column < width], first_column


def check_package(data, limits):
    """Refuse what a register never holds; answer the hidden columns of each sheet."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        members = package.infolist()
        names = {member.filename for member in members}
        if "xl/workbook.xml" not in names:
            raise Refused("文件是压缩包，但不是 Excel 工作簿（.xlsx）")
        if len(members) > limits["members"]:
            raise Refused(f"工作簿内部有{len(members)}个部件，最多{limits['members']}个")
        unpacked = sum(member.file_size for member in members)
        bloated = unpacked > limits["ratio_from_bytes"] and unpacked > limits["ratio"] * len(data)
        if unpacked > limits["unpacked_bytes"] or bloated:
            raise Refused("文件解压后过大，疑似压缩炸弹")
        if any(member.flag_bits & 1 for member in members):
            raise Refused(PASSWORD, NO_PASSWORD)
        for pattern, what in DANGEROUS_PARTS:
            if any(pattern.search(name) for name in names):
                raise Refused(f"文件含有{what}", SAVE_AS)
        check_links(package, names)
        return hidden_columns(package, names)


def read_part(package, name, most=4 << 20):
    """A small part of the package. Its declared size may lie, so no more than `most` bytes are ever unpacked."""
    with package.open(name) as part:
        text = part.read(most + 1)
    if len(text) > most or b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise Refused("工作簿内部结构异常")
    return text


def check_links(package, names):
    if b"macroEnabled" in read_part(package, "[Content_Types].xml"):
        raise Refused("文件含有宏", SAVE_AS)
    for name in names:
        if name.endswith(".rels"):
            for link in ElementTree.fromstring(read_part(package, name)):
                # A hyperlink only sits in its cell; every other external target is fetched by whoever opens the file.
                if link.get("TargetMode") == "External" and not link.get("Type", "").endswith("/hyperlink"):
                    raise Refused("文件含有指向其他文件的外部链接或数据连接", SAVE_AS)


def hidden_columns(package, names):
    """Sheet name → zero-based indexes of its hidden columns (the columns are declared before the data)."""
    relations = ElementTree.fromstring(read_part(package, "xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): link.get("Target", "") for link in relations}
    found = {}
    for sheet in ElementTree.fromstring(read_part(package, "xl/workbook.xml")).iter():
        ids = [value for key, value in sheet.attrib.items() if key.endswith("}id")]
        if not sheet.tag.endswith("}sheet") or not ids:
            continue
        target = targets.get(ids[0], "")
        part = target.lstrip("/") if target.startswith("/") else "xl/" + target
        if part in names:
            with package.open(part) as stream:
                head = stream.read(1 << 16).split(b"<sheetData", 1)[0]
            found[sheet.get("name", "")] = [
                column
                for declared in re.findall(rb"<(?:\w+:)?col\s[^>]*>", head)
                if re.search(rb'hidden="(?:1|true)"', declared)
                for column in span(declared)
            ]
    return found


def span(declared):
    """The columns that one <col min= max=> stands for; a file may declare all sixteen thousand."""
    low, high = (int(re.search(rb'\b%s="(\d{1,5})"' % end, declared).group(1)) for end in (b"min", b"max"))
    return range(low - 1, min(high, low + 1000))


def check_storages(data):
    for name, what in DANGEROUS_STORAGES:
        wanted, place = name.encode("utf-16-le"), -1
        while (place := data.find(wanted, place + 1)) >= 0:
            if place % 128 == 0:  # directory entries are 128 bytes each; elsewhere it is only text in a cell
                raise Refused(*((PASSWORD, NO_PASSWORD) if what == "密码" else (f"文件含有{what}", SAVE_AS)))
    # FILEPASS is among the first records of the workbook's stream. (calamine reports it as an unknown format.)
    place = max(data.find(WORKBOOK_START), 0)
    for _ in range(4):
        record, length = struct.unpack_from("<HH", data.ljust(place + 4, b"\0"), place)
        if record == FILEPASS:
            raise Refused(PASSWORD, NO_PASSWORD)
        place += 4 + length
