"""Cells → values: every spelling clerks use, and a reason in Chinese for what is none."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhixing.casework.register.parsing import SHANGHAI, parse_day, parse_moment, parse_yuan, split_parties, text_of

MARCH_13 = [
    "2023-03-13", "2023-3-13", "2023/3/13", "2023/03/13", "2023.3.13", "2023.03.13", "2023年3月13日", "2023年03月13日",
    "20230313", " 2023-03-13 ", "２０２３年３月１３日", "２０２３．３．１３", "2023 年 3 月 13 日", "2023-03-13 00:00:00",
    "2023/3/13 0:00", "\x002023-03-13", "\x002023-03-13T00:00:00", 44998.0, 44998, "44998", 20230313.0,
]  # fmt: skip


@pytest.mark.parametrize("cell", MARCH_13)
def test_every_spelling_of_a_day_is_that_day(cell):
    assert parse_day(cell) == date(2023, 3, 13)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "待定",
        "2023-13-01",
        "2023-02-29",
        "23.3.13",
        "2023年3月",
        "3月13日",
        20231340.0,
        7.0,
        -5.0,
        1e300,
        "99999999",
        True,
    ],
)
def test_what_is_no_day_is_refused_with_a_sentence(cell):
    with pytest.raises(ValueError, match=r"日期"):
        parse_day(cell)


@pytest.mark.parametrize(
    "cell", ["2023-03-13 08:30", "2023年3月13日 8时30分", "2023/3/13 8:30:00", "\x002023-03-13T08:30:00"]
)
def test_a_clock_time_makes_an_aware_moment(cell):
    assert parse_moment(cell) == datetime(2023, 3, 13, 8, 30, tzinfo=SHANGHAI)


@given(st.dates(date(1950, 1, 1), date(2099, 12, 31)))
def test_a_day_survives_every_way_of_writing_it(day):
    serial = float((day - date(1899, 12, 30)).days)
    spellings = [
        day.isoformat(),
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}.{day.month}.{day.day}",
        f"{day:%Y%m%d}",
        serial,
    ]
    assert {parse_day(spelling) for spelling in spellings} == {day}


@pytest.mark.parametrize(
    ("cell", "unit", "yuan"),
    [
        ("13829.06", "", "13829.06"), (13829.06, "", "13829.06"), (823829.0, "元", "823829.00"), ("205897.53元", "", "205897.53"),
        ("1,070,749.92", "", "1070749.92"), ("￥1,070,749.92", "", "1070749.92"), ("¥ 100", "", "100.00"),
        ("１００．５０", "", "100.50"), ("１，０００元", "", "1000.00"), ("751.919535万元", "", "7519195.35"), ("5万", "", "50000.00"),
        ("1.5", "万元", "15000.00"), (1.5, "万元", "15000.00"), ("1.5元", "万元", "1.50"), ("人民币5000元整", "", "5000.00"),
        ("1.2亿元", "", "120000000.00"), ("0.005", "", "0.01"), ("0.0049", "", "0.00"), (0.1 + 0.2, "", "0.30"), ("0", "", "0.00"),
    ],
)  # fmt: skip
def test_every_spelling_of_an_amount_is_exact_to_the_fen(cell, unit, yuan):
    assert str(parse_yuan(cell, unit)) == yuan


@pytest.mark.parametrize("cell", ["", " ", "无", "/", "—"])
def test_an_empty_amount_is_no_amount(cell):
    assert parse_yuan(cell) is None


@pytest.mark.parametrize("cell", ["-500", -500.0, "－500元", "(500)", "（500.00）", "￥-500", "-0.01"])
def test_a_negative_amount_is_refused(cell):
    with pytest.raises(ValueError, match="负数"):
        parse_yuan(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "约500",
        "5百",
        "1,07",
        "1e5",
        "NaN",
        "Infinity",
        "1_000",
        "500元及利息",
        float("nan"),
        float("inf"),
        1e15,
        "9" * 400,
        "#VALUE!",
    ],
)
def test_what_is_no_amount_or_too_much_is_refused(cell):
    with pytest.raises(ValueError, match=r"金额|公式"):
        parse_yuan(cell)


@given(st.decimals(0, 10**10, places=2))
def test_an_amount_survives_every_way_of_writing_it(amount):
    yuan = amount.quantize(Decimal("0.01"))
    for spelling in (str(yuan), f"{yuan:,}", f"￥{yuan:,}元", f"{yuan / 10000}万元"):
        assert parse_yuan(spelling) == yuan


@pytest.mark.parametrize("separator", ["\n", "\r\n", ";", "；", "、", "，", ",", "/", " / ", "；\n"])
def test_every_separator_between_parties_splits(separator):
    assert split_parties(f"赵甲子{separator}钱乙丑{separator}孙丙寅") == ["赵甲子", "钱乙丑", "孙丙寅"]


def test_separators_within_brackets_do_not_split():
    assert split_parties("样例建材有限公司（曾用名：甲、乙）、赵甲子") == [
        "样例建材有限公司（曾用名：甲、乙）",
        "赵甲子",
    ]


def test_an_empty_place_counts_where_the_number_of_parties_asks_for_it():
    assert split_parties("甲；；丙", 3) == ["甲", "", "丙"]
    assert split_parties("甲；；丙", 2) == ["甲", "丙"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (19900000883.0, "19900000883"),
        (1.5, "1.5"),
        ("　文　", "文"),
        ("\x002023-03-13", "2023-03-13"),
        ("不详", ""),
        (True, ""),
    ],
)
def test_a_cell_as_text_is_what_the_clerk_sees(cell, text):
    assert text_of(cell) == text
