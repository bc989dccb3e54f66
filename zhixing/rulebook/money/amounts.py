"""Amounts: what a clerk types as yuan, integer fen inside, and the only rounding (half up to the fen)."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ..refusals import Refusal

CLEAN = re.compile(r"[0-9]{1,13}(?:\.[0-9]{1,2})?")
GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3}){1,4}(?:\.[0-9]{1,2})?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def fen_of(text: str, field: str, *, zero: bool = False) -> int:
    """Yuan as typed ("80000", "80,000.00", full width, with 元) in fen. Refuses what is no amount, negative or finer than a fen."""
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix("元").strip()
    if plain.startswith(("-", "−", "(")):
        raise Refusal.because("金额没有看懂", f"金额不能是负数：{text[:40]}", field=field)
    if GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if not CLEAN.fullmatch(plain):
        raise Refusal.because("金额没有看懂", f"金额应是以元为单位的数，最多两位小数：{text[:40]}", field=field)
    fen = int(Decimal(plain) * 100)
    if not fen and not zero:
        raise Refusal.because("金额没有看懂", "金额应大于零", field=field)
    return fen


def day_of(text: str, field: str) -> date:
    """A date as typed (2023-04-03). Refuses everything else."""
    plain = unicodedata.normalize("NFKC", text).strip()
    try:
        return date.fromisoformat(plain if DAY.fullmatch(plain) else "")
    except ValueError:
        raise Refusal.because("日期没有看懂", f"日期应写成 2023-04-03 这样：{text[:40]}", field=field) from None


def half_up(fen: Fraction) -> int:
    """The nearest whole fen; exactly half goes up."""
    return int((fen * 2 + 1) // 2)


def yuan(fen: int | Fraction) -> Decimal:
    """Fen as yuan: two places, up to six where an amount on the way is finer than a fen."""
    micro = half_up(Fraction(fen) * 10_000)
    two, rest = divmod(micro, 10_000)
    if not rest:
        return Decimal(two).scaleb(-2)
    return Decimal(micro).scaleb(-6).normalize()


def words(fen: int | Fraction) -> str:
    """Yuan for reading: 1,100.00."""
    return f"{yuan(fen):,f}"


def plain(number: Fraction) -> str:
    """A decimal fraction as it is written (1.5, 0.0175)."""
    return f"{(Decimal(number.numerator) / Decimal(number.denominator)).normalize():f}"
