"""Many walks, each with a seed, in transactions that are rolled back; several processes at once (G8)."""

from __future__ import annotations

import os
import random
import time
import traceback
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson
from django.db import connection, connections, transaction

from zhixing.casework.duties import kept
from zhixing.casework.facts import rules

from .walk import Walk

LENGTH = 400
ENOUGH = 3


def walked(seed: int, length: int = LENGTH) -> Counter[str]:
    """One walk, looked at as a whole at its end, and undone. How often each act was done. Raises AssertionError."""
    with transaction.atomic():
        kept.forget()  # the next court may have the number of the last one, but not its clocks
        rules.calendar.cache_clear()
        walk, dice = Walk(), random.Random(seed)
        for _ in range(length):
            walk.step(dice)
        walk.looker.complete(walk.at.date())
        connection.check_constraints()
        transaction.set_rollback(True)
    return walk.done


@dataclass(slots=True)
class Walked:
    """What walks found. `faults` names the seed and the step of each, to walk again."""

    engine: str
    steps: int = 0
    done: dict[str, int] = field(default_factory=dict)
    walks: int = 0
    processes: int = 1
    seconds: float = 0.0
    first_seed: int = 0
    faults: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def walk_all(folder: Path, *, steps: int, seed: int, workers: int) -> Walked:
    """So many steps in all. In-memory SQLite is copied with the process; on PostgreSQL there is one, because walks make the same court."""
    start, told = time.monotonic(), Walked(connection.vendor, first_seed=seed)
    told.processes = workers if connection.vendor == "sqlite" else 1
    if connection.vendor != "sqlite":
        connections.close_all()
    seeds = list(range(seed, seed + -(-steps // LENGTH)))
    children = []
    for n in range(told.processes):
        if pid := os.fork():
            children.append(pid)
            continue
        try:
            _some(folder / f"{n}.json", seeds[n :: told.processes])
        finally:
            os._exit(0)
    for pid in children:
        os.waitpid(pid, 0)
    parts = [orjson.loads(p.read_bytes()) for p in folder.glob("*.json")]
    told.walks, told.done = sum(p["walks"] for p in parts), dict(sum((Counter(p["done"]) for p in parts), Counter()))
    told.steps, told.faults = told.walks * LENGTH, [f for p in parts for f in p["faults"]]
    if told.walks < len(seeds) and not told.faults:
        told.faults.append(f"only {told.walks} of {len(seeds)} walks came to their end")
    told.seconds = round(time.monotonic() - start, 1)
    return told


def _some(path: Path, seeds: list[int]) -> None:
    found: dict[str, Any] = {"walks": 0, "done": Counter(), "faults": []}
    for seed in seeds:
        try:
            found["done"] += walked(seed)
            found["walks"] += 1
        except Exception:
            found["faults"].append(f"seed {seed}\n{traceback.format_exc()[-1500:]}")
        path.write_bytes(orjson.dumps(found))
        if len(found["faults"]) >= ENOUGH:
            return
