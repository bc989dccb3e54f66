"""Several processes at the same money, killed at random moments and replaced (G4, P1, T1, F3)."""

from __future__ import annotations

import os
import random
import signal
import time
from dataclasses import asdict, dataclass, field
from multiprocessing.sharedctypes import RawArray, RawValue
from pathlib import Path
from typing import Any

from django.db import connection, connections

from . import rival
from .verdict import faults_of
from .world import make

PATIENCE = 0.002
HANGING = 300


@dataclass(slots=True)
class Told:
    """What a campaign did and found. `faults` is empty, or money is not safe."""

    engine: str
    attempts: int = 0
    acknowledged: int = 0
    refused: int = 0
    busy: int = 0
    failed: int = 0
    kills: int = 0
    processes: int = 0
    seconds: float = 0.0
    seed: int = 0
    seen: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def campaign(folder: Path, *, attempts: int, kills: int, workers: int = 4, seed: int = 1, cases: int = 6) -> Told:
    """Let rivals loose on a fresh database until there were so many attempts and kills; then look at everything they left."""
    world, dice = make(cases), random.Random(seed)
    told = Told(connection.vendor, seed=seed)
    connections.close_all()  # a connection does not survive a fork
    counts, stop = RawArray("Q", workers * rival.COLUMNS), RawValue("b", 0)
    start = time.monotonic()
    running: list[int] = []

    def begin(slot: int) -> int:
        told.processes += 1
        name, child_seed = f"r{told.processes}", dice.randrange(2**32)
        pid = os.fork()
        if pid:
            return pid
        status = 1
        try:
            rival.run(world, folder, name, child_seed, counts, slot, stop)
            status = 0
        finally:
            os._exit(status)

    def total(column: int) -> int:
        return sum(counts[column :: rival.COLUMNS])

    moments = sorted(dice.randrange(max(attempts, 1)) for _ in range(kills))
    running = [begin(slot) for slot in range(workers)]
    last, moved = 0, time.monotonic()
    while (done := total(rival.ATTEMPTS)) < attempts or moments:
        if done != last:
            last, moved = done, time.monotonic()
        elif time.monotonic() - moved > HANGING:
            told.faults.append(f"nothing moved for {HANGING} s after {done} attempts")
            break
        if moments and done >= moments[0]:
            moments.pop(0)
            time.sleep(dice.random() * 0.02)
            slot = dice.randrange(workers)
            os.kill(running[slot], signal.SIGKILL)
            os.waitpid(running[slot], 0)
            told.kills += 1
            running[slot] = begin(slot)
        else:
            time.sleep(PATIENCE)
    stop.value = 1
    for pid in running:
        _, status = os.waitpid(pid, 0)
        if status:
            told.faults.append(f"a rival ended with status {status}")
    told.seconds = round(time.monotonic() - start, 1)
    told.attempts, told.acknowledged, told.refused, told.busy, told.failed = (total(c) for c in range(rival.COLUMNS))
    _quiet()
    told.faults += [p.read_text()[:2000] for p in folder.glob("*.errors") if "failed" in p.read_text()][:3]
    faults, told.seen = faults_of(world, folder)
    told.faults += faults
    return told


def _quiet() -> None:
    """Wait until the server has noticed that the killed ones are gone: until then their last statement may still be at work."""
    if connection.vendor != "postgresql":
        return
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'")
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.1)
    raise AssertionError("connections of killed processes are still open")
