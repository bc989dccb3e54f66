"""What the books should say, kept in plain numbers beside the real ones: no SQL, no rulebook, nothing of the product's code."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

SUSPENSE, FEES, IN_TRANSIT, BANK, ON_SITE, DEPOSIT = "suspense", "fees", "in_transit", "bank", "on_site", "deposit"
Account = int | str


@dataclass(slots=True)
class Came:
    """A sum that came in."""

    ref: str
    channel: str
    fen: int
    state: str
    case: int | None = None
    settled: int = 0
    corrections: int = 0


@dataclass(slots=True)
class Goes:
    """A payout that was asked for, with whoever did something to it."""

    ref: str
    receipt: str
    case: int
    kind: str
    fen: int
    account: int
    state: str
    people: list[int]


@dataclass(slots=True)
class Books:
    """Balances by account, the bank by business date, receipts and payouts."""

    held: dict[Account, int] = field(default_factory=lambda: defaultdict(int))
    bank: dict[date, int] = field(default_factory=lambda: defaultdict(int))
    disputed: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    owed: dict[int, int] = field(default_factory=dict)
    receipts: dict[str, Came] = field(default_factory=dict)
    payouts: dict[str, Goes] = field(default_factory=dict)
    serials: dict[str, int] = field(default_factory=dict)
    closed_to: date = date.min

    def bank_on(self, day: date) -> int:
        """What lies in the bank at the end of a day."""
        return sum(fen for on, fen in self.bank.items() if on <= day)

    def moved(self, account: Account, fen: int) -> None:
        self.held[account] += fen

    def banked(self, day: date, fen: int) -> None:
        self.bank[day] += fen
        self.held[BANK] -= fen

    def reserved(self, case: int) -> int:
        """What is promised to approved payouts of a case."""
        return sum(p.fen for p in self.payouts.values() if p.case == case and p.state == "approved")

    def spoken_for(self, receipt: str) -> int:
        """What of a receipt is paid or asked for."""
        return sum(p.fen for p in self.payouts.values() if p.receipt == receipt and p.state not in ("returned", "cancelled"))

    def claimed(self, case: int) -> int:
        """What the applicants of a case got or are to get, in the bank's way or on the spot."""
        handed = sum(r.fen for r in self.receipts.values() if r.case == case and r.channel == "现场交付补录" and r.state == "booked")
        return handed + sum(p.fen for p in self.payouts.values() if p.case == case and p.kind == "claim" and p.state not in ("returned", "cancelled"))
