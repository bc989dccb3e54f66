"""Identity numbers (GB 11643), credit codes (GB 32100), organisation codes (GB 11714): checked by their own digits."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhixing.casework.identity import (
    birth_date,
    check_identity,
    credit_check_letter,
    mask_identity,
    mask_phone,
    resident_check_digit,
    sex,
)

BIRTHS = st.dates(date(1880, 1, 1), date(1899, 12, 31))
LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@given(BIRTHS, st.integers(0, 999))
def test_a_number_with_its_check_digit_is_right_and_with_any_other_wrong(born, seq):
    body = f"411502{born:%Y%m%d}{seq:03d}"
    right = resident_check_digit(body)
    check = check_identity(body + right)
    assert (check.kind, check.ok, check.error, check.warning) == ("resident_id", True, None, None)
    assert birth_date(body + right) == born
    assert sex(body + right) == ("男" if seq % 2 else "女")
    assert not any(check_identity(body + other).ok for other in "0123456789X" if other != right)


@given(BIRTHS, st.integers(0, 999), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(born, seq, place, shift):
    body = f"411502{born:%Y%m%d}{seq:03d}"
    number = body + resident_check_digit(body)
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    check = check_identity(wrong)
    assert not (check.ok and check.kind == "resident_id")


@given(st.text(LETTERS, min_size=9, max_size=9))
def test_a_credit_code_with_its_check_letter_is_right_and_with_any_other_wrong(organisation):
    body = "91411502" + organisation
    right = credit_check_letter(body)
    assert check_identity(body + right).ok
    assert not any(check_identity(body + other).ok for other in LETTERS if other != right and not (body.isdigit()))


@pytest.mark.parametrize(
    "written",
    ["41150218860714759x", " 411502 18860714 759X ", "４１１５０２１８８６０７１４７５９Ｘ", "'41150218860714759X"],
)
def test_every_spelling_of_a_number_is_the_same_number(written):
    check = check_identity(written)
    assert (check.normal, check.ok) == ("41150218860714759X", True)


@pytest.mark.parametrize(
    ("number", "kind", "ok"),
    [
        ("91411502H1TGQCAWND", "credit_code", True), ("91411502H1TGQCAWN1", "credit_code", False), ("91411502I1TGQCAWND", "credit_code", False),
        ("411502970719310", "resident_id_15", True), ("411502971319310", "resident_id_15", False),
        ("411502188902304321", "resident_id", False), ("E12345678", "other", True), ("军字第1234567号", "other", True),
        ("12345678-8", "org_code", True), ("12345678-1", "org_code", False), ("4115021889", "other", False), ("", "other", False),
        ("4.115E+17", "other", False), ("某某", "other", False),
    ],
)  # fmt: skip
def test_each_kind_of_number_is_told_apart(number, kind, ok):
    check = check_identity(number)
    assert (check.kind, check.ok) == (kind, ok)
    assert bool(check.error) is not ok


def test_an_unknown_area_only_warns_and_a_birth_after_today_is_refused():
    odd = "00150218970719310"
    assert check_identity(odd + resident_check_digit(odd)).ok
    assert "00" in check_identity(odd + resident_check_digit(odd)).warning
    young = "41150218990719310"
    assert not check_identity(young + resident_check_digit(young), today=date(1899, 1, 1)).ok


@pytest.mark.parametrize("number", ["4.115E+17", "4.11502189707193E+17", "411502189707193000"])
def test_a_number_that_a_spreadsheet_rounded_says_so(number):
    assert "当成了数字" in check_identity(number).error


@given(st.text(max_size=30))
def test_no_text_makes_the_check_fail(text):
    check = check_identity(text)
    assert check.ok is (check.error is None)
    assert birth_date(text) is None or check.ok


def test_masks_show_head_and_tail_only():
    assert mask_identity("411502189707193109") == "411502********3109"
    assert mask_phone("19900000883") == "199****0883"


@given(st.text("0123456789X", max_size=25))
def test_a_mask_keeps_the_length_and_never_shows_a_short_number(number):
    masked = mask_identity(number)
    assert len(masked) == len(number)
    assert sum(letter != "*" for letter in masked) <= (10 if len(number) > 10 else 2)
