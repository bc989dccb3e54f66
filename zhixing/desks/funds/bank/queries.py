"""How the connection is, what went by it and what came. Each a fixed number of statements."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q

from ..models import Payout
from .models import BankConnection, BankMessage, Handing


def contact(court_id: int) -> BankConnection | None:
    """When the bank last answered, and what last went wrong. One statement."""
    return BankConnection.objects.filter(court_id=court_id).first()


def batches(court_id: int, limit: int) -> list[Any]:
    """The newest batches that went by the connection, each with how many payments are paid, returned and without word. One statement."""
    of = {name: Count("batch__payouts", filter=Q(batch__payouts__state=state)) for name, state in
          (("paid", Payout.CONFIRMED), ("returned", Payout.RETURNED), ("silent", Payout.SENT))}  # fmt: skip
    return list(Handing.objects.filter(batch__court_id=court_id).select_related("batch").annotate(**of).order_by("-pk")[:limit])


def messages_of(court_id: int, limit: int) -> list[BankMessage]:
    """What the bank said last. One statement."""
    return list(BankMessage.objects.filter(court_id=court_id).defer("content").order_by("-pk")[:limit])
