"""The process that opens a stranger's file: limited in memory and time, knows nothing of the product, returns plain rows.

Run as a script by `opening.py` (never imported by it): argument = JSON {path, suffix, limits}. It answers in frames
(4 bytes length, then JSON) on standard output: first {"sheets": […], "warnings": […]} or {"refused": why, "now": what to
do}; then for each line on standard input: "open N" → that sheet's first rows; "rest" → the other rows, then {"end": true}.
"""

import csv
import datetime
import io
import json
import re
import resource
import struct
import sys
import zipfile
from html.parser import HTMLParser
from itertools import islice
from xml.etree import ElementTree

SAVE_AS = "请用 Excel 或 WPS 打开后，另存为 .xlsx 工作簿再导入"
DATE_MARK = "\x00"  # before an ISO date: a cell that was a real date, not text
KINDS = {"xlsx": "Excel 工作簿", "xls": "Excel 97-2003 工作簿", "html": "网页", "text": "纯文本表格"}
OLE_MAGIC, ZIP_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
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


class Refused(Exception):
    """The file is not read: why, and what the clerk can do now."""

    def __init__(self, why, now=SAVE_AS):
        super().__init__(why)
        self.why, self.now = why, now


def send(message):
    body = json.dumps(message, ensure_ascii=False, default=plain, separators=(",", ":")).encode("utf-8", "replace")
    sys.stdout.buffer.write(struct.pack(">I", len(body)) + body)
    return len(body)


def plain(value):
    """A cell that JSON has no word for. Dates carry a mark, so that the reader tells them from text."""
    if isinstance(value, datetime.date):  # datetime is one as well
        return DATE_MARK + value.isoformat()
    return str(value)


def sniff(data):
    if data.startswith(OLE_MAGIC):
        return "xls"
    if data.startswith(b"PK"):
        return "xlsx"
    start = data[:4096].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if start.startswith(b"<?xml") and b"schemas-microsoft-com:office:spreadsheet" in start:
        raise Refused("这是“XML 表格 2003”格式，不能读取")
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<?xml", b"<style")):
        return "html"
    return "text"


# ---- workbooks -------------------------------------------------------------------------------------------------------


class Workbook:
    """An .xlsx or .xls file, read by calamine."""

    def __init__(self, data, kind, limits):
        from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

        self.columns, self.limits = {}, limits
        if kind == "xlsx":
            self.columns = check_package(data, limits)
        else:
            check_storages(data)
        try:
            self.book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        except PasswordError:
            raise Refused("文件有打开密码", "请取消密码后另存，再导入") from None
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


def check_extent(rows, columns, limits):
    now = "请删除数据区以外的行和列（常是误填在远处的一个单元格），另存后再导入"
    if rows > limits["rows"]:
        raise Refused(f"工作表用到了第{rows}行，最多可以有{limits['rows']}行", now)
    if columns > limits["columns"]:
        raise Refused(f"工作表用到了第{columns}列，最多可以有{limits['columns']}列", now)


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
            raise Refused("文件有密码", "请取消密码后另存，再导入")
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
                # A hyperlink in a cell only sits there; every other external target is fetched by whoever opens the file.
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
        if name.encode("utf-16-le") in data:
            now = "请取消密码后另存，再导入" if what == "密码" else SAVE_AS
            raise Refused(f"文件有打开{what}" if what == "密码" else f"文件含有{what}", now)


# ---- text and web pages ----------------------------------------------------------------------------------------------


class Lines:
    """A .csv or .tsv file, or a web page that calls itself .xls: one sheet."""

    names, hidden = ["文本"], [False]

    def __init__(self, data, kind, limits):
        text = decode(data)
        csv.field_size_limit(limits["cell_chars"])
        self.rows = page_rows(text) if kind == "html" else csv.reader(io.StringIO(text, newline=""), **dialect(text))
        self.limits = limits

    def open(self, index):
        return self.counted(), [], 0

    def counted(self):
        for number, row in enumerate(self.rows, 1):
            check_extent(number, len(row), self.limits)
            yield row


def decode(data):
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if re.search(r"[\x00-\x08\x0e-\x1f]", text) is None:
            return text
    raise Refused("文件内容不是表格，或已损坏")


def dialect(text):
    """The separator that cuts the first lines into the widest row; ties go to the one named first."""
    head = "".join(text.splitlines(keepends=True)[:40])
    widths = {}
    for separator in "\t,;":
        rows = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
        widths[separator] = max((len(row) for row in rows), default=0)
    return {"delimiter": max(widths, key=widths.get)}


