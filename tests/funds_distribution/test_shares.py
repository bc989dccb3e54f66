"""Who gets what: order of payment, largest remainder, receipts (民诉法解释第508、514条; 法释〔2014〕8号第4条; 法释〔2014〕13号第13条)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhixing.desks.funds.distribution.sharing import Claimed, law_of, principle_of, scheme_of, share, spread
from zhixing.rulebook.money.table import standard

SCHEMES = [s.id for s in standard().schemes]
AMOUNTS = st.integers(1, 10**9)


def claims_for(scheme: str) -> st.SearchStrategy[list[Claimed]]:
    """Creditors with claims in the ranks of a scheme."""
    ranks = scheme_of(scheme).ranks
    row = st.tuples(st.sampled_from(ranks), AMOUNTS, st.integers(1, 3))
    return st.lists(row, min_size=1, max_size=12).map(
        lambda rows: [Claimed(f"样{n}", "outside", r.id, fen, turn=turn if r.within == "by_turn" else 0) for n, (r, fen, turn) in enumerate(rows)]
    )


CASES = st.sampled_from(SCHEMES).flatmap(lambda scheme: st.tuples(st.just(scheme), claims_for(scheme), AMOUNTS))


@given(CASES)
def test_every_fen_is_shared_or_left_over_and_nobody_gets_more_than_is_owed(made: tuple[str, list[Claimed], int]) -> None:
    """民诉法解释第508条."""
    scheme, claims, pool = made
    found = share(pool, claims, scheme)
    assert sum(fen for _, fen in found.shares) + found.surplus_fen == pool
    assert all(0 <= fen <= claim.fen for claim, fen in found.shares)
    assert [c for c, _ in found.shares] == claims


@given(CASES)
def test_nothing_goes_to_a_rank_while_an_earlier_one_is_open(made: tuple[str, list[Claimed], int]) -> None:
    """Priorities before ordinary, the doubled part last (法释〔2014〕8号第4条)."""
    scheme, claims, pool = made
    order = [r.id for r in scheme_of(scheme).ranks]
    found = share(pool, claims, scheme).shares
    open_ranks = [order.index(c.rank) for c, fen in found if fen < c.fen]
    if open_ranks:
        assert all(fen == 0 for c, fen in found if order.index(c.rank) > min(open_ranks))


@given(CASES, st.data())
def test_nobody_is_worse_off_when_another_withdraws(made: tuple[str, list[Claimed], int], data: st.DataObject) -> None:
    """A fen of rounding aside, which the largest remainder may put elsewhere."""
    scheme, claims, pool = made
    gone = data.draw(st.sampled_from(claims))
    rest = [c for c in claims if c.name != gone.name]
    if rest:
        before, after = share(pool, claims, scheme).by_name, share(pool, rest, scheme).by_name
        assert all(after[name] >= before[name] - 1 for name in after)


@given(CASES, st.randoms())
def test_the_order_in_which_creditors_are_written_down_changes_nothing(made: tuple[str, list[Claimed], int], random: object) -> None:
    scheme, claims, pool = made
    mixed = list(claims)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert share(pool, mixed, scheme).by_name == share(pool, claims, scheme).by_name


@pytest.mark.parametrize(("scheme", "rows", "pool", "wanted"), [
    # costs, priority, ordinary by amount, doubled interest last: 民诉法解释第508条, 法释〔2014〕8号第4条
    ("participation", [("甲", "execution_costs", 1_000, 0), ("乙", "priority", 50_000, 1), ("丙", "ordinary", 60_000, 0), ("丁", "ordinary", 30_000, 0), ("丙", "doubled_interest", 9_000, 0)],
     100_000, {"甲": 1_000, "乙": 50_000, "丙": 32_667, "丁": 16_333}),
    # three equal claims, one fen over: the largest remainder, then the name
    ("participation", [("甲", "ordinary", 100, 0), ("乙", "ordinary", 100, 0), ("丙", "ordinary", 100, 0)], 100, {"丙": 34, "乙": 33, "甲": 33}),
    # an enterprise: who sealed first is served first (民诉法解释第514条)
    ("seal_order", [("先封", "ordinary", 80_000, 1), ("后封", "ordinary", 80_000, 2)], 100_000, {"先封": 80_000, "后封": 20_000}),
    # crime and debt: medical costs, priority, restitution, civil debts, fine, confiscation (法释〔2014〕13号第13条)
    ("criminal_civil", [("伤者", "medical", 30_000, 0), ("银行", "priority", 20_000, 1), ("被害人", "restitution", 40_000, 0), ("债权人", "ordinary", 20_000, 0), ("国库", "fine", 50_000, 0)],
     100_000, {"伤者": 30_000, "银行": 20_000, "被害人": 40_000, "债权人": 10_000, "国库": 0}),
])  # fmt: skip
def test_the_order_of_payment(scheme: str, rows: list[tuple[str, str, int, int]], pool: int, wanted: dict[str, int]) -> None:
    found = share(pool, [Claimed(n, "outside", rank, fen, turn=turn) for n, rank, fen, turn in rows], scheme)
    assert found.by_name == wanted


@pytest.mark.parametrize("ident", SCHEMES)
def test_principle_and_law_are_told_from_the_file(ident: str) -> None:
    """二(四)1(5): the creditors are told principle and law."""
    scheme = scheme_of(ident)
    assert all(r.title in principle_of(scheme) for r in scheme.ranks)
    assert "第" in law_of(scheme)


@given(st.dictionaries(st.integers(1, 20), st.integers(0, 10**6), max_size=8), st.dictionaries(st.integers(1, 9), st.integers(0, 10**6), max_size=5))
def test_shares_are_taken_out_of_the_receipts_to_the_fen(due: dict[int, int], rests: dict[int, int]) -> None:
    pieces = list(spread(due, rests))
    assert sum(fen for _, _, fen in pieces) == min(sum(due.values()), sum(rests.values()))
    for who, fen in due.items():
        assert sum(p for w, _, p in pieces if w == who) <= fen
    for receipt, rest in rests.items():
        assert sum(p for _, r, p in pieces if r == receipt) <= rest
    assert all(fen > 0 for _, _, fen in pieces)
