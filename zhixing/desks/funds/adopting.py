"""Money that only the journal knows (from a register, or recorded before the ledger was kept) gets its receipt and its postings.

No event is recorded: what the journal says arrived and went out is posted under the journal's own days, once.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from django.db import transaction

from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.people.actors import Actor, system_actor
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.money.amounts import fen_of
from zhixing.rulebook.refusals import Refusal

from .ledger import Move, post
from .models import LedgerAccount, Month, Posting, Receipt
from .payouts import spoken_for

ARRIVED, PAID = "money_arrived", "money_paid_out"


def adopt_money(*, court_id: int, since: datetime, at: datetime) -> int:
    """Make the rows of what was recorded since a moment and has none; how many receipts."""
    by, made = system_actor(court_id), 0
    rows = JournalEntry.objects.filter(court_id=court_id, kind__in=(ARRIVED, PAID), case__isnull=False, recorded_at__gte=since)
    with transaction.atomic():
        known = {r.receipt_no: r for r in Receipt.objects.filter(court_id=court_id)}
        adopted: set[str] = set()
        closed = Month.objects.filter(court_id=court_id).order_by("-last_on").values_list("last_on", flat=True).first()
        for row in rows.order_by("seq").iterator():
            said = json.loads(row.payload)
            no = str(said.get("receipt_no") or f"日志{row.seq}")[:60]
            day = row.at.astimezone(CST).date()
            on = day if closed is None or day > closed else at.astimezone(CST).date()
            if row.kind == ARRIVED and no not in known and (fen := _fen(said)):
                known[no] = _receipt(row, said, no, fen, on, by, at)
                adopted.add(no)
                made += 1
            elif row.kind == PAID and no in adopted:
                _paid(row, said, known[no], on, by, at)
    return made


def _receipt(row: JournalEntry, said: dict[str, Any], no: str, fen: int, on: date, by: Actor, at: datetime) -> Receipt:
    made = Receipt.objects.create(
        court_id=row.court_id, receipt_no=no, channel=Receipt.GENERAL if said.get("channel") == Receipt.GENERAL else Receipt.OWN, state=Receipt.BOOKED, case_id=row.case_id,
        amount_fen=fen, payer=str(said.get("payer") or "")[:120], arrived_on=row.at.astimezone(CST).date(), basis="由日志补建", made_at=at, booked_at=at,
    )  # fmt: skip
    assert row.case_id is not None
    post(court_id=row.court_id, purpose=Posting.RECEIVED, moves=[Move(row.case_id, fen), Move(LedgerAccount.BANK, -fen)], business_on=on, case_id=row.case_id,
         event_seq=row.seq, paper=no, summary=made.payer, key=f"{made.ref}:case", by=by, at=at)  # fmt: skip
    return made


def _paid(row: JournalEntry, said: dict[str, Any], receipt: Receipt, on: date, by: Actor, at: datetime) -> None:
    """What the journal says was paid: settled without a payout of its own, never more than there is."""
    fen = min(_fen(said), receipt.amount_fen - receipt.settled_fen - spoken_for(receipt))
    if fen <= 0 or row.case_id is None:
        return
    post(court_id=row.court_id, purpose=Posting.CONFIRMED, moves=[Move(row.case_id, -fen), Move(LedgerAccount.BANK, fen)], business_on=on, case_id=row.case_id,
         event_seq=row.seq, paper=receipt.receipt_no, summary=str(said.get("payee") or "")[:200], key=f"{receipt.ref}:{row.seq}", by=by, at=at)  # fmt: skip
    receipt.settled_fen += fen
    receipt.save(update_fields=["settled_fen"])


def _fen(said: dict[str, Any]) -> int:
    """The amount of an entry in fen; 0 when it has none that can be read."""
    try:
        return fen_of(str(said.get("amount_yuan") or ""), "")
    except Refusal:
        return 0
