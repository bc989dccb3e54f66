"""trust I8, T1: two people import the same statement at the same moment; each line is booked once and the count of both adds up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.funds_statements.making import running, table
from tests.funds_statements.rivals import MANY
from tests.real_court import MONDAY
from zhixing.casework.facts.replay import chain_differences, registered_differences, state_differences
from zhixing.desks.funds.importing import Outcome, import_statement
from zhixing.desks.funds.models import Receipt
from zhixing.desks.funds.reconciling.keeping import limits
from zhixing.desks.funds.reconciling.models import BankLine

RIVALS, ROOT = Path(__file__).with_name("rivals.py"), Path(__file__).resolve().parents[2]


def play(var: Path, word: str) -> subprocess.Popen[str]:
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "zhixing.settings", "ZHIXING_VAR": str(var), "DATABASE_URL": f"sqlite:///{var}/rivals.sqlite3", "PYTHONPATH": str(ROOT)}
    words = [str(RIVALS), word] if word != "migrate" else ["-m", "django", "migrate", "-v", "0"]
    return subprocess.Popen([sys.executable, *words], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)


def finished(process: subprocess.Popen[str]) -> Any:
    out, _ = process.communicate(timeout=300)
    assert process.returncode == 0
    return json.loads(out.strip().splitlines()[-1]) if out.strip() else None


def test_two_processes_on_sqlite_book_each_line_once(tmp_path: Path) -> None:
    for word in ("migrate", "make"):
        finished(play(tmp_path, word))
    both = [finished(p) for p in [play(tmp_path, "take"), play(tmp_path, "take")]]
    assert sum(done["created"] for done in both) == MANY
    assert all(done["created"] + done["unchanged"] == MANY and not done["rejected"] for done in both), both
    assert finished(play(tmp_path, "look")) == {"receipts": MANY, "lines": MANY, "twice": 0, "wrong": []}


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_at_once_on_postgresql_book_each_line_once(people: Any, court: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits(), "chunk", 7)
    content, gate = table(*running(*["1.00"] * MANY)), threading.Barrier(2)

    def take(by: Any) -> Outcome:
        gate.wait()
        try:
            return import_statement(file=content, filename="明细.csv", by=by, at=MONDAY)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(take, [people.officer, people.finance]))
    assert sum(done.created for done in both) == MANY
    assert all(done.created + done.unchanged == MANY and not done.rejected for done in both)
    assert (Receipt.objects.count(), BankLine.objects.count()) == (MANY, MANY)
    assert [*chain_differences(court.pk), *state_differences(court.pk, "matter"), *registered_differences(court.pk)] == []