class Page(HTMLParser):
    """The rows of all tables of a page. A cell that spans rows or columns fills its first place, the others stay empty."""

    def __init__(self, most_columns):
        super().__init__(convert_charrefs=True)
        self.rows, self.row, self.cell, self.most = [], None, None, most_columns
        self.down = {}  # column → how many more rows a cell above covers it

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.end_row()
            self.row = []
        elif tag in ("td", "th") and self.row is not None:
            self.end_cell()
            self.cell, self.attrs = [], dict(attrs)
        elif tag == "br" and self.cell is not None:
            self.cell.append("\n")
        elif tag == "table":
            self.down = {}

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.end_cell()
        elif tag in ("tr", "table"):
            self.end_row()

    def handle_data(self, data):
        if self.cell is not None:
            self.cell.append(data)

    def size(self, name):
        text = self.attrs.get(name) or "1"
        return min(int(text), self.most) if text.isascii() and text.isdigit() and int(text) else 1

    def skip_covered(self):
        while self.down.get(len(self.row)):
            self.down[len(self.row)] -= 1
            self.row.append("")

    def end_cell(self):
        if self.cell is None:
            return
        self.skip_covered()
        # Spaces and line ends of the page's source mean nothing; <br> does.
        text = "\n".join(" ".join(line.split()) for line in "".join(self.cell).split("\n"))
        for covered in range(self.size("colspan")):
            if self.size("rowspan") > 1:
                self.down[len(self.row)] = self.size("rowspan") - 1
            self.row.append("" if covered else text.strip())
        self.cell = None

    def end_row(self):
        self.end_cell()
        if self.row is not None:
            self.skip_covered()
            self.rows.append(self.row)
        self.row = None


def page_rows(text):
    page = Page(200)
    for start in range(0, len(text), 1 << 16):
        page.feed(text[start : start + (1 << 16)])
        yield from page.rows
        page.rows.clear()
    page.close()
    page.end_row()
    yield from page.rows


# ---- the conversation ------------------------------------------------------------------------------------------------


def open_file(path, suffix, limits):
    with open(path, "rb") as file:
        data = file.read(limits["file"]["bytes"] + 1)
    if not data:
        raise Refused("文件是空的", "请选择有内容的台账文件")
    kind = sniff(data)
    book = (Workbook if kind in ("xls", "xlsx") else Lines)(data, kind, limits["file"])
    # After the checks above: that an .xlsx is encrypted or has macros says more than that its name is wrong.
    if kind not in limits["accepts"][suffix]:
        raise Refused(f"扩展名是 .{suffix}，内容却是{KINDS[kind]}")
    if len(book.names) > limits["file"]["sheets"]:
        raise Refused(f"工作簿有{len(book.names)}个工作表，最多{limits['file']['sheets']}个")
    return kind, book


def serve(path, suffix, limits):
    kind, book = open_file(path, suffix, limits)
    send({"kind": kind, "sheets": list(zip(book.names, book.hidden, strict=True))})
    sys.stdout.buffer.flush()
    rows, process = iter(()), limits["process"]
    for command in sys.stdin:
        verb, _, argument = command.strip().partition(" ")
        if verb == "open":
            rows, hidden, first_column = book.open(int(argument))
            head = list(islice(rows, limits["header_rows"]))
            send({"rows": head, "hidden": hidden, "first_column": first_column})
        else:
            while chunk := list(islice(rows, process["frame_rows"])):
                if send({"rows": chunk}) > process["frame_bytes"]:
                    raise Refused("有的单元格内容过长", "请检查有没有误粘贴的大段文字，删除后再导入")
            send({"end": True})
        sys.stdout.buffer.flush()


def main():
    task = json.loads(sys.argv[1])
    process = task["limits"]["process"]
    for what, most in (
        (resource.RLIMIT_AS, process["memory_bytes"]),
        (resource.RLIMIT_CPU, process["cpu_seconds"]),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        resource.setrlimit(what, (most, most))
    try:
        serve(task["path"], task["suffix"], task["limits"])
    except Refused as refusal:
        send({"refused": refusal.why, "now": refusal.now})
    except MemoryError:
        send({"too_big": True})
    except csv.Error:
        send({"refused": "有的单元格内容过长，或引号没有成对", "now": SAVE_AS})
    except BrokenPipeError:
        return
    except BaseException as error:  # a panic of the Rust reader is no Exception; whatever it is, the file is at fault
        send({"refused": f"文件已损坏，无法读取（{type(error).__name__}）", "now": SAVE_AS})
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
