"""The ledger checked against itself, to the fen: every hash, every running balance, every account, month and promise (I1–I3, I10, T4).

`zhixing verify` asks this through `AppConfig.verifiers`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any

from zhixing.casework.facts.replay import Difference
from zhixing.casework.journal.chain import GENESIS
from zhixing.db.reading import read

from .ledger.rows import POSTING, Moved, chained
from .models import Payout

STRETCH = 10_000
COLUMNS = ", ".join(f"p.{c}" for c in POSTING)
CHAIN = f"""SELECT {COLUMNS}, l.account_id, l.n, l.amount_fen, l.balance_fen FROM funds_posting p LEFT JOIN funds_line l ON l.posting_id = p.id
WHERE p.court_id = %s AND p.no > %s AND p.no <= %s ORDER BY p.no, l.position"""
HEAD = """SELECT h.no, h.hash, (SELECT max(no) FROM funds_posting WHERE court_id = h.court_id) FROM funds_head h WHERE h.court_id = %s"""
RUNNING = """SELECT account_id, n, amount_fen, balance_fen, before FROM (
  SELECT l.account_id, l.n, l.amount_fen, l.balance_fen, coalesce(lag(l.balance_fen) OVER w, 0) AS before,
    coalesce(lag(l.n) OVER w, 0) AS last FROM funds_line l JOIN funds_account a ON a.id = l.account_id WHERE a.court_id = %s
  WINDOW w AS (PARTITION BY l.account_id ORDER BY l.n)) AS r WHERE balance_fen <> before + amount_fen OR n <> last + 1"""
ACCOUNTS = """SELECT a.id, a.kind, a.balance_fen, a.postings, coalesce(s.fen, 0), coalesce(s.n, 0) FROM funds_account a
LEFT JOIN (SELECT account_id, sum(amount_fen) AS fen, count(*) AS n FROM funds_line GROUP BY account_id) s ON s.account_id = a.id
WHERE a.court_id = %s AND (a.balance_fen <> coalesce(s.fen, 0) OR a.postings <> coalesce(s.n, 0))"""
RESERVED = """SELECT a.id, a.reserved_fen, coalesce(p.fen, 0) FROM funds_account a
LEFT JOIN (SELECT case_id, sum(amount_fen) AS fen FROM funds_payout WHERE state = 'approved' GROUP BY case_id) p ON p.case_id = a.case_id
WHERE a.court_id = %s AND a.reserved_fen <> coalesce(p.fen, 0)"""
# The lines of a month are summed once, then added up along the months: not all lines again for every month.
MONTHS = """SELECT last_on, account_id, kept, fen FROM (
  SELECT account_id, last_on, max(closing) AS kept, sum(sum(fen)) OVER (PARTITION BY account_id ORDER BY last_on) AS fen FROM (
    SELECT l.account_id, m.last_on, sum(l.amount_fen) AS fen, NULL AS closing FROM funds_month m
      JOIN funds_posting p ON p.court_id = m.court_id AND p.business_on BETWEEN m.first_on AND m.last_on JOIN funds_line l ON l.posting_id = p.id
      WHERE m.court_id = %s GROUP BY l.account_id, m.last_on
    UNION ALL SELECT b.account_id, m.last_on, 0, b.closing_fen FROM funds_month m JOIN funds_month_balance b ON b.month_id = m.id WHERE m.court_id = %s
  ) AS parts GROUP BY account_id, last_on) AS running WHERE kept IS NULL OR kept <> fen"""
MONTH_SUMS = """SELECT m.last_on, coalesce(sum(b.closing_fen), 0), m.bank_fen, -coalesce(sum(CASE WHEN a.kind = 'bank' THEN b.closing_fen END), 0) FROM funds_month m
LEFT JOIN funds_month_balance b ON b.month_id = m.id LEFT JOIN funds_account a ON a.id = b.account_id WHERE m.court_id = %s GROUP BY m.id, m.last_on, m.bank_fen"""
EVENTLESS = """SELECT p.no, p.event_seq FROM funds_posting p LEFT JOIN journal_entry e
ON e.court_id = p.court_id AND e.stream = 'casework' AND e.seq = p.event_seq WHERE p.court_id = %s AND p.event_seq IS NOT NULL AND e.id IS NULL"""
IN_TRANSIT = """SELECT a.balance_fen, (SELECT coalesce(sum(amount_fen), 0) FROM funds_payout WHERE court_id = a.court_id AND state = 'sent')
FROM funds_account a WHERE a.court_id = %s AND a.kind = 'in_transit'"""
SUSPENSE = """SELECT a.balance_fen, (SELECT coalesce(sum(amount_fen), 0) FROM funds_receipt WHERE court_id = a.court_id
  AND state IN ('arrived', 'identified', 'claimed')) FROM funds_account a WHERE a.court_id = %s AND a.kind = 'suspense'"""


def differences(court_id: int) -> Iterator[Difference]:
    """Everything in a court's money that does not add up. Nothing when all of it does."""
    yield from _chain(court_id)
    for account, n, fen, after, before in read(RUNNING, (court_id,)):
        yield Difference("ledger", f"账户 {account} 第 {n} 笔", f"余额 {before + fen} 分", f"余额 {after} 分")
    for account, kind, balance, postings, fen, n in read(ACCOUNTS, (court_id,)):
        yield Difference("ledger", f"账户 {account}（{kind}）", f"{fen} 分 {n} 笔", f"{balance} 分 {postings} 笔")
    for account, reserved, promised in read(RESERVED, (court_id,)):
        yield Difference("ledger", f"账户 {account} 已批未付", f"{promised} 分", f"{reserved} 分")
    for last_on, account, kept, fen in read(MONTHS, (court_id, court_id)):
        yield Difference("ledger", f"{last_on} 结账 账户 {account}", f"{fen} 分", "没有" if kept is None else f"{kept} 分")
    for last_on, total, said, bank in read(MONTH_SUMS, (court_id,)):
        if total or said != bank:
            yield Difference("ledger", f"{last_on} 结账", f"合计 0 分，银行存款 {said} 分", f"合计 {total} 分，银行存款 {bank} 分")
    for no, seq in read(EVENTLESS, (court_id,)):
        yield Difference("ledger", f"凭证 {no}", f"日志 {seq}", "没有这条日志")
    for words, sql in (("付款在途", IN_TRANSIT), ("待认领", SUSPENSE)):
        for balance, rows in read(sql, (court_id,)):
            if balance != rows:
                yield Difference("ledger", words, f"{rows} 分", f"{balance} 分")
    yield from _fingerprints(court_id)


