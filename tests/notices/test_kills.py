"""kill -9 at every statement, and several workers at once, on a database of their own (trust I34, I36, I37, K and C)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

ACTOR = Path(__file__).with_name("killed.py")


def play(var: Path, *words: str) -> dict:
    """The program beside this file, on SQLite in `var` or on the PostgreSQL of this test."""
    env = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | {"ZHIXING_VAR": str(var), "DJANGO_SETTINGS_MODULE": "zhixing.settings"}
    if connection.vendor == "postgresql":
        s = connection.settings_dict
        env["DATABASE_URL"] = f"postgres://{s['USER']}:{s['PASSWORD']}@{s['HOST']}:{s['PORT']}/{s['NAME']}"
    root = str(Path(__file__).parents[2])
    done = subprocess.run([sys.executable, str(ACTOR), *words], env=env | {"PYTHONPATH": root}, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_at_any_statement_loses_nothing_and_sends_nothing_twice(tmp_path: Path) -> None:
    """I34, I36: SIGKILL at the 1st, 2nd … statement and send of a run; the next workers complete it."""
    told = play(tmp_path, "kill")
    assert told["places"] >= 20
    assert told["killed"] == told["places"]
    assert told["wrong"] == []


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_keep_the_limit_and_the_order_of_every_number(tmp_path: Path) -> None:
    """I37, G22: 4 processes, 20 numbers with 12 messages each, one hour: never more than five to a number, none twice."""
    told = play(tmp_path, "race")
    assert told["workers"] == 4
    assert told["most"] == 5
    assert told["sent"] == 20 * 5
    assert told["twice"] == []
    assert told["misordered"] == []
