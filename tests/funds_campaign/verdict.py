"""What must be true of the money after a campaign, worked out from the rows alone and not by the code that wrote them (I1–I7, I12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import orjson
from django.db.models import Count, Sum

from tests.cast import MONDAY
from zhixing.casework.journal.models import JournalEntry
from zhixing.desks.funds.balances import trial_balance
from zhixing.desks.funds.models import Batch, LedgerAccount, Payout, Posting, Receipt
from zhixing.desks.funds.paying import batch_file
from zhixing.shell.management.commands import verify

from .world import World

GONE = (Payout.SENT, Payout.CONFIRMED, Payout.RETURNED)
DONE_BY = {"check": "checked_by_id", "approve": "approved_by_id", "send": "sent_by_id"}
KINDS = {"payout_checked": "checked_by_id", "payout_approved": "approved_by_id", "payout_sent": "sent_by_id"}
AFTER = {"confirm": (Payout.CONFIRMED, Payout.RETURNED), "return": (Payout.RETURNED,), "cancel": (Payout.CANCELLED,)}


def faults_of(world: World, folder: Path) -> tuple[list[str], dict[str, int]]:
    """Everything that is wrong, as sentences; and how much there was to look at."""
    rows = list(Payout.objects.filter(court_id=world.court_id).select_related("receipt"))
    acks = [orjson.loads(line) for path in sorted(folder.glob("*.acks")) for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
    faults = [
        *(f"verify: {d}" for d in verify.differences()), *_books(world), *_receipts(world), *_payouts(rows), *_postings(world, rows), *_journal(world, rows),
        *_batches(world), *_acknowledged(world, rows, acks),
    ]  # fmt: skip
    seen = {"payouts": len(rows), "acks": len(acks), "postings": Posting.objects.filter(court_id=world.court_id).count(),
            "journal": JournalEntry.objects.filter(court_id=world.court_id).count(), **{f"payouts_{s}": n for s, n in Counter(r.state for r in rows).items()}}  # fmt: skip
    return faults, seen


def _books(world: World) -> Iterator[str]:
    """The books, from receipts and payouts alone."""
    books = trial_balance(world.court_id, (MONDAY + timedelta(days=400)).date())
    came = Receipt.objects.filter(court_id=world.court_id).aggregate(fen=Sum("amount_fen"))["fen"]
    states = dict(Payout.objects.filter(court_id=world.court_id).values_list("state").annotate(fen=Sum("amount_fen")).order_by())
    confirmed, sent = states.get(Payout.CONFIRMED, 0), states.get(Payout.SENT, 0)
    if books.difference_fen:
        yield f"the trial balance is off by {books.difference_fen} fen"
    if books.bank_fen != came - confirmed:
        yield f"the bank should hold {came - confirmed} fen, the books say {books.bank_fen}"
    accounts = LedgerAccount.objects.filter(court_id=world.court_id)
    held = accounts.filter(kind=LedgerAccount.CASE).aggregate(fen=Sum("balance_fen"))["fen"]
    if held != came - confirmed - sent:
        yield f"the cases should hold {came - confirmed - sent} fen, they hold {held}"
    yield from (f"account {a.pk} is overdrawn: {a.balance_fen} fen" for a in accounts if (a.balance_fen > 0) == (a.kind in LedgerAccount.MIRRORS) and a.balance_fen)


def _receipts(world: World) -> Iterator[str]:
    """No receipt pays more than itself."""
    live = Payout.objects.filter(court_id=world.court_id, state__in=[*Payout.PENDING, *Payout.GONE])
    spent = dict(live.values_list("receipt").annotate(fen=Sum("amount_fen")).order_by())
    for row in Receipt.objects.filter(court_id=world.court_id):
        if row.settled_fen + spent.get(row.pk, 0) > row.amount_fen:
            yield f"receipt {row.receipt_no} pays {spent[row.pk]} fen of {row.amount_fen}"


def _payouts(rows: list[Payout]) -> Iterator[str]:
    """Four people, and what was approved."""
    for row in rows:
        people = [p for p in (row.requested_by_id, row.checked_by_id, row.approved_by_id, row.sent_by_id) if p]
        if len(people) != len(set(people)):
            yield f"payout {row.no}: one person did two steps"
        if row.state in GONE and len(people) != 4:
            yield f"payout {row.no} went out through {len(people)} people"
        if row.approved_hash and row.fingerprint() != row.approved_hash:
            yield f"payout {row.no} is not what was approved"


def _postings(world: World, rows: list[Payout]) -> Iterator[str]:
    """Each payment is in the books once, with its amount; by its paper, not by the key that should hold it to once."""
    found = Counter(Posting.objects.filter(court_id=world.court_id, purpose__in=["sent", "confirmed", "returned"]).values_list("purpose", "paper"))
    moved = dict(Posting.objects.filter(court_id=world.court_id, purpose="sent", lines__amount_fen__gt=0).values_list("paper", "lines__amount_fen"))
    for row in rows:
        n = [found.pop((purpose, row.no), 0) for purpose in ("sent", "confirmed", "returned")]
        if n[0] != (row.state in GONE) or n[2] != (row.state == Payout.RETURNED) or n[1] > 1 or (row.state == Payout.CONFIRMED and n[1] != 1) or n[1] > n[0]:
            yield f"payout {row.no} ({row.state}) is posted {n} times (sent, confirmed, returned)"
        if row.state in GONE and moved.get(row.no) != row.amount_fen:
            yield f"payout {row.no} moved {moved.get(row.no)} fen instead of {row.amount_fen}"
    yield from (f"a posting of no payout: {left}" for left in found)


def _journal(world: World, rows: list[Payout]) -> Iterator[str]:
    """Every step is one entry of the journal, by who did it."""
    entries: Counter[tuple[str, str]] = Counter()
    by: dict[tuple[str, str], int | None] = {}
    for kind, payload, person in JournalEntry.objects.filter(court_id=world.court_id, kind__startswith="payout_").values_list("kind", "payload", "person_id"):
        named = (kind, orjson.loads(payload)["payout_no"])
        entries[named] += 1
        by[named] = person
    for row in rows:
        if entries.pop(("payout_requested", row.no), 0) != 1:
            yield f"payout {row.no} was not asked for once in the journal"
        for kind, column in KINDS.items():
            if entries.pop((kind, row.no), 0) != bool(getattr(row, column)) or by.get((kind, row.no)) != getattr(row, column):
                yield f"payout {row.no}: the journal's {kind} is not the row's"
        for kind, state in (("payout_cancelled", Payout.CANCELLED), ("payout_returned", Payout.RETURNED)):
            if entries.pop((kind, row.no), 0) != (row.state == state):
                yield f"payout {row.no} ({row.state}): the journal's {kind} is not the row's"
    yield from (f"an entry of no payout: {left}" for left in entries)


def _batches(world: World) -> Iterator[str]:
    """Each file to the bank has the lines that it had, and nothing is in two."""
    for batch in Batch.objects.filter(court_id=world.court_id).annotate(n=Count("payouts"), fen=Sum("payouts__amount_fen")):
        if (batch.n, batch.fen) != (batch.size, batch.total_fen):
            yield f"batch {batch.no} says {batch.size} payouts, {batch.total_fen} fen; it has {batch.n}, {batch.fen}"
        if len(batch_file(batch).splitlines()) < batch.size:
            yield f"the file of batch {batch.no} has fewer lines than payouts"


def _acknowledged(world: World, rows: list[Payout], acks: list[list[object]]) -> Iterator[str]:
    """Nothing that somebody was told is lost, and nobody was told twice that the same money went."""
    by_ref = {row.ref: row for row in rows}
    came = dict(Receipt.objects.filter(court_id=world.court_id).values_list("receipt_no", "amount_fen"))
    told = Counter((what, name) for what, name, _, _ in acks if what not in ("ask", "asked", "receive"))
    yield from (f"{what} of {name} was acknowledged {n} times" for (what, name), n in told.items() if n > 1)
    keys = set(JournalEntry.objects.filter(court_id=world.court_id, kind="payout_requested").values_list("idempotency_key", flat=True))
    for what, name, fen, person in acks:
        if what == "receive":
            if came.get(str(name)) != fen:
                yield f"receipt {name} of {fen} fen was acknowledged and is lost"
        elif what == "ask":
            if name not in keys:
                yield f"the request {name} was acknowledged and is lost"
        elif (row := by_ref.get(str(name))) is None:
            yield f"payout {name} ({what}) was acknowledged and is lost"
        elif what == "asked":
            if (row.amount_fen, row.requested_by_id) != (fen, person):
                yield f"payout {row.no} is not what was asked for"
        elif what in DONE_BY:
            if getattr(row, DONE_BY[str(what)]) != person:
                yield f"{what} of payout {row.no} was acknowledged and is lost"
        elif row.state not in AFTER[str(what)]:
            yield f"{what} of payout {row.no} was acknowledged, it is {row.state}"
