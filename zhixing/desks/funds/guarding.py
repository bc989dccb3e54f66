"""What bounds a case's money beside the ledger: parts of the desk that come after it add theirs (distribution plans)."""

from __future__ import annotations

from typing import Protocol

from .models import Payout, Receipt


class Guard(Protocol):
    """Something beside the ledger that bounds payouts and holds receipts."""

    def bound(self, row: Payout, what: str) -> None:
        """Refuse a payout that goes too far; asked when it is requested and again when it is approved."""

    def taken(self, row: Payout) -> None:
        """The payout was requested: keep account of it."""

    def stays(self, receipt: Receipt, what: str) -> None:
        """Refuse to take a receipt, or fees out of it, away from where it is counted on."""


GUARDS: list[Guard] = []
