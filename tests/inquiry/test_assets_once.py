"""Any order and any repetition of the same feedbacks leaves the same assets, amounts and totals (三(二)6)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import permutations
from random import Random
from typing import Any

import pytest

from tests.inquiry.samples import deposit, deposits, workbook
from tests.real_court import MONDAY
from zhixing.casework.assets.models import Asset, AssetMark
from zhixing.casework.assets.totals import cash_yuan
from zhixing.desks.inquiry.importing import holdings_of

STAMPS = ("2026-02-26 08:00", "2026-02-27 08:00", "2026-02-27 08:00", "2026-02-28 23:59")
ACCOUNTS = ("62200000000000001", "6220 0000 0000 0000 2", "６２２００００００００００００３")


def play(seed: int) -> list[bytes]:
    """Four feedbacks of some accounts and a house known by two numbers; two of them at the same moment with other amounts."""
    chance = Random(seed)
    house = [("产权人", "权利人", "不动产权证号", "不动产单元号", "坐落"), ("", "样乙公司", "样权第1号", "411502001001GB00001F00000001", "试验市样路1号")]
    forms = []
    for stamp in STAMPS:
        rows = [deposit(a, f"{chance.randrange(10**6) / 100:.2f}", on=stamp) for a in ACCOUNTS if chance.random() < 0.8]
        sheets = [("银行存款", [["序号", "被查询人", "开户银行", "账号", "账户状态", "币种", "余额", "可用余额", "反馈时间"], *rows])]
        forms.append(workbook(*sheets, *([("不动产", house)] if chance.random() < 0.5 else [])) if rows else deposits(deposit(ACCOUNTS[0], "1.00", on=stamp)))
    return forms


def left(case: Any) -> tuple[set[tuple[Any, ...]], Decimal]:
    """What stands in the end, and the money that can be had."""
    rows = Asset.objects.filter(case=case).values_list("kind", "mark", "title", "amount_yuan", "available_yuan", "as_of", "area", "place", "description")
    return set(rows), cash_yuan(holdings_of(case.pk))


@pytest.mark.parametrize("seed", range(6))
def test_any_order_and_repetition_of_feedbacks_leaves_the_same_assets_and_totals(seed: int, new_case: Any, take: Any) -> None:
    forms = play(seed)
    chance = Random(seed)
    orders: list[Sequence[bytes]] = chance.sample(list(permutations(forms)), 4)
    orders = [forms, *orders, [f for f in forms for _ in range(2)], chance.choices(forms, k=6) + forms]
    found = []
    for order in orders:
        case = new_case()
        for data in order:
            take(case, data)
        found.append(left(case))
        assert AssetMark.objects.filter(case=case).values("key").distinct().count() == AssetMark.objects.filter(case=case).count()
    assert all(f == found[0] for f in found)
    assert found[0][1] > 0


def test_a_house_is_the_same_by_either_of_its_numbers(new_case: Any, take: Any) -> None:
    case = new_case()
    take(case, workbook(("不动产", [["权利人", "不动产权证号", "坐落"], ["样乙公司", "样权第1号", "试验市样路1号"]])))
    take(case, workbook(("不动产", [["权利人", "不动产权证号", "不动产单元号", "坐落"], ["样乙公司", "样权第1号", "411502001001GB00001F00000001", "试验市样路1号"]])))
    again = take(case, workbook(("不动产", [["权利人", "不动产单元号", "坐落"], ["样乙公司", "411502001001GB00001F00000001", "试验市样路1号"]])))
    assert len(again.assets) == 1


def test_a_row_that_stands_for_two_assets_is_shown_and_joins_nothing(new_case: Any, take: Any) -> None:
    case = new_case()
    take(case, workbook(("车辆", [["被执行人", "车牌号"], ["样乙公司", "豫Z00001"]])))
    take(case, workbook(("车辆", [["被执行人", "车架号"], ["样乙公司", "LTEST1"]])))
    both = take(case, workbook(("车辆", [["被执行人", "车牌号", "车架号"], ["样乙公司", "豫Z00001", "LTEST1"]])))
    assert "财001、财002" in both.rejected[0].reason
    assert len(both.assets) == 2


def test_the_same_phone_at_two_platforms_is_two_accounts_and_two_names_of_one_platform_are_one(new_case: Any, take: Any) -> None:
    done = take(new_case(), workbook(("网络资金", [
        ["被执行人", "支付平台", "支付账号", "余额"], ["样乙公司", "支付宝", "19900000001", "1.00"], ["样乙公司", "微信支付", "19900000001", "2.00"],
        ["样乙公司", "支付宝（中国）网络技术有限公司", "19900000001", "1.00"],
    ])))  # fmt: skip
    assert (done.created, done.unchanged) == (2, 1)


def test_what_our_own_freeze_holds_still_counts_when_the_bank_calls_it_unavailable(new_case: Any, take: Any, officer: Any) -> None:
    from zhixing.casework.assets.measures import Done, Proof, take_measure

    case = new_case(claim_yuan=Decimal("100.00"))
    asset = take(case, deposits(deposit("62200000000000001", "100.00", on="2026-02-26 08:00"))).assets[0]
    take_measure(case_id=case.pk, asset_ref=asset.ref, done=Done("freeze", "controlled", controlled_yuan=Decimal("100.00")), proof=Proof(),
                 by=officer, at=MONDAY)  # fmt: skip
    take(case, deposits(deposit("62200000000000001", "100.00", free="0.00", on="2026-02-28 08:00")))
    assert cash_yuan(holdings_of(case.pk)) == Decimal("100.00")
