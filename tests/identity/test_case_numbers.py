"""Case numbers (《关于人民法院案件案号的若干规定》): every spelling read, one written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhixing.casework.case_numbers import CaseNumber, case_kinds, parse_case_number


@pytest.mark.parametrize(
    "written",
    [
        "（2023）豫1502执101号", "(2023)豫1502执101号", " （2023）豫1502执101号 ", "（2023）豫1502执101 号", "( 2023 ) 豫 1502 执 101 号",
        "〔2023〕豫1502执101号", "[2023]豫1502执101号", "【2023】豫1502执101号", "（２０２３）豫１５０２执１０１号", "（2023)豫1502执0101号",
        "（2023）豫1502执101号\n", "（2023）　豫1502执101号",
    ],
)  # fmt: skip
def test_every_spelling_is_one_number(written):
    number = parse_case_number(written)
    assert number == CaseNumber(2023, "豫1502", "执", 101)
    assert number.text == str(number) == "（2023）豫1502执101号"


@given(
    st.integers(2016, 2099), st.sampled_from(["豫1502", "豫15", "豫", "京0105", "最高法", "新"]), st.sampled_from(sorted(case_kinds())),
    st.integers(1, 99_999_999), st.sampled_from(["", "之一", "之十二"]), st.sampled_from(["（）", "()", "〔〕", "[]"]),
)  # fmt: skip
def test_a_number_survives_writing_and_reading(year, court, kind, seq, suffix, brackets):
    number = CaseNumber(year, court, kind, seq, suffix)
    assert parse_case_number(number.text) == number
    assert parse_case_number(number.text.replace("（", brackets[0]).replace("）", brackets[1])) == number


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "空的"), ("   ", "空的"), ("执字第12号", "旧写法"), ("（2015）信浉执字第12号", "旧写法"), ("豫1502执101号", "年度"),
        ("（23）豫1502执101号", "年度"), ("（2023）河1502执101号", "法院代字"), ("（2023）豫150执101号", "类型代字"),
        ("（2023）豫1502民初101号", "类型代字"), ("（2023）豫1502执号", "类型代字"), ("（2023）豫1502执101", "不是“号”"),
        ("（2023）豫1502执0号", "不能为0"), ("（1023）豫1502执1号", "年度"), ("（2023）豫1502执101号。", "不是“号”"),
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused_with_the_part_that_is_wrong(written, why):
    with pytest.raises(ValueError, match=why):
        parse_case_number(written)


def why_refused(text):
    try:
        parse_case_number(text)
    except ValueError as problem:
        return str(problem)
    return None


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_refused_in_chinese(text):
    why = why_refused(text)
    assert why is None or why.startswith("案号")
