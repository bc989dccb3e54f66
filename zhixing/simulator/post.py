"""A post that carries nothing: every number leads a small life of its own, the same for the same seed.

    POST /post/tracking {"numbers": [...]} → 200 {"messages": [{"id", "number", "status", "at", "place", "reason", "remark"}]}

Each asking shows one message more, so that a letter comes to its end after some askings. A nasty server says everything
twice and out of order, mixes in other people's letters and messages without time, and after the end contradicts itself.
"""

from __future__ import annotations

import json
import threading
from datetime import datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import urlsplit

from zhixing import clock

from . import REQUEST
from .faults import Answer, answer, refusal

TITLE = "邮政邮件查询"
MOST = 100
ENDS = (("delivered", "", "本人签收（模拟）"), ("delivered", "", "同住成年家属签收（模拟）"), ("returned", "refused", "收件人拒收（模拟）"),
        ("returned", "unclaimed", "逾期未领（模拟）"), ("returned", "no_such_address", "查无此地址（模拟）"))  # fmt: skip

_first: dict[tuple[int, str], datetime] = {}
_asked: dict[tuple[int, str], int] = {}
_lock = threading.Lock()


def handle(method: str, path: str, body: bytes, seed: int) -> Answer:
    """Answer one request."""
    if (method, urlsplit(path).path.rstrip("/")) != ("POST", "/tracking"):
        return refusal(404, "没有这个地址")
    try:
        numbers = [str(n) for n in json.loads(body)["numbers"]]
    except (ValueError, KeyError, TypeError):
        return refusal(400, "内容不是约定的格式")
    if len(numbers) > MOST:
        return refusal(422, f"一次最多 {MOST} 个邮件号")
    messages = [m for number in numbers for m in _told(number, seed)]
    if REQUEST.get().nasty:
        messages = spoil(messages, Random(f"{seed}:post:{REQUEST.get().n}"))
    return answer(200, {"messages": messages})


def _told(number: str, seed: int) -> list[dict[str, Any]]:
    """What is known of a letter by now: one message more at every asking."""
    with _lock:
        began = _first.setdefault((seed, number), clock.now().replace(microsecond=0))
        n = _asked[seed, number] = _asked.get((seed, number), 0) + 1
    return life(number, seed, began)[:n]


def life(number: str, seed: int, began: datetime) -> list[dict[str, Any]]:
    """Everything that will ever be said of a letter, in its order. Its last message is final."""
    chance = Random(f"{seed}:post:{number}")
    status, reason, remark = chance.choice(ENDS)
    steps = [("accepted", "", "已收寄（模拟）"), ("in_transit", "", "运输中（模拟）")]
    steps += [("attempted", "", "投递未成，电话无人接听（模拟）")] * chance.randrange(4 if status == "returned" else 2)
    steps.append((status, reason, remark))
    return [
        {"id": f"{number}-{n}", "number": number, "status": word, "at": (began + timedelta(minutes=n)).isoformat(), "place": "模拟市模拟区",
         "reason": why, "remark": text}
        for n, (word, why, text) in enumerate(steps)
    ]  # fmt: skip


def spoil(messages: list[dict[str, Any]], chance: Random) -> list[dict[str, Any]]:
    """As a nasty post tells it: twice, shuffled, with strangers' letters, broken messages and an end that contradicts the end."""
    contrary = {"delivered": "returned", "returned": "delivered"}
    made = [*messages, *messages]
    made += [{**m, "id": f"{m['id']}-again", "status": contrary[m["status"]], "at": (datetime.fromisoformat(m["at"]) + timedelta(days=1)).isoformat()}
             for m in messages if m["status"] in contrary]  # fmt: skip
    made += [{**m, "number": f"XX{m['number'][2:]}"} for m in messages[:1]]
    made += [{**m, "at": None} for m in messages[:1]] + [{"status": "delivered"}, None]  # type: ignore[list-item]
    chance.shuffle(made)
    return made
