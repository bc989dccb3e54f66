"""A step of a calculation: what it is, how it was counted in words, what came out, which article says so."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .amounts import yuan


@dataclass(frozen=True, slots=True)
class Step:
    """`amount` is yuan; steps on the way may be finer than a fen, results never are."""

    label: str
    formula: str
    amount: Decimal
    article: str

    def as_json(self) -> dict[str, str]:
        """As the command line prints it."""
        return {"label": self.label, "formula": self.formula, "amount": f"{self.amount:f}", "article": self.article}


def step(label: str, formula: str, fen: int | Fraction, article: str) -> Step:
    """A step whose amount is given in fen."""
    return Step(label, formula, yuan(fen), article)
