"""Postings of the funds ledger beside the least that bookkeeping is in SQL: two entries and two balances in one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from zhixing.casework.facts import rules
from zhixing.clock import CST
from zhixing.desks.funds import models
from zhixing.desks.funds.balances import trial_balance
from zhixing.desks.funds.check import differences
from zhixing.desks.funds.ledger import Entry, Move, post, post_many
from zhixing.desks.funds.models import LedgerAccount, Posting

from . import world
from .bare import connect
from .measuring import Line, Size, at_least, in_turn, rate
from .years import five_years

AT = datetime(2026, 3, 2, 9, 0, tzinfo=CST)
ON = date(2026, 3, 2)
TABLES = """CREATE TABLE IF NOT EXISTS bare_account (id bigint PRIMARY KEY, balance bigint NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS bare_entry (id bigserial PRIMARY KEY, posting bigint NOT NULL, account bigint NOT NULL, fen bigint NOT NULL);
TRUNCATE bare_account, bare_entry"""
WHY = "the bare one locks nothing, hashes nothing, checks no balance and keeps neither who nor when nor a running balance"


def run(size: Size) -> list[Line]:
    """ledger-spread, ledger-hot, ledger-bulk, ledger five years."""
    how_many = size.of(600, 60)
    court = world.court()
    by = next(iter(world.actors(court, rules.rulebook()).values()))
    cases = [case_id for case_id, _ in world.cases(court, how_many)]
    bare = _Bare(cases)

    def ours(many: list[int]) -> None:
        for case_id in many:
            post(court_id=court.pk, purpose=Posting.RECEIVED, moves=[Move(case_id, 100), Move(LedgerAccount.BANK, -100)], business_on=ON, case_id=case_id, by=by, at=AT)

    def ours_at_once(number: int) -> None:
        entries = [Entry(Posting.RECEIVED, [Move(case_id, 100), Move(LedgerAccount.BANK, -100)], ON, case_id) for case_id in cases * 5]
        post_many(entries, court_id=court.pk, by=by, at=AT)

    lines = []
    for name, many in (("spread", cases), ("one account", cases[:1] * how_many)):
        times = in_turn(lambda n, m=many: ours(m), lambda n, m=many: bare.post(m))
        lines.append(at_least(f"ledger {name}", rate(how_many, times[0]), rate(how_many, times[1]), 0.4, unit="p/s", beside="two entries, two balances", percent=True, why=WHY))
    times = in_turn(ours_at_once, lambda n: bare.post_at_once(cases * 5))
    lines.append(at_least("ledger bulk", rate(how_many * 5, times[0]), rate(how_many * 5, times[1]), 0.4, unit="p/s", beside="two entries, two balances", percent=True, why=WHY))
    return [*lines, _five_years(size.of(50_000, 1_000))]


def _five_years(how_many: int) -> Line:
    """The trial balance and the whole check of five years (G5)."""
    court = world.court()
    five_years(court, how_many)
    found = checked(court.pk)
    spent = found["trial_balance_seconds"] + found["check_seconds"]
    return Line("ledger five years", f"{spent:.1f} s", f"{found['lines']:,} lines, {how_many:,} cases, {found['months']} months", f"{found['difference_fen']} fen off", "≤ 60 s",
                spent <= 60 and not found["faults"], "; ".join(found["faults"][:3]))  # fmt: skip


def checked(court_id: int) -> dict[str, Any]:
    """What `zhixing funds trial-balance` and the book check of `zhixing verify` say of a court, and how long they take."""
    spent: dict[str, float] = {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        done = work()
        spent[f"{name}_seconds"] = round(time.perf_counter() - start, 2)
        return done

    books = timed("trial_balance", lambda: trial_balance(court_id, date(2099, 1, 1)))
    faults = timed("check", lambda: [str(d) for d in differences(court_id)])
    if books.difference_fen or not books.rows:
        faults.append(f"the trial balance is off by {books.difference_fen} fen")
    lines = models.Line.objects.filter(account__court_id=court_id).count()
    return {"lines": lines, "months": models.Month.objects.filter(court_id=court_id).count(), "difference_fen": books.difference_fen, **spent, "faults": faults}


class _Bare:
    """Two entries and two balances, a transaction each."""

    def __init__(self, accounts: list[int]) -> None:
        self.connection, self.posting = connect(), 0
        self.connection.execute(TABLES, prepare=False)
        with self.connection.cursor() as cursor:
            cursor.executemany("INSERT INTO bare_account (id) VALUES (%s)", [(a,) for a in [0, *accounts]])

    def post(self, accounts: list[int]) -> None:
        """One transaction each."""
        for account in accounts:
            with self.connection.transaction():
                self._one(account)

    def post_at_once(self, accounts: list[int]) -> None:
        """All in one transaction."""
        with self.connection.transaction():
            for account in accounts:
                self._one(account)

    def _one(self, account: int) -> None:
        self.posting += 1
        for ident, fen in ((account, 100), (0, -100)):
            self.connection.execute("UPDATE bare_account SET balance = balance + %s WHERE id = %s", (fen, ident))
            self.connection.execute("INSERT INTO bare_entry (posting, account, fen) VALUES (%s, %s, %s)", (self.posting, ident, fen))
