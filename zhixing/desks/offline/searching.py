"""The traditional search of a case registered: what was found against what is claimed (四(二)2(3))."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from zhixing.casework.assets.models import Asset, Measure
from zhixing.casework.assets.totals import NOTHING, Holding, cash_yuan, holdings
from zhixing.casework.cases.models import Case, CaseState
from zhixing.casework.dossier.actions import record_with_proof
from zhixing.casework.facts import Recorded, rules
from zhixing.casework.facts.forms import desk_for
from zhixing.casework.people.actors import Actor
from zhixing.rulebook import memory
from zhixing.rulebook.refusals import Refusal

KIND = "traditional_search_registered"


@dataclass(frozen=True, slots=True)
class Coverage:
    """Money found, other assets as estimated, the claim (yuan; None where unknown), and what that comes to."""

    rows: tuple[Holding, ...]
    cash_yuan: Decimal
    other_yuan: Decimal
    claim_yuan: Decimal | None

    @property
    def found_yuan(self) -> Decimal:
        """Everything found."""
        return self.cash_yuan + self.other_yuan

    @property
    def short_yuan(self) -> Decimal | None:
        """What is lacking to the claim; zero when covered, None where the claim is unknown."""
        return None if self.claim_yuan is None else max(self.claim_yuan - self.found_yuan, NOTHING)

    @property
    def covers(self) -> bool | None:
        """Whether what was found covers the claim; None where nobody knows the claim."""
        return None if self.claim_yuan is None else self.found_yuan >= self.claim_yuan

    @property
    def found(self) -> bool:
        """Whether there is anything to enforce on."""
        return self.found_yuan > 0 or any(row.is_worth for row in self.rows)


def coverage(case: Case, other_yuan: Decimal = NOTHING) -> Coverage:
    """The assets of the case against its claim. Two statements."""
    assets = list(Asset.objects.filter(case=case).exclude(state=Asset.LEFT).order_by("position"))
    rows = holdings(assets, Measure.objects.filter(asset__in=assets).order_by("pk"))
    return Coverage(tuple(rows), cash_yuan(rows), other_yuan, case.claim_yuan)


def register_search(
    *, case_id: int, result: str, other_yuan: Decimal | None = None, proof: UploadedFile | None = None, late_reason: str = "",
    key: str = "", by: Actor, at: datetime, recorded_at: datetime | None = None,
) -> Recorded:  # fmt: skip
    """Register the search with the analysis: covering is computed from the assets and the estimate, never ticked.
    Refuses (404) another court's case."""
    what = f"暂不能{rules.rulebook().events[KIND].verb}"
    with transaction.atomic():
        case = Case.objects.select_for_update().filter(pk=case_id, court_id=by.court_id).first()
        if case is None:
            raise Refusal.because(what, "没有这个案件", status=404)
        seen = coverage(case, other_yuan or NOTHING)
        payload = {"result": result.strip(), "asset_covers_claim": seen.covers, "asset_found": seen.found or _unless_known(case), "cash_yuan": seen.cash_yuan,
                   "other_yuan": seen.other_yuan, "found_yuan": seen.found_yuan, "claim_yuan": seen.claim_yuan, "late_reason": late_reason}  # fmt: skip
        return record_with_proof(KIND, proof=proof, case_id=case_id, payload=payload, key=key or None,  # type: ignore[arg-type]
                                 desk=desk_for(rules.rulebook().events[KIND], by), by=by, at=at, recorded_at=recorded_at or at)  # fmt: skip


def _unless_known(case: Case) -> bool | None:
    """No, unless somebody found something that is not in the list of assets: that is not denied here."""
    document = CaseState.objects.filter(case=case).values_list("document", flat=True).first()
    return None if memory.load(document or memory.EMPTY).facts.get("asset_found") is True else False
