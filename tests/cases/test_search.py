"""Search: numbers in any spelling, two characters of a name, initials, identity numbers; never another court's cases (一1)."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.real_court import made_up_id
from zhixing.casework.cases.actions import NewParty
from zhixing.casework.cases.models import Case, Party
from zhixing.casework.cases.search import by_name, identity_numbers, number_parts, search
from zhixing.casework.courts.models import Court
from zhixing.casework.people.actors import Actor

NAMES = ["样明", "欧阳样华", "单样雨", "曾样一", "阿不都·样买提", "样样商贸（试验）有限公司", "ABC样品厂", "样王建建国"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("样明", ["样明"]), ("欧阳", ["欧阳样华"]), ("阳样", ["欧阳样华"]), ("样华", ["欧阳样华"]), ("oyyh", ["欧阳样华"]),
        ("YYH", ["欧阳样华"]), ("syy", ["单样雨", "样样商贸（试验）有限公司"]), ("zyy", ["曾样一"]), ("阿不都样买", ["阿不都·样买提"]), ("都·样", ["阿不都·样买提"]),
        ("样样商贸试验", ["样样商贸（试验）有限公司"]), ("商贸(试验)", ["样样商贸（试验）有限公司"]), ("abc样", ["ABC样品厂"]),
        ("ＡＢＣ", ["ABC样品厂"]), ("建建国", ["样王建建国"]), ("王建国", []), ("无此", []), ("  样明 ", ["样明"]),
    ],
)  # fmt: skip
def test_a_name_is_found_by_any_two_characters_or_initials(new_case: Callable[..., Case], typed: str, found: list[str]) -> None:
    cases = {name: new_case(name) for name in NAMES}
    assert sorted(h.ref for h in search(cases["样明"].court_id, typed).hits) == sorted(cases[n].ref for n in found)


def test_every_two_neighbouring_characters_of_a_name_find_it(new_case: Callable[..., Case]) -> None:
    case = new_case("欧阳样明华")
    for a, b in pairwise("欧阳样明华"):
        assert [h.matched for h in search(case.court_id, a + b).hits] == ["欧阳样明华"]


def test_one_character_is_asked_for_another(court: Court) -> None:
    found = search(court.pk, "样")
    assert not found.hits
    assert "2个字" in found.hint


@pytest.mark.parametrize(
    "typed",
    ["（2026）豫1502执1203号", "(2026)豫1502执1203号", "[2026]豫1502执1203号", "〔2026〕豫1502执1203号", "（２０２６）豫１５０２执１２０３号",
     " ( 2026 ) 豫1502 执 1203 号 ", "执1203", "执1203号", "执 1203", "2026 1203", "2026执1203", "1203", "1203号", "豫1502执1203号"],
)  # fmt: skip
def test_a_number_is_found_in_any_spelling(new_case: Callable[..., Case], typed: str) -> None:
    wanted = new_case(seq=1203)
    new_case(seq=12030)
    new_case(seq=203)
    found = search(wanted.court_id, typed)
    assert [h.ref for h in found.hits] == [wanted.ref]
    assert found.by_number


def test_a_number_in_part_tells_kinds_and_years_apart(new_case: Callable[..., Case]) -> None:
    first, resumed, older = new_case(seq=7), new_case(seq=7, kind="执恢"), new_case(seq=7, year=2025)
    court = first.court_id
    assert {h.ref for h in search(court, "7").hits} == {first.ref, resumed.ref, older.ref}
    assert {h.ref for h in search(court, "执7").hits} == {first.ref, older.ref}
    assert {h.ref for h in search(court, "执恢7").hits} == {resumed.ref}
    assert {h.ref for h in search(court, "2025 7").hits} == {older.ref}


def test_an_identity_number_is_found_exactly_however_it_is_typed(new_case: Callable[..., Case]) -> None:
    number = made_up_id(10)
    case = new_case(NewParty("debtor", "样某丙", id_number=number))
    new_case(NewParty("debtor", "样某丁", id_number=made_up_id(12)))
    for typed in (number, number.lower(), f" {number[:6]} {number[6:14]} {number[14:]} ", number.translate({ord("1"): "１"})):
        assert [h.ref for h in search(case.court_id, typed).hits] == [case.ref]
    assert not search(case.court_id, number[:-1] + ("0" if number[-1] != "0" else "1")).hits


def test_an_old_number_of_fifteen_digits_finds_the_new_one_and_back() -> None:
    short = "411502300101001"
    both = set(identity_numbers(short))
    assert len(both) == 2
    assert both == {short, *identity_numbers(next(n for n in both if len(n) == 18))}


@pytest.mark.parametrize("typed", ["样乙公司", "执1", "（2026）豫1502执1号", made_up_id(20)])
def test_another_courts_cases_are_never_found(new_case: Callable[..., Case], other_court: Court, typed: str) -> None:
    """trust: a court sees its own cases only."""
    case = new_case(NewParty("debtor", "样乙公司", id_number=made_up_id(20)))
    assert search(case.court_id, typed).hits
    assert not search(other_court.pk, typed).hits


def test_a_case_with_two_parties_of_the_name_is_shown_once(new_case: Callable[..., Case]) -> None:
    case = new_case("样双一", "样双二")
    assert [h.ref for h in by_name(case.court_id, "样双").hits] == [case.ref]


def test_what_cannot_be_a_number_is_a_name() -> None:
    assert number_parts("样明") is None
    assert number_parts("1203厂") is None
    assert number_parts("19900000001") is None


@pytest.mark.parametrize("typed", ["'; DROP TABLE party; --", '"', "%", "_样", "a OR b", "样*", "NEAR(样 明)", "\\", "grams:样明", "-样"])
def test_what_a_query_language_would_read_is_only_text(new_case: Callable[..., Case], typed: str) -> None:
    case = new_case("样明")
    search(case.court_id, typed)
    assert Party.objects.filter(name="样明").exists()


@pytest.mark.parametrize("typed", ["样明", "执1203", "（2026）豫1502执1203号", made_up_id(1)])
def test_a_search_is_one_statement(new_case: Callable[..., Case], typed: str) -> None:
    case = new_case("样明")
    with CaptureQueriesContext(connection) as queries:
        search(case.court_id, typed)
    assert len(queries) == 1


def test_a_renamed_or_removed_party_is_found_by_its_present_name_only(new_case: Callable[..., Case], clerk: Actor) -> None:
    """The full-text table of SQLite is kept by triggers; the index of PostgreSQL keeps itself."""
    from zhixing.casework.cases.names import grams, initials

    case = new_case("样旧名")
    Party.objects.filter(name="样旧名").update(name="样新称", grams=grams("样新称"), initials=initials("样新称"))
    assert not search(case.court_id, "旧名").hits
    assert search(case.court_id, "新称").hits
    Party.objects.filter(name="样新称").delete()
    assert not search(case.court_id, "新称").hits
