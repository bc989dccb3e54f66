"""Text messages to people outside the court (12368 and the like): the port and the two adapters that need no contract.

A court without a gateway has the file: each day's messages as a table that a clerk uploads to the web page of its provider.
"""

from __future__ import annotations

import csv
import fcntl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One text to one phone. `key` is the same at every repeat, so that the gateway sends it once."""

    key: str
    phone: str
    text: str


class TransientError(Exception):
    """The gateway could not take it now; try again later. The text is shown to the administrator."""


class Channel(Protocol):
    """Somewhere messages go. `send` returns a remark for the record; it raises `TransientError` to be asked again."""

    simulated: bool

    def send(self, message: Message, at: datetime) -> str: ...


class FileChannel:
    """Appends to `<folder>/短信待发-<day>.csv`; a key already in the day's file is not written twice."""

    simulated = False
    REMARK = "已写入待发文件，由人工在短信平台网页发送"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, at: datetime) -> Path:
        """The file of a day."""
        return self.folder / f"短信待发-{at:%Y%m%d}.csv"

    def send(self, message: Message, at: datetime) -> str:
        """Write one line under an exclusive lock."""
        path = self.path(at)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with path.open("a+", encoding="utf-8", newline="") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                file.seek(0)
                keys = {row[0] for row in csv.reader(file) if row}
                writer = csv.writer(file)
                if not keys:
                    file.write("\ufeff")  # spreadsheets then read Chinese
                    writer.writerow(["编号", "手机号", "内容", "时间"])
                if message.key not in keys:
                    writer.writerow([message.key, plain(message.phone), plain(message.text), f"{at:%Y-%m-%d %H:%M}"])
        except OSError as error:
            raise TransientError(f"待发文件写不进去：{error.strerror}") from error
        return self.REMARK


class SimulatedChannel:
    """Sends nothing and says so: for demonstrations. Keeps what it was given in `sent`."""

    simulated = True
    REMARK = "模拟通道：没有真正发出"

    def __init__(self) -> None:
        self.sent: dict[str, Message] = {}

    def send(self, message: Message, at: datetime) -> str:
        """Remember the message by its key."""
        self.sent.setdefault(message.key, message)
        return self.REMARK


def plain(text: str) -> str:
    """A cell that no spreadsheet takes for a formula (trust T14)."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