def _fingerprints(court_id: int) -> Iterator[Difference]:
    """Payouts whose payee, account or amount is no longer what was approved (I6)."""
    for row in Payout.objects.filter(court_id=court_id).exclude(approved_hash="").iterator():
        if row.fingerprint() != row.approved_hash:
            yield Difference("payout", f"发放单 {row.no}", row.approved_hash, row.fingerprint())


def _chain(court_id: int) -> Iterator[Difference]:
    """Every posting hangs on the one before it, balances, and has as many lines as it says; the head is the last one."""
    head = read(HEAD, (court_id,))
    if not head:
        return
    no, digest, last = head[0]
    if no != (last or 0):
        yield Difference("ledger", "总账末号", str(last or 0), str(no))
    previous, expected = GENESIS, 0
    for after in range(0, max(no, last or 0), STRETCH):
        for values, lines in _stretch(court_id, after):
            expected += 1
            if values["no"] != expected:
                yield Difference("ledger", f"凭证 {values['no']}", f"第 {expected} 号", f"第 {values['no']} 号")
                expected = values["no"]
            if sum(m.fen for m in lines) or len(lines) != values["size"]:
                yield Difference("ledger", f"凭证 {values['no']}", f"{values['size']} 行，合计 0 分", f"{len(lines)} 行，合计 {sum(m.fen for m in lines)} 分")
            previous = chained(values, lines, previous)
            if previous != values["hash"]:
                yield Difference("ledger", f"凭证 {values['no']}", previous, values["hash"])
                previous = values["hash"]
    if digest != previous:
        yield Difference("ledger", "总账链尾", previous, digest)


def _stretch(court_id: int, after: int) -> Iterator[tuple[dict[str, Any], list[Moved]]]:
    rows = read(CHAIN, (court_id, after, after + STRETCH), moments=(POSTING.index("posted_at"),))
    width, day = len(POSTING), POSTING.index("business_on")
    for _, group in groupby(rows, key=lambda row: row[1]):
        found = list(group)
        values = dict(zip(POSTING, found[0][:width], strict=True))
        if isinstance(found[0][day], str):
            values["business_on"] = date.fromisoformat(found[0][day])
        yield values, [Moved(row[width], row[width + 1], row[width + 2], 0, row[width + 3]) for row in found if row[width] is not None]
