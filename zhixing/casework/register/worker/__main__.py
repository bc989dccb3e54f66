"""The process that opens a stranger's file: limited in memory and time, knows nothing of the product, returns plain rows.

Run as a program by `opening.py`, never imported; argument: JSON {path, suffix, limits}. It answers in frames (4 bytes
length, then JSON) on standard output: first {"kind", "sheets"}, then for each line on standard input: "open N" → that
sheet's first rows; "rest" → the other rows, then {"end": true}. Instead of any answer: {"refused": why, "now": what to do}.
"""

import csv
import datetime
import json
import resource
import struct
import sys
from itertools import islice

import orjson
from messages import Message
from pages import Pages
from refused import SAVE_AS, Refused
from texts import Lines
from workbooks import Workbook

DATE_MARK = "\x00"  # before an ISO date: a cell that was a real date, not text
KINDS = {"xlsx": "Excel 工作簿", "xls": "Excel 97-2003 工作簿", "html": "网页", "text": "纯文本表格", "pdf": "PDF 文件",
         "camt": "银行 XML 报文"}  # fmt: skip
READERS = {"xlsx": Workbook, "xls": Workbook, "pdf": Pages, "camt": Message}
OLE_MAGIC, ZIP_MAGIC, PDF_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04", b"%PDF-"


def send(message, most=1 << 24):
    try:
        body = orjson.dumps(message, default=plain, option=orjson.OPT_PASSTHROUGH_DATETIME)
    except TypeError:  # half a character, or a number beyond 64 bits: rare, and told the slow way
        body = json.dumps(message, ensure_ascii=False, default=plain, separators=(",", ":")).encode("utf-8", "replace")
    if len(body) > most:
        raise Refused("有的单元格内容过长", "请检查有没有误粘贴的大段文字，删除后再导入")
    sys.stdout.buffer.write(struct.pack(">I", len(body)) + body)


def plain(value):
    """A cell that JSON has no word for. Dates carry a mark, so that the reader tells them from text."""
    if isinstance(value, datetime.date):  # datetime is one as well
        return DATE_MARK + value.isoformat()
    return str(value)


def sniff(data):
    if data.startswith(OLE_MAGIC):
        return "xls"
    if data.startswith(ZIP_MAGIC):
        return "xlsx"
    if data.startswith(PDF_MAGIC):
        return "pdf"
    start = data[:4096].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if start.startswith(b"<?xml") and b"schemas-microsoft-com:office:spreadsheet" in start:
        raise Refused("这是“XML 表格 2003”格式，不能读取")
    if start.startswith((b"<?xml", b"<document", b"<!doctype document")) and b"urn:iso:std:iso:20022" in start:
        return "camt"
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<?xml", b"<style")):
        return "html"
    return "text"


def open_file(path, suffix, limits):
    with open(path, "rb") as file:
        data = file.read(limits["file"]["bytes"] + 1)
    if not data:
        raise Refused("文件是空的", "请选择有内容的台账文件")
    kind = sniff(data)
    if kind == "pdf" and kind not in limits["accepts"][suffix]:
        raise Refused(f"扩展名是 .{suffix}，内容却是{KINDS[kind]}")
    book = READERS.get(kind, Lines)(data, kind, limits["file"])
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
            send({"rows": head, "hidden": hidden, "first_column": first_column}, process["frame_bytes"])
        else:
            while chunk := list(islice(rows, process["frame_rows"])):
                send({"rows": chunk}, process["frame_bytes"])
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
        # The soft limit on time ends with its own signal, which the parent tells from the kernel's kill.
        resource.setrlimit(what, (most, most + 1))
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
