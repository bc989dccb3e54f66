"""Small files that are truly what they say: what a scanner, a telephone or an office program writes."""

from __future__ import annotations

import struct
import zipfile
import zlib
from io import BytesIO

from docx import Document
from openpyxl import Workbook


def png(width: int = 2, height: int = 2, claims: tuple[int, int] | None = None) -> bytes:
    """A white picture; `claims` is the size its header states instead of its own."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", *(claims or (width, height)), 8, 2, 0, 0, 0)
    rows = (b"\0" + b"\xff" * 3 * width) * height
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def jpeg(width: int = 2, height: int = 2) -> bytes:
    """The segments of a photograph around a picture of nothing."""
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    return (b"\xff\xd8\xff\xe0" + struct.pack(">H", 16) + b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
            + b"\xff\xc0" + struct.pack(">H", 2 + len(frame)) + frame + b"\xff\xda" + struct.pack(">H", 8) + b"\x01\x01\x00\x00\x3f\x00"
            + b"\x7f" * 8 + b"\xff\xd9")  # fmt: skip


def tiff(width: int = 2, height: int = 2) -> bytes:
    """One page of a fax."""
    entries = [(256, 4, 1, width), (257, 4, 1, height)]
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *e) for e in entries) + struct.pack("<I", 0)
    return b"II*\x00" + struct.pack("<I", 8) + directory


def mp4() -> bytes:
    """A recording of no length."""
    return struct.pack(">I", 24) + b"ftypisom" + b"\0\0\2\0isomiso2" + struct.pack(">I", 8) + b"moov" + struct.pack(">I", 12) + b"mdat" + b"\0" * 4


def pdf(pages: int = 1, more: bytes = b"", trailer: bytes = b"") -> bytes:
    """A PDF of empty pages; `more` are further objects, `trailer` further entries of the trailer."""
    kids = b" ".join(b"%d 0 R" % (3 + n) for n in range(pages))
    body = b"%%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[%s]/Count %d>>endobj\n" % (kids, pages)
    body += b"".join(b"%d 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n" % (3 + n) for n in range(pages))
    return body + more + b"trailer<</Root 1 0 R%s>>\n%%%%EOF\n" % trailer


def docx(text: str = "样例") -> bytes:
    """A Word document of one paragraph."""
    document, target = Document(), BytesIO()
    document.add_paragraph(text)
    document.save(target)
    return target.getvalue()


def xlsx(*rows: list[object]) -> bytes:
    """A workbook of one sheet."""
    book, target = Workbook(), BytesIO()
    for row in rows or (["样例"],):
        book.active.append(row)
    book.save(target)
    return target.getvalue()


def repacked(content: bytes, **members: bytes) -> bytes:
    """A zip container with further or other members; `__` in a name stands for a slash, `_DOT_` for a dot."""
    target = BytesIO()
    put = {name.replace("__", "/").replace("_DOT_", "."): data for name, data in members.items()}
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in put:
                new.writestr(name, old.read(name))
        for name, data in put.items():
            new.writestr(name, data)
    return target.getvalue()
