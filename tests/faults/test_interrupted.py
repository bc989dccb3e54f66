"""What is interrupted leaves nothing half done: a process killed during an import, a statement that fails in any place (trust I43)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from tests.cast import MONDAY, actor
from zhixing.casework.cases.actions import NewCase, NewParty, file_case
from zhixing.casework.cases.models import Case, CaseState
from zhixing.casework.courts.models import Court
from zhixing.casework.custody.models import Custody
from zhixing.casework.duties.models import Duty
from zhixing.casework.facts import record
from zhixing.casework.facts.replay import chain_differences, record_differences, state_differences
from zhixing.casework.journal.models import JournalEntry, JournalHead
from zhixing.casework.people.models import Person

REGISTER = Path(__file__).parents[1] / "register" / "samples" / "register-2023.xlsx"


def zhixing(var: Path, *words: str) -> subprocess.Popen[str]:
    """The console command on a database of its own."""
    env = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | {"ZHIXING_VAR": str(var)}
    return subprocess.Popen([sys.executable, "-m", "zhixing.cli", *words], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def answer(var: Path, *words: str) -> Any:
    out, err = zhixing(var, *words).communicate(timeout=120)
    assert out, err
    return json.loads(out)


def test_an_import_killed_at_any_moment_is_completed_by_importing_again(tmp_path: Path) -> None:
    """四(二)5: what was acknowledged is there once, the rest comes with the next try."""
    _out, err = zhixing(tmp_path, "migrate", "-v0").communicate(timeout=120)
    assert not err, err
    for moment in (0.9, 1.3, 1.7):
        running = zhixing(tmp_path, "register", "import", str(REGISTER), "--json")
        time.sleep(moment)
        running.send_signal(signal.SIGKILL)
        running.communicate(timeout=30)
    done = answer(tmp_path, "register", "import", str(REGISTER), "--json")
    assert done["created"] + done["unchanged"] == 320
    assert answer(tmp_path, "verify", "--json") == {"ok": True, "differences": []}
    assert answer(tmp_path, "register", "import", str(REGISTER), "--json")["unchanged"] == 320


class Broken(Exception):
    """The statement that failed."""


class FailAt:
    """Fails the n-th statement that passes through it."""

    def __init__(self, n: int) -> None:
        self.left = n

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.left -= 1
        if self.left == 0:
            raise Broken(sql[:60])
        return execute(sql, params, many, context)


def everything(court: Court) -> dict[str, Any]:
    """All rows that an event may touch."""
    return {
        "entries": list(JournalEntry.objects.order_by("pk").values_list("seq", "hash")),
        "heads": list(JournalHead.objects.order_by("pk").values_list("stream", "seq", "hash")),
        "duties": list(Duty.objects.order_by("pk").values_list("rule", "due_at", "met_at", "is_open")),
        "states": list(CaseState.objects.order_by("pk").values_list("case_id", "document")),
        "custody": list(Custody.objects.order_by("pk").values_list("case_id", "desk", "until_at")),
        "cases": list(Case.objects.filter(court=court).order_by("pk").values_list("number", "holder", "stage")),
    }


def new_case(seq: int) -> NewCase:
    return NewCase(f"（2026）豫1502执{seq}号", 2026, "执", seq, MONDAY.date(), [NewParty("applicant", "甲一"), NewParty("debtor", "乙二")])


def broken_everywhere(court: Court, act: Callable[[], object]) -> int:
    """Let the act fail at its 1st, 2nd … statement; nothing may remain of it. Returns how many places there were."""
    for n in range(1, 60):
        before = everything(court)
        try:
            with transaction.atomic(), connection.execute_wrapper(FailAt(n)):
                act()
        except Broken:
            assert everything(court) == before, f"statement {n} left something behind"
        else:
            return n - 1
    raise AssertionError("the act never ended")


@pytest.mark.django_db
def test_filing_a_case_is_all_or_nothing_at_every_statement(court: Court, cast: dict[str, Person]) -> None:
    by = actor(cast["intake_clerk"])
    places = broken_everywhere(court, lambda: file_case(new=new_case(1), by=by, at=MONDAY))
    assert places >= 5
    assert Case.objects.get().number == "（2026）豫1502执1号"
    differences = [*chain_differences(court.pk), *state_differences(court.pk), *record_differences(court.pk)]
    assert differences == []


@pytest.mark.django_db
def test_recording_an_act_is_all_or_nothing_at_every_statement(court: Court, cast: dict[str, Person]) -> None:
    by = actor(cast["intake_clerk"])
    case, _ = file_case(new=new_case(1), by=by, at=MONDAY)
    places = broken_everywhere(
        court, lambda: record("hotline_told", court_id=court.pk, case_id=case.pk, payload={"manner": "当面"}, by=by, at=MONDAY)
    )
    assert places >= 2
    assert JournalEntry.objects.filter(kind="hotline_told").count() == 1
    assert [*chain_differences(court.pk), *state_differences(court.pk)] == []


@pytest.mark.django_db
def test_the_same_key_records_once(court: Court, cast: dict[str, Person]) -> None:
    """trust I45: a double click is one act."""
    by = actor(cast["intake_clerk"])
    case, _ = file_case(new=new_case(1), by=by, at=MONDAY)
    done = [
        record("hotline_told", court_id=court.pk, case_id=case.pk, payload={"manner": "当面"}, key="k1", by=by, at=MONDAY)
        for _ in range(3)
    ]
    assert [d.repeated for d in done] == [False, True, True]
    assert len({d.seq for d in done}) == 1
    assert JournalEntry.objects.filter(kind="hotline_told").count() == 1
