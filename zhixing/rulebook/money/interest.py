"""Delay interest: the doubled part (法释〔2014〕8号) and general interest under the judgment.

Days are whole calendar days. The first and the last day of delay both count; on the day of a payment the part paid still
counts (第3条第1款). Fen stay exact until the end, where the sum is rounded once, half up. What is paid goes to the oldest due.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from ..refusals import Refusal
from .amounts import half_up, plain, words
from .steps import Step, step
from .table import DelayInterest, MoneyTable, standard

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Debt:
    """Money due under the judgment without its general interest; one per instalment. `delayed_from`: first day of delay."""

    fen: int
    delayed_from: date


@dataclass(frozen=True, slots=True)
class Payment:
    """What was paid towards the debt, and the day it counts as paid (paid, transferred, ruling in force: 第3条第1、2款)."""

    on: date
    fen: int


@dataclass(frozen=True, slots=True)
class Stay:
    """Days, first and last included, for which the doubled part is not counted (第3条第3款)."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class YearlyRate:
    """A yearly rate of the judgment, in percent, from a day on."""

    from_on: date
    percent: Fraction


@dataclass(frozen=True, slots=True)
class Interest:
    """The interest in fen, the days that counted, what is still owed of the debt, the steps, and a note on the counting."""

    fen: int
    days: int
    unpaid_fen: int
    steps: tuple[Step, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """Days, first and last included, with one balance."""

    first: date
    last: date
    fen: int

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    @property
    def words(self) -> str:
        """For the label of a step."""
        return f"{self.first} 至 {self.last}"


def doubled_interest(
    debts: Sequence[Debt], *, until: date, payments: Sequence[Payment] = (), stays: Sequence[Stay] = (),
    table: MoneyTable | None = None,
) -> Interest:  # fmt: skip
    """The doubled part up to and including `until`, in fen. Refuses days before the first regime that has a rate."""
    table = table or standard()
    rule = table.delay_interest
    _check(debts, payments, stays, until)
    cuts = [r.from_on for r in rule.regimes] + [d for s in stays for d in (s.first, s.last + DAY)]
    steps: list[Step] = []
    total, days = Fraction(0), 0
    for span in spans(debts, payments, cuts, until, rule):
        regime = rule.regime(span.first)
        if any(s.first <= span.first <= s.last for s in stays):
            steps.append(step(f"{span.words} 中止或暂缓", f"{span.days} 天不计算", 0, table.cite(rule.stopped)))
        elif regime.daily is None:
            early = min(range(len(debts)), key=lambda n: debts[n].delayed_from)
            raise Refusal.because("没有计算迟延履行利息", regime.refused, clause=table.cite(regime.article, regime.verify),
                                  field=f"debts-{early}-from")  # fmt: skip
        else:
            part = span.fen * regime.daily * span.days
            total, days = total + part, days + span.days
            formula = f"{words(span.fen)} 元 × {plain(regime.daily * 100)}%（{regime.words}） × {span.days} 天"
            steps.append(step(span.words, formula, part, table.cite(regime.article)))
    return _summed(rule.title, total, days, debts, payments, steps, table.cite(rule.article), _note(rule))


def ordinary_interest(
    debts: Sequence[Debt], rates: Sequence[YearlyRate], *, until: date, year_days: int, payments: Sequence[Payment] = (),
    table: MoneyTable | None = None,
) -> Interest:  # fmt: skip
    """General interest up to and including `until`: principal × yearly rate ÷ `year_days` × days, by the rates of the judgment.

    Here `Debt.delayed_from` is the first day that bears interest and `payments` are what was paid towards principal.
    Raises ValueError for a span without a rate.
    """
    table = table or standard()
    rule = table.ordinary_interest
    if year_days not in rule.year_days:
        allowed = "、".join(map(str, rule.year_days))
        raise Refusal.because("没有计算一般债务利息", f"一年按多少天计算只能选 {allowed}", field="year_days")
    _check(debts, payments, (), until)
    ordered = sorted(rates, key=lambda r: r.from_on)
    article = table.cite(rule.article)
    steps: list[Step] = []
    total, days = Fraction(0), 0
    for span in spans(debts, payments, [r.from_on for r in rates], until, table.delay_interest):
        rate = next((r for r in reversed(ordered) if r.from_on <= span.first), None)
        if rate is None:
            raise Refusal.because("没有计算一般债务利息", f"{span.first} 没有利率；文书没有确定的期间不予计算", clause=article, field="rates-0")
        part = span.fen * rate.percent / 100 / year_days * span.days
        total, days = total + part, days + span.days
        formula = f"{words(span.fen)} 元 × {plain(rate.percent)}% ÷ {year_days} × {span.days} 天"
        steps.append(step(span.words, formula, part, article))
    return _summed(rule.title, total, days, debts, payments, steps, article, rule.note)


def spans(
    debts: Sequence[Debt], payments: Sequence[Payment], cuts: Sequence[date], until: date, rule: DelayInterest
) -> list[Span]:  # fmt: skip
    """The days of delay cut wherever the balance or one of `cuts` changes; days on which nothing is overdue are left out."""
    starts = [d.delayed_from + (DAY * (not rule.first_day_counts)) for d in debts]
    leaves = [p.on + (DAY * rule.last_day_counts) for p in payments]
    end = until + (DAY * rule.last_day_counts)
    edges = sorted({d for d in (*starts, *leaves, *cuts) if min(starts) <= d < end} | {end})
    found = []
    for first, after in pairwise(edges):
        due = sum(d.fen for d, start in zip(debts, starts, strict=True) if start <= first)
        paid = sum(p.fen for p, day in zip(payments, leaves, strict=True) if day <= first)
        if due > paid:
            found.append(Span(first, after - DAY, due - paid))
    return found


def _check(debts: Sequence[Debt], payments: Sequence[Payment], stays: Sequence[Stay], until: date) -> None:
    """Refuse what cannot be counted, naming the row."""
    what = "没有计算利息"
    if not debts:
        raise Refusal.because(what, "没有债务金额", field="debts-0")
    for n, debt in enumerate(debts):
        if debt.fen <= 0:
            raise Refusal.because(what, "金额应大于零", field=f"debts-{n}")
        if debt.delayed_from > until:
            raise Refusal.because(what, f"起算日 {debt.delayed_from} 晚于截止日 {until}", field="until" if n == 0 else f"debts-{n}")
    owed, paid = sum(d.fen for d in debts), 0
    for n, payment in enumerate(payments):
        paid += payment.fen
        if payment.fen <= 0:
            raise Refusal.because(what, "清偿金额应大于零", field=f"payments-{n}")
        if payment.on > until:
            raise Refusal.because(what, f"清偿日 {payment.on} 晚于截止日 {until}", field=f"payments-{n}")
        if paid > owed:
            raise Refusal.because(what, f"清偿合计 {words(paid)} 元，超过债务 {words(owed)} 元", field=f"payments-{n}")
    for n, stay in enumerate(stays):
        if stay.first > stay.last:
            raise Refusal.because(what, f"中止期间的首日 {stay.first} 晚于末日 {stay.last}", field=f"stays-{n}")


def _note(rule: DelayInterest) -> str:
    return f"{rule.counting_note}（{rule.counting_verify}）" if rule.counting_verify else rule.counting_note


def _summed(
    title: str, total: Fraction, days: int, debts: Sequence[Debt], payments: Sequence[Payment], steps: list[Step], article: str, note: str
) -> Interest:  # fmt: skip
    fen = half_up(total)
    formula = f"以上各段相加，共 {days} 天" + ("，四舍五入到分" if total.denominator > 1 else "")
    steps.append(step(f"{title}合计", formula, fen, article))
    unpaid = sum(d.fen for d in debts) - sum(p.fen for p in payments)
    return Interest(fen, days, unpaid, tuple(steps), note)
