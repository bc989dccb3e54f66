"""The figures of a plan: who claims what, what each gets (the rulebook's calculator), how shares are spread over receipts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from zhixing.rulebook.money import distribution
from zhixing.rulebook.money.table import MoneyTable, Scheme, standard


@dataclass(frozen=True, slots=True)
class Claimed:
    """One claim as it is put into a plan. `party_id` for an applicant of this case; amounts in fen."""

    name: str
    side: str
    rank: str
    fen: int
    basis: str = ""
    joined_on: date | None = None
    turn: int = 0
    party_id: int | None = None


@dataclass(frozen=True, slots=True)
class Shared:
    """The plan's figures: the claims with their shares in the order they were put in, the rest, the steps with articles."""

    shares: tuple[tuple[Claimed, int], ...]
    surplus_fen: int
    steps: tuple[dict[str, str], ...]

    @property
    def by_name(self) -> dict[str, int]:
        """What each gets in all (fen)."""
        found: dict[str, int] = {}
        for claim, fen in self.shares:
            found[claim.name] = found.get(claim.name, 0) + fen
        return found


def share(pool_fen: int, claims: Sequence[Claimed], scheme: str) -> Shared:
    """Share the pool by a scheme of `money.yaml`. Refuses what the calculator refuses, naming the row of the claim."""
    asked = [distribution.Claim(c.name, c.rank, c.fen, c.basis, c.turn) for c in claims]
    found = distribution.distribute(pool_fen, asked, scheme=scheme)
    paid = {s.claim: s.paid_fen for s in found.shares}
    return Shared(tuple((c, paid[a]) for c, a in zip(claims, asked, strict=True)), found.surplus_fen, tuple(s.as_json() for s in found.steps))


def scheme_of(ident: str) -> Scheme:
    """A way of sharing by its id."""
    return distribution.scheme_of(ident, standard())


def principle_of(scheme: Scheme) -> str:
    """The order of a scheme in a sentence, as the creditors are told it."""
    ranks = "；".join(f"{n}. {r.title}（{'按债权比例' if r.within == 'pro_rata' else f'按{r.turn}'}）" for n, r in enumerate(scheme.ranks, 1))
    return f"{scheme.title}：{ranks}。"


def law_of(scheme: Scheme, table: MoneyTable | None = None) -> str:
    """The articles of a scheme, each once, with their versions."""
    table = table or standard()
    return "；".join(dict.fromkeys(table.cite(r.article, r.verify) for r in scheme.ranks))


def spread(due: Mapping[int, int], rests: Mapping[int, int]) -> Iterator[tuple[int, int, int]]:
    """Take what is due to each (id → fen) out of receipts (id → what is left), in order: (who, receipt, fen). What the receipts
    do not hold stays undone."""
    left = dict(rests)
    for who, fen in due.items():
        for receipt, rest in left.items():
            take = min(fen, rest)
            if take > 0:
                yield who, receipt, take
                left[receipt] -= take
                fen -= take
