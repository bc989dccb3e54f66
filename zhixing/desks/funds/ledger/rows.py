"""The rows of one posting, by hand-written SQL: on PostgreSQL one reading statement and one that writes everything.

The head of the court's ledger is locked while it is read, so postings of a court stand in a line; each account is then
changed only if it is where it was read (`postings`), so nothing depends on the lock alone (trust F3).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections

from zhixing.casework.journal.chain import GENESIS, link
from zhixing.db.many import insert_many, stored
from zhixing.db.prepared import prepared_cursor
from zhixing.rulebook.deadlines import CST

from ..models import LedgerAccount

POSTING = ("court_id", "no", "purpose", "business_on", "posted_at", "case_id", "event_seq", "paper", "summary", "by_id", "by_name",
           "reverses_id", "size", "key", "body", "hash")  # fmt: skip
TYPES = {"business_on": "date", "posted_at": "timestamptz", "case_id": "bigint", "event_seq": "bigint", "by_id": "bigint",
         "reverses_id": "bigint", "key": "text"}  # fmt: skip
COLUMNS = ("id", "kind", "case_id", "balance_fen", "reserved_fen", "disputed_fen", "postings")


@dataclass(slots=True)
class Held:
    """An account as it was read, moved on by each posting that is made of it."""

    id: int
    kind: str
    case_id: int | None
    balance_fen: int
    reserved_fen: int
    disputed_fen: int
    postings: int


class HeadRow(NamedTuple):
    """Where the court's ledger stands, and the last day of its last closed month (ISO, "" when none is closed)."""

    no: int
    hash: str
    closed_to: str


class Moved(NamedTuple):
    """A line to be written: the account, its number there, what it adds to balance and to what is reserved, the balance after."""

    account_id: int
    n: int
    fen: int
    reserved: int
    balance: int


HEAD = """SELECT h.no, h.hash, (SELECT max(m.last_on) FROM funds_month m WHERE m.court_id = h.court_id)
FROM funds_head h WHERE h.court_id = %s"""
WRITE = f"""WITH head AS (UPDATE funds_head SET no = %(no)s, hash = %(hash)s WHERE court_id = %(court_id)s AND no = %(no)s - 1 RETURNING 1),
m AS (SELECT * FROM unnest(%(ids)s::bigint[], %(ns)s::int[], %(fens)s::bigint[], %(reserves)s::bigint[], %(balances)s::bigint[])
    WITH ORDINALITY AS m(account_id, n, fen, reserved, balance, position)),
moved AS (UPDATE funds_account a SET balance_fen = a.balance_fen + m.fen, reserved_fen = a.reserved_fen + m.reserved, postings = m.n
    FROM m, head WHERE a.id = m.account_id AND a.postings = m.n - 1 RETURNING 1),
p AS (INSERT INTO funds_posting ({", ".join(POSTING)})
    SELECT {", ".join(f"%({c})s::{TYPES[c]}" if c in TYPES else f"%({c})s" for c in POSTING)} FROM head RETURNING id),
l AS (INSERT INTO funds_line (posting_id, position, account_id, n, amount_fen, balance_fen)
    SELECT p.id, m.position, m.account_id, m.n, m.fen, m.balance FROM p, m)
SELECT p.id, (SELECT count(*) FROM moved) FROM p"""


class LedgerMoved(RuntimeError):
    """The ledger was not where it was read: somebody wrote without holding its head. Nothing may be committed."""


def lock_head(connection: Any, court_id: int) -> HeadRow:
    """The court's head, held until the transaction ends. A court without one gets one."""
    sql = HEAD + (" FOR UPDATE OF h" if connection.vendor == "postgresql" else "")
    with prepared_cursor(connection) as cursor:
        cursor.execute(sql, (court_id,))
        row = cursor.fetchone()
        if row is None:
            cursor.execute("INSERT INTO funds_head (court_id, no, hash) VALUES (%s, 0, %s) ON CONFLICT (court_id) DO NOTHING", (court_id, GENESIS))
            cursor.execute(sql, (court_id,))
            row = cursor.fetchone()
    return HeadRow(row[0], row[1], str(row[2] or ""))


def accounts(connection: Any, court_id: int, cases: Collection[int], kinds: Collection[str]) -> dict[int | str, Held]:
    """The accounts by case id or kind, read after the head was locked; those that are missing are opened."""
    wanted = [*cases, *kinds]
    found = _accounts(connection, court_id, cases, kinds)
    if missing := [w for w in wanted if w not in found]:
        rows = [LedgerAccount(court_id=court_id, kind=LedgerAccount.CASE, case_id=w) if isinstance(w, int) else LedgerAccount(court_id=court_id, kind=w)
                for w in missing]  # fmt: skip
        LedgerAccount.objects.bulk_create(rows, ignore_conflicts=True)
        found = _accounts(connection, court_id, cases, kinds)
    return found


def _accounts(connection: Any, court_id: int, cases: Collection[int], kinds: Collection[str]) -> dict[int | str, Held]:
    select = f"SELECT {', '.join(COLUMNS)} FROM funds_account WHERE court_id = %s AND "
    with prepared_cursor(connection) as cursor:
        if connection.vendor == "postgresql":
            where, params = "(case_id = ANY(%s) OR (case_id IS NULL AND kind = ANY(%s)))", [court_id, list(cases), list(kinds)]
        else:
            marks = [", ".join(["%s"] * len(c)) for c in (cases, kinds)]
            where, params = f"(case_id IN ({marks[0]}) OR (case_id IS NULL AND kind IN ({marks[1]})))", [court_id, *cases, *kinds]
        cursor.execute(select + where, params)
        held = [Held(*row) for row in cursor.fetchall()]
    return {h.kind if h.case_id is None else h.case_id: h for h in held}


