"""Reading work shared out over the processors: each has a connection of its own, answers come in the order of the parts."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections

Answer = TypeVar("Answer")
WORTH_IT = 8  # parts: fewer are done before other processes have started


def shared_out(work: Callable[..., Iterator[Answer]], parts: Sequence[tuple[Any, ...]]) -> Iterator[Answer]:
    """What `work(*part)` yields for each of the parts. `work` is a module's function that only reads.

    By one process where there is little to do, one processor, SQLite, or rows that others would not see (a transaction).
    """
    connection = connections[DEFAULT_DB_ALIAS]
    processors = len(os.sched_getaffinity(0))
    if len(parts) < WORTH_IT or processors < 2 or connection.vendor != "postgresql" or connection.in_atomic_block:
        for part in parts:
            yield from work(*part)
        return
    with ProcessPoolExecutor(processors, get_context("spawn"), _begin, (connection.settings_dict["NAME"],)) as pool:
        for answers in pool.map(_all, repeat(work), parts):
            yield from answers


def _begin(database: str) -> None:
    import django

    gc.disable()  # ranges of rows make no cycles, and looking for them costs a quarter of the time
    django.setup()
    connections[DEFAULT_DB_ALIAS].settings_dict["NAME"] = database  # a test's database has a name of its own


def _all(work: Callable[..., Iterator[Answer]], part: tuple[Any, ...]) -> list[Answer]:
    return list(work(*part))
