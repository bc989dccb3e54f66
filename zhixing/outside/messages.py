"""Messages to people outside the court (12368, WeChat, e-mail): the port and the adapters that need no contract.

A court without a gateway has the file: each day's messages as a table that a clerk uploads to the web page of its provider.
"""

from __future__ import annotations

import csv
import fcntl
from dataclasses import dataclass
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One text to one address. `key` is the same at every repeat, so that the gateway sends it once."""

    key: str
    address: str
    text: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The channel took the message. `proof` goes on record; `simulated` when nobody will ever get it."""

    proof: str
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message: delivered, or failed and why. `at` is the gateway's own word, kept as it came."""

    key: str
    delivered: bool
    reason: str = ""
    at: str = ""


class TransientError(Exception):
    """The gateway could not take it now; try again later. The text is shown to the administrator."""


class RejectedError(Exception):
    """The gateway will never take this message (a wrong number, a forbidden text). The text says why."""


class Channel(Protocol):
    """Somewhere messages go. `send` raises `TransientError` to be asked again, `RejectedError` to be asked no more."""

    def send(self, message: Message, at: datetime) -> Accepted:
        """Hand a message over; `at` is aware. Raises as the class says."""
        ...

    def receipts(self, after: str, at: datetime) -> tuple[list[Receipt], str]:
        """Receipts after a place and the place after them; ([], `after`) where there are none to be had."""
        ...


class FileChannel:
    """Appends to `<folder>/<title>待发-<day>.csv`; a key already in the day's file is not written twice."""

    def __init__(self, folder: Path, *, title: str = "短信", address: str = "手机号") -> None:
        self.folder, self.title, self.address = folder, title, address
        self._read: tuple[Path, int, set[str]] = (folder, 0, set())

    def path(self, at: datetime) -> Path:
        """The file of a day."""
        return self.folder / f"{self.title}待发-{at:%Y%m%d}.csv"

    def send(self, message: Message, at: datetime) -> Accepted:
        """Write one line under an exclusive lock. Raises TransientError when it cannot be written."""
        path = self.path(at)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with path.open("a+", encoding="utf-8", newline="") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                keys = self._keys(path, file)
                writer = csv.writer(file)
                if not keys:
                    file.write("\ufeff")  # spreadsheets then read Chinese
                    writer.writerow(["编号", self.address, "内容", "时间"])
                if message.key not in keys:
                    writer.writerow([message.key, plain(message.address), plain(message.text), f"{at:%Y-%m-%d %H:%M}"])
        except OSError as error:
            raise TransientError(f"待发文件写不进去：{error.strerror}") from error
        return Accepted(f"已写入{path.name}，由人工在{self.title}平台网页发送")

    def receipts(self, after: str, at: datetime) -> tuple[list[Receipt], str]:
        """A file gives no receipts."""
        return [], after

    def _keys(self, path: Path, file: TextIOWrapper) -> set[str]:
        """The keys in the file; only what was added since the last look is read."""
        before, place, keys = self._read
        if before != path or path.stat().st_size < place:
            place, keys = 0, set()
        file.seek(place)
        keys |= {row[0] for row in csv.reader(iter(file.readline, "")) if row}
        self._read = (path, file.tell(), keys)
        return keys


class SimulatedChannel:
    """Sends nothing and says so: for demonstrations. Keeps what it was given in `sent`."""

    def __init__(self) -> None:
        self.sent: dict[str, Message] = {}

    def send(self, message: Message, at: datetime) -> Accepted:
        """Remember the message by its key."""
        self.sent.setdefault(message.key, message)
        return Accepted("模拟通道：没有真正发出", simulated=True)

    def receipts(self, after: str, at: datetime) -> tuple[list[Receipt], str]:
        """Nothing was sent, nothing arrives."""
        return [], after


def plain(text: str) -> str:
    """A cell that no spreadsheet takes for a formula (trust T14)."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
