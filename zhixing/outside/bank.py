"""The court's bank: payments handed in, what became of them, and what moved on the accounts (四(三)1, 四(三)2).

Without a connection a payment file is uploaded to the bank's web page and its statements are imported. HTTP contract, every
request signed (`signed`), JSON in UTF-8, amounts in fen, moments in ISO 8601 with their offset:

    POST <url>/batches {"batch", "payments": [{"no", "holder", "bank", "account", "amount_fen", "purpose"}]}
        → 200 {"batch", "state": "accepted", "id"}        a batch number is taken once, a payment number is paid once
    GET  <url>/payments?batch=NO → 200 {"payments": [{"no", "state", "amount_fen", "bank_ref", "reason", "at"}]}
    GET  <url>/entries?after=PLACE → 200 {"entries": [{"serial", "direction", "amount_fen", "at", "name", "account", "remark",
                                          "balance_fen", "case"}], "next": PLACE}

`state`: pending, paid, returned. `direction`: in, out. `case` is the case number whose own account it is, empty for the general one.
The bank may also push {"id", "payments": […], "entries": […]} to the court, signed in the same way, with `X-Nonce` (8–64 letters, digits,
"-" or "_", never used twice) as a further line after the path: "timestamp\\nPOST\\npath\\nnonce\\n" + body. A push that had no answer is
pushed again under its id with a new nonce. Members that are not agreed are refused, not passed over.

`payment_file` gives the same bytes for the same payments, so that the file of a batch can be checked against its fingerprint.
"""

from __future__ import annotations

import csv
import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import httpx

from zhixing.clock import CST

from .messages import TransientError
from .signed import Signed, signature_of

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


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a payment: `paid` or `returned`, with the bank's own number or its reason. The amount is in fen."""

    no: str
    state: str
    amount_fen: int
    bank_ref: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement on an account of the court, as the bank says it. Amounts in fen; `case` "" for the general account."""

    serial: str
    direction: str
    amount_fen: int
    at: datetime
    name: str = ""
    account: str = ""
    remark: str = ""
    balance_fen: int | None = None
    case: str = ""


class Bank(Protocol):
    """Somewhere payments are handed in. Each may raise `TransientError` to be asked again, `RejectedError` to be asked no more."""

    connected: bool  # whether a system is at the other end; where not, a clerk carries files

    def submit(self, batch_no: str, payments: Sequence[Payment], at: datetime) -> str:
        """Hand the batch in; the proof that it was taken. Harmless to repeat: a batch number is taken once."""
        ...

    def fates(self, batch_no: str, at: datetime) -> tuple[list[Fate], list[str]]:
        """What became of a batch's payments so far, and what the bank said that cannot be believed."""
        ...

    def entries(self, after: str, at: datetime) -> tuple[list[Entry], list[str], str]:
        """What moved after a place, what cannot be believed of it, and the next place."""
        ...


class FileBank:
    """No connection: writes `<folder>/付款-<batch>.csv`, which a finance clerk uploads to the bank."""

    connected = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def submit(self, batch_no: str, payments: Sequence[Payment], at: datetime) -> str:
        """Write the file of the batch; written again it is the same file. Raises TransientError when it cannot be written."""
        path = self.folder / f"付款-{batch_no}.csv"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(payment_file(batch_no, payments))
        except OSError as error:
            raise TransientError(f"付款文件写不进去：{error.strerror}") from error
        return path.name

    def fates(self, batch_no: str, at: datetime) -> tuple[list[Fate], list[str]]:
        """Nothing comes by itself: finance enters what the bank's page says."""
        return [], []

    def entries(self, after: str, at: datetime) -> tuple[list[Entry], list[str], str]:
        """Nothing comes by itself: the statement is imported."""
        return [], [], after


