"""What bounds a case's money beside the ledger: parts of the desk that come after it add theirs (distribution plans)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
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

    def held(self, case_id: int) -> int:
        """What of a case's money stays disputed until it is settled there (fen). One statement."""

    def leads(self, receipts: Collection[int]) -> Mapping[int, tuple[str, str]]:
        """Receipts that are paid out from a page of its own: id → (verb, address). One statement."""


GUARDS: list[Guard] = []


def led_by(receipts: Collection[int]) -> dict[int, tuple[str, str]]:
    """Where the next step of a receipt is taken, when not on its case's own page. A statement for each guard."""
    return {pk: step for guard in GUARDS for pk, step in guard.leads(receipts).items()}
