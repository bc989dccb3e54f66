"""Order of payment (法释〔2014〕8号第4条, 民法典第561条) and sharing among creditors (民诉法解释第508、514条, 法释〔2014〕13号第13条)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhixing.rulebook.money.distribution import Claim, distribute
from zhixing.rulebook.money.order import pay
from zhixing.rulebook.money.table import standard
from zhixing.rulebook.refusals import Refusal

UNHURRIED = settings(deadline=None)  # the machine may be busy
TABLE = standard()
ENTRIES = [d.id for d in TABLE.order_of_payment]
DUES = {"doubled_interest": 500, "principal": 10_000, "ordinary_interest": 800, "realising_costs": 300, "priority": 2_000, "execution_costs": 100}


def paid(received: int, **kwargs: object) -> dict[str, int]:
    return {p.id: p.paid_fen for p in pay(received, DUES, **kwargs).parts}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("received", "reached"),
    [(50, "execution_costs"), (2_099, "priority"), (2_400, "realising_costs"), (3_000, "ordinary_interest"), (13_199, "principal"),
     (13_201, "doubled_interest")],
)  # fmt: skip
def test_money_goes_down_the_order_and_stops_where_it_ends(received: int, reached: str) -> None:
    found = paid(received)
    assert list(found) == ENTRIES == ["execution_costs", "priority", "realising_costs", "ordinary_interest", "principal", "doubled_interest"]
    position = ENTRIES.index(reached)
    assert all(found[e] == DUES[e] for e in ENTRIES[:position])
    assert 0 < found[reached] <= DUES[reached]
    assert not any(found[e] for e in ENTRIES[position + 1 :])


def test_the_doubled_part_comes_last_unless_the_parties_agreed_otherwise() -> None:
    """法释〔2014〕8号第4条"""
    agreed = ["doubled_interest", "principal", "realising_costs", "ordinary_interest"]
    found = paid(3_000, agreed=agreed)
    assert (found["execution_costs"], found["priority"], found["doubled_interest"], found["principal"]) == (100, 2_000, 500, 400)
    assert paid(3_000)["doubled_interest"] == 0
    with pytest.raises(Refusal, match="写全"):
        paid(3_000, agreed=["doubled_interest", "principal"])
    with pytest.raises(Refusal, match="写全"):
        paid(3_000, agreed=["execution_costs", *agreed[1:]])


def test_what_is_left_goes_back_to_the_debtor() -> None:
    """执行工作规定第34条第2款"""
    found = pay(20_000, DUES)
    assert found.surplus_fen == 20_000 - sum(DUES.values())
    assert found.steps[-1].label == "退还被执行人"
    assert "第34条第2款" in found.steps[-1].article


@UNHURRIED
@given(st.integers(1, 10**12), st.dictionaries(st.sampled_from(ENTRIES), st.integers(0, 10**11)), st.permutations(ENTRIES[2:]))
def test_every_fen_received_is_paid_or_left_over(received: int, dues: dict[str, int], agreed: list[str]) -> None:
    for found in (pay(received, dues), pay(received, dues, agreed=agreed)):
        assert sum(p.paid_fen for p in found.parts) + found.surplus_fen == received
        assert all(0 <= p.paid_fen <= p.due_fen for p in found.parts)


def claims_of(*rows: tuple[str, str, int] | tuple[str, str, int, int]) -> list[Claim]:
    return [Claim(row[0], row[1], row[2], turn=row[3] if len(row) > 3 else 0) for row in rows]


def shared(pool: int, claims: list[Claim], scheme: str) -> dict[str, int]:
    return {s.claim.creditor: s.paid_fen for s in distribute(pool, claims, scheme=scheme).shares}


def test_ordinary_claims_share_by_amount_after_costs_and_priority() -> None:
    """民诉法解释第508条: 100 costs, 300 priority, then 600 over 1000 and 2000."""
    claims = claims_of(("本院", "execution_costs", 100), ("甲银行", "priority", 300, 1), ("乙某", "ordinary", 1_000), ("丙某", "ordinary", 2_000),
                       ("丙某加倍", "doubled_interest", 50))  # fmt: skip
    assert shared(1_000, claims, "participation") == {"本院": 100, "甲银行": 300, "乙某": 200, "丙某": 400, "丙某加倍": 0}


def test_an_indivisible_fen_goes_to_the_largest_remainder() -> None:
    claims = claims_of(("甲", "ordinary", 100), ("乙", "ordinary", 100), ("丙", "ordinary", 101))
    assert shared(100, claims, "participation") == {"甲": 33, "乙": 33, "丙": 34}


def test_an_enterprise_pays_in_the_order_of_sealing() -> None:
    """民诉法解释第514条: the first to seal is served in full; two of one turn share."""
    claims = claims_of(("甲", "ordinary", 600, 2), ("乙", "ordinary", 500, 1), ("丙", "ordinary", 300, 2), ("丁", "ordinary", 900, 3))
    assert shared(800, claims, "seal_order") == {"乙": 500, "甲": 200, "丙": 100, "丁": 0}
    with pytest.raises(Refusal, match="查封、扣押、冻结的先后"):
        shared(800, claims_of(("甲", "ordinary", 600)), "seal_order")


def test_securities_are_served_in_the_order_in_which_they_arose() -> None:
    """执行工作规定第55条第2款"""
    claims = claims_of(("甲银行", "priority", 500, 2), ("乙银行", "priority", 500, 1))
    assert shared(700, claims, "participation") == {"乙银行": 500, "甲银行": 200}


def test_medical_costs_come_first_and_fines_after_every_civil_debt() -> None:
    """法释〔2014〕13号第13条: 医疗费用 → 优先受偿 → 退赔 → 其他民事债务 → 罚金 → 没收财产."""
    ranks = ["confiscation", "fine", "ordinary", "restitution", "medical"]
    claims = [*claims_of(*((r, r, 100) for r in ranks)), Claim("甲银行", "priority", 100, turn=1)]
    for pool, last in [(100, "medical"), (200, "甲银行"), (300, "restitution"), (400, "ordinary"), (500, "fine"), (600, "confiscation")]:
        found = shared(pool, claims, "criminal_civil")
        order = ["medical", "甲银行", "restitution", "ordinary", "fine", "confiscation"]
        assert [n for n in order if found[n]] == order[: order.index(last) + 1]


@pytest.mark.parametrize(
    ("claims", "field"),
    [
        ([], "claims-0"),
        ([Claim("甲", "fine", 1)], "claims-0"),
        ([Claim("甲", "ordinary", 1), Claim(" ", "ordinary", 1)], "claims-1"),
        ([Claim("甲", "ordinary", 0)], "claims-0"),
        ([Claim("甲", "ordinary", 1), Claim("甲", "ordinary", 2)], "claims-1"),
        ([Claim("甲", "priority", 1)], "claims-0"),
    ],
)
def test_a_claim_that_cannot_be_shared_names_its_row(claims: list[Claim], field: str) -> None:
    with pytest.raises(Refusal) as refused:
        distribute(100, claims, scheme="participation")
    assert refused.value.reasons[0].field == field


@st.composite
def pools(draw: st.DrawFn) -> tuple[int, list[Claim], str]:
    scheme = draw(st.sampled_from(TABLE.schemes))
    ranks = st.sampled_from([r.id for r in scheme.ranks])
    rows = draw(st.lists(st.tuples(ranks, st.integers(1, 10**10), st.integers(1, 3)), min_size=1, max_size=12))
    return draw(st.integers(1, 10**11)), [Claim(f"债权人{n}", r, fen, turn=t) for n, (r, fen, t) in enumerate(rows)], scheme.id


@UNHURRIED
@given(pools(), st.randoms())
def test_shares_sum_exactly_and_the_order_of_creditors_changes_nothing(case: tuple[int, list[Claim], str], random: object) -> None:
    pool, claims, scheme = case
    found = distribute(pool, claims, scheme=scheme)
    assert sum(s.paid_fen for s in found.shares) + found.surplus_fen == pool
    assert found.surplus_fen == max(0, pool - sum(c.fen for c in claims))
    assert all(0 <= s.paid_fen <= s.claim.fen for s in found.shares)
    random.shuffle(claims)  # type: ignore[attr-defined]
    assert distribute(pool, claims, scheme=scheme) == found


@UNHURRIED
@given(pools())
def test_nobody_of_a_later_rank_is_paid_before_an_earlier_one_is_served(case: tuple[int, list[Claim], str]) -> None:
    pool, claims, scheme = case
    order = [r.id for s in TABLE.schemes if s.id == scheme for r in s.ranks]
    shares = distribute(pool, claims, scheme=scheme).shares
    reached = max((order.index(s.claim.rank) for s in shares if s.paid_fen), default=0)
    assert all(s.left_fen == 0 for s in shares if order.index(s.claim.rank) < reached)
