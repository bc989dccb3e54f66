"""Amounts in capital Chinese, as cheques and receipts write them (《正确填写票据和结算凭证的基本规定》)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhixing.rulebook.money.capitals import DIGITS, capitals

VALUES = {"拾": 10, "佰": 100, "仟": 1000}


@pytest.mark.parametrize(("fen", "words"), [
    (0, "零元整"), (1, "壹分"), (10, "壹角整"), (105, "壹元零伍分"), (100_00, "壹佰元整"), (10_005_00, "壹万零伍元整"), (1_000_500_00, "壹佰万零伍佰元整"),
    (1_409_50, "壹仟肆佰零玖元伍角整"), (6_007_14, "陆仟零柒元壹角肆分"), (107_000_53, "壹拾万柒仟元伍角叁分"), (100_000_001_00, "壹亿零壹元整"),
    (100_010_000_00, "壹亿零壹万元整"), (1_234_567_89, "壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分"), (325_04, "叁佰贰拾伍元零肆分"),
])  # fmt: skip
def test_an_amount_is_written_as_the_rules_write_it(fen: int, words: str) -> None:
    assert capitals(fen) == words


@pytest.mark.parametrize("fen", [-1, 10**18])
def test_what_no_court_counts_is_refused(fen: int) -> None:
    with pytest.raises(ValueError, match="fen"):
        capitals(fen)


def read(words: str) -> int:
    """The amount back, by an independent reading."""
    whole, _, rest = words.rpartition("元") if "元" in words else ("", "", words)
    total = 0
    for unit in ("万亿", "亿", "万"):
        head, mark, tail = whole.partition(unit)
        if mark:
            total, whole = total + group(head) * {"万亿": 10**12, "亿": 10**8, "万": 10**4}[unit], tail
    fen = (total + group(whole)) * 100
    for digit, place in re.findall(rf"([{DIGITS}])([角分])", rest):
        fen += DIGITS.index(digit) * (10 if place == "角" else 1)
    return fen


def group(text: str) -> int:
    return sum(DIGITS.index(d) * VALUES.get(place, 1) for d, place in re.findall(rf"([{DIGITS}])([拾佰仟]?)", text))


@given(st.integers(0, 10**18 - 1))
def test_every_amount_is_read_back_to_the_fen_and_no_two_zeros_stand_together(fen: int) -> None:
    words = capitals(fen)
    assert read(words) == fen
    assert "零零" not in words
    assert words.endswith(("整", "分"))
