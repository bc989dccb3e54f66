"""Property queries in systems outside the court (总对总, 点对点): the port, an HTTP adapter and the file way (三(二)5).

The court asks and fetches; nothing reaches in. HTTP contract, JSON in UTF-8, `Authorization: Bearer` when a token is set:

    POST <url>/queries {"request_id", "court", "case_number", "system", "name", "id_number"}
        → 200 {"request_id", "number", "state": "accepted"}      the same request_id again: the same number, asked once
    GET  <url>/queries/<request_id>/feedback
        → 200 {"request_id", "state": "pending"|"partial"|"done", "sections": [{"title", "columns": [...], "rows": [[...]]}]}

`columns` are the header words of the feedback form, cells text or numbers. 400, 409, 422: this query will never be taken;
anything else that is not 200 is about the system, and is asked again.
"""

from __future__ import annotations

import csv
import fcntl
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

import httpx

from .messages import RejectedError, TransientError

TIMEOUT = httpx.Timeout(15.0, connect=5.0)
TRIES, FIRST_PAUSE_SECONDS = 3, 0.5
ANSWER_BYTES, SECTIONS, ROWS, COLUMNS, CELL_CHARS = 8_000_000, 60, 5000, 60, 2000
REJECTED = (400, 409, 422)
STATES = ("pending", "partial", "done")


@dataclass(frozen=True, slots=True)
class Query:
    """One debtor of one case, asked of one system. `request_id` is the same at every repeat."""

    request_id: str
    court: str
    case_number: str
    system: str
    name: str
    id_number: str


@dataclass(frozen=True, slots=True)
class Section:
    """One table of an answer: its title (银行存款), its header words, its rows of cells as text."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a system answered so far. `state`: pending, partial (more will come) or done."""

    state: str
    sections: tuple[Section, ...] = ()
    simulated: bool = False


class Inquiries(Protocol):
    """A query system. Both raise `TransientError` to be asked again and `RejectedError` to be asked no more."""

    fetches: bool  # whether answers come this way; where not, a clerk brings the file

    def submit(self, query: Query, at: datetime) -> str:
        """Ask, once however often this is called; the system's number of the query."""
        ...

    def answer(self, request_id: str, at: datetime) -> Answer:
        """What there is by now."""
        ...


class FileInquiries:
    """Appends to `<folder>/查控待发起-<day>.csv`, from which a clerk enters the queries on the platform; answers come as files."""

    fetches = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def submit(self, query: Query, at: datetime) -> str:
        """Write one line under an exclusive lock; a request already in the day's file is not written twice.
        Raises TransientError when it cannot be written."""
        path = self.folder / f"查控待发起-{at:%Y%m%d}.csv"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with path.open("a+", encoding="utf-8", newline="") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                file.seek(0)
                lines = [row for row in csv.reader(file) if row]
                if not lines:
                    file.write("\ufeff")
                    csv.writer(file).writerow(["请求单号", "系统", "案号", "被查询人", "证件号码", "时间"])
                if not any(row[0] == query.request_id for row in lines):
                    row = (query.request_id, query.system, query.case_number, query.name, query.id_number, f"{at:%Y-%m-%d %H:%M}")
                    csv.writer(file).writerow([f"'{cell}" if cell[:1] in "=+-@\t\r" else cell for cell in row])
        except OSError as error:
            raise TransientError(f"待发起清单写不进去：{error.strerror}") from error
        return query.request_id

    def answer(self, request_id: str, at: datetime) -> Answer:
        """Answers come as files that the clerk imports."""
        return Answer("pending")


class HttpInquiries:
    """The adapter for a system that keeps the contract above. No redirects, no proxies from the environment."""

    fetches = True

    def __init__(
        self, url: str, token: str = "", *, transport: httpx.BaseTransport | None = None, pause: Callable[[float], None] = time.sleep
    ) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise ValueError("查控接口地址须以 http:// 或 https:// 开头")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.url, self.pause = url.rstrip("/"), pause
        self.client = httpx.Client(timeout=TIMEOUT, trust_env=False, follow_redirects=False, transport=transport, headers=headers)

    def submit(self, query: Query, at: datetime) -> str:
        """Ask; a repeat carries the same request id. Raises TransientError and RejectedError."""
        body = {"request_id": query.request_id, "court": query.court, "case_number": query.case_number, "system": query.system,
                "name": query.name, "id_number": query.id_number}  # fmt: skip
        said = self._ask("POST", "/queries", query.request_id, body)
        number = said.get("number")
        if said.get("state") != "accepted" or not isinstance(number, str) or not 0 < len(number) <= 60:
            raise TransientError("查控接口的答复不是约定的格式")
        return number

    def answer(self, request_id: str, at: datetime) -> Answer:
        """What there is by now, checked before it is believed. Raises TransientError when it cannot be believed."""
        said = self._ask("GET", f"/queries/{quote(request_id, safe='')}/feedback", request_id)
        sections = said.get("sections", [])
        if said.get("state") not in STATES or not isinstance(sections, list) or len(sections) > SECTIONS:
            raise TransientError("查控反馈不是约定的格式")
        return Answer(said["state"], tuple(_section(s) for s in sections), said.get("simulated") is True)

    def _ask(self, method: str, path: str, request_id: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Ask, and again after a growing pause where the system was at fault."""
        for attempt in range(TRIES):
            if attempt:
                self.pause(FIRST_PAUSE_SECONDS * 2 ** (attempt - 1))
            try:
                return self._once(method, path, request_id, body)
            except TransientError as error:
                last = error
        raise last

    def _once(self, method: str, path: str, request_id: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        try:
            with self.client.stream(method, self.url + path, json=body) as response:
                content = _within(response)
        except httpx.HTTPError as error:
            raise TransientError(f"查控接口连接不上或没有按时答复（{type(error).__name__}）") from error
        said = _object(content)
        why = f"：{e[:100]}" if said and isinstance(e := said.get("error"), str) else ""
        if response.status_code in REJECTED:
            raise RejectedError(f"查控接口拒收（{response.status_code}）{why}")
        if response.status_code != 200:
            raise TransientError(f"查控接口答复 {response.status_code}{why}")
        if said is None or said.get("request_id") != request_id:
            raise TransientError("查控接口的答复残缺，或者答的不是这一次查询")
        return said


def _within(response: httpx.Response) -> bytes:
    content = b""
    for chunk in response.iter_bytes():
        content += chunk
        if len(content) > ANSWER_BYTES:
            raise TransientError("查控接口的答复过长")
    return content


def _object(content: bytes) -> dict[str, Any] | None:
    """Numbers stay text: money is exact."""
    try:
        said = json.loads(content, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _section(said: Any) -> Section:
    """One table, every cell text; a row of another width is no row of it."""
    try:
        title, columns, rows = str(said["title"]), [_cell(c) for c in said["columns"]], said["rows"]
        if not isinstance(rows, list) or len(rows) > ROWS or len(columns) > COLUMNS or len(title) > CELL_CHARS:
            raise ValueError
        return Section(title, tuple(columns), tuple(tuple(_cell(c) for c in row) for row in rows if isinstance(row, list)))
    except (KeyError, TypeError, ValueError):
        raise TransientError("查控反馈的表格不是约定的格式") from None


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > CELL_CHARS:
        raise ValueError("cell")
    return value
