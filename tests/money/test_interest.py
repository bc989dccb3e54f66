"""法释〔2014〕8号: the doubled part of delay interest, and general interest under the judgment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhixing.rulebook.money.interest import Debt, Payment, Stay, YearlyRate, doubled_interest, ordinary_interest
from zhixing.rulebook.money.table import standard
from zhixing.rulebook.refusals import Refusal

UNHURRIED = settings(deadline=None)  # the machine may be busy
DAY = timedelta(days=1)
START = date(2023, 4, 3)
days = st.dates(date(2014, 8, 1), date(2040, 12, 31))
amounts = st.integers(1, 10**13)


def simple(yuan: int, first: date, last: date) -> int:
    return doubled_interest([Debt(yuan * 100, first)], until=last).fen


@pytest.mark.parametrize(
    ("yuan", "first", "last", "fen"),
    [
        (100_000, START, START, 1_750),
        (100_000, START, START + DAY, 3_500),
        (100_000, START, date(2023, 12, 31), 477_750),
        (100_000, date(2023, 4, 4), date(2023, 12, 31), 476_000),
        (1_000_000, date(2024, 2, 28), date(2024, 3, 1), 52_500),
        (100_000, date(2014, 8, 1), date(2014, 8, 1), 1_750),
        (1, START, START, 0),
        (28, START, START, 0),
        (29, START, START, 1),
    ],
)
def test_both_the_first_and_the_last_day_of_delay_count(yuan: int, first: date, last: date, fen: int) -> None:
    """第1条第3款: debt × 日万分之一点七五 × days; 29 元 a day is 0.5075 分, which goes up."""
    assert simple(yuan, first, last) == fen


def test_whether_the_first_day_counts_is_a_line_of_the_file() -> None:
    """民诉法第85条 as the other reading: without the first day 100,000 元 to the end of the year is 4,760.00."""
    rule = replace(standard().delay_interest, first_day_counts=False)
    other = replace(standard(), delay_interest=rule)
    found = doubled_interest([Debt(10_000_000, START)], until=date(2023, 12, 31), table=other)
    assert (found.fen, found.days) == (476_000, 272)
    neither = replace(other, delay_interest=replace(rule, last_day_counts=False))
    assert doubled_interest([Debt(10_000_000, START)], until=START + DAY, table=neither).fen == 0


def test_exactly_half_a_fen_goes_up() -> None:
    """200 元 × 0.0175 % = 3.5 分."""
    assert simple(200, START, START) == 4


def test_what_is_paid_bears_interest_up_to_the_day_it_is_paid() -> None:
    """第3条第1款: 100,000 for 60 days, then 80,000 for 30."""
    found = doubled_interest([Debt(10_000_000, START)], until=START + 89 * DAY, payments=[Payment(START + 59 * DAY, 2_000_000)])
    assert found.fen == 105_000 + 42_000
    assert (found.days, found.unpaid_fen) == (90, 8_000_000)
    assert [s.amount for s in found.steps] == [Decimal("1050.00"), Decimal("420.00"), Decimal("1470.00")]


def test_nothing_runs_after_the_debt_is_paid() -> None:
    """第3条第1款"""
    paid = [Payment(START + 9 * DAY, 10_000_000)]
    found = doubled_interest([Debt(10_000_000, START)], until=START + 400 * DAY, payments=paid)
    assert (found.fen, found.days, found.unpaid_fen) == (17_500, 10, 0)


def test_each_instalment_runs_from_its_own_day() -> None:
    """第2条: 50,000 from the first day, another 50,000 ten days later; a payment goes to the older one."""
    debts = [Debt(5_000_000, START), Debt(5_000_000, START + 10 * DAY)]
    assert doubled_interest(debts, until=START + 19 * DAY).fen == 875 * 10 + 1750 * 10
    paid = [Payment(START + 4 * DAY, 5_000_000)]
    assert doubled_interest(debts, until=START + 19 * DAY, payments=paid).fen == 875 * 5 + 875 * 10


def test_days_of_a_stay_do_not_count_and_overlapping_stays_count_once() -> None:
    """第3条第3款"""
    stays = [Stay(START + 5 * DAY, START + 9 * DAY), Stay(START + 8 * DAY, START + 11 * DAY), Stay(date(2020, 1, 1), date(2020, 2, 1))]
    found = doubled_interest([Debt(10_000_000, START)], until=START + 29 * DAY, stays=stays)
    assert (found.days, found.fen) == (23, 23 * 1_750)
    assert [s.amount for s in found.steps if "中止" in s.label] == [0] * 3
    assert sum("第3条第3款" in s.article for s in found.steps) == 3


def test_days_before_august_2014_are_refused_with_the_reason() -> None:
    """第7条: those days follow the older rule, which this file does not hold."""
    with pytest.raises(Refusal, match=r"2014年8月1日以前.*第7条第1款"):
        simple(100_000, date(2014, 7, 31), date(2014, 8, 31))
    stay = [Stay(date(2014, 7, 1), date(2014, 7, 31))]
    assert doubled_interest([Debt(10_000_000, date(2014, 7, 1))], until=date(2014, 8, 10), stays=stay).fen == 17_500


@pytest.mark.parametrize(
    ("debts", "payments", "stays", "field"),
    [
        ([], [], [], "debts-0"),
        ([Debt(0, START)], [], [], "debts-0"),
        ([Debt(100, START + 11 * DAY)], [], [], "until"),
        ([Debt(100, START)], [Payment(START, 60), Payment(START, 41)], [], "payments-1"),
        ([Debt(100, START)], [Payment(START + 11 * DAY, 1)], [], "payments-0"),
        ([Debt(100, START)], [Payment(START, 0)], [], "payments-0"),
        ([Debt(100, START)], [], [Stay(START, START), Stay(START + DAY, START)], "stays-1"),
    ],
)
def test_what_cannot_be_counted_names_its_row(debts: list[Debt], payments: list[Payment], stays: list[Stay], field: str) -> None:
    with pytest.raises(Refusal) as refused:
        doubled_interest(debts, until=START + 10 * DAY, payments=payments, stays=stays)
    assert refused.value.reasons[0].field == field


def test_general_interest_follows_the_rates_of_the_judgment() -> None:
    """第1条第2款: 100,000 at 3.65 % over 365 days a year, from the tenth day 7.3 %."""
    rates = [YearlyRate(START, Fraction("3.65")), YearlyRate(START + 10 * DAY, Fraction("7.3"))]
    found = ordinary_interest([Debt(10_000_000, START)], rates, until=START + 19 * DAY, year_days=365)
    assert found.fen == 10 * 1_000 + 10 * 2_000
    paid = [Payment(START + 9 * DAY, 5_000_000)]
    assert ordinary_interest([Debt(10_000_000, START)], rates, until=START + 19 * DAY, year_days=365, payments=paid).fen == 20_000


def test_general_interest_that_the_judgment_does_not_fix_is_not_counted() -> None:
    """第1条第2款"""
    with pytest.raises(Refusal, match="没有利率"):
        ordinary_interest([Debt(100, START)], [YearlyRate(START + DAY, Fraction(4))], until=START + 9 * DAY, year_days=360)
    with pytest.raises(Refusal, match="360、365"):
        ordinary_interest([Debt(100, START)], [YearlyRate(START, Fraction(4))], until=START + 9 * DAY, year_days=366)


@UNHURRIED
@given(amounts, days, days, days)
def test_a_period_that_is_split_comes_to_its_parts_within_one_fen(fen: int, a: date, b: date, c: date) -> None:
    first, middle, last = sorted((a, b, c))
    whole = doubled_interest([Debt(fen, first)], until=last)
    if middle == last:
        return
    one, two = doubled_interest([Debt(fen, first)], until=middle), doubled_interest([Debt(fen, middle + DAY)], until=last)
    assert abs(one.fen + two.fen - whole.fen) <= 1
    assert one.days + two.days == whole.days


@UNHURRIED
@given(amounts, amounts, days, days)
def test_more_debt_or_more_days_never_bear_less(one: int, other: int, a: date, b: date) -> None:
    (low, high), (first, last) = sorted((one, other)), sorted((a, b))
    assert doubled_interest([Debt(low, first)], until=last).fen <= doubled_interest([Debt(high, first)], until=last).fen
    assert doubled_interest([Debt(low, first)], until=last).fen <= doubled_interest([Debt(low, first)], until=last + DAY).fen


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[list[Debt], list[Payment], list[Stay], date]:
    """Up to a year, with instalments, payments within the debt and stays."""
    within = st.integers(0, 300).map(lambda n: START + n * DAY)
    debts = draw(st.lists(st.builds(Debt, st.integers(1, 10**9), within), min_size=1, max_size=4))
    paid = draw(st.lists(st.tuples(within, st.integers(1, 10**9)), max_size=5))
    total, payments = sum(d.fen for d in debts), []
    for on, fen in paid:
        if total > 0:
            payments.append(Payment(on, min(fen, total)))
            total -= payments[-1].fen
    stays = [Stay(*sorted(pair)) for pair in draw(st.lists(st.tuples(within, within), max_size=3))]
    return debts, payments, stays, START + 300 * DAY


@UNHURRIED
@given(ledgers(), st.randoms())
def test_the_doubled_part_is_what_counting_day_by_day_gives(ledger: tuple[list[Debt], list[Payment], list[Stay], date], random: object) -> None:
    """第1至3条: the plainest possible account, one day after the other."""
    debts, payments, stays, until = ledger
    total, day = Fraction(0), min(d.delayed_from for d in debts)
    while day <= until:
        due = sum(d.fen for d in debts if d.delayed_from <= day) - sum(p.fen for p in payments if p.on < day)
        if due > 0 and not any(s.first <= day <= s.last for s in stays):
            total += Fraction(due * 175, 1_000_000)
        day += DAY
    for rows in (debts, payments, stays):
        random.shuffle(rows)  # type: ignore[attr-defined]
    found = doubled_interest(debts, until=until, payments=payments, stays=stays)
    assert found.fen == int((2 * total + 1) // 2)
