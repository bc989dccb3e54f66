"""Is a PDF, a picture or a recording whole, openable and free of what runs by itself? Read as bytes, nothing is rendered.

Each check takes an open file and its size, and returns why it is not kept with what to do, or nothing. Memory and time are
bounded by the caps below whatever the file claims.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

MIB = 1024 * 1024
TAIL = 4096
PIXELS, SIDE = 100_000_000, 30_000  # an A3 sheet at 600 dpi has seventy million
UNPACKED = 64 * MIB
AGAIN = "请重新扫描或重新保存后上传"
BROKEN = ("文件不完整或已损坏", AGAIN)
Wrong = tuple[str, str] | None

# Only names too long to turn up by chance in the bytes of a picture; whatever script there is, one of them starts it.
ACTIVE = re.compile(rb"/(JavaScript|Launch|EmbeddedFile|RichMedia|Rendition|SubmitForm|ImportData)(?![A-Za-z])")
ESCAPED = re.compile(rb"/[A-Za-z]{0,16}#[0-9A-Fa-f]{2}[A-Za-z0-9#]{0,48}")
LOCKED = re.compile(rb"/Encrypt\s+\d+\s+\d+\s+R|/Encrypt\s*<<")
PACKED = re.compile(rb"/Type\s*/ObjStm")
STREAM = re.compile(rb"stream\r?\n")
PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")
COUNT = re.compile(rb"/Count\s+(\d{1,6})")
OVERLAP = 64


@dataclass(slots=True)
class Pdf:
    """What is learnt of a PDF piece by piece."""

    wrong: Wrong = None
    packed: list[int] = field(default_factory=list)
    found: int = 0
    counted: int = 0
    _tail: bytes = b""
    _at: int = 0

    def take(self, piece: bytes) -> None:
        """The next piece of the file."""
        text, before = self._tail + piece, len(self._tail)
        self.wrong = self.wrong or _unwanted(text)
        self.packed += [self._at - before + m.start() for m in PACKED.finditer(text) if m.end() > before]
        self.found += sum(m.end() > before for m in PAGE.finditer(text))
        self.counted = max([self.counted, *(int(n) for n in COUNT.findall(text))])
        self._at += len(piece)
        self._tail = text[-OVERLAP:]

    def finish(self, file: IO[bytes], size: int) -> Wrong:
        """What is wrong with the whole of it, packed objects included."""
        if self.wrong:
            return self.wrong
        file.seek(max(0, size - TAIL))
        if b"%%EOF" not in file.read(TAIL):
            return BROKEN
        left = UNPACKED
        for place in self.packed:
            plain = _unpacked(file, place, left)
            if plain is None:
                return "PDF 里的内容无法检查", "请用“打印为 PDF”重新生成后上传"
            left -= len(plain)
            self.found += len(PAGE.findall(plain))
            self.counted = max([self.counted, *(int(n) for n in COUNT.findall(plain))])
            if wrong := _unwanted(plain):
                return wrong
        return None if self.pages else BROKEN

    @property
    def pages(self) -> int:
        """How many pages it has as its own words go. The smaller number: a seal writes a page once more, bookmarks are counted too."""
        return min(self.found, self.counted) or max(self.found, self.counted)


def _unwanted(text: bytes) -> Wrong:
    names = b"".join(_plain(n) + b" " for n in ESCAPED.findall(text))
    if ACTIVE.search(text) or ACTIVE.search(names):
        return "PDF 里带有脚本、附件或可执行动作", "请用“打印为 PDF”重新生成后上传"
    if LOCKED.search(text):
        return "PDF 设有密码或限制，打不开的文件不能入卷", "请解除密码后重新保存上传"
    return None


def _plain(name: bytes) -> bytes:
    """A name of a PDF without its escapes (#4a is J)."""
    return re.sub(rb"#([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), name)


def _unpacked(file: IO[bytes], place: int, most: int) -> bytes | None:
    """The objects packed into the stream whose dictionary stands around `place`; None when they cannot be looked at."""
    file.seek(place)
    head = file.read(TAIL)
    begin = STREAM.search(head)
    if begin is None:
        return None
    said = _said_before(file, place) + head[: begin.start()]
    if b"/DecodeParms" in said:
        return None
    if b"/Filter" not in said:
        return b""  # not packed at all: its bytes were looked at already
    file.seek(place + begin.end())
    unpacker, parts, got = zlib.decompressobj(), [], 0
    try:
        while not unpacker.eof and (piece := file.read(MIB)):
            while piece and not unpacker.eof:
                parts.append(unpacker.decompress(piece, MIB))
                got += len(parts[-1])
                if got > most:
                    return None
                piece = unpacker.unconsumed_tail
    except zlib.error:
        return None
    return b"".join(parts)


def _said_before(file: IO[bytes], place: int) -> bytes:
    """The dictionary's words before `place`."""
    start = max(0, place - TAIL)
    file.seek(start)
    return file.read(place - start).rpartition(b"obj")[2]


def png(file: IO[bytes], size: int) -> Wrong:
    """Every chunk within the file, the end mark there, no more pixels than the cap."""
    place, first = 8, True
    while place + 12 <= size:
        file.seek(place)
        length, name = struct.unpack(">I4s", file.read(8))
        if first:
            if name != b"IHDR" or length != 13:
                return BROKEN
            if wrong := _pixels(*struct.unpack(">II", file.read(8))):
                return wrong
            first = False
        place += 12 + length
        if name == b"IEND":
            return None if place <= size else BROKEN
    return BROKEN


def jpeg(file: IO[bytes], size: int) -> Wrong:
    """Segments up to the picture itself, its size, and the end mark somewhere after it (telephones append more)."""
    place, seen = 2, False
    while place + 4 <= size:
        file.seek(place)
        mark, kind, length = struct.unpack(">BBH", file.read(4))
        if mark == kind == 0xFF:  # filling before a mark
            place += 1
            continue
        if mark != 0xFF or length < 2:
            return BROKEN
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            bits = file.read(5)
            if len(bits) < 5:
                return BROKEN
            if wrong := _pixels(*struct.unpack(">xHH", bits)):
                return wrong
            seen = True
        if kind == 0xDA:
            return None if seen and b"\xff\xd9" in file.read() else BROKEN
        place += 2 + length
    return BROKEN


def tiff(file: IO[bytes], size: int) -> Wrong:
    """Every page's directory within the file, no page with more pixels than the cap."""
    file.seek(0)
    start = file.read(8)
    if len(start) < 8:
        return BROKEN
    order = "<" if start[:2] == b"II" else ">"
    (place,), pages = struct.unpack_from(f"{order}I", start, 4), 0
    while place and pages < 2000:
        pages += 1
        if not 8 <= place <= size - 6:
            return BROKEN
        file.seek(place)
        (count,) = struct.unpack(f"{order}H", file.read(2))
        entries = file.read(12 * count + 4)
        if len(entries) < 12 * count + 4:
            return BROKEN
        sides = {tag: value for tag, value in _tags(entries[:-4], order) if tag in (256, 257)}
        if wrong := _pixels(sides.get(256, 0), sides.get(257, 0)):
            return wrong
        (place,) = struct.unpack(f"{order}I", entries[-4:])
    return None if pages and not place else BROKEN


def _tags(entries: bytes, order: str) -> Iterator[tuple[int, int]]:
    for start in range(0, len(entries), 12):
        tag, kind = struct.unpack_from(f"{order}HH", entries, start)
        yield tag, struct.unpack_from(f"{order}{'H' if kind == 3 else 'I'}", entries, start + 8)[0]


def mp4(file: IO[bytes], size: int) -> Wrong:
    """Boxes one after the other to the very end, the index of the recording among them."""
    place, names = 0, set()
    while place + 8 <= size:
        file.seek(place)
        length, name = struct.unpack(">I4s", file.read(8))
        if length == 1 and place + 16 <= size:
            (length,) = struct.unpack(">Q", file.read(8))
        names.add(name)
        place = size if length == 0 else place + length
        if 0 < length < 8:
            return BROKEN
    return None if place == size and b"moov" in names else BROKEN


def _pixels(width: int, height: int) -> Wrong:
    if not width or not height:
        return BROKEN
    if width > SIDE or height > SIDE or width * height > PIXELS:
        return f"图片有 {width}×{height} 个像素，过大", "请降低扫描分辨率后上传"
    return None
