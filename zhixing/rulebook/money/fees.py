"""Fees by cumulative tiers (诉讼费用交纳办法第14条): the fee for enforcement (1) and for preservation (2)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from ..refusals import Refusal
from .amounts import half_up, plain, words
from .steps import Step, step
from .table import Fee, MoneyTable, Tier, standard


@dataclass(frozen=True, slots=True)
class Charged:
    """A fee in fen with its steps; `note` says who pays it and when."""

    fen: int
    steps: tuple[Step, ...]
    note: str = ""


def enforcement_fee(amount_fen: int, table: MoneyTable | None = None) -> Charged:
    """The fee for enforcing an amount (第14条第1项), fen in and out."""
    return charge("enforcement", amount_fen, table)


def preservation_fee(amount_fen: int, table: MoneyTable | None = None) -> Charged:
    """The fee for preserving property of a value (第14条第2项), fen in and out."""
    return charge("preservation", amount_fen, table)


def without_amount(ident: str, table: MoneyTable | None = None) -> tuple[int, int]:
    """Least and most in fen where there is no amount."""
    found = (table or standard()).fee(ident).without_amount
    return found.least * 100, found.most * 100


def charge(ident: str, amount_fen: int, table: MoneyTable | None = None) -> Charged:
    """A fee of the table on an amount. Refuses an amount that is not positive."""
    table = table or standard()
    fee = table.fee(ident)
    article = table.cite(fee.article)
    if amount_fen <= 0:
        why = f"金额应大于零；没有金额的，每件 {range_words(fee)}"
        raise Refusal.because(f"没有计算{fee.title}", why, clause=article, field="amount")
    parts = _parts(fee, amount_fen)
    steps = _steps(fee, amount_fen, parts, article)
    total = sum(parts, Fraction(0))
    capped = fee.cap is not None and total > fee.cap * 100
    formula = f"合计 {words(total)} 元，最多不超过 {fee.cap} 元" if capped else " + ".join(map(words, parts)) + _rounded(total)
    fen = (fee.cap or 0) * 100 if capped else half_up(total)
    steps.append(step(f"应交{fee.title}", formula, fen, article))
    return Charged(fen, tuple(steps), fee.note)


def range_words(fee: Fee) -> str:
    """What a case without an amount is charged."""
    least, most = fee.without_amount.least, fee.without_amount.most
    return f"{least} 元" if least == most else f"{least} 元至 {most} 元"


def _rounded(total: Fraction) -> str:
    return "，四舍五入到分" if total.denominator > 1 else ""


def _steps(fee: Fee, amount: int, parts: list[Fraction], article: str) -> list[Step]:
    lows = [0, *[(t.up_to or 0) * 100 for t in fee.tiers]]
    return [
        step(label, _formula(tier, min(amount, (tier.up_to or amount) * 100) - low), part, article)
        for tier, label, low, part in zip(fee.tiers, _labels(fee), lows, parts, strict=False)
    ]


def _parts(fee: Fee, amount: int) -> list[Fraction]:
    """What each tier that the amount reaches is charged, exact, in fen."""
    parts: list[Fraction] = []
    low = 0
    for tier in fee.tiers:
        if amount <= low and parts:
            break
        high = amount if tier.up_to is None else min(amount, tier.up_to * 100)
        parts.append(Fraction(tier.flat * 100) if tier.flat is not None else (high - low) * (tier.percent or Fraction(0)) / 100)
        low = high if tier.up_to is None else tier.up_to * 100
    return parts


def _formula(tier: Tier, inside: int) -> str:
    if tier.flat is not None:
        return f"每件 {tier.flat} 元"
    return f"{words(inside)} 元 × {plain(tier.percent or Fraction(0))}%"


def _labels(fee: Fee) -> list[str]:
    bounds = ["", *[_big(t.up_to) for t in fee.tiers if t.up_to is not None], ""]
    return [
        f"超过 {low}至 {high}的部分" if low and high else f"超过 {low}的部分" if low else f"不超过 {high}的"
        for low, high in pairwise(bounds)
    ]


def _big(amount: int) -> str:
    return f"{amount // 10_000} 万元" if amount % 10_000 == 0 else f"{amount} 元"