class HttpBank:
    """The adapter for a bank that keeps the contract above."""

    connected = True

    def __init__(self, url: str, secret: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self.system = Signed(url, secret, "银行接口", transport=transport)

    def submit(self, batch_no: str, payments: Sequence[Payment], at: datetime) -> str:
        """Hand the batch in under its number. Raises TransientError and RejectedError."""
        told = [{"no": p.no, "holder": p.holder, "bank": p.bank, "account": p.account_no, "amount_fen": p.amount_fen, "purpose": p.purpose} for p in payments]
        body = json.dumps({"batch": batch_no, "payments": told}, ensure_ascii=False).encode()
        answer = self.system.ask("POST", "/batches", body, at)
        if answer.get("batch") != batch_no or answer.get("state") != "accepted":
            raise TransientError("银行接口的答复不是约定的格式")
        return f"银行受理号 {str(answer.get('id', ''))[:60]}" + ("（模拟）" if answer.get("simulated") is True else "")

    def fates(self, batch_no: str, at: datetime) -> tuple[list[Fate], list[str]]:
        """What the bank says of the batch's payments."""
        return read_all(self.system.ask("GET", f"/payments?batch={quote(batch_no)}", b"", at).get("payments"), read_fate)

    def entries(self, after: str, at: datetime) -> tuple[list[Entry], list[str], str]:
        """The movements after a place. Raises TransientError and RejectedError."""
        answer = self.system.ask("GET", f"/entries?after={quote(after or '0')}", b"", at)
        following = answer.get("next")
        if not isinstance(following, (int, str)):
            raise TransientError("银行接口的答复不是约定的格式")
        return (*read_all(answer.get("entries"), read_entry), str(following)[:80])


SERIAL = re.compile(r"[0-9A-Za-z_.:/-]{1,60}")
SETTLED = ("paid", "returned")
PENDING = "pending"
FATE_NAMES, ENTRY_NAMES = frozenset(Fate.__slots__), frozenset(Entry.__slots__)
NONCE = re.compile(r"[0-9A-Za-z_-]{8,64}")
MOST_FEN = 10**15


def read_all(said: Any, read: Any) -> tuple[list[Any], list[str]]:
    """Those of the items that have the agreed form, and a sentence for each other; what is still pending is neither.
    Raises TransientError when it is no list."""
    if not isinstance(said, list):
        raise TransientError("银行接口的答复不是约定的格式")
    found, wrong = [], []
    for n, one in enumerate(said, 1):
        try:
            item = read(one)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            wrong.append(f"第 {n} 项不是约定的格式：{_shown(one)}")
        else:
            found += [item] if item is not None else []
    return found, wrong


def _shown(said: Any) -> str:
    """What cannot be believed, short and in characters that every database and every answer can hold."""
    try:
        return json.dumps(said, ensure_ascii=False, default=str)[:120].encode("utf-8", "replace").decode()
    except RecursionError:
        return "层次过深"


def read_fate(said: Any) -> Fate | None:
    """A payment's fate, checked before it is believed; None while the bank is still at it. Raises ValueError, KeyError or TypeError."""
    if not said.keys() <= FATE_NAMES:
        raise ValueError("names")
    if said["state"] == PENDING:
        return None
    number = _text(said["no"], 70)
    if said["state"] not in SETTLED or not number or number != said["no"]:
        raise ValueError("state")
    return Fate(number, said["state"], _fen(said["amount_fen"]), _text(said.get("bank_ref"), 60), _text(said.get("reason"), 200), _moment(said["at"]))


def read_entry(said: Any) -> Entry:
    """A movement, checked before it is believed. Raises ValueError, KeyError or TypeError."""
    if not said.keys() <= ENTRY_NAMES or said["direction"] not in ("in", "out") or not SERIAL.fullmatch(said["serial"]):
        raise ValueError("direction")
    balance = said.get("balance_fen")
    if balance is not None and (isinstance(balance, bool) or not isinstance(balance, int) or abs(balance) > MOST_FEN):
        raise ValueError("balance_fen")
    return Entry(said["serial"], said["direction"], _fen(said["amount_fen"]), _moment(said["at"]), _text(said.get("name"), 120),
                 _text(said.get("account"), 60), _text(said.get("remark"), 400), balance, _text(said.get("case"), 60))  # fmt: skip


def _fen(said: Any) -> int:
    if isinstance(said, bool) or not isinstance(said, int) or not 0 < said <= MOST_FEN:
        raise ValueError("amount_fen")
    return said


def _moment(said: Any) -> datetime:
    moment = datetime.fromisoformat(said)
    if moment.tzinfo is None:
        raise ValueError("at")
    return moment.astimezone(CST)


def _text(said: Any, longest: int) -> str:
    if said is None:
        return ""
    if not isinstance(said, str) or "\x00" in said:
        raise ValueError("text")
    said.encode()  # half a pair of surrogates is a ValueError here, not a fault in the database
    return said[:longest]


def rightly_signed(*, secret: str, stamp: str, nonce: str, signature: str, path: str, body: bytes, at: datetime, window_seconds: int) -> bool:
    """Whether a push carries a fresh signature of the shared secret; `window_seconds` either way is fresh (trust F7)."""
    if not secret or not NONCE.fullmatch(nonce) or not stamp.isascii() or not stamp.isdecimal() or len(stamp) > 12 or abs(at.timestamp() - int(stamp)) > window_seconds:
        return False
    return hmac.compare_digest(signature.encode(), signature_of(secret.encode(), stamp, "POST", f"{path}\n{nonce}", body).encode())


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
