"""The post: what became of letters by their tracking numbers; the port, an HTTP adapter and the file way (三(三)2).

The court asks; nothing reaches in. HTTP contract, JSON in UTF-8, `Authorization: Bearer` when a token is set:

    POST <url>/tracking {"numbers": ["1234567890", …]}        at most 100 numbers
        → 200 {"messages": [{"id", "number", "status", "at", "place", "reason", "remark"}]}

`status`: accepted, in_transit, attempted, delivered (签收), returned (退回, final; `reason` "refused" when the addressee refused
it). `at` ISO 8601 with its offset. Messages come in any order, more than once, and the same ones at every asking.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx

from zhixing.clock import CST

from .messages import TransientError

TIMEOUT = httpx.Timeout(15.0, connect=5.0)
ANSWER_BYTES, NUMBERS = 2_000_000, 100
STATUSES = {"accepted": "已收寄", "in_transit": "运输中", "attempted": "投递未成", "delivered": "签收", "refused": "拒收", "returned": "退回"}
FINAL = {"delivered": "签收", "refused": "拒收", "returned": "退回"}
WORDS = {"收寄": "accepted", "揽收": "accepted", "运输": "in_transit", "在途": "in_transit", "未妥投": "attempted", "投递未成": "attempted",
         "签收": "delivered", "妥投": "delivered", "拒收": "refused", "退回": "returned"}  # fmt: skip
HEADS = {"邮件号": "number", "单号": "number", "运单号": "number", "状态": "status", "结果": "status", "日期": "at", "时间": "at", "地点": "place",
         "说明": "remark", "备注": "remark"}  # fmt: skip
NUMBER = re.compile(r"[0-9A-Za-z]{6,30}")


@dataclass(frozen=True, slots=True)
class Tracking:
    """One message about one letter. `status` is a key of `STATUSES`; a letter that came back refused has `refused`."""

    number: str
    status: str
    happened_at: datetime
    ident: str = ""
    place: str = ""
    remark: str = ""

    @property
    def result(self) -> str:
        """签收, 拒收 or 退回 when this is the last word, else empty."""
        return FINAL.get(self.status, "")


class Post(Protocol):
    """Whoever knows where letters are. `track` raises `TransientError` to be asked again."""

    fetches: bool  # whether answers come this way; where not, a clerk pastes the list

    def track(self, numbers: Sequence[str]) -> list[Tracking]:
        """Everything that is known of the letters."""
        ...


class ListPost:
    """No interface: the clerk pastes what the post's own site exports (`read_list`)."""

    fetches = False

    def track(self, numbers: Sequence[str]) -> list[Tracking]:
        """Nothing comes by itself."""
        return []


class HttpPost:
    """The adapter for a post that keeps the contract above. No redirects, no proxies from the environment."""

    fetches = True

    def __init__(self, url: str, token: str = "", *, transport: httpx.BaseTransport | None = None) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise ValueError("邮件查询接口地址须以 http:// 或 https:// 开头")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.url = url.rstrip("/")
        self.client = httpx.Client(timeout=TIMEOUT, trust_env=False, follow_redirects=False, transport=transport, headers=headers)

    def track(self, numbers: Sequence[str]) -> list[Tracking]:
        """What the post says of these letters; a message without the agreed form is passed over, the others count."""
        wanted = set(numbers)
        found: list[Tracking] = []
        for start in range(0, len(numbers), NUMBERS):
            for said in self._ask(list(numbers[start : start + NUMBERS])):
                message = read_message(said)
                if message is not None and message.number in wanted:
                    found.append(message)
        return found

    def _ask(self, numbers: list[str]) -> list[Any]:
        try:
            with self.client.stream("POST", f"{self.url}/tracking", json={"numbers": numbers}) as response:
                content = _within(response)
        except httpx.HTTPError as error:
            raise TransientError(f"邮件查询接口连接不上或没有按时答复（{type(error).__name__}）") from error
        if response.status_code != 200:
            raise TransientError(f"邮件查询接口答复 {response.status_code}")
        try:
            messages = json.loads(content)["messages"]
        except (ValueError, KeyError, TypeError, RecursionError):
            messages = None
        if not isinstance(messages, list):
            raise TransientError("邮件查询接口的答复残缺或者不是约定的格式")
        return messages


def _within(response: httpx.Response) -> bytes:
    content = b""
    for chunk in response.iter_bytes():
        content += chunk
        if len(content) > ANSWER_BYTES:
            raise TransientError("邮件查询接口的答复过长")
    return content


def read_message(said: Any) -> Tracking | None:
    """A message of the contract, checked before it is believed; None when it has not the agreed form."""
    try:
        happened_at = datetime.fromisoformat(said["at"])
        status = "refused" if said["status"] == "returned" and said.get("reason") == "refused" else said["status"]
        texts = {name: str(said.get(name) or "") for name in ("place", "remark")}
        if happened_at.tzinfo is None or status not in STATUSES or said["status"] == "refused" or not NUMBER.fullmatch(said["number"]):
            return None
        return Tracking(said["number"], status, happened_at.astimezone(CST), str(said["id"])[:60], **texts)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None


def read_list(text: str) -> tuple[list[Tracking], list[str]]:
    """The messages of a pasted list or CSV, and a sentence for each line that cannot be read.

    Columns by their heads (邮件号, 状态, 日期, 地点, 说明) or, without heads, number, status, day in this order; separated by
    commas, tabs or semicolons.
    """
    lines = [row for row in csv.reader(io.StringIO(_commas(text))) if any(cell.strip() for cell in row)]
    names = ["number", "status", "at", "place", "remark"]
    if lines and (heads := [HEADS.get(cell.strip(), "") for cell in lines[0]]) and "number" in heads:
        names, lines = heads, lines[1:]
    found, wrong = [], []
    for n, row in enumerate(lines, 1):
        cells = {name: cell.strip() for name, cell in zip(names, row, strict=False) if name}
        message = _from_cells(cells)
        if message is None:
            wrong.append(f"第 {n} 行看不懂：{'、'.join(row)[:80]}")
        else:
            found.append(message)
    return found, wrong


def _commas(text: str) -> str:
    return text.lstrip("\ufeff").replace("\t", ",").replace("，", ",").replace(";", ",").replace("；", ",")


def _from_cells(cells: dict[str, str]) -> Tracking | None:
    number, words = cells.get("number", ""), cells.get("status", "")
    status = next((status for word, status in WORDS.items() if word in words and f"未{word}" not in words), "")
    when = read_day(cells.get("at", ""))
    if not NUMBER.fullmatch(number) or not status or when is None:
        return None
    return Tracking(number, status, when, place=cells.get("place", ""), remark=cells.get("remark", ""))


def read_day(text: str) -> datetime | None:
    """A day or moment as lists write it (2026-03-02, 2026/3/2 9:30, 20260302); a day alone is noon."""
    found = re.fullmatch(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[ T]+(\d{1,2}):(\d{2})(?::\d{2})?)?", text.strip())
    if found is None:
        return None
    year, month, day, hour, minute = (int(g) if g else None for g in found.groups())
    try:
        clock = time(hour, minute or 0) if hour is not None else time(12)
        return datetime(year, month, day, clock.hour, clock.minute, tzinfo=CST)  # type: ignore[arg-type]
    except ValueError:
        return None
