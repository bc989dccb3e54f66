"""`python -m benchmarks [names…] [--quick]`: a private PostgreSQL with durable settings, every benchmark, RESULTS.md."""

from __future__ import annotations

import argparse
import importlib
import os
import subprocess
import sys
import time
from pathlib import Path

from .measuring import Line, Size

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("days", "events", "bulk", "replay", "register", "page", "papers", "search", "reads", "ledger", "statements")
# Building the large tables must not wait for checkpoints; every commit is still flushed.
ROOMY = " -c max_wal_size=8GB -c maintenance_work_mem=512MB -c work_mem=32MB"


def main() -> int:
    """Run the benchmarks asked for (all without a name). Exit code 1 when one of them could not finish."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(NAMES)}; all without a name")
    parser.add_argument("--quick", action="store_true", help="a fiftieth of the data: shows that it works")
    parser.add_argument("--cases", type=int, default=0, help="how many cases `replay` rebuilds (20,000 unless said; a million is no longer extrapolated)")
    parser.add_argument("--url", help=argparse.SUPPRESS)
    options = parser.parse_args()
    unknown = [n for n in options.names if n not in NAMES]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(NAMES)}")
    names = options.names or list(NAMES)
    if {"events", "papers"} & set(names):
        install_peers()
    sys.path.insert(0, str(ROOT / "scripts"))
    from postgres import DURABLE, server

    with server(DURABLE + ROOMY) as url:
        return run(names, Size(options.quick, options.cases), url)


def run(names: list[str], size: Size, url: str) -> int:
    """The benchmarks against the server at `url`."""
    os.environ["DATABASE_URL"] = url
    os.environ["DJANGO_SETTINGS_MODULE"] = "zhixing.settings"
    os.environ["ZHIXING_STATIC_STORAGE"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    call_command("migrate", verbosity=0)
    lines: list[Line] = []
    for name in names:
        start = time.monotonic()
        print(f"── {name}", flush=True)
        found = importlib.import_module(f"benchmarks.{name}").run(size)
        print(*found, sep="\n")
        print(f"── {name}: {time.monotonic() - start:.0f} s\n", flush=True)
        lines += found
    connection.close()
    if set(names) == set(NAMES):
        from .report import write

        write(lines, size)
    missed = [line.id for line in lines if line.passed is False]
    print(f"{len(lines) - len(missed)} of {len(lines)} not missed{'; missed: ' + ', '.join(missed) if missed else ''}")
    return 0


def install_peers() -> None:
    """Peers go into a folder of their own, after the product's packages. Without them their line says NOT RUN."""
    lock = ROOT / "benchmarks" / "requirements.lock"
    folder = ROOT / ".venv-bench"
    stamp = folder / ".stamp"
    if stamp.exists() and stamp.read_text() == lock.read_text():
        return
    print("Installing the peers (benchmarks/requirements.lock) …", flush=True)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "--upgrade", "--target", str(folder), "-r", str(lock)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 0:
        stamp.write_text(lock.read_text())
    else:
        print(done.stderr.strip()[-500:], flush=True)


if __name__ == "__main__":
    sys.exit(main())
