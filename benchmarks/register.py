"""A clerk's register: read with every check, and filed with every clock, beside calamine → COPY of the same cells.

Each measurement is a process of its own, so that the peak of its memory (with that of its own child) is its own.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from .measuring import ROUNDS, Line, Size, at_least, own_peak

HEADER = ["序号", "案号", "立案日期", "案由", "案件类型", "执行依据文号", "执行依据作出单位", "申请执行标的额", "申请执行人", "申请执行人证件号码",
          "申请执行人电话", "申请执行人送达地址", "被执行人", "被执行人证件号码", "被执行人电话", "被执行人送达地址", "执行通知书发出日期",
          "总对总发起日期", "备注", *(f"附加{n}" for n in range(1, 12))]  # fmt: skip
TODAY = date(2024, 12, 31)
MEGABYTES = 500
WHY_READ = "the reader and the checks run side by side, so a busy machine slows ours first; every cell's identity, amount and date is checked"
WHY_IMPORT = "ours files each row: case, parties, custody, its events in the chain and their clocks, where COPY writes one row"


def run(size: Size) -> list[Line]:
    """register read, register import and the memory of both."""
    rows, imported = size.of(100_000, 5_000), size.of(10_000, 2_000)
    with tempfile.TemporaryDirectory(prefix="zhixing-bench-") as folder:
        large, small = Path(folder, "large.xlsx"), Path(folder, "small.xlsx")
        make(large, rows)
        make(small, imported)
        found: dict[str, list[dict[str, float]]] = {"read": [], "copy": [], "import": [], "copy-small": []}
        for _ in range(ROUNDS):
            for name, work, path in (("read", "read", large), ("copy", "copy", large), ("import", "import", small), ("copy-small", "copy", small)):
                found[name].append(child(work, path))
    spent = {name: median(f["seconds"] for f in runs) for name, runs in found.items()}
    memory = max(f["megabytes"] for f in [*found["read"], *found["import"]])
    return [
        at_least("register read / COPY", rows / spent["read"], rows / spent["copy"], 0.6, unit="rows/s", beside="calamine→COPY", percent=True, why=WHY_READ),
        at_least("register import / COPY", imported / spent["import"], imported / spent["copy-small"], 0.6, unit="rows/s", beside="calamine→COPY", percent=True, why=WHY_IMPORT),
        Line("register memory", f"{memory:,.0f} MB", "parent and reader, peak", "–", f"≤ {MEGABYTES} MB", memory <= MEGABYTES),
    ]  # fmt: skip


def make(path: Path, rows: int) -> None:
    """A made-up register of `rows` rows and 30 columns."""
    import xlsxwriter

    from zhixing.casework.identity import resident_check_digit

    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet("台账")
        sheet.write_row(0, 0, HEADER)
        for n in range(1, rows + 1):
            born = f"411502{date(1880, 1, 1) + timedelta(days=n % 7000):%Y%m%d}{n % 1000:03}"
            filed = date(2024, 1, 2) + timedelta(days=n % 300)
            cells: list[Any] = [
                n, f"（2024）豫1502执{n}号", filed, ("买卖合同纠纷", "民间借贷纠纷", "劳动争议")[n % 3], "首次执行", f"（2023）豫1502民初{n}号",
                "试验区人民法院", n % 90000 + 0.5, f"样申请{n % 997}", "", "19900000001", f"试验路{n % 300}号", f"样被执{n}",
                born + resident_check_digit(born), f"1990000{n % 10000:04}", f"试验街{n % 500}号", filed + timedelta(days=2),
                filed + timedelta(days=1), "", *(f"内容{n % (k * 50)}" for k in range(1, 12)),
            ]  # fmt: skip
            for column, cell in enumerate(cells):
                sheet.write(n, column, cell)


def child(work: str, path: Path) -> dict[str, float]:
    """One measurement in a process of its own."""
    done = subprocess.run([sys.executable, "-m", "benchmarks.register", work, str(path)], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr[-1500:])
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def read(path: Path) -> int:
    """Read and check every row."""
    from zhixing.casework.register.reading import stream_register

    with stream_register(path, path.name, today=TODAY) as stream:
        count = sum(1 for _ in stream)
    if stream.rejected:
        raise RuntimeError(str(stream.rejected[:3]))
    return count


def file(path: Path) -> int:
    """The whole import into a fresh court."""
    from zhixing.casework.courts.models import Court
    from zhixing.casework.register.importing import import_register

    from . import world

    court = Court.objects.create(code=f"台{os.getpid()}", name="台账法院", short_name="台账", region_code="000000")
    outcome = import_register(file=path, filename=path.name, by=world.clerk(court), at=world.NOW.replace(year=2024, month=12, day=31))
    if outcome.rejected:
        raise RuntimeError(str(outcome.rejected[:3]))
    return outcome.created


def copy(path: Path) -> int:
    """The limit: calamine's rows straight into a table of text columns."""
    from python_calamine import CalamineWorkbook

    from .bare import connect

    with connect() as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS cells")
        cursor.execute(f"CREATE TABLE cells ({', '.join(f'c{n} text' for n in range(len(HEADER)))})")
        count = 0
        with cursor.copy("COPY cells FROM STDIN") as target:
            for row in CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).iter_rows():
                target.write_row([str(cell) for cell in row])
                count += 1
    return count


def main() -> None:
    """`python -m benchmarks.register read|import|copy FILE`: seconds and peak megabytes of this process and its child."""
    import django

    django.setup()
    work = {"read": read, "import": file, "copy": copy}[sys.argv[1]]
    start = time.perf_counter()
    work(Path(sys.argv[2]))
    spent = time.perf_counter() - start
    peak = own_peak() + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(json.dumps({"seconds": spent, "megabytes": peak}))


if __name__ == "__main__":
    main()
