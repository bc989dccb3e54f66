"""Postings of the funds ledger beside the least that bookkeeping is in SQL: two entries and two balances in one transaction."""

from __future__ import annotations

from datetime import date, datetime

from zhixing.casework.facts import rules
from zhixing.clock import CST
from zhixing.desks.funds.check import differences
from zhixing.desks.funds.ledger import Entry, Move, post, post_many
from zhixing.desks.funds.models import LedgerAccount, Posting

from . import world
from .bare import connect
from .measuring import Line, Size, at_least, in_turn, rate, seconds

AT = datetime(2026, 3, 2, 9, 0, tzinfo=CST)
ON = date(2026, 3, 2)
TABLES = """CREATE TABLE IF NOT EXISTS bare_account (id bigint PRIMARY KEY, balance bigint NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS bare_entry (id bigserial PRIMARY KEY, posting bigint NOT NULL, account bigint NOT NULL, fen bigint NOT NULL);
TRUNCATE bare_account, bare_entry"""
WHY = "the bare one locks nothing, hashes nothing, checks no balance and keeps neither who nor when nor a running balance"


def run(size: Size) -> list[Line]:
    """ledger-spread, ledger-hot, ledger-bulk, ledger-check."""
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
    taken = seconds(lambda: _whole(court.pk))
    count = Posting.objects.filter(court=court).count()
    lines.append(Line("ledger check", f"{2 * count / taken:,.0f} lines/s", "0 fen off", f"{400_000 * taken / (2 * count):.0f} s", "≤ 60 s", 400_000 * taken / (2 * count) <= 60,
                      "400,000 lines, extrapolated from those of this run"))  # fmt: skip
    return lines


def _whole(court_id: int) -> None:
    found = list(differences(court_id))
    assert not found, found


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
