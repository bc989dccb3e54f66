"""A bank that moves no money: takes batches once, pays or returns each payment after a while, invents what comes in.

    POST /bank/batches  {"batch", "payments": [{"no", "holder", "bank", "account", "amount_fen", "purpose"}]} → 200 {"batch", "state", "id"}
    GET  /bank/payments?batch=NO                        → 200 {"payments": [{"no", "state", "amount_fen", "bank_ref", "reason", "at"}]}
    GET  /bank/entries?after=N                          → 200 {"entries": [{"serial", "direction", "amount_fen", "at", …}], "next": N}
    POST /bank/deposits {"amount_fen", "name", "remark", "case"}  → 200 {"serial"}: somebody pays in, for demonstrations

Signed as the text message gateway is (`ZHIXING_BANK_SECRET`). A payment is pending when first asked about and settled at the
second asking; every sixteenth comes back. What moves is also pushed to `ZHIXING_BANK_PUSH` (the court's `/bank/push/`) where that is
set, each in a message of its own, signed with a nonce; a push that nobody takes is not pushed again. A nasty bank says things twice and out of order, mixes in payments of others and items that
cannot be read, and says "paid" again after it has said "returned".
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import threading
from datetime import timedelta
from random import Random
from typing import Any
from urllib.error import URLError
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen
from uuid import uuid4

from zhixing import clock

from . import REQUEST
from .faults import Answer, answer, refusal

TITLE = "法院开户银行"
SECRET, WINDOW_SECONDS, PAGE_ROWS = "simulation-only", 300, 200
RETURNED = 1 / 16
PUSH_SECONDS = 5
WHY = ("收款账户已销户（模拟）", "户名与账号不符（模拟）", "收款行退汇（模拟）")


class SimulatedBank:
    """What one simulated bank was given: batches by number, and everything that moved in its order."""

    def __init__(self, seed: int) -> None:
        self.seed, self.lock = seed, threading.Lock()
        self.batches: dict[str, list[dict[str, Any]]] = {}
        self.paid: dict[str, int] = {}
        self.asked: dict[str, int] = {}
        self.fates: dict[str, dict[str, Any]] = {}
        self.entries: list[dict[str, Any]] = []

    def take(self, said: dict[str, Any]) -> Answer:
        """Take a batch unless its number was taken: then the same answer again, or 409 when the content differs."""
        number, payments = str(said["batch"]), [{**p, "no": str(p["no"]), "amount_fen": int(p["amount_fen"])} for p in said["payments"]]
        with self.lock:
            before = self.batches.setdefault(number, payments)
            if before != payments:
                return refusal(409, "同一批号的内容不同")
            return answer(200, {"batch": number, "state": "accepted", "id": f"SIM-{hashlib.sha256(number.encode()).hexdigest()[:10]}"})

    def told(self, number: str) -> list[dict[str, Any]]:
        """What became of a batch's payments: nothing yet at the first asking."""
        with self.lock:
            self.asked[number] = self.asked.get(number, 0) + 1
            if self.asked[number] < 2:
                return [{"no": p["no"], "state": "pending"} for p in self.batches.get(number, [])]
            return [self._fate(p) for p in self.batches.get(number, [])]

    def _fate(self, payment: dict[str, Any]) -> dict[str, Any]:
        """Settled once: what was paid goes out of the account once, what comes back is in it again."""
        number = payment["no"]
        if number not in self.fates:
            chance, now = Random(f"{self.seed}:bank:{number}"), clock.now().replace(microsecond=0)
            back = chance.random() < RETURNED
            self.fates[number] = {
                "no": number, "state": "returned" if back else "paid", "amount_fen": payment["amount_fen"], "bank_ref": "" if back else f"SIMHD{len(self.fates) + 1:08d}",
                "reason": chance.choice(WHY) if back else "", "at": now.isoformat(),
            }  # fmt: skip
            if not back:
                self.paid[number] = self.paid.get(number, 0) + 1
                self._move("out", payment["amount_fen"], str(payment.get("holder", "")), str(payment.get("account", "")), str(payment.get("purpose", "")))
            push({"id": f"SIM{self.seed}-{hashlib.sha256(number.encode()).hexdigest()[:12]}", "payments": [self.fates[number]]})
        return self.fates[number]

    def deposit(self, said: dict[str, Any]) -> Answer:
        """Somebody pays in."""
        with self.lock:
            serial = self._move("in", int(said["amount_fen"]), str(said.get("name", "")), str(said.get("account", "")), str(said.get("remark", "")), str(said.get("case", "")))
        return answer(200, {"serial": serial})

    def _move(self, direction: str, fen: int, name: str, account: str, remark: str, case: str = "") -> str:
        serial = f"SIM{self.seed}-{len(self.entries) + 1:08d}"
        self.entries.append({"serial": serial, "direction": direction, "amount_fen": fen, "at": clock.now().replace(microsecond=0).isoformat(), "name": name,
                             "account": account, "remark": remark, "balance_fen": None, "case": case})  # fmt: skip
        push({"id": serial, "entries": [self.entries[-1]]})
        return serial

    def page(self, after: int) -> tuple[list[dict[str, Any]], int]:
        """The movements after a number, and the next one."""
        with self.lock:
            found = self.entries[after : after + PAGE_ROWS]
            return found, after + len(found)


