"""trust G18: a statement of 100,000 lines is read and checked, and a long one booked, within 200 MB; no time is asserted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

BIG, ROOT = Path(__file__).with_name("big.py"), Path(__file__).resolve().parents[2]
MEGABYTES = 200


def play(var: Path, *words: str) -> Any:
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "zhixing.settings", "ZHIXING_VAR": str(var), "DATABASE_URL": f"sqlite:///{var}/big.sqlite3", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, *words], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, timeout=900, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1]) if done.stdout.strip() else None


def test_a_hundred_thousand_lines_are_read_and_checked_within_200_megabytes(tmp_path: Path) -> None:
    found = play(tmp_path, str(BIG), "read", "100000")
    wanted = sum(10_000 + n % 977 for n in range(100_000))
    assert (found["lines"], found["opening"], found["closing"]) == (100_000, 0, wanted)
    assert max(found["peaks"]) <= MEGABYTES, found["peaks"]


def test_booking_takes_no_more_memory_the_longer_the_statement_is(tmp_path: Path) -> None:
    play(tmp_path, "-m", "django", "migrate", "-v", "0")
    found = play(tmp_path, str(BIG), "book", "8000")
    assert (found["lines"], found["rejected"]) == (8_000, 0)
    assert max(found["peaks"]) <= MEGABYTES, found["peaks"]
