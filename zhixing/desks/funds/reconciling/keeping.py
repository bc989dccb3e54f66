"""The rows that say what the bank said: runs and their lines, saved meanings of headers; and whether what was signed still is what it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from hashlib import file_digest, sha256
from os import PathLike
from pathlib import Path
from typing import Any

import yaml
from django.db import IntegrityError, transaction

from zhixing.casework.facts.replay import Difference
from zhixing.casework.people.actors import Actor
from zhixing.rulebook.deadlines import CST

from ..reports.keeping import fingerprint
from ..statements import IN, Line
from .bulk import insert_like
from .models import BankLine, Reconciliation, StatementMapping, StatementRun

Mappings = Mapping[str, Mapping[str, str]]


@cache
def limits() -> dict[str, Any]:
    """The numbers and the two sides of `limits.yaml`."""
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("limits.yaml").read_text("utf-8"))
    return found


def saved_mappings(court_id: int) -> dict[str, dict[str, str]]:
    """Bank ("" for any) → header → field, as clerks of the court chose. One statement."""
    found: dict[str, dict[str, str]] = {}
    for bank, header, name in StatementMapping.objects.filter(court_id=court_id).values_list("bank", "header", "field"):
        found.setdefault(bank, {})[header] = name
    return found


def digest(file: str | PathLike[str] | bytes) -> str:
    """The fingerprint of a file. Raises OSError when it cannot be read."""
    if isinstance(file, bytes):
        return sha256(file).hexdigest()
    with open(file, "rb") as content:
        return file_digest(content, "sha256").hexdigest()


def begun(*, file: str | PathLike[str] | bytes, filename: str, bank: str, case_id: int | None, by: Actor, at: datetime) -> StatementRun:
    """The row of an import that runs now, without a page before it (the command line)."""
    return StatementRun.objects.create(
        court_id=by.court_id, file_name=filename[-200:], sha256=digest(file), bank=bank, case_id=case_id, state=StatementRun.RUNNING, made_at=at,
        made_by_id=by.person_id, made_by_name=by.name[:40],
    )  # fmt: skip


@dataclass(slots=True)
class Survey:
    """What a statement is, found by reading it through: count, first and last day, and the balances at both ends.

    Each balance follows from the one before it, whichever way the lines are sorted, so what is left when each line's two balances
    are crossed out against its neighbours' is the opening and the closing balance; anything else is a gap.
    """

    count: int = 0
    first_on: date | None = None
    last_on: date | None = None
    _ends: Counter[int] = field(default_factory=Counter)
    _first: tuple[int, int] | None = None
    _last: tuple[int, int] | None = None
    _without: int = 0

    def add(self, line: Line) -> None:
        """Look at the next line."""
        day = line.booked_at.astimezone(CST).date()
        self.count += 1
        self.first_on, self.last_on = min(self.first_on or day, day), max(self.last_on or day, day)
        if line.balance_fen is None:
            self._without += 1
            return
        before = line.balance_fen - (line.amount_fen if line.direction == IN else -line.amount_fen)
        for balance, step in ((line.balance_fen, 1), (before, -1)):
            self._ends[balance] += step
            if not self._ends[balance]:
                del self._ends[balance]
        self._first, self._last = self._first or (before, line.balance_fen), (before, line.balance_fen)

    @property
    def whole(self) -> bool:
        """Whether every line has its balance and they follow one another without a gap."""
        return self.count > 0 and not self._without and self._span() is not None

    @property
    def broken(self) -> bool:
        """Whether balances are there and do not follow one another: lines are missing, or were refused."""
        return self._first is not None and not self.whole

    @property
    def opening_fen(self) -> int | None:
        """The balance before the first line; None where it cannot be told."""
        return self._span()[0] if self.whole else None  # type: ignore[index]

    @property
    def closing_fen(self) -> int | None:
        """The balance after the last line; None where it cannot be told."""
        return self._span()[1] if self.whole else None  # type: ignore[index]

    def _span(self) -> tuple[int, int] | None:
        ends = ends_of(self._ends)
        if ends is not None or self._first is None or self._last is None or self._ends:
            return ends
        same = self._first[0] if self._first[0] == self._last[1] else self._last[0] if self._last[0] == self._first[1] else None
        return None if same is None else (same, same)


def ends_of(crossed: Counter[int]) -> tuple[int, int] | None:
    """(opening, closing) of balances crossed out against one another; None where more or less than one chain is left."""
    if sorted(crossed.values()) != [-1, 1]:
        return None
    return next(b for b, n in crossed.items() if n < 0), next(b for b, n in crossed.items() if n > 0)


def keep_lines(run: StatementRun, lines: Sequence[Line]) -> None:
    """Keep what the bank says, each line once: one that is there already stays as it is."""
    there = set(BankLine.objects.filter(court_id=run.court_id, serial__in=[line.serial for line in lines]).values_list("direction", "serial"))
    rows = [_row(line) for line in sorted(lines, key=lambda one: (one.direction, one.serial)) if (line.direction, line.serial) not in there]
    first = BankLine(court_id=run.court_id, run_id=run.pk, case_id=run.case_id)
    try:
        with transaction.atomic():
            insert_like(first, rows)
    except IntegrityError:  # somebody keeps the same lines at this moment
        about = {"court_id": run.court_id, "run_id": run.pk, "case_id": run.case_id}
        BankLine.objects.bulk_create([BankLine(**about, **row) for row in rows], ignore_conflicts=True)


def _row(line: Line) -> dict[str, Any]:
    return {"serial": line.serial, "direction": line.direction, "amount_fen": line.amount_fen, "booked_on": line.booked_at.astimezone(CST).date(),
            "name": line.payer_name[:120], "account": line.payer_account[:60], "remark": line.remark[:400], "balance_fen": line.balance_fen}  # fmt: skip


def differences(court_id: int) -> Iterator[Difference]:
    """Signed reconciliations that are no longer what they were (`zhixing verify`)."""
    for row in Reconciliation.objects.filter(court_id=court_id).iterator():
        if fingerprint(row.content) != row.sha256:
            yield Difference("reconciliation", f"{row.first_on:%Y年%m月}银行对账", row.sha256, fingerprint(row.content))
