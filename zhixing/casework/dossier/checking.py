"""Is an uploaded file what it says, and harmless enough to keep? Decided by its content, never by its name alone.

Anything that has to be opened (zip containers) is opened in a child process with its own limits of memory and time, so
that a hostile file costs the court one refused upload. Messages are sentences for the clerk.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath
from typing import IO

from zhixing.rulebook.refusals import Refusal

from .contents import MIB, Pdf, Wrong, jpeg, mp4, png, tiff

CLAUSE = "四(二)5"
HEAD = 4096
CHILD_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that is taken: its media type, the endings it may carry and how large it may be (bytes)."""

    media_type: str
    title: str
    endings: tuple[str, ...]
    most: int
    zipped: str = ""


PDF = Kind("application/pdf", "PDF", (".pdf",), 100 * MIB)
PNG = Kind("image/png", "PNG 图片", (".png",), 30 * MIB)
JPEG = Kind("image/jpeg", "JPG 图片", (".jpg", ".jpeg"), 30 * MIB)
TIFF = Kind("image/tiff", "TIFF 图片", (".tif", ".tiff"), 100 * MIB)
MP4 = Kind("video/mp4", "MP4 录像", (".mp4",), 500 * MIB)
OOXML = "application/vnd.openxmlformats-officedocument."
DOCX = Kind(f"{OOXML}wordprocessingml.document", "Word 文档(docx)", (".docx",), 30 * MIB, "word/document.xml")
XLSX = Kind(f"{OOXML}spreadsheetml.sheet", "Excel 表格(xlsx)", (".xlsx",), 30 * MIB, "xl/workbook.xml")
KINDS = (PDF, PNG, JPEG, TIFF, MP4, DOCX, XLSX)
ACCEPT = ",".join(e for k in KINDS for e in k.endings)
ZIP = b"PK\x03\x04"
MAGIC = ((b"%PDF-", PDF), (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG), (b"II*\x00", TIFF), (b"MM\x00*", TIFF))
WHOLE: dict[Kind, Callable[[IO[bytes], int], Wrong]] = {PNG: png, JPEG: jpeg, TIFF: tiff, MP4: mp4}


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found: the kind, size in bytes, SHA-256 and a rough page count."""

    kind: Kind
    size: int
    sha256: str
    pages: int


def check(file: IO[bytes], name: str, size: int) -> Checked:
    """Check an upload. Raises `Refusal` on field `file` saying what is wrong with it and what to do. Sizes in bytes."""
    if size == 0:
        raise refused("文件是空的", "请重新扫描后上传")
    file.seek(0)
    head = file.read(HEAD)
    kind = kind_of(file, head)
    if kind is None:
        raise refused("不能识别文件内容，或者不是可以入卷的类型", f"可以上传：{'、'.join(k.title for k in KINDS)}")
    ending = PurePosixPath(name.lower()).suffix
    if ending not in kind.endings:
        raise refused(f"文件名以“{ending or '（无）'}”结尾，内容却是{kind.title}", "请用与内容一致的文件名保存后再上传")
    if size > kind.most:
        raise refused(f"文件有 {size / MIB:.0f} MB，{kind.title}最多 {kind.most // MIB} MB", "请降低扫描分辨率或分成几份上传")
    digest, pages = _read_through(file, kind, size)
    return Checked(kind, size, digest, pages)


def kind_of(file: IO[bytes], head: bytes) -> Kind | None:
    """The kind by content: a magic number at the start, or what a zip container holds. Refuses what can run or is hidden."""
    for magic, kind in MAGIC:
        if head.startswith(magic):
            return kind
    if head[4:8] == b"ftyp" and head[8:11] in (b"iso", b"mp4", b"avc", b"M4V", b"qt ", b"dash"[:3]):
        return MP4
    return _kind_of_zip(file) if head.startswith(ZIP) else None


def _kind_of_zip(file: IO[bytes]) -> Kind | None:
    """Look into a zip in a child process. Raises `Refusal` for macros, embedded objects, bombs and broken archives."""
    file.seek(0)
    job = [sys.executable, "-I", "-c", CHILD]
    try:
        done = subprocess.run(job, input=file.read(DOCX.most + 1), capture_output=True, timeout=CHILD_SECONDS, check=False)
        answer = json.loads(done.stdout) if done.returncode == 0 else {"why": "压缩结构已损坏或无法检查"}
    except (subprocess.TimeoutExpired, ValueError):
        answer = {"why": "检查用时过长，可能是压缩炸弹"}
    if why := answer.get("why"):
        raise refused(why, "请另存为不含宏的普通文档，或转成 PDF 后上传")
    return next((k for k in (DOCX, XLSX) if k.zipped in answer["names"]), None)


def _read_through(file: IO[bytes], kind: Kind, size: int) -> tuple[str, int]:
    """Hash in pieces, look at what it holds, count the pages of a PDF."""
    file.seek(0)
    digest, pdf = sha256(), Pdf()
    while piece := file.read(MIB):
        digest.update(piece)
        if kind is PDF:
            pdf.take(piece)
    wrong = pdf.finish(file, size) if kind is PDF else WHOLE[kind](file, size) if kind in WHOLE else None
    file.seek(0)
    if wrong:
        raise refused(*wrong)
    return digest.hexdigest(), pdf.pages or 1


def refused(why: str, now: str) -> Refusal:
    """The refusal of an upload, beside its field."""
    return Refusal.because("文件没有入卷", why, clause=CLAUSE, now=now, field="file")


# Run with `python -I -c` in a process of its own: 256 MiB of memory, 4 s of processor, no files written. It believes no
# size that the archive declares: members are decompressed and counted.
CHILD = r'''
import io, json, re, resource, sys, zipfile
resource.setrlimit(resource.RLIMIT_AS, (256 << 20, 256 << 20))
resource.setrlimit(resource.RLIMIT_CPU, (4, 4))
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
MEMBERS, TOTAL, RATIO = 2000, 150 << 20, 200
CARRIERS = (b"PK\x03\x04", b"MZ", b"\xd0\xcf\x11\xe0", b"%PDF-", b"Rar!", b"7z\xbc\xaf", b"\x7fELF")
def say(**answer):
    print(json.dumps(answer)); sys.exit(0)
raw = sys.stdin.buffer.read()
try:
    archive = zipfile.ZipFile(io.BytesIO(raw))
    infos = archive.infolist()
    names = [i.filename for i in infos]
    if len(infos) > MEMBERS or len(set(names)) != len(names):
        say(why="压缩包里的条目过多或重复")
    if any(n.startswith("/") or ".." in n.split("/") or "\\" in n for n in names):
        say(why="压缩包里有指向外部的路径")
    low = [n.lower() for n in names]
    if any("vbaproject" in n or "macrosheets" in n or n.endswith(".bin") and "/activex/" in n for n in low):
        say(why="文件里带有宏")
    if any("/embeddings/" in n or "oleobject" in n for n in low):
        say(why="文件里嵌有其他对象")
    if any(i.flag_bits & 1 for i in infos):
        say(why="文件有密码，无法检查")
    total = 0
    for info in infos:
        keep, got, tail = info.filename.endswith((".rels", "[Content_Types].xml")), b"", b""
        with archive.open(info) as member:
            while piece := member.read(1 << 16):
                if not tail and piece.startswith(CARRIERS):
                    say(why="文件里嵌有其他文件")
                if not tail and info.filename.endswith((".xml", ".rels")) and piece.startswith((b"\xff\xfe", b"\xfe\xff")):
                    say(why="文件里的文字编码无法检查")
                total += len(piece)
                if total > TOTAL or total > (1 << 20) and total > RATIO * len(raw):
                    say(why="解压后的体积异常（压缩炸弹）")
                if keep:
                    got += piece
                text, tail = tail + piece, piece[-16:]
                if b"<!ENTITY" in text or b"<!DOCTYPE" in text:
                    say(why="文件里有不允许的实体定义")
                if b"DDEAUTO" in text:
                    say(why="文件里有会自动运行的域")
        for link in re.findall(rb"<Relationship\b[^>]*>", got):
            if b'TargetMode="External"' in link and b"/hyperlink\"" not in link:
                say(why="文件引用了外部内容")
        if b"macroEnabled" in got:
            say(why="文件里带有宏")
    say(names=[n for n in names if n in ("word/document.xml", "xl/workbook.xml")])
except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
    say(why="压缩结构已损坏")
except MemoryError:
    say(why="解压后的体积异常（压缩炸弹）")
'''
