"""Every act with money interrupted at every statement: nothing of it remains, and then it can be done once (G7, P2, I43).

Interrupted by an error before or after the statement, in this process; or by kill -9, in a process of its own.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

from django.db import OperationalError, connection, connections, transaction

from zhixing.casework.facts.replay import Difference, registered_differences, state_differences
from zhixing.rulebook.refusals import Refusal

from .acts import Act, acts
from .world import World

MOST = 400
BEFORE, AFTER, KILL, KILL_AFTER = "before", "after", "kill", "kill after"
KEPT_APART = ("django_", "sqlite_", "axes_")


class Broken(OperationalError):
    """The statement that failed."""


@dataclass(slots=True)
class At:
    """Fails at (before or after) the n-th statement that passes; 0 only counts."""

    n: int
    how: str
    seen: int = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.seen += 1
        if self.seen != self.n:
            return execute(sql, params, many, context)
        if self.how in (AFTER, KILL_AFTER):
            execute(sql, params, many, context)
        if self.how in (KILL, KILL_AFTER):
            os.kill(os.getpid(), signal.SIGKILL)
        raise Broken(f"statement {self.n}: {sql[:60]}")


@dataclass(slots=True)
class Found:
    """How many acts were interrupted at how many places, and what was wrong."""

    engine: str
    how: str
    acts: int = 0
    places: int = 0
    seconds: float = 0.0
    by_act: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def break_everything(world: World, how: str, enough: int = 100, which: Iterable[Act] | None = None) -> Found:
    """Each act (`acts` of the world, or `which`) at each of its statements until it is done, then the act once more. Stops after
    `enough` faults."""
    found, start = Found(connection.vendor, how), time.monotonic()
    forked = how in (KILL, KILL_AFTER)
    for act in acts(world) if which is None else which:
        if not act.broken:
            act.run()
            continue
        found.acts += 1
        found.by_act[act.name] = (_killed if forked else _failed)(world, act, how, found.faults)
        found.places += found.by_act[act.name]
        if not act.right():
            found.faults.append(f"{act.name} was done and something of it is missing")
        _again(act, found.faults)
        if len(found.faults) >= enough:
            break
    found.faults += [f"at the end: {d}" for d in differences(world.court_id)]
    found.seconds = round(time.monotonic() - start, 1)
    return found


def differences(court_id: int) -> Iterator[Difference]:
    """What `zhixing verify` finds of the money and of the cases' clocks."""
    yield from registered_differences(court_id)
    yield from state_differences(court_id)


def _failed(world: World, act: Act, how: str, faults: list[str]) -> int:
    """Let it fail at its 1st, 2nd … statement, until it no longer does: then it is done."""
    whole = snapshot()
    for n in range(1, MOST):
        at = At(n, how)
        try:
            with connection.execute_wrapper(at):
                act.run()
        except Broken:
            if connection.in_atomic_block:
                transaction.set_rollback(False)  # a test's own transaction stands around what has none
            else:
                connection.close()  # an error after BEGIN leaves it open, as far as the server knows
            _whole(world, act, n, whole, faults)
        if at.seen < n:
            return n - 1
    raise AssertionError(f"{act.name} never ended")


def _killed(world: World, act: Act, how: str, faults: list[str]) -> int:
    """The same by kill -9, each time in a process of its own; the one that is not killed any more has done it."""
    whole = snapshot()
    for n in range(1, MOST):
        connections.close_all()
        pid = os.fork()
        if not pid:
            try:
                with connection.execute_wrapper(At(n, how)):
                    act.run()
                    connections.close_all()
            except BaseException:
                os._exit(2)
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        gone()
        if not os.WIFSIGNALED(status):
            if status:
                faults.append(f"{act.name} ended with status {status} at statement {n}")
            return n - 1
        _whole(world, act, n, whole, faults)
    raise AssertionError(f"{act.name} never ended")


def gone() -> None:
    """Wait until the server has noticed that a killed process is gone."""
    if connection.vendor != "postgresql":
        return
    sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    for _ in range(5000):
        with connection.cursor() as cursor:
            cursor.execute(sql)
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.002)
    raise AssertionError("connections of killed processes are still open")


def _whole(world: World, act: Act, n: int, before: dict[str, str], faults: list[str]) -> None:
    if not act.whole:
        faults += [f"{act.name}, statement {n}: {d}" for d in differences(world.court_id)]
    elif changed := [table for table, digest in snapshot().items() if before.get(table, "") != digest]:
        faults.append(f"{act.name}, statement {n} left something in {', '.join(changed)}")


def _again(act: Act, faults: list[str]) -> None:
    """Once more it is refused, or changes nothing."""
    before = snapshot()
    with suppress(Refusal):
        act.run()
    if changed := [table for table, digest in snapshot().items() if before.get(table, "") != digest and table not in act.aside]:
        faults.append(f"{act.name} once more changed {', '.join(changed)}")


def snapshot() -> dict[str, str]:
    """A digest of every row of every table that has any."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if not table.startswith(KEPT_APART):
                cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')
                if rows := cursor.fetchall():
                    found[table] = sha256(repr(rows).encode()).hexdigest()
    return found
