"""Which channels this court has, from its settings: a gateway where there is an address, else the file for the clerk."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from zhixing.casework.notices.policy import policy
from zhixing.outside.gateways import EmailChannel, HttpChannel
from zhixing.outside.messages import Channel, FileChannel

FIELDS = {"sms": "phone", "wechat": "openid"}  # what the gateway calls the address


def channels() -> Mapping[str, Channel]:
    """Channel id → adapter. Mail only where the court named a sender: there is no file way for it.
    Raises ImproperlyConfigured for an address without its secret."""
    found: dict[str, Channel] = {
        name: _made(name, settings.MESSAGES[name]["url"], settings.MESSAGES[name]["secret"], settings.VAR / "outbox")
        for name in FIELDS
    }
    if sender := settings.MESSAGES["email"]["sender"]:
        found["email"] = EmailChannel(sender)
    return found


@cache
def _made(name: str, url: str, secret: str, folder: Path) -> Channel:
    """One adapter a configuration: it keeps its connection, or what it read of its file."""
    if not url:
        rule = policy().channels[name]
        return FileChannel(folder, title=rule.title, address="手机号" if name == "sms" else rule.address)
    if not secret:
        raise ImproperlyConfigured(
            f"ZHIXING_{name.upper()}_URL 已设置，还要设置 ZHIXING_{name.upper()}_SECRET（与网关约定的密钥）"
        )
    return HttpChannel(url, secret, address=FIELDS[name])
