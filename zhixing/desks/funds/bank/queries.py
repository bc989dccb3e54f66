"""How the connection is, what went by it and what came. Each a fixed number of statements."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Q, Sum

from zhixing.clock import CST

from ..models import Payout, Receipt
from .models import BankConnection, BankMessage, Handing


def contact(court_id: int) -> BankConnection | None:
    """When the bank last answered, and what last went wrong. One statement."""
    return BankConnection.objects.filter(court_id=court_id).first()


def received_today(court_id: int, at: datetime) -> dict[str, int]:
    """How many receipts the bank's word made on this day, `n`, and their sum in fen, `fen`. One statement."""
    start = at.astimezone(CST).replace(hour=0, minute=0, second=0, microsecond=0)
    mine = Receipt.objects.filter(court_id=court_id, made_by__username=f"bank-{court_id}", made_at__gte=start, made_at__lte=at)
    found = mine.aggregate(n=Count("pk"), fen=Sum("amount_fen"))
    return {"n": found["n"], "fen": found["fen"] or 0}


def batches(court_id: int, limit: int) -> list[Any]:
    """The newest batches that went by the connection, each with how many payments are paid, returned and without word. One statement."""
    of = {name: Count("batch__payouts", filter=Q(batch__payouts__state=state)) for name, state in
          (("paid", Payout.CONFIRMED), ("returned", Payout.RETURNED), ("silent", Payout.SENT))}  # fmt: skip
    return list(Handing.objects.filter(batch__court_id=court_id).select_related("batch").annotate(**of).order_by("-pk")[:limit])


def messages_of(court_id: int, limit: int) -> list[BankMessage]:
    """What the bank said last. One statement."""
    return list(BankMessage.objects.filter(court_id=court_id).defer("content").order_by("-pk")[:limit])
