"""`zhixing/regulations/money.yaml` as frozen rows; a broken file is refused with file, line, key and what is allowed."""

from __future__ import annotations

import dataclasses
import types
import typing
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from ..loader import REGULATIONS
from ..located import BrokenFile, Located, parse

T = TypeVar("T")
WITHIN = ("pro_rata", "by_turn")
TO_CHECK = "待核"


@dataclass(frozen=True)
class Source:
    """A statute with its version and date of force."""

    id: str
    title: str
    version: str
    in_force_on: date
    verify: str = ""


@dataclass(frozen=True)
class Cited:
    """An article of one of the file's statutes."""

    statute: str
    no: str


@dataclass(frozen=True)
class Tier:
    """A part of an amount (yuan, up to and including `up_to`; no `up_to`: the rest): a flat fee or a percentage."""

    up_to: int | None = None
    flat: int | None = None
    percent: Fraction | None = None


@dataclass(frozen=True)
class Range:
    """Least and most, in yuan."""

    least: int
    most: int


@dataclass(frozen=True)
class Fee:
    """A fee with cumulative tiers."""

    id: str
    title: str
    article: Cited
    without_amount: Range
    tiers: tuple[Tier, ...]
    cap: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Regime:
    """The rule for days of delay since `from_on`: a daily rate, or the sentence with which it is refused."""

    from_on: date
    article: Cited
    daily: Fraction | None = None
    words: str = ""
    refused: str = ""
    verify: str = ""


@dataclass(frozen=True)
class DelayInterest:
    """How the doubled part is counted."""

    title: str
    article: Cited
    first_day_counts: bool
    last_day_counts: bool
    stopped: Cited
    paid_in_parts: Cited
    regimes: tuple[Regime, ...]
    counting_verify: str = ""
    counting_note: str = ""

    def regime(self, day: date) -> Regime:
        """The rule for a day (the earliest one for days before all)."""
        return next((r for r in reversed(self.regimes) if r.from_on <= day), self.regimes[0])


@dataclass(frozen=True)
class OrdinaryInterest:
    """General interest under the judgment; `year_days` are the bases of a yearly rate that a judgment may name."""

    title: str
    article: Cited
    year_days: tuple[int, ...]
    note: str = ""


@dataclass(frozen=True)
class Due:
    """One entry of the order of payment."""

    id: str
    title: str
    article: Cited
    words: str = ""
    agreeable: bool = False
    verify: str = ""


@dataclass(frozen=True)
class Rank:
    """One rank of a sharing scheme; `turn` says what the turns inside it go by."""

    id: str
    title: str
    within: str
    article: Cited
    turn: str = ""
    verify: str = ""


@dataclass(frozen=True)
class Scheme:
    """A way of sharing: ranks from first to last."""

    id: str
    title: str
    article: Cited
    ranks: tuple[Rank, ...]


@dataclass(frozen=True)
class Surplus:
    """What happens to money that is left over."""

    title: str
    article: Cited


@dataclass(frozen=True)
class MoneyTable:
    """The whole file."""

    statutes: tuple[Source, ...]
    fees: tuple[Fee, ...]
    delay_interest: DelayInterest
    ordinary_interest: OrdinaryInterest
    order_of_payment: tuple[Due, ...]
    surplus: Surplus
    agreed_order: Cited
    schemes: tuple[Scheme, ...]

    def cite(self, article: Cited, verify: str = "") -> str:
        """An article in words with its version, 待核 where it must still be checked."""
        source = next(s for s in self.statutes if s.id == article.statute)
        mark = f"（{TO_CHECK}）" if verify else ""
        return f"《{source.title}》（{source.version}）{article.no}{mark}"

    def fee(self, ident: str) -> Fee:
        """A fee by its id."""
        return next(f for f in self.fees if f.id == ident)


