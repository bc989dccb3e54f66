"""Which cases money on the general account may belong to, each with every ground and its weight (`ranking.yaml`). Nothing is decided
here: a handler claims, somebody else confirms (四(三)3(2))."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.db.models import F, Q, Value
from django.db.models.functions import Length, StrIndex

from zhixing.casework.cases.models import Case, Party
from zhixing.rulebook.money.amounts import yuan

from .models import LedgerAccount, Receipt

DIGITS = re.compile(r"\d{2,8}")
MOST = 200


@cache
def weights() -> dict[str, Any]:
    """The grounds with their points and words."""
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("ranking.yaml").read_text("utf-8"))
    return found


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case with what speaks for it: (words, points), the strongest first."""

    case: Case
    grounds: tuple[tuple[str, int], ...]

    @property
    def points(self) -> int:
        """The sum of the grounds' points."""
        return sum(points for _, points in self.grounds)


def candidates(receipt: Receipt) -> list[Candidate]:
    """The cases of the receipt's court that something speaks for, best first. Three statements whatever the rows."""
    remark, payer = plain(receipt.remark), receipt.payer.strip()
    numbers = {int(d) for d in DIGITS.findall(remark)}
    parties = Party.objects.filter(court_id=receipt.court_id).annotate(place=StrIndex(Value(remark or " "), F("name")), size=Length("name"))
    named = parties.filter(Q(name=payer) | Q(place__gt=0, size__gte=2)) if payer or remark else Party.objects.none()
    by_case: dict[int, list[Party]] = {}
    for party in named.order_by("-case_id")[:MOST]:
        by_case.setdefault(party.case_id, []).append(party)
    amount = Q(claim_yuan=yuan(receipt.amount_fen))
    near = Case.objects.filter(court_id=receipt.court_id).filter(Q(pk__in=by_case) | Q(seq__in=numbers) | amount).order_by("-filed_on", "-pk")
    cases = list(near[:MOST])
    held = dict(LedgerAccount.objects.filter(case_id__in=[c.pk for c in cases]).values_list("case_id", "balance_fen"))
    found = [Candidate(case, tuple(_grounds(receipt, case, by_case.get(case.pk, []), remark, numbers, held.get(case.pk, 0)))) for case in cases]
    return sorted((c for c in found if c.points > 0), key=lambda c: (-c.points, -c.case.pk))[: weights()["shown"]]


def plain(text: str) -> str:
    """Text with one kind of brackets, digits and letters, and no spaces."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).replace("〔", "(").replace("〕", ")").replace("[", "(").replace("]", ")")


def _grounds(receipt: Receipt, case: Case, named: Iterable[Party], remark: str, numbers: set[int], held: int) -> list[tuple[str, int]]:
    payer = receipt.payer.strip()
    payers = {p.role for p in named if p.name == payer}
    claim = int(case.claim_yuan * 100) if case.claim_yuan is not None else None
    holds = {
        "number": plain(case.number) in remark, "fragment": case.seq in numbers and plain(case.number) not in remark,
        "payer_debtor": Party.DEBTOR in payers, "payer_party": bool(payers) and Party.DEBTOR not in payers,
        "named": any(p.name != payer and p.name in remark for p in named), "amount": claim == receipt.amount_fen,
        "remaining": claim is not None and held > 0 and claim - held == receipt.amount_fen,
    }  # fmt: skip
    table = weights()["grounds"]
    found = [(table[name]["words"], int(table[name]["points"])) for name, so in holds.items() if so]
    if found and case.closed_on:
        found.append((weights()["closed"]["words"], int(weights()["closed"]["points"])))
    return sorted(found, key=lambda g: -g[1])
