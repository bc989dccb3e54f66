"""The same court some days later, for what only time brings: a web server on the same data whose clock is ahead."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest import mock

from tests.journeys.court import LiveCourt, environment, free_port, wait_until_it_answers

AHEAD = "JOURNEY_DAYS_AHEAD"


def application() -> Any:
    """The product's own web server, in its own process, where it is already `JOURNEY_DAYS_AHEAD` days later."""
    from zhixing import clock

    real, ahead = clock.now, timedelta(days=int(os.environ[AHEAD]))
    mock.patch.object(clock, "now", side_effect=lambda: real() + ahead).start()
    from zhixing.wsgi import application as product  # its modules see the moved clock

    return product


@contextmanager
def later(court: LiveCourt, *, days: int) -> Iterator[LiveCourt]:
    """The court's pages `days` days later; no worker. Stopped at the end."""
    port = free_port()
    there = LiveCourt(f"http://127.0.0.1:{port}", court.var)
    log = court.var / "later.log"
    with log.open("wb") as out:
        serving = subprocess.Popen([sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--host", "127.0.0.1", "--port", str(port),
                                    "tests.journeys.later:application"], env={**environment(court.var), AHEAD: str(days)}, stdout=out, stderr=subprocess.STDOUT)  # fmt: skip
    try:
        wait_until_it_answers(there, serving, log)
        yield there
    finally:
        serving.terminate()
        serving.wait(timeout=30)