def chained(posting: Mapping[str, Any], lines: Sequence[Moved], previous: str) -> str:
    """The hash of a posting: every column but the hash itself, then its lines."""
    business: date = posting["business_on"]
    posted: datetime = posting["posted_at"]
    values = {**posting, "business_on": business.isoformat(), "posted_at": posted.astimezone(CST).isoformat()}
    return link(previous, [*(values[c] for c in POSTING[:-1]), *(v for m in lines for v in (m.account_id, m.n, m.fen, m.balance))])


def write(posting: Mapping[str, Any], lines: Sequence[Moved]) -> int:
    """Write a posting, its lines and what they do to the accounts and the head. The posting's id. Raises LedgerMoved when the head is no longer as seen."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql":
        return _write_sqlite(connection, posting, lines)
    ids, ns, fens, reserves, balances = (list(column) for column in zip(*lines, strict=True))
    with prepared_cursor(connection) as cursor:
        cursor.execute(WRITE, {**posting, "ids": ids, "ns": ns, "fens": fens, "reserves": reserves, "balances": balances})
        row = cursor.fetchone()
    if row is None or row[1] != len(lines):
        raise LedgerMoved
    return int(row[0])


def _write_sqlite(connection: Any, posting: Mapping[str, Any], lines: Sequence[Moved]) -> int:
    """The lines first; the posting seals them (`guards`)."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE funds_head SET no = %s, hash = %s WHERE court_id = %s AND no = %s",
                       (posting["no"], posting["hash"], posting["court_id"], posting["no"] - 1))  # fmt: skip
        whole = cursor.rowcount == 1
        for m in lines:
            cursor.execute(
                "UPDATE funds_account SET balance_fen = balance_fen + %s, reserved_fen = reserved_fen + %s, postings = %s"
                " WHERE id = %s AND postings = %s",
                (m.fen, m.reserved, m.n, m.account_id, m.n - 1),
            )
            whole = whole and cursor.rowcount == 1
        if not whole:
            raise LedgerMoved
        cursor.execute("SELECT coalesce(max(id), 0) + 1 FROM funds_posting")
        ident = cursor.fetchone()[0]
        cursor.executemany(
            "INSERT INTO funds_line (posting_id, position, account_id, n, amount_fen, balance_fen) VALUES (%s, %s, %s, %s, %s, %s)",
            [(ident, position, m.account_id, m.n, m.fen, m.balance) for position, m in enumerate(lines, 1)],
        )
        cursor.execute(f"INSERT INTO funds_posting (id, {', '.join(POSTING)}) VALUES ({', '.join(['%s'] * (len(POSTING) + 1))})",
                       (ident, *(stored(posting[c], "sqlite") for c in POSTING)))  # fmt: skip
    return int(ident)


LINE = ("posting_id", "position", "account_id", "n", "amount_fen", "balance_fen")
ON_ACCOUNTS = """UPDATE funds_account a SET balance_fen = m.balance, reserved_fen = m.reserved, postings = m.n
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::int[], %s::int[]) AS m(id, balance, reserved, n, before) WHERE a.id = m.id AND a.postings = m.before"""
ON_ACCOUNT = "UPDATE funds_account SET balance_fen = %s, reserved_fen = %s, postings = %s WHERE id = %s AND postings = %s"


def write_many(
    court_id: int, head: HeadRow, made: Sequence[tuple[Mapping[str, Any], Sequence[Moved]]], moved: Sequence[Held], before: Mapping[int, int]
) -> None:
    """Write many postings that follow `head`: the lines first (the postings seal them), each account once, the head last. Raises LedgerMoved when the head is no longer as seen."""
    connection = connections[DEFAULT_DB_ALIAS]
    postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        if postgresql:
            cursor.execute("SELECT nextval('funds_posting_id_seq') FROM generate_series(1, %s)", (len(made),))
            ids = [row[0] for row in cursor.fetchall()]
        else:
            cursor.execute("SELECT coalesce(max(id), 0) FROM funds_posting")
            last = cursor.fetchone()[0]
            ids = list(range(last + 1, last + len(made) + 1))
        insert_many(connection, "funds_line", LINE, [(i, position, m.account_id, m.n, m.fen, m.balance) for i, (_, lines) in zip(ids, made, strict=True)
                                                     for position, m in enumerate(lines, 1)])  # fmt: skip
        insert_many(connection, "funds_posting", ("id", *POSTING), [(i, *(posting[c] for c in POSTING)) for i, (posting, _) in zip(ids, made, strict=True)])
        values = [(h.balance_fen, h.reserved_fen, h.postings, h.id, before[h.id]) for h in moved]
        if postgresql:
            balances, reserves, ns, accounts_, befores = (list(column) for column in zip(*values, strict=True))
            cursor.execute(ON_ACCOUNTS, (accounts_, balances, reserves, ns, befores))
            whole = cursor.rowcount == len(values)
        else:
            whole = all(cursor.execute(ON_ACCOUNT, value).rowcount == 1 for value in values)
        cursor.execute("UPDATE funds_head SET no = %s, hash = %s WHERE court_id = %s AND no = %s",
                       (head.no + len(made), made[-1][0]["hash"], court_id, head.no))  # fmt: skip
        if not whole or cursor.rowcount != 1:
            raise LedgerMoved
