"""RESULTS.md: the table, the machine, and for every missed target one sentence why."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

from django.db import connection

from .measuring import ROUNDS, Line, Size

PACKAGES = ("django", "psycopg", "python-calamine", "holidays", "chinesecalendar", "Jinja2")


def write(lines: list[Line], size: Size) -> None:
    """Write benchmarks/RESULTS.md."""
    rows = [f"| {x.id} | {x.ours} | {x.anchor} | {x.ratio} | {x.target} | {x.verdict} |" for x in lines]
    why = [f"- **{x.id}**: {x.why}." for x in lines if not x.passed and x.why]
    text = [
        "# Benchmark results", "",
        f"Written by `make bench`{' -- --quick' if size.quick else ''}; each line is the median of {ROUNDS} rounds in which ours and the"
        " anchor ran in turn. Compare ratios, not rates: the machine may have been busy.", "",
        "| benchmark | ours | anchor | ratio | target | |", "|---|---|---|---|---|---|", *rows, "",
        *(["## Missed or not run", "", *why, ""] if why else []),
        "## Machine", "", machine(), "",
    ]  # fmt: skip
    Path(__file__).with_name("RESULTS.md").write_text("\n".join(text), encoding="utf-8")


def machine() -> str:
    """Cores, memory and versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        server = cursor.fetchone()[0].split()[0]
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        f"PostgreSQL {server} (fsync on, synchronous_commit on), {packages}."
    )
