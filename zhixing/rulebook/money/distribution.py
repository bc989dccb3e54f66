"""Sharing proceeds among creditors: ranks in order, inside a rank by amount or by turn, to the fen.

Shares by amount use the largest remainder, so they sum exactly to what is shared; ties go to the larger claim, then by name,
so the order in which the creditors are written down changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from ..refusals import Refusal
from .amounts import words
from .steps import Step, step
from .table import MoneyTable, Rank, Scheme, standard

WHAT = "没有计算分配"


@dataclass(frozen=True, slots=True)
class Claim:
    """A creditor's claim in one rank. `basis` tells two claims of one creditor apart; `turn` (1, 2, …) where turns decide."""

    creditor: str
    rank: str
    fen: int
    basis: str = ""
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """What a claim receives, in fen."""

    claim: Claim
    paid_fen: int

    @property
    def left_fen(self) -> int:
        """What stays open."""
        return self.claim.fen - self.paid_fen


@dataclass(frozen=True, slots=True)
class Distribution:
    """Shares by rank, turn and name; what is left for the debtor; the steps."""

    shares: tuple[Share, ...]
    surplus_fen: int
    steps: tuple[Step, ...]


def distribute(pool_fen: int, claims: Sequence[Claim], *, scheme: str, table: MoneyTable | None = None) -> Distribution:
    """Share `pool_fen` by a scheme of the table. Raises ValueError for a claim that stands twice in a rank."""
    table = table or standard()
    found = scheme_of(scheme, table)
    _check(pool_fen, claims, found)
    left, shares, steps = pool_fen, [], []
    for rank in found.ranks:
        members = [c for c in claims if c.rank == rank.id]
        article = table.cite(rank.article, rank.verify)
        for turn, group in turns(rank, members):
            pool = min(left, sum(c.fen for c in group))
            paid = [Share(c, fen) for c, fen in zip(group, largest_remainder(pool, group), strict=True)]
            steps.append(step(_label(rank, turn), _formula(pool, left, group), pool, article))
            if len(paid) > 1:
                steps += [step(_name(s.claim), _part(s, pool, group), s.paid_fen, article) for s in paid]
            shares += paid
            left -= pool
    if left:
        steps.append(step(table.surplus.title, "全部清偿后的余款", left, table.cite(table.surplus.article)))
    return Distribution(tuple(shares), left, tuple(steps))


def scheme_of(ident: str, table: MoneyTable) -> Scheme:
    """A scheme by its id. Raises ValueError for one that there is not."""
    found = next((s for s in table.schemes if s.id == ident), None)
    if found is None:
        raise Refusal.because(WHAT, f"没有这种分配方式：{ident}", field="scheme")
    return found


def turns(rank: Rank, members: Sequence[Claim]) -> list[tuple[int, list[Claim]]]:
    """The claims of a rank in the groups that are served together (turn 0: all of them)."""
    by_turn = rank.within == "by_turn"
    ordered = sorted(members, key=lambda c: (c.turn if by_turn else 0, c.creditor, c.basis))
    return [(turn, list(group)) for turn, group in groupby(ordered, key=lambda c: c.turn if by_turn else 0)]


def largest_remainder(pool: int, group: Sequence[Claim]) -> list[int]:
    """`pool` fen in proportion to the claims, summing exactly to it; nobody gets more than the claim."""
    total = sum(c.fen for c in group)
    floors = [pool * c.fen // total for c in group]
    by_need = sorted(range(len(group)), key=lambda i: (-(pool * group[i].fen % total), -group[i].fen, group[i].creditor, group[i].basis))
    for i in by_need[: pool - sum(floors)]:
        floors[i] += 1
    return floors


def _check(pool: int, claims: Sequence[Claim], scheme: Scheme) -> None:
    if pool <= 0:
        raise Refusal.because(WHAT, "可分配的金额应大于零", field="pool")
    if not claims:
        raise Refusal.because(WHAT, "没有债权", field="claims-0")
    ranks = {r.id: r for r in scheme.ranks}
    seen: set[tuple[str, str, str]] = set()
    for n, claim in enumerate(claims):
        field = f"claims-{n}"
        rank = ranks.get(claim.rank)
        if not claim.creditor.strip():
            raise Refusal.because(WHAT, "没有写债权人", field=field)
        if rank is None:
            titles = "、".join(r.title for r in scheme.ranks)
            raise Refusal.because(WHAT, f"“{scheme.title}”没有这个顺位，只有：{titles}", field=field)
        if claim.fen <= 0:
            raise Refusal.because(WHAT, "债权金额应大于零", field=field)
        if rank.within == "by_turn" and claim.turn < 1:
            raise Refusal.because(WHAT, f"{rank.title}按{rank.turn}清偿，请填写第几位", field=field)
        key = (claim.creditor, claim.basis, claim.rank)
        if key in seen:
            raise Refusal.because(WHAT, f"{_name(claim)}在{rank.title}里写了两次；不是同一笔的，请写明依据文号", field=field)
        seen.add(key)


def _name(claim: Claim) -> str:
    return f"{claim.creditor}（{claim.basis}）" if claim.basis else claim.creditor


def _label(rank: Rank, turn: int) -> str:
    return f"{rank.title}（第 {turn} 位）" if turn else rank.title


def _formula(pool: int, left: int, group: Sequence[Claim]) -> str:
    total = sum(c.fen for c in group)
    names = _name(group[0]) if len(group) == 1 else f"{len(group)} 笔"
    rest = f"清偿后剩 {words(left - pool)} 元" if left else "已无款可分"
    return f"{names}，应付 {words(total)} 元，可用 {words(left)} 元，{rest}"


def _part(share: Share, pool: int, group: Sequence[Claim]) -> str:
    return f"{words(pool)} 元 × {words(share.claim.fen)} ÷ {words(sum(c.fen for c in group))}，尾差按最大余数补到分"
