"""Comparing the real books with the model: after each act only what is new, every now and then everything."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from django.db import connection

from zhixing.casework.facts.replay import registered_differences
from zhixing.desks.funds.balances import trial_balance
from zhixing.desks.funds.ledger.months import next_month
from zhixing.desks.funds.models import LedgerAccount, Line, Payout, Posting, Receipt

from .model import Books, Goes

NEW = """SELECT l.id, p.id, p.no, p.business_on, p.reverses_id, p.size, l.account_id, l.n, l.amount_fen, l.balance_fen
FROM funds_line l JOIN funds_posting p ON p.id = l.posting_id WHERE l.id > %s AND p.court_id = %s ORDER BY p.no, l.position"""
ACCOUNTS = "SELECT id, kind, case_id, balance_fen, reserved_fen, disputed_fen, postings FROM funds_account WHERE court_id = %s"


class Looker:
    """Remembers every line it saw: none may ever change."""

    def __init__(self, court_id: int, books: Books) -> None:
        self.court_id, self.books = court_id, books
        self.last, self.no = 0, 0
        self.running: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
        self.lines: dict[int, tuple[int, int, int, int]] = {}
        self.of_posting: dict[int, list[tuple[int, int]]] = {}

    def look(self) -> None:
        """What the last act wrote: it balances, follows, stays out of closed months; every balance is the model's (I1–I3, I10)."""
        with connection.cursor() as cursor:
            cursor.execute(NEW, (self.last, self.court_id))
            rows = cursor.fetchall()
            cursor.execute(ACCOUNTS, (self.court_id,))
            accounts = cursor.fetchall()
        self._new_lines(rows)
        for ident, kind, case, balance, reserved, disputed, postings in accounts:
            name = case or kind
            assert balance == self.books.held[name], f"{name}: {balance} fen, should be {self.books.held[name]}"
            assert (balance, postings) == self.running[ident], f"{name} is not the sum of its lines"
            assert balance <= 0 if kind in LedgerAccount.MIRRORS else balance >= reserved + disputed
            assert reserved == (self.books.reserved(case) if case else 0), f"{name}: {reserved} fen are promised"
            assert disputed == (self.books.disputed[case] if case else 0)

    def _new_lines(self, rows: list[tuple]) -> None:  # type: ignore[type-arg]
        sums: dict[int, int] = defaultdict(int)
        for ident, posting, no, business_on, reverses, size, account, n, fen, balance in rows:
            before, place = self.running[account]
            assert (balance, n) == (before + fen, place + 1), f"a line of posting {no} does not follow"
            assert str(business_on) > str(self.books.closed_to), f"posting {no} is in a closed month"
            self.running[account] = balance, n
            self.lines[ident] = (account, n, fen, balance)
            self.of_posting.setdefault(posting, []).append((account, fen))
            self.last = max(self.last, ident)
            sums[posting] += fen
            if len(self.of_posting[posting]) == size:
                assert no == self.no + 1, f"posting {no} after {self.no}"
                self.no = no
                if reverses:
                    assert sorted(self.of_posting[posting]) == sorted((a, -f) for a, f in self.of_posting[reverses]), f"posting {no} is no mirror"
        assert not any(sums.values()), f"a posting does not balance: {dict(sums)}"

    def payout(self, model: Goes) -> None:
        """A payout that was just touched: who, how much, in which state, what was approved (I5–I7)."""
        row = Payout.objects.get(ref=model.ref)
        people = [p for p in (row.requested_by_id, row.checked_by_id, row.approved_by_id, row.sent_by_id) if p]
        assert (row.state, people, row.amount_fen, row.account_id) == (model.state, model.people, model.fen, model.account)
        assert not row.approved_hash or row.fingerprint() == row.approved_hash

    def next_month(self) -> date | None:
        return next_month(self.court_id)

    def complete(self, today: date) -> None:
        """Everything, against itself and against the model."""
        self.look()
        assert list(registered_differences(self.court_id)) == []
        assert {row[0]: row[1:] for row in Line.objects.filter(account__court_id=self.court_id).values_list("pk", "account_id", "n", "amount_fen", "balance_fen")} == self.lines
        found = {ref: (state, case, fen, settled) for ref, state, case, fen, settled in
                 Receipt.objects.filter(court_id=self.court_id).values_list("ref", "state", "case_id", "amount_fen", "settled_fen")}  # fmt: skip
        assert found == {r.ref: (r.state, r.case, r.fen, r.settled) for r in self.books.receipts.values()}
        for row in Payout.objects.filter(court_id=self.court_id).select_related("party"):
            self.payout(self.books.payouts[row.ref])
            assert row.party is None or row.party.case_id == row.case_id, "money went to somebody of another case (I11)"
            assert Posting.objects.filter(key=f"payout:{row.ref}:sent").count() == (row.state in ("sent", "confirmed", "returned"))
        days = {today, self.books.closed_to, today - timedelta(days=7), today.replace(day=1) - timedelta(days=1)} - {date.min}
        for day in sorted(days):
            books = trial_balance(self.court_id, day)
            assert (books.difference_fen, books.bank_fen) == (0, self.books.bank_on(day)), f"the books of {day}"
