"""Reports become assets: each thing once, whatever the order and number of the reports (三(二)6).

The newest report of a thing is what counts; of two with the same moment the one that sorts later, so that any order of the
same feedbacks leaves the same rows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from .kinds import Kind
from .models import Asset, AssetMark, Feedback

VALUES = ("title", "mark", "description", "place", "amount_yuan", "available_yuan", "encumbrance")


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one row of a feedback says about one asset. `keys` are its names (see `keys_of`), `row` where it stood."""

    kind: str
    holder_id: int
    keys: tuple[str, ...]
    as_of: datetime
    area: str
    title: str
    mark: str = ""
    description: str = ""
    place: str = ""
    amount_yuan: Decimal | None = None
    available_yuan: Decimal | None = None
    encumbrance: str = ""
    row: int = 0


@dataclass(slots=True)
class Kept:
    """What became of the rows: the asset of each by what happened, and (row, reason) of those that stand for two assets."""

    created: list[Asset] = field(default_factory=list)
    updated: list[Asset] = field(default_factory=list)
    unchanged: list[Asset] = field(default_factory=list)
    rejected: list[tuple[int, str]] = field(default_factory=list)


def normal(text: str) -> str:
    """One spelling of a number: full-width forms, spaces, separators and letter case mean nothing."""
    return re.sub(r"[\s\-_.·,，]", "", unicodedata.normalize("NFKC", text)).upper()


def keys_of(kind: Kind, said: Mapping[str, str]) -> tuple[str, ...]:
    """The names of an asset, one for each group of identity columns whose first is filled in."""
    found = []
    for group in kind.identity:
        parts = [normal(said.get(column, "")) for column in group]
        if parts[0]:
            found.append(f"{kind.id}:{group[0]}:" + "|".join(parts))
    return tuple(key[:240] for key in found)


def keep(*, court_id: int, case_id: int, sightings: Sequence[Sighting], source: Feedback | None) -> Kept:
    """Write the reports of one feedback. The case must be locked by the caller. Four statements, and one for each asset that changed."""
    keys = {key for s in sightings for key in s.keys}
    marks = {m.key: m for m in AssetMark.objects.filter(case_id=case_id, key__in=keys).select_related("asset")}
    known = {m.asset_id: m.asset for m in marks.values()}  # one object for an asset with several names
    by_key = {key: known[m.asset_id] for key, m in marks.items()}
    last = Asset.objects.filter(case_id=case_id).order_by("-position").values_list("position", flat=True).first() or 0
    kept = Kept()
    for sighting in sightings:
        owners = {by_key[k].pk: by_key[k] for k in sighting.keys if k in by_key}
        if len(owners) > 1:
            names = "、".join(sorted(a.no for a in owners.values()))
            kept.rejected.append((sighting.row, f"这一行的编号分属已登记的{names}，请人工核对是否同一项财产"))
            continue
        asset = next(iter(owners.values()), None)
        if asset is None:
            last += 1
            asset = Asset(court_id=court_id, case_id=case_id, position=last, holder_id=sighting.holder_id)
            _take(asset, sighting, source)
            kept.created.append(asset)
        else:
            changed = _newer(asset, sighting) and _take(asset, sighting, source)
            (kept.updated if changed else kept.unchanged).append(asset)
        _name(asset, sighting.keys, by_key)
    return kept


def _name(asset: Asset, keys: Sequence[str], by_key: dict[str, Asset]) -> None:
    fresh = [key for key in keys if key not in by_key]
    AssetMark.objects.bulk_create([AssetMark(case_id=asset.case_id, asset=asset, key=key) for key in fresh])
    by_key.update(dict.fromkeys(fresh, asset))


def _newer(asset: Asset, sighting: Sighting) -> bool:
    if sighting.as_of != asset.as_of:
        return sighting.as_of > asset.as_of
    return _sortable(sighting) > _sortable(asset)


def _sortable(of: Any) -> tuple[str, ...]:
    """The values as text that sorts the same everywhere."""
    return tuple("" if (v := getattr(of, name)) is None else f"{v:020.2f}" if isinstance(v, Decimal) else str(v) for name in VALUES)


def _take(asset: Asset, sighting: Sighting, source: Feedback | None) -> bool:
    """Put the report's values into the asset and save it; whether anything but the moment changed."""
    new = {name: getattr(sighting, name) for name in VALUES} | {"kind": sighting.kind, "holder_id": sighting.holder_id}
    if asset.area_said:
        del new["place"]
    else:
        new["area"] = sighting.area
    changed = any(getattr(asset, name) != value for name, value in new.items())
    for name, value in new.items():
        setattr(asset, name, value)
    asset.as_of, asset.source = sighting.as_of, source
    asset.save()
    return changed
