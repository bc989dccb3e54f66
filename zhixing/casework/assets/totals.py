"""What the assets of a case say together: the facts the rulebook asks for (四(一)2(2), 四(一)3(1)(6)(8), 三(二)6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .kinds import having
from .models import Asset, Measure

NOTHING = Decimal("0.00")
STANDING = (Measure.ACTIVE, Measure.WAITING)


@dataclass(frozen=True, slots=True)
class Holding:
    """An asset with the measures of its case on it."""

    asset: Asset
    measures: tuple[Measure, ...] = ()

    @property
    def standing(self) -> Measure | None:
        """The measure in force or waiting."""
        return next((m for m in self.measures if m.state in STANDING), None)

    @property
    def failed(self) -> Measure | None:
        """The last attempt that failed."""
        return next((m for m in reversed(self.measures) if m.state == Measure.FAILED), None)

    @property
    def usable_yuan(self) -> Decimal:
        """What can be had of it: the available amount, or what our own measure holds (which a bank then no longer reports)."""
        asset, measure = self.asset, self.standing
        free = asset.available_yuan if asset.available_yuan is not None else asset.amount_yuan
        held = measure.controlled_yuan if measure is not None and measure.state == Measure.ACTIVE else None
        return max(free or NOTHING, held or NOTHING)

    @property
    def is_worth(self) -> bool:
        """Something to enforce on: money that is there, or a thing."""
        return self.asset.kind not in having("cash") or self.usable_yuan > 0


def holdings(assets: Iterable[Asset], measures: Iterable[Measure]) -> list[Holding]:
    """Assets with their measures, in the order of the assets."""
    by_asset: dict[int, list[Measure]] = {}
    for measure in measures:
        by_asset.setdefault(measure.asset_id, []).append(measure)
    return [Holding(asset, tuple(by_asset.get(asset.pk, ()))) for asset in assets]


def cash_yuan(rows: Iterable[Holding]) -> Decimal:
    """Money that can be had."""
    return sum((h.usable_yuan for h in rows if h.asset.kind in having("cash")), NOTHING)


def is_freezable(holding: Holding) -> bool:
    """Can be frozen over the network and is not yet, nor was it tried in vain; an account that others froze can be waited on."""
    asset = holding.asset
    return (
        asset.kind in having("online") and asset.state == Asset.OPEN and holding.standing is None and holding.failed is None
        and (holding.is_worth or bool(asset.amount_yuan))
    )  # fmt: skip


def facts_of(rows: Iterable[Holding], claim_yuan: Decimal | None, known: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of `inquiry_feedback_received` that follow from the assets. What somebody else found (`known`, the facts of the
    case) is not denied by a query that found nothing."""
    rows = [h for h in rows if h.asset.state != Asset.LEFT]
    worth = [h for h in rows if h.is_worth]
    enough = None if claim_yuan is None or claim_yuan <= 0 else cash_yuan(worth) >= claim_yuan
    facts: dict[str, Any] = {
        "asset_found": bool(worth),
        "enough_cash_found": enough,
        "freezable": any(is_freezable(h) for h in rows),
        "realisation_needed": not enough and any(h.asset.kind in having("sold") for h in worth),
        "disposal_needed": not enough and any(h.asset.kind in having("disposed") for h in worth),
        "out_of_area": any(h.asset.area == Asset.OUT and h.asset.state == Asset.OPEN for h in worth),
    }
    if not worth:
        for field in ("asset_found", "realisation_needed", "disposal_needed"):
            if known.get(field) is True:
                facts[field] = None
    return {name: value for name, value in facts.items() if value is not None}
