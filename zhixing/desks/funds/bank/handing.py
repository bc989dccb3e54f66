"""Batches go to the bank by the connection, each once whatever happens between asking and writing it down (四(三)2(2), I5).

The bank takes a batch number once, so that a batch handed in again, after a fault or a killed process, is no second payment. Four
people have acted before a batch is there (trust R2); the connection neither asks for nor approves anything.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from zhixing.outside.bank import Bank
from zhixing.outside.messages import RejectedError, TransientError
from zhixing.rulebook.refusals import Refusal

from ..keeping import CLAUSE
from ..models import Batch
from ..paying import payments_of
from .keeping import limits, the_bank, the_court
from .models import Handing

MOST = 50


def enqueue(batch: Batch) -> None:
    """A batch that was just made goes by the connection, where there is one; in the transaction that made it."""
    if the_bank().connected and batch.court_id == the_court().pk:
        Handing.objects.create(batch=batch, next_at=batch.made_at)


def hand_in(*, bank: Bank, at: datetime) -> dict[str, int]:
    """Hand in what is due. Returns counts: taken, refused (a person has to look), waiting (asked again later)."""
    done = {"taken": 0, "refused": 0, "waiting": 0}
    if not bank.connected:
        return done
    due = Handing.objects.filter(state=Handing.WAITING, next_at__lte=at).select_related("batch").order_by("next_at", "pk")[:MOST]
    for row in due:
        # Claimed by moving its next moment: two workers do not hand in the same batch at once, and it would be harmless.
        if Handing.objects.filter(pk=row.pk, state=Handing.WAITING, next_at=row.next_at).update(next_at=at + _pause(row.tries), tries=row.tries + 1):
            done[_one(row, bank, at)] += 1
    return done


def _one(row: Handing, bank: Bank, at: datetime) -> str:
    mine = Handing.objects.filter(pk=row.pk, state=Handing.WAITING)
    try:
        proof = bank.submit(row.batch.no, payments_of(row.batch), at)
    except TransientError as error:
        mine.update(remark=str(error)[:200])
        return "waiting"
    except RejectedError as error:
        mine.update(state=Handing.REFUSED, next_at=None, remark=str(error)[:200])
        return "refused"
    mine.update(state=Handing.TAKEN, proof=proof[:120], taken_at=at, remark="", next_at=at + timedelta(minutes=limits()["polling"]["pause_minutes"]))
    return "taken"


def _pause(tries: int) -> timedelta:
    numbers = limits()["handing"]
    return min(timedelta(minutes=numbers["pause_minutes"]) * 2 ** min(tries, 10), timedelta(minutes=numbers["longest_pause_minutes"]))


def ask_again(*, batch: Batch, at: datetime) -> None:
    """Hand a waiting batch in at the next turn. Refuses one that the bank has taken or refused."""
    if not Handing.objects.filter(batch=batch, state=Handing.WAITING).update(next_at=at):
        raise Refusal.because("没有再次交付", "这一批银行已经受理或者拒收", clause=CLAUSE, now="已受理的等银行回单；拒收的逐笔登记退回后重新申请", status=409)
