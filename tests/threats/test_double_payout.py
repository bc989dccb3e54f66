"""T1, G4: the same money wanted by many at once, whoever is killed meanwhile, goes once.

Here a small campaign runs in seconds; `CAMPAIGN_ATTEMPTS` and `CAMPAIGN_KILLS` make it as large as wanted, as does
`scripts/reliability.py money`. What large ones found is in docs/reliability.md.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
ATTEMPTS, KILLS = int(os.environ.get("CAMPAIGN_ATTEMPTS", "240")), int(os.environ.get("CAMPAIGN_KILLS", "6"))


def campaign(engine: str) -> dict[str, Any]:
    """A campaign in processes of its own, on a database of its own."""
    command = [sys.executable, str(ROOT / "scripts" / "reliability.py"), "money", "--database", engine, "--attempts", str(ATTEMPTS), "--kills", str(KILLS)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=6 * 3600)
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_each_payout_is_paid_once_by_rival_processes_of_which_some_are_killed_on_sqlite() -> None:
    """四(三)2; I1–I7, I12: books, receipts, four people, journal and everything acknowledged are whole."""
    it_went_once(campaign("sqlite"))


@pytest.mark.postgresql
def test_each_payout_is_paid_once_by_rival_processes_of_which_some_are_killed_on_postgresql() -> None:
    """四(三)2; F3: check-then-insert pays twice at READ COMMITTED."""
    it_went_once(campaign("postgresql"))


def it_went_once(told: dict[str, Any]) -> None:
    assert told["faults"] == []
    assert told["attempts"] >= ATTEMPTS
    assert told["kills"] == KILLS
    assert told["failed"] == 0
    assert told["acknowledged"] >= told["attempts"] / 10, "nearly everything was refused: nothing was tried"
    assert told["refused"] > 0, "nothing was refused: nobody was anybody's rival"
    assert told["seen"]["payouts_confirmed"] > 0
