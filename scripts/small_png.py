"""Make a screenshot small: its colours counted into a palette, its rows packed tightly. Nothing but the standard library."""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_COLOURS = 256
NEAR = 0xF0F0F0  # colours that differ only in their low bits are taken for one


def shrink(path: Path) -> None:
    """Write an 8-bit RGB screenshot again with at most 256 colours; the most frequent keep their exact value."""
    width, height, pixels = _pixels(path.read_bytes())
    counted = Counter(pixels)
    palette: list[int] = []
    index: dict[int, int] = {}
    nearest: dict[int, int] = {}
    for colour, _ in counted.most_common():
        if len(palette) < MOST_COLOURS and (len(palette) < MOST_COLOURS // 2 or colour & NEAR not in nearest):
            nearest.setdefault(colour & NEAR, len(palette))
            index[colour] = len(palette)
            palette.append(colour)
        else:
            found = nearest.get(colour & NEAR)
            index[colour] = found if found is not None else _closest(palette, colour)
    rows = b"".join(b"\0" + bytes(map(index.__getitem__, pixels[y * width : (y + 1) * width])) for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    colours = b"".join(c.to_bytes(3, "big") for c in palette)
    path.write_bytes(SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"PLTE", colours) + _chunk(b"IDAT", zlib.compress(rows, 9))
                     + _chunk(b"IEND", b""))  # fmt: skip


def _closest(palette: list[int], colour: int) -> int:
    red, green, blue = colour >> 16, colour >> 8 & 255, colour & 255
    return min(range(len(palette)), key=lambda i: abs((palette[i] >> 16) - red) + abs((palette[i] >> 8 & 255) - green)
               + abs((palette[i] & 255) - blue))  # fmt: skip


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at < len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        at += size + 12


def _pixels(data: bytes) -> tuple[int, int, list[int]]:
    """Width, height and every pixel as 0xRRGGBB. Raises `ValueError` when it is not what Chromium writes."""
    chunks = list(_chunks(data))
    width, height, *form = struct.unpack(">IIBBBBB", chunks[0][1])
    if form != [8, 2, 0, 0, 0]:
        raise ValueError("not an 8-bit RGB image")
    raw = zlib.decompress(b"".join(body for kind, body in chunks if kind == b"IDAT"))
    stride, before, pixels = width * 3, bytearray(width * 3), []
    for y in range(height):
        line = bytearray(raw[y * (stride + 1) + 1 : (y + 1) * (stride + 1)])
        _unfilter(raw[y * (stride + 1)], line, before)
        pixels += [line[i] << 16 | line[i + 1] << 8 | line[i + 2] for i in range(0, stride, 3)]
        before = line
    return width, height, pixels


def _unfilter(kind: int, line: bytearray, before: bytearray) -> None:
    """Undo one of PNG's five row filters in place."""
    for i in range(len(line) if kind else 0):
        left, up = (line[i - 3] if i > 2 else 0), before[i]
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = up
        elif kind == 3:
            guess = (left + up) // 2
        else:
            corner = before[i - 3] if i > 2 else 0
            a, b, c = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
            guess = left if a <= b and a <= c else up if b <= c else corner
        line[i] = (line[i] + guess) & 255
