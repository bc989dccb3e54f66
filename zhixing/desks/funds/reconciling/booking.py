"""Many sums on the general account at once: the same rows as `claims.receive_general` makes one by one, in a hundredth of the statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from zhixing.casework.cases.models import new_ref
from zhixing.casework.facts import History, record_many, rules
from zhixing.casework.facts.record_many import Past
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.matters.models import Matter
from zhixing.casework.matters.queries import kinds_of
from zhixing.casework.people.actors import Actor
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.refusals import Refusal

from ..claims import ARRIVED
from ..keeping import clause_of, text_of, what_of
from ..ledger import Entry, Move, post_many
from ..models import LedgerAccount, Posting, Receipt
from ..receipts import Money
from .bulk import insert_like, reserved_ids

Sum = tuple[Money, datetime, str]


def receive_many(sums: Sequence[Sum], *, by: Actor, at: datetime) -> None:
    """Money on the general account: (what the bank says, when it came, key) of each sum. All of them or none: raises Refusal or
    IntegrityError when one is there already, its month is closed or its amount is not positive."""
    if any(money.amount_fen <= 0 or not money.receipt_no.strip() for money, _, _ in sums):
        raise Refusal.because(what_of(ARRIVED), "有一笔没有流水号或金额不大于零", clause=clause_of(ARRIVED))
    if _owes_more():
        raise Refusal.because(what_of(ARRIVED), "细则要求逐笔登记", clause=clause_of(ARRIVED))
    with connection.wrap_database_errors, transaction.atomic():  # COPY in the journal and the ledger raises the driver's own errors
        idents = reserved_ids(Matter, len(sums))
        # In the order of their numbers: two who import the same lines at once wait for one another and do not lock each other out.
        insert_like(Receipt(court_id=by.court_id, channel=Receipt.GENERAL, state=Receipt.ARRIVED, made_by_id=by.person_id, made_at=at),
                    sorted((_receipt(money, ident) for (money, _, _), ident in zip(sums, idents, strict=True)), key=lambda row: row["receipt_no"]))  # fmt: skip
        desk = _open_matters(sums, idents, by)
        record_many((History(None, [Past(ARRIVED, happened, _payload(money), desk, key)], matter_id=ident) for (money, happened, key), ident in zip(sums, idents, strict=True)),
                    court_id=by.court_id, under=f"record:{ARRIVED}", by=by, at=at)  # fmt: skip
        seqs = dict(JournalEntry.objects.filter(court_id=by.court_id, matter_id__in=idents, kind=ARRIVED).values_list("matter_id", "seq"))
        refs = dict(Receipt.objects.filter(matter_id__in=idents).values_list("matter_id", "ref"))
        post_many([_entry(money, refs[ident], seqs[ident]) for (money, _, _), ident in zip(sums, idents, strict=True)], court_id=by.court_id, by=by, at=at)


def _owes_more() -> bool:
    """Whether the regulation asks more of the event than its duties: a gate, or somebody to be told. Then each sum goes its own way."""
    book = rules.rulebook()
    return bool(book.index.disclosures.get(ARRIVED) or book.index.gates.get(ARRIVED))


def _receipt(money: Money, matter_id: int) -> dict[str, Any]:
    return {
        "ref": new_ref(), "receipt_no": money.receipt_no.strip(), "amount_fen": money.amount_fen, "payer": money.payer.strip()[:120],
        "payer_account": money.payer_account.strip()[:60], "remark": money.remark.strip()[:200], "arrived_on": money.arrived_on,
        "bank_serial": money.bank_serial.strip(), "matter_id": matter_id,
    }  # fmt: skip


def _entry(money: Money, ref: str, seq: int) -> Entry:
    moves = [Move(LedgerAccount.SUSPENSE, money.amount_fen), Move(LedgerAccount.BANK, -money.amount_fen)]
    return Entry(Posting.UNCLAIMED, moves, money.arrived_on, event_seq=seq, paper=money.receipt_no.strip(), summary=money.payer.strip()[:120], key=f"{ref}:in")


def _payload(money: Money) -> dict[str, object]:
    return {"receipt_no": money.receipt_no.strip(), "amount_yuan": text_of(money.amount_fen), "payer": money.payer.strip()[:120],
            "remark": money.remark.strip()[:200], "arrived_on": money.arrived_on}  # fmt: skip


def _open_matters(sums: Sequence[Sum], idents: Sequence[int], by: Actor) -> str:
    """A matter for each sum under the next numbers of its year, as `open_matter` counts them; the desk they stand at."""
    spec = rules.rulebook().events[ARRIVED]
    kind, desk = kinds_of(spec)[0], next((d for d in by.desks if d in spec.desks), spec.desks[0])
    taken: Counter[int] = Counter()
    made = []
    for (money, happened, _), ident in zip(sums, idents, strict=True):
        year = happened.astimezone(CST).year
        if year not in taken:
            taken[year] = Matter.objects.filter(court_id=by.court_id, kind=kind, number__startswith=f"{year}-").count()
        taken[year] += 1
        title = f"总账号来款 {money.receipt_no.strip()} {money.payer.strip()[:120]}"[:200]
        made.append({"id": ident, "ref": new_ref(), "number": f"{year}-{taken[year]:04d}", "title": title, "opened_at": happened})
    insert_like(Matter(court_id=by.court_id, kind=kind, desk=desk), made)
    return desk