BANKS: dict[int, SimulatedBank] = {}
_making = threading.Lock()


def bank(seed: int) -> SimulatedBank:
    """The bank of a seed; tests look into it."""
    with _making:
        return BANKS.setdefault(seed, SimulatedBank(seed))


def handle(method: str, path: str, body: bytes, seed: int) -> Answer:
    """Answer one request."""
    if not signed(method, path, body):
        return refusal(401, "签名不对或已过时")
    parts = urlsplit(path)
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    try:
        if (method, parts.path) in (("POST", "/batches"), ("POST", "/deposits")):
            said = json.loads(body)
            return bank(seed).take(said) if parts.path == "/batches" else bank(seed).deposit(said)
    except (ValueError, KeyError, TypeError):
        return refusal(400, "内容不是约定的格式")
    if (method, parts.path) == ("GET", "/payments"):
        return answer(200, {"payments": _spoilt(bank(seed).told(asked.get("batch", "")), seed)})
    if (method, parts.path) == ("GET", "/entries"):
        after = asked.get("after", "0")
        if not after.isdecimal():
            return refusal(400, "after 应为数字")
        found, following = bank(seed).page(int(after))
        return answer(200, {"entries": _spoilt(found, seed), "next": following})
    return refusal(404, "没有这个地址")


def _spoilt(items: list[dict[str, Any]], seed: int) -> list[Any]:
    """The items, as a nasty bank tells them where it is one."""
    return spoil(items, Random(f"{seed}:bank:{REQUEST.get().n}")) if REQUEST.get().nasty else items


def spoil(items: list[dict[str, Any]], chance: Random) -> list[Any]:
    """Twice, shuffled, with somebody else's, broken ones, and "paid" again, from the day before, for what came back."""
    made: list[Any] = [*items, *items]
    made += [{**i, "state": "paid", "bank_ref": "SIMLATE", "at": (clock.now() - timedelta(days=1)).isoformat()} for i in items if i.get("state") == "returned"]
    made += [{**i, "amount_fen": None} for i in items[:1]] + [None, {"serial": "x"}, "broken"]
    chance.shuffle(made)
    return made


def push(message: dict[str, Any]) -> threading.Thread | None:
    """Tell the court by itself, where it says that it listens; in the background, once (twice where the bank is nasty)."""
    url = os.environ.get("ZHIXING_BANK_PUSH", "")
    if not url:
        return None
    body = json.dumps({**message, "simulated": True}, ensure_ascii=False).encode()
    thread = threading.Thread(target=_tell, args=(url, body, 2 if REQUEST.get().nasty else 1), daemon=True)
    thread.start()
    return thread


def _tell(url: str, body: bytes, times: int) -> None:
    for _ in range(times):
        stamp, nonce = str(int(clock.now().timestamp())), uuid4().hex
        secret = os.environ.get("ZHIXING_BANK_SECRET", SECRET).encode()
        text = f"{stamp}\nPOST\n{urlsplit(url).path}\n{nonce}\n".encode() + body
        headers = {"Content-Type": "application/json", "X-Timestamp": stamp, "X-Nonce": nonce, "X-Signature": hmac.new(secret, text, hashlib.sha256).hexdigest()}
        try:
            urlopen(Request(url, body, headers, method="POST"), timeout=PUSH_SECONDS).close()
        except (URLError, OSError, ValueError):
            continue  # the court asks anyway


def signed(method: str, path: str, body: bytes) -> bool:
    """Whether the request carries a fresh signature under the shared secret."""
    headers = REQUEST.get().headers
    stamp, given = headers.get("x-timestamp", ""), headers.get("x-signature", "")
    if not stamp.isdecimal() or abs(clock.now().timestamp() - int(stamp)) > WINDOW_SECONDS:
        return False
    secret = os.environ.get("ZHIXING_BANK_SECRET", SECRET).encode()
    expected = hmac.new(secret, f"{stamp}\n{method}\n{path}\n".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(given, expected)
