"""The same money wanted by several at once: paid once, whoever clicks, whatever is killed (T1, F3, I5, I12, G4)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.funds.stage import People, account_of, accounted, arrived, asked, ready
from tests.real_court import MONDAY
from zhixing.casework.cases.models import Case
from zhixing.casework.facts.replay import state_differences
from zhixing.desks.funds import paying, payouts
from zhixing.desks.funds.check import differences
from zhixing.desks.funds.ledger import Move, post, reserve
from zhixing.desks.funds.models import LedgerAccount, Payout, Posting
from zhixing.rulebook.refusals import Refusal

RIVALS, ROOT = Path(__file__).with_name("rivals.py"), Path(__file__).resolve().parents[2]
THREADS = 8
postgresql = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """Every act in a thread and connection of its own, all let go at the same moment; what each answered (its refusal, if refused)."""
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        gate.wait()
        try:
            return act()
        except Refusal as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def done(answers: list[Any]) -> int:
    return sum(not isinstance(a, Refusal) for a in answers)


class TestThreads:
    pytestmark = postgresql

    def test_eight_send_the_same_payout_and_it_goes_once(self, case: Case, people: People) -> None:
        payout = ready(case, people)
        answers = at_once([lambda: paying.send(payout_refs=[payout.ref], by=people.finance, at=MONDAY)] * THREADS)
        assert done(answers) == 1, answers
        assert Posting.objects.filter(purpose="sent").count() == 1
        assert list(differences(case.court_id)) == []

    def test_eight_send_overlapping_batches_without_a_deadlock(self, new_case: Callable[..., Case], people: People) -> None:
        refs = [ready(new_case(f"样{n}公司"), people).ref for n in range(4)]
        batches = [refs[n % 4 :] + refs[: n % 4] if n % 2 else refs[n % 4 : n % 4 + 2] for n in range(THREADS)]
        at_once([lambda b=b: paying.send(payout_refs=b, by=people.finance, at=MONDAY) for b in batches])
        assert Posting.objects.filter(purpose="sent").count() == Payout.objects.filter(state=Payout.SENT).count()
        assert list(differences(people.finance.court_id)) == []
        assert list(state_differences(people.finance.court_id)) == []

    def test_the_whole_balance_is_taken_once_also_past_the_desks_actions(self, case: Case, people: People) -> None:
        """F3: check-then-insert paid 300 of 300 accounts more than once at READ COMMITTED."""
        arrived(case, people, 1_000)
        moves = [Move(case.pk, -1_000), Move(LedgerAccount.FEES, 1_000)]
        answers = at_once([lambda: post(court_id=case.court_id, purpose=Posting.FEE, moves=moves, business_on=MONDAY.date(), by=people.finance, at=MONDAY)] * THREADS)
        assert done(answers) == 1
        answers = at_once([lambda: post(court_id=case.court_id, purpose=Posting.RECEIVED, moves=[Move(case.pk, 7), Move(LedgerAccount.BANK, -7)], key="one-form",
                                        business_on=MONDAY.date(), by=people.finance, at=MONDAY)] * THREADS)  # fmt: skip
        assert len({a.id for a in answers}) == 1
        assert LedgerAccount.objects.get(case=case).balance_fen == 7

    def test_no_fen_is_promised_twice(self, case: Case, people: People) -> None:
        """I12."""
        arrived(case, people, 1_000)
        assert done(at_once([lambda: reserve(case_id=case.pk, fen=300, what="暂不能批准", clause="四(三)2(2)")] * THREADS)) == 3
        assert LedgerAccount.objects.get(case=case).reserved_fen == 900

    def test_two_approvals_at_once_reserve_once(self, case: Case, people: People) -> None:
        receipt = arrived(case, people)
        accounted(receipt, people)
        payout = asked(receipt, account_of(case, people), people, 500_000)
        payouts.check(payout_ref=payout.ref, note="已回访", by=people.officer, at=MONDAY)
        acts = [lambda by=by: payouts.approve(payout_ref=payout.ref, by=by, at=MONDAY) for by in (people.leader, people.president) * 3]
        assert done(at_once(acts)) == 1
        assert LedgerAccount.objects.get(case=case).reserved_fen == 500_000


def play(var: Path, *words: str) -> subprocess.Popen[str]:
    """`rivals.py` on a SQLite database of its own."""
    env = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | {"ZHIXING_VAR": str(var), "DJANGO_SETTINGS_MODULE": "zhixing.settings", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "zhixing.cli", *words] if words[0] == "migrate" else [sys.executable, str(RIVALS), *words]
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finished(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=240)
    assert process.returncode == 0, err
    return out


def test_three_processes_on_sqlite_pay_each_payout_once_though_one_is_killed(tmp_path: Path) -> None:
    """T1, I43: rivals press every button three times; one dies with kill -9 in the middle."""
    finished(play(tmp_path, "migrate", "-v0"))
    finished(play(tmp_path, "make", "8"))
    rivals = [play(tmp_path, "send", str(seed)) for seed in range(3)]
    victim = play(tmp_path, "send", "9")
    time.sleep(2.5)
    victim.send_signal(signal.SIGKILL)
    victim.communicate(timeout=60)
    told = [json.loads(finished(r)) for r in rivals]
    found = json.loads(finished(play(tmp_path, "look")))
    assert sum(t["done"] for t in told) <= 8
    assert found == {"payouts": 8, "sent": 8, "postings": 8, "left": 0, "in_transit": 8 * 500_000, "differences": 0}
