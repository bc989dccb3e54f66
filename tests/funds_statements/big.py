"""Played by `test_memory` in a process of its own: `big.py read LINES` reads and checks a statement of so many lines, `big.py book LINES`
books one. Answers with the peak of memory (MB) of the process and of the one that opened the file. JSON out."""

from __future__ import annotations

import json
import resource
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from tests.cast import MONDAY, actor, make_cast, make_court  # noqa: E402  Django must be set up first
from zhixing.desks.funds import importing  # noqa: E402

HEAD = "交易流水号,交易日期,收入金额,支出金额,余额,对方户名,对方账号,摘要\n"


def make(target: Path, many: int) -> None:
    """A statement of many lines whose balances follow from one another."""
    fen = 0
    with target.open("w", encoding="gb18030") as file:
        file.write(HEAD)
        for n in range(many):
            came = 10_000 + n % 977
            fen += came
            day = (MONDAY - timedelta(days=27 - n * 27 // many)).date()
            file.write(f"LS{n:09},{day},{came / 100:.2f},,{fen / 100:.2f},样{n % 500}公司,62000000000000{n % 500:05},（2026）豫1502执{n % 900}号案款\n")


def main(what: str, many: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "流水.csv")
        make(path, many)
        if what == "read":
            found = importing.survey(path, path.name, today=MONDAY.date())
            answer = {"lines": found.count, "opening": found.opening_fen, "closing": found.closing_fen}
        else:
            by = actor(make_cast(make_court())["funds_officer"])
            done = importing.import_statement(file=path, filename=path.name, by=by, at=MONDAY)
            answer = {"lines": done.created, "rejected": len(done.rejected)}
    # `ru_maxrss` of this process would begin with what the process that started it held.
    own = next(int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    peaks = [own // 1024, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024]
    print(json.dumps({**answer, "peaks": peaks}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
