"""Played by `test_kills` in a process of its own: workers that are killed, workers that race. Prints one line of JSON.

The gateway is a file that every process appends to: what was given to it stays given, whoever dies.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402  Django must be set up first
from django.core.management import call_command  # noqa: E402
from django.db import connection, connections, transaction  # noqa: E402

from tests.notices.stage import owe  # noqa: E402
from tests.small_court import MONDAY, SMALL  # noqa: E402
from zhixing.casework.cases.models import Case, Party  # noqa: E402
from zhixing.casework.courts.models import Court  # noqa: E402
from zhixing.casework.facts import rules  # noqa: E402
from zhixing.casework.notices.dispatch import dispatch  # noqa: E402
from zhixing.casework.notices.models import Lane, Notice  # noqa: E402
from zhixing.casework.notices.policy import policy  # noqa: E402
from zhixing.outside.messages import Accepted, Message, Receipt  # noqa: E402
from zhixing.rulebook.loader import load  # noqa: E402

BOOK = load(SMALL)
rules.rulebook = lambda: BOOK
GIVEN = settings.VAR / "given.jsonl"


class FileGateway:
    """Appends every message it is given; `dies` is told before and after."""

    def __init__(self, dies: Callable[[], None] = lambda: None) -> None:
        self.dies = dies

    def send(self, message: Message, at: datetime) -> Accepted:
        self.dies()
        line = json.dumps({"key": message.key, "address": message.address, "text": message.text, "at": at.isoformat()}, ensure_ascii=False)
        file = os.open(GIVEN, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(file, f"{line}\n".encode())
        os.close(file)
        self.dies()
        return Accepted("网关编号 1")

    def receipts(self, after: str, at: datetime) -> tuple[list[Receipt], str]:
        return [], after


def given() -> list[dict[str, str]]:
    """Every hand-over, repeats too."""
    return [json.loads(line) for line in GIVEN.read_text("utf-8").splitlines()] if GIVEN.exists() else []


def clear() -> None:
    """An empty outbox."""
    GIVEN.unlink(missing_ok=True)
    for model in (Notice, Lane, Party, Case):
        model.objects.all().delete()


def forked(work: Callable[[], None]) -> int:
    """Run in a child with a connection of its own. Returns the child's id."""
    connections.close_all()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work()
        code = 0
    finally:
        connections.close_all()
        os._exit(code)


def killed_at(n: int) -> bool:
    """A worker that is killed at its n-th statement or moment at the gateway. False when it got through."""

    def work() -> None:
        left = [n]

        def dies(*_: Any) -> None:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            dies()
            return execute(sql, params, many, context)

        with connection.execute_wrapper(count):
            dispatch(channels={"sms": FileGateway(dies)}, at=MONDAY)

    _, status = os.waitpid(forked(work), 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, status
    return os.WIFSIGNALED(status)


def finish() -> None:
    """The workers that come after."""
    for n in range(4):
        while dispatch(channels={"sms": FileGateway()}, at=MONDAY + (n + 1) * policy().lease):
            pass


def first_came(rows: list[dict[str, str]]) -> dict[str, list[str]]:
    """Address → keys in the order of their first hand-over."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row["key"] not in found[row["address"]]:
            found[row["address"]].append(row["key"])
    return found


def wrong_after(keys: list[str], n: int) -> list[str]:
    """What is not as it should be once everything is over."""
    rows, place = given(), {key: n for n, key in enumerate(keys)}
    contents = {(row["key"], row["address"], row["text"]) for row in rows}
    wrong = [f"{n}: lost or invented"] if {row["key"] for row in rows} != set(keys) else []
    wrong += [f"{n}: a key with two contents"] if len(contents) != len(keys) else []
    wrong += [f"{n}: {len(rows)} hand-overs"] if len(rows) > len(keys) + 1 else []
    wrong += [f"{n}: order of {a}" for a, came in first_came(rows).items() if came != sorted(came, key=place.__getitem__)]
    return wrong + ([f"{n}: not all sent"] if Notice.objects.exclude(state=Notice.SENT).exists() else [])


def kill(court: Court) -> dict[str, Any]:
    """Kill at every place in turn."""
    wrong: list[str] = []
    for n in range(1, 200):
        clear()
        keys = owe(court, people=2, each=2, at=MONDAY)
        if not killed_at(n):
            return {"places": n - 1, "killed": n - 1, "wrong": wrong}
        finish()
        wrong += wrong_after(keys, n)
    raise AssertionError("the run never ended")


def race(court: Court) -> dict[str, Any]:
    """Four workers through the same hour."""
    keys = owe(court, people=20, each=12, at=MONDAY)

    def work() -> None:
        for _ in range(10):  # one moment for all: a worker whose clock runs ahead would take claims for expired
            while dispatch(channels={"sms": FileGateway()}, at=MONDAY, limit=7):
                pass

    children = [forked(work) for _ in range(4)]
    failed = [os.waitpid(child, 0)[1] for child in children]
    rows, place = given(), {key: n for n, key in enumerate(keys)}
    times = Counter(row["key"] for row in rows)
    return {
        "workers": failed.count(0), "sent": len(times), "most": max(Counter(row["address"] for row in rows).values()),
        "twice": [key for key, n in times.items() if n > 1],
        "misordered": [a for a, came in first_came(rows).items() if came != sorted(came, key=place.__getitem__)],
    }  # fmt: skip


if __name__ == "__main__":
    Path(settings.VAR).mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
    with transaction.atomic():
        the_court = Court.objects.create(code="豫1502", name="试验区人民法院", short_name="试验法院", region_code="411502", hotline="12368")
    print(json.dumps({"kill": kill, "race": race}[sys.argv[1]](the_court), ensure_ascii=False))
