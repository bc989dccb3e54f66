"""A bank statement of 100,000 lines: read and checked, then booked with journal, matter, duties and ledger (G18).

Each measurement is a process of its own, so that its peak of memory (with that of the process that opens the file) is its own.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from .measuring import Line, Size, own_peak

MEGABYTES, READING, BOOKING = 200, 20, 120  # the first two are G18's; booking has none, this is ours
HEAD = "交易流水号,交易日期,收入金额,支出金额,余额,对方户名,对方账号,摘要\n"
WHY = "each line becomes a receipt, a matter with its clock, a journal entry in the chain, a posting and a line of the bank"


def run(size: Size) -> list[Line]:
    """statement read, statement book."""
    many, booked = size.of(100_000, 5_000), size.of(20_000, 1_000)
    read, book = _child("read", many), _child("book", booked)
    peak, took = max(read["peaks"] + book["peaks"]), read["seconds"] * 100_000 / many
    each = book["seconds"] / booked
    return [
        Line("statement read", f"{many / read['seconds']:,.0f} lines/s", "", f"{took:.0f} s", f"≤ {READING} s", took <= READING, "100,000 lines, every cell checked"),
        Line("statement book", f"{1 / each:,.0f} lines/s", "", f"{each * 100_000:.0f} s", f"≤ {BOOKING} s", each * 100_000 <= BOOKING, f"100,000 lines, extrapolated from {booked:,}; {WHY}"),
        Line("statement memory", f"{peak} MB", "", "", f"≤ {MEGABYTES} MB", peak <= MEGABYTES, "the larger of the two processes"),
    ]  # fmt: skip


def _child(what: str, many: int) -> Any:
    done = subprocess.run([sys.executable, "-m", "benchmarks.statements", what, str(many)], env=os.environ, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _make(target: Path, many: int) -> None:
    from .world import NOW

    fen = 0
    with target.open("w", encoding="gb18030") as file:
        file.write(HEAD)
        for n in range(many):
            came = 10_000 + n % 977
            fen += came
            day = (NOW - timedelta(days=27 - n * 27 // many)).date()
            file.write(f"LS{n:09},{day},{came / 100:.2f},,{fen / 100:.2f},样{n % 500}公司,62000000000000{n % 500:05},（2024）豫1502执{n % 900}号案款\n")


def _court() -> Any:
    """A court that no benchmark of another process made."""
    from zhixing.casework.courts.models import Court

    return Court.objects.create(code=f"流{os.getpid()}", name=f"流水试验法院{os.getpid()}", short_name="流水", region_code="000000")


def _measured(what: str, many: int) -> dict[str, Any]:
    import django

    django.setup()
    from zhixing.desks.funds.importing import import_statement, survey

    from . import world

    with tempfile.TemporaryDirectory(prefix="zhixing-bench-") as folder:
        path = Path(folder, "流水.csv")
        _make(path, many)
        by = world.clerk(_court(), "funds_officer") if what == "book" else None
        start = time.perf_counter()
        if by is None:
            survey(path, path.name, today=world.NOW.date())
        else:
            import_statement(file=path, filename=path.name, by=by, at=world.NOW)
        took = time.perf_counter() - start
    return {"seconds": took, "peaks": [round(own_peak()), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024]}


if __name__ == "__main__":
    print(json.dumps(_measured(sys.argv[1], int(sys.argv[2]))))