class _File:
    """One file being read into rows."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.top = parse(text, name)
        self.statutes: set[str] = set()

    def fail(self, where: Located, key: str, why: str, allowed: tuple[str, ...] = ()) -> NoReturn:
        raise BrokenFile(self.name, where.lines.get(key, where.line), key, why, allowed)

    def build(self, cls: type[T], source: Any, where: Located, key: str) -> T:
        if not isinstance(source, Located):
            self.fail(where, key, "这里应是一组键值")
        hints = _hints(typing.cast(type, cls))
        for name in source:
            if name not in hints:
                self.fail(source, name, "不认识的键", tuple(hints))
        values = {}
        for field in dataclasses.fields(cls):  # type: ignore[arg-type]
            if field.name in source:
                values[field.name] = self.convert(hints[field.name], source[field.name], source, field.name)
            elif field.default is dataclasses.MISSING:
                self.fail(source, field.name, f"缺少 {field.name}")
        made = cls(**values)
        self.check(made, source)
        return made

    def convert(self, hint: Any, value: Any, where: Located, key: str) -> Any:
        if typing.get_origin(hint) is types.UnionType:
            hint = typing.get_args(hint)[0]
        if typing.get_origin(hint) is tuple:
            if not isinstance(value, list) or not value:
                self.fail(where, key, "这里应是一张表")
            return tuple(self.convert(typing.get_args(hint)[0], v, where, key) for v in value)
        if dataclasses.is_dataclass(hint):
            return self.build(typing.cast(type, hint), value, where, key)
        if hint is Fraction:
            return self.exact(value, where, key)
        if type(value) is not hint:
            self.fail(where, key, f"应是 {hint.__name__}，读到 {value!r}")
        return value

    def exact(self, value: Any, where: Located, key: str) -> Fraction:
        """A number with a fraction, written in quotes: a binary fraction would not be exact."""
        if not isinstance(value, str):
            self.fail(where, key, f"带小数的数要写在引号里，读到 {value!r}")
        try:
            number = Decimal(value)
        except InvalidOperation:
            self.fail(where, key, f"不是数：{value}")
        if not number.is_finite() or number <= 0:
            self.fail(where, key, f"应是大于零的数：{value}")
        return Fraction(number)

    def check(self, made: Any, source: Located) -> None:
        """What the types alone do not say."""
        if getattr(made, "verify", "") not in ("", TO_CHECK):
            self.fail(source, "verify", f"不认识：{made.verify}", (TO_CHECK,))
        match made:
            case Source():
                self.statutes.add(made.id)
            case Cited() if made.statute not in self.statutes:
                self.fail(source, "statute", f"statutes 里没有 {made.statute}", tuple(sorted(self.statutes)))
            case Tier() if (made.flat is None) == (made.percent is None):
                self.fail(source, "flat", "flat（定额）和 percent（比例）写且只写一个")
            case Fee():
                self.rising(source, "tiers", [t.up_to for t in made.tiers[:-1]])
                if made.tiers[-1].up_to is not None:
                    self.fail(source, "tiers", "最后一档不写 up_to")
            case Regime() if (made.daily is None) == (not made.refused):
                self.fail(source, "daily", "daily（日利率）和 refused（不计算的原因）写且只写一个")
            case DelayInterest():
                self.rising(source, "regimes", [r.from_on for r in made.regimes])
            case Rank():
                if made.within not in WITHIN:
                    self.fail(source, "within", f"不认识：{made.within}", WITHIN)
                if (made.within == "by_turn") == (not made.turn):
                    self.fail(source, "turn", "within 为 by_turn 时写明顺位按什么排，其他时候不写")
            case Scheme():
                self.once(source, "ranks", made.ranks)

    def rising(self, where: Located, key: str, values: list[Any]) -> None:
        if None in values or any(a >= b for a, b in pairwise(values)):
            self.fail(where, key, "应由低到高，每档写明界限")

    def once(self, where: Located, key: str, rows: tuple[Any, ...]) -> None:
        names = [r.id for r in rows]
        for name in names:
            if names.count(name) > 1:
                self.fail(where, key, f"{name} 写了两次")


@cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def load(path: Path) -> MoneyTable:
    """Read a money file. Raises `BrokenFile`."""
    file = _File(path.read_text(encoding="utf-8"), path.name)
    table = file.build(MoneyTable, file.top, file.top, "")
    for key in ("statutes", "fees", "order_of_payment", "schemes"):
        file.once(file.top, key, getattr(table, key))
    return table


@cache
def standard() -> MoneyTable:
    """The shipped file."""
    return load(REGULATIONS / "money.yaml")
