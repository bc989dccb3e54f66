"""A text message gateway that sends nothing: takes each key once, gives receipts to whoever polls for them.

    POST /sms/messages  {"key", "phone", "text"}      → 200 {"key", "id", "state": "accepted", "repeated"}
    GET  /sms/receipts?after=N                        → 200 {"receipts": [{"n", "key", "state", "reason", "at"}], "next": N}

Both want `X-Timestamp` (Unix seconds) and `X-Signature`: HMAC-SHA256 in hex of "timestamp\\nMETHOD\\npath\\n" + body under the
shared secret, `path` being that of the request line without the system's name.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import threading
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

from zhixing import clock

from . import REQUEST
from .faults import Answer, answer, refusal

TITLE = "短信网关"
SECRET = "simulation-only"
WINDOW_SECONDS, PAGE_ROWS = 300, 200
UNREACHABLE = 0.03  # share of phones that are switched off for good


class Gateway:
    """What one simulated gateway was given: messages by key, receipts in order."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(f"sms:{seed}")
        self.messages: dict[str, dict[str, Any]] = {}
        self.receipts: list[dict[str, Any]] = []
        self.lock = threading.Lock()

    def take(self, message: dict[str, str]) -> Answer:
        """Take a message unless its key was taken: then the same answer again, or 409 when the content differs."""
        with self.lock:
            before = self.messages.get(message["key"])
            if before is not None and any(before[name] != message[name] for name in ("phone", "text")):
                return refusal(409, "同一编号的内容不同")
            if before is None:
                before = self.messages[message["key"]] = {
                    **message,
                    "id": f"SIM-{len(self.messages) + 1:08d}",
                    "times": 0,
                }
                self._receipt(before["key"])
            before["times"] += 1
            return answer(
                200, {"key": before["key"], "id": before["id"], "state": "accepted", "repeated": before["times"] > 1}
            )

    def _receipt(self, key: str) -> None:
        """A receipt for the message; of a nasty gateway sometimes twice, sometimes before one that came earlier."""
        off = self.chance.random() < UNREACHABLE
        made = {"key": key, "state": "failed" if off else "delivered", "reason": "空号或停机" if off else "",
                "at": clock.now().isoformat(timespec="seconds")}  # fmt: skip
        copies = 2 if REQUEST.get().nasty and self.chance.random() < 0.02 else 1
        self.receipts += [{**made, "n": len(self.receipts) + 1 + i} for i in range(copies)]

    def page(self, after: int) -> Answer:
        """The receipts after a number."""
        with self.lock:
            found = self.receipts[after : after + PAGE_ROWS]
            shown = list(reversed(found)) if REQUEST.get().nasty else found
            return answer(200, {"receipts": shown, "next": after + len(found)})


GATEWAYS: dict[int, Gateway] = {}
_making = threading.Lock()


def gateway(seed: int) -> Gateway:
    """The gateway of a seed; tests look into it."""
    with _making:
        return GATEWAYS.setdefault(seed, Gateway(seed))


def handle(method: str, path: str, body: bytes, seed: int) -> Answer:
    """Answer one request."""
    if not signed(method, path, body):
        return refusal(401, "签名不对或已过时")
    parts = urlsplit(path)
    if (method, parts.path) == ("POST", "/messages"):
        try:
            message = {name: str(json.loads(body)[name]) for name in ("key", "phone", "text")}
        except (ValueError, KeyError, TypeError):
            return refusal(400, "内容不是约定的格式")
        return gateway(seed).take(message)
    if (method, parts.path) == ("GET", "/receipts"):
        after = parse_qs(parts.query).get("after", ["0"])[0]
        return gateway(seed).page(int(after)) if after.isdecimal() else refusal(400, "after 应为数字")
    return refusal(404, "没有这个地址")


def signed(method: str, path: str, body: bytes) -> bool:
    """Whether the request carries a fresh signature under the shared secret (`ZHIXING_SMS_SECRET`)."""
    headers = REQUEST.get().headers
    stamp, given = headers.get("x-timestamp", ""), headers.get("x-signature", "")
    if not stamp.isdecimal() or abs(clock.now().timestamp() - int(stamp)) > WINDOW_SECONDS:
        return False
    secret = os.environ.get("ZHIXING_SMS_SECRET", SECRET).encode()
    expected = hmac.new(secret, f"{stamp}\n{method}\n{path}\n".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(given, expected)
