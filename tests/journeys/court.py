"""The product as a court runs it: its own processes on a fresh database, with a small demo court."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START_SECONDS = 90
PASSWORD = "Yanshi-2023-zhixing"


@dataclass(frozen=True, slots=True)
class LiveCourt:
    """Where the product listens, and where its data is."""

    address: str
    var: Path

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `zhixing <words>` on this court's database."""
        return subprocess.run([sys.executable, "-m", "zhixing.cli", *words], env=environment(self.var), capture_output=True,
                              text=True, timeout=180, check=False)  # fmt: skip

    def verified(self) -> dict[str, Any]:
        """What `zhixing verify --json` says."""
        said: dict[str, Any] = json.loads(self.command("verify", "--json").stdout)
        return said


def environment(var: Path) -> dict[str, str]:
    """The product's own settings: nothing of the test run's database or static storage."""
    mine = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "ZHIXING_STATIC_STORAGE", "PYTHONWARNINGS")}
    return {**mine, "ZHIXING_VAR": str(var), "DJANGO_SETTINGS_MODULE": "zhixing.settings"}


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def running(var: Path, *, cases: int, seed: int) -> Iterator[LiveCourt]:
    """A demo court served by `zhixing serve`: web server and worker, stopped at the end."""
    port = free_port()
    court = LiveCourt(f"http://127.0.0.1:{port}", var)
    for words in (("migrate", "-v0"), ("demo", "--cases", str(cases), "--seed", str(seed))):
        done = court.command(*words)
        if done.returncode:
            raise RuntimeError(f"zhixing {words[0]} failed:\n{done.stderr}")
    log = var / "serve.log"
    with log.open("wb") as out:
        serving = subprocess.Popen([sys.executable, "-m", "zhixing.cli", "serve", "--port", str(port), "--workers", "1"],
                                   env=environment(var), stdout=out, stderr=subprocess.STDOUT)  # fmt: skip
    try:
        wait_until_it_answers(court, serving, log)
        yield court
    finally:
        serving.send_signal(signal.SIGTERM)
        serving.wait(timeout=30)


def wait_until_it_answers(court: LiveCourt, serving: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the web server answers. Raises RuntimeError with its log when it does not in time."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and serving.poll() is None:
        try:
            with urllib.request.urlopen(f"{court.address}/healthz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise RuntimeError(f"zhixing serve did not answer:\n{log.read_text('utf-8')}")
