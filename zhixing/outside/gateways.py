"""Channels with a system at the other end: a message gateway over HTTP (texts, WeChat) and the court's mail server.

The gateway is asked, never listened to: receipts are fetched from inside the court's network, so that nothing has to reach
in. Whatever it answers is checked before it is believed.
"""

from __future__ import annotations

import hashlib
import json
import smtplib
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx
from django.core.mail import EmailMessage

from .messages import Accepted, Message, Receipt, RejectedError, TransientError
from .signed import Signed


class HttpChannel:
    """`POST <url>/messages` with key, address and text; `GET <url>/receipts?after=`. Every request is signed (`signed`)."""

    def __init__(
        self, url: str, secret: str, *, address: str = "phone", transport: httpx.BaseTransport | None = None
    ) -> None:
        self.gateway, self.address = Signed(url, secret, "网关", transport=transport), address

    def send(self, message: Message, at: datetime) -> Accepted:
        """Hand one message over. The key makes a repeat harmless. Raises TransientError and RejectedError."""
        body = json.dumps(
            {"key": message.key, self.address: message.address, "text": message.text}, ensure_ascii=False
        ).encode()
        answer = self.gateway.ask("POST", "/messages", body, at)
        if answer.get("key") != message.key or answer.get("state") != "accepted":
            raise TransientError("网关的答复不是约定的格式")
        return Accepted(f"网关编号 {str(answer.get('id', ''))[:60]}", simulated=answer.get("simulated") is True)

    def receipts(self, after: str, at: datetime) -> tuple[list[Receipt], str]:
        """The receipts after a place. One that does not have the agreed form is passed over, the others count.
        Raises TransientError when it cannot be read."""
        answer = self.gateway.ask("GET", f"/receipts?after={quote(after or '0')}", b"", at)
        rows, following = answer.get("receipts"), answer.get("next")
        if not isinstance(rows, list) or not isinstance(following, (int, str)):
            raise TransientError("网关的回执不是约定的格式")
        return [r for row in rows if (r := _receipt(row)) is not None], str(following)[:80]

    def close(self) -> None:
        """Give the connection back."""
        self.gateway.close()


def _receipt(row: Any) -> Receipt | None:
    if (
        not isinstance(row, dict)
        or row.get("state") not in ("delivered", "failed")
        or not isinstance(row.get("key"), str)
    ):
        return None
    return Receipt(
        row["key"][:120], row["state"] == "delivered", str(row.get("reason") or "")[:100], str(row.get("at") or "")[:40]
    )


class EmailChannel:
    """The court's mail server, through the mail settings. The Message-ID is made of the key: a repeat can be recognised."""

    def __init__(self, sender: str) -> None:
        self.sender = sender

    def send(self, message: Message, at: datetime) -> Accepted:
        """Send one plain-text mail. Raises TransientError and RejectedError."""
        ident = f"<{hashlib.sha256(message.key.encode()).hexdigest()[:40]}@{self.sender.rpartition('@')[2]}>"
        mail = EmailMessage(
            message.subject, message.text, self.sender, [message.address], headers={"Message-ID": ident}
        )
        try:
            mail.send()
        except (smtplib.SMTPRecipientsRefused, ValueError) as error:  # ValueError: a line break in an address
            raise RejectedError("邮件服务器不接受这个地址") from error
        except (smtplib.SMTPException, OSError) as error:
            raise TransientError(f"邮件服务器没有收下（{type(error).__name__}）") from error
        return Accepted(f"邮件编号 {ident}")

    def receipts(self, after: str, at: datetime) -> tuple[list[Receipt], str]:
        """Mail gives no receipts that could be relied on."""
        return [], after
