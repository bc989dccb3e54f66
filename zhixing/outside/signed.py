"""Requests signed under a shared secret, and answers checked before they are believed: what the message gateway and the bank share.

Signature (`X-Signature`): HMAC-SHA256 in hex, under the shared secret, of "timestamp\\nMETHOD\\npath\\n" + body, where timestamp is
`X-Timestamp` (Unix seconds) and path is relative to the address. No redirects, no proxies from the environment.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from .messages import RejectedError, TransientError

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
ANSWER_BYTES = 1_000_000
REJECTED = (400, 409, 413, 422)  # about this request; anything else that is not 200 is about the system


def signature_of(secret: bytes, stamp: str, method: str, path: str, body: bytes) -> str:
    """The signature of a request, in hex."""
    return hmac.new(secret, f"{stamp}\n{method}\n{path}\n".encode() + body, hashlib.sha256).hexdigest()


class Signed:
    """A system at `url`; `name` is what it is called in what a clerk reads."""

    def __init__(self, url: str, secret: str, name: str, *, transport: httpx.BaseTransport | None = None) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise ValueError(f"{name}地址须以 http:// 或 https:// 开头")
        self.url, self.secret, self.name = url.rstrip("/"), secret.encode(), name
        self.client = httpx.Client(timeout=TIMEOUT, trust_env=False, follow_redirects=False, transport=transport)

    def close(self) -> None:
        """Give the connection back."""
        self.client.close()

    def ask(self, method: str, path: str, body: bytes, at: datetime) -> dict[str, Any]:
        """The JSON object it answers. Raises `TransientError` to be asked again, `RejectedError` to be asked no more."""
        stamp = str(int(at.timestamp()))
        headers = {"Content-Type": "application/json", "X-Timestamp": stamp, "X-Signature": signature_of(self.secret, stamp, method, path, body)}
        try:
            with self.client.stream(method, self.url + path, content=body, headers=headers) as response:
                content = self._within(response)
        except httpx.HTTPError as error:
            raise TransientError(f"{self.name}连接不上或没有按时答复（{type(error).__name__}）") from error
        if response.status_code in REJECTED:
            raise RejectedError(f"{self.name}拒收（{response.status_code}）{_why(content)}")
        if response.status_code != 200:
            raise TransientError(f"{self.name}答复 {response.status_code}{_why(content)}")
        answer = _object(content)
        if answer is None:
            raise TransientError(f"{self.name}的答复残缺")
        return answer

    def _within(self, response: httpx.Response) -> bytes:
        """The body, as long as it stays within what an answer may weigh."""
        content = b""
        for chunk in response.iter_bytes():
            content += chunk
            if len(content) > ANSWER_BYTES:
                raise TransientError(f"{self.name}的答复过长")
        return content


def _object(content: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def _why(content: bytes) -> str:
    why = (_object(content) or {}).get("error")
    return f"：{why[:100]}" if isinstance(why, str) else ""
