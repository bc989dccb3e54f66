"""Freezes and seals with their results, ranks and terms (三(二)6(1), 四(四)3(2), cpl_interp 第485条)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.inquiry.samples import deposit, deposits, workbook
from tests.real_court import MONDAY, moment
from zhixing.casework.assets.kinds import kinds, terms
from zhixing.casework.assets.measures import Done, Proof, renew_measure, take_effect, take_measure
from zhixing.casework.assets.models import Asset, Measure
from zhixing.casework.duties.models import Duty
from zhixing.casework.journal.models import JournalEntry
from zhixing.rulebook.refusals import Refusal


@pytest.fixture
def account(new_case: Any, take: Any) -> Asset:
    return take(new_case(), deposits(deposit("62200000000000001", "1000.00"))).assets[0]


@pytest.fixture
def house(new_case: Any, take: Any) -> Asset:
    return take(new_case(), workbook(("不动产", [["权利人", "不动产权证号", "坐落"], ["样乙公司", "样权第1号", "试验市样路1号"]]))).assets[0]


@pytest.fixture
def act(officer: Any) -> Any:
    def on(asset: Asset, result: str = "controlled", kind: str = "freeze", *, key: str = "", at: Any = MONDAY, **more: Any) -> Measure:
        return take_measure(case_id=asset.case_id, asset_ref=asset.ref, done=Done(kind, result, **more), proof=Proof(key=key), by=officer, at=at)

    return on


@pytest.mark.parametrize(("term", "start", "last"), [
    ("deposit", date(2026, 3, 2), date(2027, 3, 1)), ("movable", date(2026, 3, 2), date(2028, 3, 1)),
    ("property_right", date(2026, 3, 2), date(2029, 3, 1)), ("deposit", date(2024, 2, 29), date(2025, 2, 28)),
    ("deposit", date(2023, 3, 1), date(2024, 2, 29)), ("property_right", date(2025, 3, 1), date(2028, 2, 29)),
    ("deposit", date(2026, 1, 1), date(2026, 12, 31)),
])  # fmt: skip
def test_the_last_day_is_the_day_before_the_anniversary_and_never_rolls_485(term: str, start: date, last: date) -> None:
    assert terms()[term].last_day(start) == last


def test_deposits_one_year_movables_two_real_estate_three_485() -> None:
    assert {k: kinds()[k].term.years for k in ("deposit", "vehicle", "real_estate", "equity")} == {
        "deposit": 1, "vehicle": 2, "real_estate": 3, "equity": 3,
    }  # fmt: skip


def test_a_freeze_runs_the_longest_term_unless_the_notice_says_less(account: Asset, act: Any) -> None:
    made = act(account, limit_yuan=Decimal("800.00"), controlled_yuan=Decimal("800.00"))
    assert (made.number, made.state, made.result, made.effective_on, made.expires_on) == ("措001", "active", "controlled", date(2026, 3, 2), date(2027, 3, 1))
    duty = Duty.objects.get(case=account.case, rule="renew_measure")
    assert (duty.key, duty.due_at.date().isoformat()[:7]) == ("措001", "2027-03")


def test_a_longer_term_than_the_article_allows_is_refused_485(account: Asset, act: Any) -> None:
    with pytest.raises(Refusal, match="不得超过1年") as refused:
        act(account, expires_on=date(2027, 3, 2))
    assert refused.value.reasons[0].clause == "民诉法解释第485条"
    assert act(account, expires_on=date(2027, 3, 1)).state == "active"


@pytest.mark.parametrize(("held", "result"), [("799.99", "partly"), ("800.00", "controlled"), ("800.01", "over")])
def test_partly_and_over_follow_from_the_amounts(account: Asset, act: Any, held: str, result: str) -> None:
    assert act(account, limit_yuan=Decimal("800.00"), controlled_yuan=Decimal(held)).result == result


def test_a_failure_says_why_and_can_be_tried_again(account: Asset, act: Any) -> None:
    with pytest.raises(Refusal, match="未控没有写明原因"):
        act(account, "not_controlled")
    failed = act(account, "not_controlled", reason="账户已转久悬")
    assert (failed.state, failed.expires_on) == ("failed", None)
    assert JournalEntry.objects.filter(case=account.case, kind="online_freeze_failed").exists()
    assert not Duty.objects.filter(case=account.case, rule="freeze_online", is_open=True).exists()
    assert act(account).number == "措002"


def test_a_second_measure_beside_a_standing_one_is_refused_and_the_database_says_so_too(account: Asset, act: Any) -> None:
    made = act(account)
    with pytest.raises(Refusal, match="已有有效或轮候的措施"):
        act(account)
    made.pk, made.ref, made.number = None, "x", "措009"
    with pytest.raises(IntegrityError), transaction.atomic():
        made.save(force_insert=True)


def test_the_same_form_twice_is_one_measure(account: Asset, act: Any) -> None:
    assert act(account, key="k").pk == act(account, key="k").pk
    assert Measure.objects.count() == 1


def test_a_waiting_seal_has_a_rank_and_its_term_counts_from_when_it_takes_effect(house: Asset, act: Any, officer: Any) -> None:
    with pytest.raises(Refusal, match="轮候没有写明顺位"):
        act(house, "waiting", "seal", online=False)
    waiting = act(house, "waiting", "seal", online=False, waiting_order=2)
    assert (waiting.state, waiting.waiting_order) == ("waiting", 2)
    risen = take_effect(measure_ref=waiting.ref, effective_on=date(2026, 9, 1), proof=Proof(), by=officer, at=moment("2026-09-02 09:00"))
    assert (risen.state, risen.waiting_order, risen.expires_on) == ("active", 0, date(2029, 8, 31))


def test_a_house_is_sealed_and_not_frozen(house: Asset, act: Any) -> None:
    with pytest.raises(Refusal, match="不动产不能用这种措施"):
        act(house, kind="freeze")


def test_a_renewal_follows_the_old_term_and_is_no_longer_485(account: Asset, act: Any, officer: Any) -> None:
    made = act(account)
    at = moment("2027-02-01 09:00")
    with pytest.raises(Refusal, match="不得超过1年"):
        renew_measure(measure_ref=made.ref, expires_on=date(2028, 3, 2), proof=Proof(), by=officer, at=at)
    renewed = renew_measure(measure_ref=made.ref, proof=Proof(key="r"), by=officer, at=at)
    assert (renewed.expires_on, renewed.renewed) == (date(2028, 3, 1), 1)
    assert renew_measure(measure_ref=made.ref, proof=Proof(key="r"), by=officer, at=at).renewed == 1


def test_on_its_last_day_it_can_be_renewed_and_the_day_after_no_more(account: Asset, act: Any, officer: Any) -> None:
    made = act(account)
    after = moment("2027-03-02 00:00")
    with pytest.raises(Refusal, match="到期失效"):
        renew_measure(measure_ref=made.ref, proof=Proof(), by=officer, at=after)
    assert renew_measure(measure_ref=made.ref, proof=Proof(), by=officer, at=after - timedelta(minutes=1)).renewed == 1


@pytest.mark.parametrize("wrong", [
    {"controlled_yuan": Decimal("-0.01")}, {"state": "failed", "reason": ""}, {"expires_on": None}, {"expires_on": date(2026, 1, 1)},
    {"state": "waiting", "waiting_order": 0},
])  # fmt: skip
def test_the_database_says_the_last_no(account: Asset, act: Any, wrong: dict[str, Any]) -> None:
    made = act(account)
    for name, value in wrong.items():
        setattr(made, name, value)
    with pytest.raises(IntegrityError), transaction.atomic():
        made.save()
