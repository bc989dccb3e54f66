"""Payments by the court's bank: the file that finance uploads to the bank's web page, and the port for a direct connection.

`payment_file` gives the same bytes for the same payments, so that the file of a batch can be checked against its fingerprint.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Protocol

from .messages import TransientError

HEADER = ("批号", "序号", "业务编号", "收款户名", "收款开户行", "收款账号", "金额（元）", "用途")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment. `no` is the court's own number of it: the bank pays a number once. The amount is in fen."""

    no: str
    holder: str
    bank: str
    account_no: str
    amount_fen: int
    purpose: str


class Bank(Protocol):
    """Somewhere payments are handed in. `submit` is harmless to repeat: a batch number is taken once."""

    def submit(self, batch_no: str, payments: Sequence[Payment], at: datetime) -> str:
        """Hand the batch in; the proof that it was taken. Raises `TransientError` to be asked again, `RejectedError` to be asked no more."""
        ...


class FileBank:
    """Writes `<folder>/付款-<batch>.csv`, which a finance clerk uploads to the bank."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def submit(self, batch_no: str, payments: Sequence[Payment], at: datetime) -> str:
        """Write the file of the batch; written again it is the same file."""
        path = self.folder / f"付款-{batch_no}.csv"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(payment_file(batch_no, payments))
        except OSError as error:
            raise TransientError(f"付款文件写不进去：{error.strerror}") from error
        return path.name


def payment_file(batch_no: str, payments: Sequence[Payment]) -> bytes:
    """The batch as CSV in UTF-8 with a mark. No cell is ever read as a formula: such text is led by an apostrophe (T14)."""
    text = StringIO()
    out = csv.writer(text, lineterminator="\r\n")
    out.writerow(HEADER)
    for n, p in enumerate(payments, 1):
        yuan, fen = divmod(p.amount_fen, 100)
        out.writerow([_plain(cell) for cell in (batch_no, str(n), p.no, p.holder, p.bank, p.account_no, f"{yuan}.{fen:02d}", p.purpose)])
    total, rest = divmod(sum(p.amount_fen for p in payments), 100)
    out.writerow(["合计", str(len(payments)), "", "", "", "", f"{total}.{rest:02d}", ""])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
