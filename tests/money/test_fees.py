"""诉讼费用交纳办法第14条: the fee for enforcement and for preservation, at every bound of every tier."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhixing.rulebook.money.amounts import fen_of
from zhixing.rulebook.money.fees import enforcement_fee, preservation_fee, without_amount
from zhixing.rulebook.refusals import Refusal

UNHURRIED = settings(deadline=None)  # the machine may be busy
ENFORCEMENT = [
    ("0.01", "50.00"), ("8000", "50.00"), ("9999.99", "50.00"), ("10000", "50.00"), ("10000.01", "50.00"), ("10000.33", "50.00"),
    ("10000.34", "50.01"), ("10001", "50.02"), ("80000", "1100.00"), ("499999.99", "7400.00"), ("500000", "7400.00"),
    ("500000.50", "7400.01"), ("500001", "7400.01"), ("1000000", "12400.00"), ("4999999.99", "52400.00"), ("5000000", "52400.00"),
    ("5000001", "52400.01"), ("5000002", "52400.01"), ("9999999.99", "77400.00"), ("10000000", "77400.00"),
    ("10000010", "77400.01"), ("12000000", "79400.00"), ("9999999999999.99", "10000067400.00"),
]  # fmt: skip
PRESERVATION = [
    ("0.01", "30.00"), ("1000", "30.00"), ("1000.49", "30.00"), ("1000.50", "30.01"), ("1001", "30.01"), ("100000", "1020.00"),
    ("100001", "1020.01"), ("200000", "1520.00"), ("895999.99", "5000.00"), ("896000", "5000.00"), ("896001", "5000.00"), ("90000000", "5000.00"),
]  # fmt: skip


@pytest.mark.parametrize(("amount", "fee"), ENFORCEMENT)
def test_the_enforcement_fee_at_every_bound(amount: str, fee: str) -> None:
    """第14条第1项: up to 1万 50; 1.5 % to 50万; 1 % to 500万; 0.5 % to 1000万; 0.1 % above."""
    charged = enforcement_fee(fen_of(amount, "amount"))
    assert charged.fen == int(Decimal(fee) * 100)
    assert charged.steps[-1].amount == Decimal(fee)


@pytest.mark.parametrize(("amount", "fee"), PRESERVATION)
def test_the_preservation_fee_at_every_bound_and_its_cap(amount: str, fee: str) -> None:
    """第14条第2项: up to 1000 30; 1 % to 10万; 0.5 % above; 5000 at most."""
    assert preservation_fee(fen_of(amount, "amount")).fen == int(Decimal(fee) * 100)


@UNHURRIED
@given(st.integers(1, 10**14), st.integers(1, 10**14))
def test_who_claims_more_never_pays_less(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert enforcement_fee(low).fen <= enforcement_fee(high).fen
    assert preservation_fee(low).fen <= preservation_fee(high).fen <= 500_000


@UNHURRIED
@given(st.integers(1, 10**14))
def test_the_steps_add_up_to_the_fee(amount: int) -> None:
    charged = enforcement_fee(amount)
    assert abs(sum(s.amount for s in charged.steps[:-1]) - charged.steps[-1].amount) <= Decimal("0.005")
    assert all("诉讼费用交纳办法" in s.article and "第14条第1项" in s.article for s in charged.steps)


def test_a_fee_without_an_amount_is_a_range_and_zero_is_refused() -> None:
    """第14条第1项: 50元至500元 a case."""
    assert without_amount("enforcement") == (5_000, 50_000)
    assert without_amount("preservation") == (3_000, 3_000)
    with pytest.raises(Refusal, match="50 元至 500 元"):
        enforcement_fee(0)


@pytest.mark.parametrize("typed", ["80000", "80,000", "80,000.00", "８００００", " 80000元 ", "80000.0"])
def test_an_amount_is_read_the_ways_clerks_write_it(typed: str) -> None:
    assert fen_of(typed, "amount") == 8_000_000


@pytest.mark.parametrize("typed", ["", "-1", "−1", "(80)", "8e4", "nan", "inf", "0", "0.001", "8,00", "1,0000", "十万", "1" * 14, "١٢", "0x10", "1_000"])
def test_what_is_no_amount_is_refused_beside_its_field(typed: str) -> None:
    with pytest.raises(Refusal) as refused:
        fen_of(typed, "amount")
    assert refused.value.reasons[0].field == "amount"
