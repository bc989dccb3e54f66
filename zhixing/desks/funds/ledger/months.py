"""Closing a month: its figures are kept for good, and no posting gets a business date in it any more."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from datetime import date, datetime, timedelta

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import Min, Q, Sum

from zhixing.casework.people.actors import Actor
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.money.amounts import words
from zhixing.rulebook.refusals import Refusal

from ..models import LedgerAccount, Line, Month, MonthBalance, Posting
from .posting import CLAUSE
from .rows import lock_head

WHAT = "没有结账"
BATCH = 2000


def close_month(*, first_on: date, bank_fen: int, by: Actor, at: datetime) -> Month:
    """Close a month after it has ended. `bank_fen` is the closing balance on the bank's statement: where the ledger says
    something else the month stays open and the difference is named. Months are closed one after another.
    Refuses a month that is not over, out of turn or not even."""
    last_on = first_on.replace(day=monthrange(first_on.year, first_on.month)[1])
    with transaction.atomic():
        head = lock_head(connections[DEFAULT_DB_ALIAS], by.court_id)
        if first_on.day != 1 or last_on >= at.astimezone(CST).date():
            raise Refusal.because(WHAT, "这个月还没有过完", clause=CLAUSE, field="first_on", now=f"请在 {last_on + timedelta(days=1)} 以后结账")
        expected = next_month(by.court_id)
        if expected is None or first_on != expected:
            why = f"应先结 {expected:%Y年%m月}" if expected else "还没有记过账"
            raise Refusal.because(WHAT, why, clause=CLAUSE, field="first_on", now="月份依次结账", status=409)
        figures = _figures(by.court_id, first_on, last_on)
        ours = -sum(f.closing_fen for f in figures if f.account.kind == LedgerAccount.BANK)
        if ours != bank_fen:
            raise Refusal.because(WHAT, f"账面银行存款 {words(ours)} 元，对账单 {_signed(bank_fen)} 元，相差 {_signed(bank_fen - ours)} 元",
                                  clause=CLAUSE, field="bank_yuan", now="请逐笔核对后再结账", status=409)  # fmt: skip
        month = Month.objects.create(court_id=by.court_id, first_on=first_on, last_on=last_on, closed_at=at, closed_by_id=by.person_id,
                                     bank_fen=bank_fen, no=head.no)  # fmt: skip
        for figure in figures:
            figure.month = month
        MonthBalance.objects.bulk_create(figures, batch_size=BATCH)
    return month


def next_month(court_id: int) -> date | None:
    """The first day of the month to be closed next: after the last closed one, else that of the first posting."""
    last = Month.objects.filter(court_id=court_id).order_by("-last_on").first()
    if last is not None:
        return last.last_on + timedelta(days=1)
    first: date | None = Posting.objects.filter(court_id=court_id).aggregate(on=Min("business_on"))["on"]
    return first.replace(day=1) if first else None


def _figures(court_id: int, first_on: date, last_on: date) -> list[MonthBalance]:
    """Every account that had money or moved: what the month before ended with, and the month's lines."""
    opening: dict[int, int] = defaultdict(int)
    opening |= MonthBalance.objects.filter(month__court_id=court_id, month__last_on=first_on - timedelta(days=1)).values_list("account_id", "closing_fen")
    lines = Line.objects.filter(posting__court_id=court_id, posting__business_on__range=(first_on, last_on))
    moved = {
        row["account_id"]: (row["came"] or 0, -(row["went"] or 0))
        for row in lines.values("account_id").annotate(came=Sum("amount_fen", filter=Q(amount_fen__gt=0)), went=Sum("amount_fen", filter=Q(amount_fen__lt=0)))
    }
    accounts = LedgerAccount.objects.filter(court_id=court_id, pk__in={*opening, *moved}).in_bulk()
    found = []
    for ident, account in accounts.items():
        came, went = moved.get(ident, (0, 0))
        if (before := opening[ident]) or came or went:
            found.append(MonthBalance(account=account, opening_fen=before, in_fen=came, out_fen=went, closing_fen=before + came - went))
    return found


def _signed(fen: int) -> str:
    return f"-{words(-fen)}" if fen < 0 else words(fen)
