"""Files that are not what they say, or want to do harm, or cannot be kept (trust T11, G16). Each is small on this disk."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from pypdf import PdfWriter

from tests.files import docx, jpeg, mp4, pdf, png, repacked, tiff, xlsx

HTML = "<html><body><script>alert(1)</script>样例</body></html>".encode()
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
EXE = b"MZ\x90\x00" + b"\0" * 60 + b"PE\0\0" + b"\0" * 200
ELF = b"\x7fELF\x02\x01\x01" + b"\0" * 200
GIF_JS = b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)//;"
BOMB_XML = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><w:document>&b;</w:document>'
OUTSIDE_XML = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
TEMPLATE = b'<Relationships><Relationship Id="r1" Type="http://x/attachedTemplate" Target="http://x.example/t.dotm" TargetMode="External"/></Relationships>'


@dataclass(frozen=True, slots=True)
class Bad:
    """A file, under a name."""

    id: str
    name: str
    make: Callable[[], bytes]


def zipped(**members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_DOT_", "."), data)
    return target.getvalue()


def bomb() -> bytes:
    return b"\0" * (40 << 20)


def nested() -> bytes:
    return zipped(a_DOT_zip=zipped(b_DOT_zip=zipped(c=b"\0" * (1 << 20))))


def locked_zip(content: bytes) -> bytes:
    raw = bytearray(content)
    for at in [i for i in range(len(raw) - 8) if raw[i : i + 4] in (b"PK\x03\x04", b"PK\x01\x02")]:
        raw[at + (6 if raw[at + 2] == 3 else 8)] |= 1
    return bytes(raw)


def locked_pdf() -> bytes:
    writer, target = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.encrypt("x", algorithm="RC4-128")
    writer.write(target)
    return target.getvalue()


def packed(content: bytes, dictionary: bytes = b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode") -> bytes:
    """A PDF with objects hidden in a compressed stream."""
    data = zlib.compress(content)
    return pdf(more=b"9 0 obj<<%s/Length %d>>stream\n%s\nendstream endobj\n" % (dictionary, len(data), data))


def sparse() -> bytes:
    """One cell at the far end of the sheet: four kilobytes that cost two gigabytes (trust F6)."""
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    return repacked(xlsx(), xl__worksheets__sheet1_DOT_xml=sheet)


CORPUS = [
    Bad("empty", "空.pdf", lambda: b""),
    Bad("one byte", "a.pdf", lambda: b"%"),
    Bad("web page called pdf", "a.pdf", lambda: HTML),
    Bad("web page called png", "a.png", lambda: HTML),
    Bad("web page called jpg", "a.jpg", lambda: HTML),
    Bad("web page called docx", "a.docx", lambda: HTML),
    Bad("web page called xlsx", "a.xlsx", lambda: HTML),
    Bad("picture that is a program", "a.svg", lambda: SVG),
    Bad("svg called png", "a.png", lambda: SVG),
    Bad("program called pdf", "传票.pdf", lambda: EXE),
    Bad("program with two endings", "传票.pdf.exe", lambda: EXE),
    Bad("elf called jpg", "a.jpg", lambda: ELF),
    Bad("shell script called pdf", "a.pdf", lambda: b"#!/bin/sh\nid\n"),
    Bad("gif that is a script", "a.gif", lambda: GIF_JS),
    Bad("gif that is a script called jpg", "a.jpg", lambda: GIF_JS),
    Bad("pdf called docx", "a.docx", pdf),
    Bad("png called pdf", "a.pdf", png),
    Bad("docx called pdf", "a.pdf", docx),
    Bad("docx called xlsx", "a.xlsx", docx),
    Bad("xlsx called docx", "a.docx", xlsx),
    Bad("plain zip called docx", "a.docx", lambda: zipped(readme_DOT_txt=b"x")),
    Bad("zip in zip in zip", "a.docx", nested),
    Bad("jar called xlsx", "a.xlsx", lambda: zipped(**{"META-INF__MANIFEST_DOT_MF": b"x"}, A_DOT_class=b"\xca\xfe\xba\xbe")),
    Bad("docx with a bomb", "a.docx", lambda: repacked(docx(), word__media__a_DOT_png=bomb())),
    Bad("xlsx with a bomb", "a.xlsx", lambda: repacked(xlsx(), xl__media__a_DOT_png=bomb())),
    Bad("zip with five thousand members", "a.docx", lambda: zipped(**{f"word__{n}_DOT_xml": b"" for n in range(5000)})),
    Bad("docx with macros", "a.docx", lambda: repacked(docx(), word__vbaProject_DOT_bin=b"x")),
    Bad("macro workbook", "a.xlsm", lambda: repacked(xlsx(), xl__vbaProject_DOT_bin=b"x")),
    Bad("macro document by its type", "a.docm", lambda: repacked(docx(), word__vbaProject_DOT_bin=b"x")),
    Bad("docx with an embedded program", "a.docx", lambda: repacked(docx(), word__embeddings__oleObject1_DOT_bin=b"\xd0\xcf\x11\xe0")),
    Bad("docx with a program among the pictures", "a.docx", lambda: repacked(docx(), word__media__image1_DOT_png=EXE)),
    Bad("docx with a zip inside", "a.docx", lambda: repacked(docx(), word__media__image1_DOT_png=nested())),
    Bad("docx with a template from outside", "a.docx", lambda: repacked(docx(), word___rels__settings_DOT_xml_DOT_rels=TEMPLATE)),
    Bad("docx with an entity bomb", "a.docx", lambda: repacked(docx(), word__document_DOT_xml=BOMB_XML)),
    Bad("docx that reads a file", "a.docx", lambda: repacked(docx(), word__footer1_DOT_xml=OUTSIDE_XML)),
    Bad("docx with an entity in another encoding", "a.docx", lambda: repacked(docx(), word__a_DOT_xml=BOMB_XML.decode().encode("utf-16"))),
    Bad("docx with a field that runs a program", "a.docx", lambda: repacked(docx(), word__a_DOT_xml=b"<w:instrText>DDEAUTO c:\\\\windows\\\\cmd.exe</w:instrText>")),
    Bad("docx with a path outside", "a.docx", lambda: zipped(**{"word__document_DOT_xml": b"<w:document/>", ".._DOT___DOT__DOT___etc__passwd": b"x", "..__..__etc__passwd": b"x"})),
    Bad("docx with a password", "a.docx", lambda: locked_zip(docx())),
    Bad("docx broken off", "a.docx", lambda: docx()[:-60]),
    Bad("office file with a password", "a.xlsx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
    Bad("one cell at the end of the sheet", "a.csv.xlsx", lambda: sparse()[:-30]),
    Bad("pdf broken off", "a.pdf", lambda: pdf(3)[:120]),
    Bad("pdf of no pages", "a.pdf", lambda: b"%PDF-1.7\n%%EOF\n"),
    Bad("pdf with a password", "a.pdf", locked_pdf),
    Bad("pdf with script", "a.pdf", lambda: pdf(more=b"9 0 obj<</S/JavaScript/JS(app.alert\\(1\\))>>endobj\n")),
    Bad("pdf with script under another spelling", "a.pdf", lambda: pdf(more=b"9 0 obj<</S/J#61va#53cript/JS(app.alert\\(1\\))>>endobj\n")),
    Bad("pdf with script in packed objects", "a.pdf", lambda: packed(b"9 0 <</S/JavaScript/JS(app.alert\\(1\\))>>")),
    Bad("pdf with packed objects behind a predictor", "a.pdf", lambda: packed(b"9 0 x", b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode/DecodeParms<</Predictor 12>>")),
    Bad("pdf with a bomb in packed objects", "a.pdf", lambda: packed(b" " * (100 << 20))),
    Bad("pdf that starts a program", "a.pdf", lambda: pdf(more=b"9 0 obj<</S/Launch/F(cmd.exe)>>endobj\n")),
    Bad("pdf with an attachment", "a.pdf", lambda: pdf(more=b"9 0 obj<</Type/EmbeddedFile/Length 1>>stream\nx\nendstream endobj\n")),
    Bad("pdf that sends a form", "a.pdf", lambda: pdf(more=b"9 0 obj<</S/SubmitForm/F(http://x.example)>>endobj\n")),
    Bad("png broken off", "a.png", lambda: png(40, 40)[:-20]),
    Bad("png of nothing but its mark", "a.png", lambda: png()[:8]),
    Bad("png of ten milliard pixels", "a.png", lambda: png(claims=(100_000, 100_000))),
    Bad("jpg broken off", "a.jpg", lambda: jpeg()[:-6]),
    Bad("jpg of four milliard pixels", "a.jpg", lambda: jpeg(65_500, 65_500)),
    Bad("tiff broken off", "a.tif", lambda: tiff()[:-8]),
    Bad("tiff of very many pixels", "a.tif", lambda: tiff(1 << 30, 1 << 30)),
    Bad("tiff that goes round in a circle", "a.tif", lambda: tiff()[:-4] + struct.pack("<I", 8)),
    Bad("recording broken off", "a.mp4", lambda: mp4()[:-6]),
    Bad("recording of nothing but its mark", "a.mp4", lambda: mp4()[:24]),
    Bad("name that climbs", "../../../../etc/cron.d/x.pdf", lambda: EXE),
    Bad("name with a null", "a\0.pdf", lambda: EXE),
    Bad("name written backwards", "执行\u202efdp.exe", lambda: EXE),
    Bad("very long name", f"{'长' * 300}.pdf", lambda: EXE),
    Bad("no name to speak of", ".pdf", lambda: EXE),
    Bad("noise", "a.pdf", lambda: bytes(range(256)) * 40),
]
ASK_EVERYWHERE = next(b for b in CORPUS if b.id == "program called pdf")
