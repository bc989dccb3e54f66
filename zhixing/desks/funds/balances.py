"""Reading the ledger: the trial balance of a day, an account's statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, Sum

from zhixing.casework.courts.models import Court
from zhixing.rulebook.refusals import Refusal

from .models import LedgerAccount, Line, Month, MonthBalance


@dataclass(frozen=True, slots=True)
class KindRow:
    """All accounts of one kind: how many there are with money, what came and went since the last closed month, the balance (fen).
    The bank's side is shown as what lies in the bank, so its sign is turned."""

    kind: str
    words: str
    accounts: int
    opening_fen: int
    in_fen: int
    out_fen: int
    balance_fen: int


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """The court's money on a day. `held_fen` is what it holds for others, `bank_fen` what lies in the bank: they are equal."""

    on: date
    since: date | None
    rows: tuple[KindRow, ...]
    held_fen: int
    bank_fen: int

    @property
    def difference_fen(self) -> int:
        """0, or the books are wrong (I3)."""
        return self.held_fen - self.bank_fen


def trial_balance(court_id: int, on: date) -> TrialBalance:
    """Balances at the end of a day by business date: the last closed month before it and every line since. Three statements."""
    month = Month.objects.filter(court_id=court_id, last_on__lte=on).order_by("-last_on").first()
    opening: dict[str, int] = {}
    if month is not None:
        opening = dict(MonthBalance.objects.filter(month=month).values_list("account__kind").annotate(fen=Sum("closing_fen")))
    lines = Line.objects.filter(posting__court_id=court_id, posting__business_on__lte=on, account__court_id=court_id)
    if month is not None:
        lines = lines.filter(posting__business_on__gt=month.last_on)
    moved = {
        row["account__kind"]: (row["came"] or 0, -(row["went"] or 0), row["n"])
        for row in lines.values("account__kind").annotate(
            came=Sum("amount_fen", filter=Q(amount_fen__gt=0)), went=Sum("amount_fen", filter=Q(amount_fen__lt=0)), n=Count("account", distinct=True)
        )
    }
    rows = []
    for kind, words in LedgerAccount.KINDS:
        before, (came, went, n) = opening.get(kind, 0), moved.get(kind, (0, 0, 0))
        if kind in LedgerAccount.MIRRORS:
            before, came, went = -before, went, came
        rows.append(KindRow(kind, words, n, before, came, went, before + came - went))
    held = sum(r.balance_fen for r in rows if r.kind not in LedgerAccount.MIRRORS)
    return TrialBalance(on, month.last_on if month else None, tuple(rows), held, sum(r.balance_fen for r in rows if r.kind in LedgerAccount.MIRRORS))


def court_of(code: str | None) -> int:
    """The court with a code; without one the only court that keeps a ledger or any staff. Refuses what is not there."""
    courts = Court.objects.filter(code=code) if code else Court.objects.filter(people__isnull=False).distinct()
    found = list(courts.values_list("pk", flat=True)[:2])
    if len(found) != 1:
        raise Refusal.because("没有列出", "没有这个法院" if code else "不止一个法院，或还没有法院", now="请用 --court 写明法院代字", field="court")
    return int(found[0])


LINE = ("n", "amount_fen", "balance_fen", "posting__no", "posting__purpose", "posting__business_on", "posting__posted_at", "posting__paper", "posting__summary",
        "posting__by_name", "posting__event_seq", "posting__reverses__no", "posting__reversed_by__no")  # fmt: skip


def statement_of(court_id: int, case_id: int, *, limit: int = 200, before: int | None = None) -> list[dict[str, Any]]:
    """The lines of a case's account, newest first, each with its balance after. One statement."""
    lines = Line.objects.filter(account__court_id=court_id, account__case_id=case_id, **({"n__lt": before} if before else {}))
    return list(lines.order_by("-n").values(*LINE)[:limit])


def as_json(found: TrialBalance) -> dict[str, Any]:
    """For `zhixing funds trial-balance --json`. Amounts are fen."""
    return {
        "on": found.on.isoformat(), "since": found.since.isoformat() if found.since else None, "held_fen": found.held_fen, "bank_fen": found.bank_fen,
        "difference_fen": found.difference_fen,
        "accounts": [{"kind": r.kind, "title": r.words, "opening_fen": r.opening_fen, "in_fen": r.in_fen, "out_fen": r.out_fen, "balance_fen": r.balance_fen}
                     for r in found.rows],
    }  # fmt: skip
