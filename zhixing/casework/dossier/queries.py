"""The volumes of a dossier and the one scan that a download asks for."""

from __future__ import annotations

from typing import Any

from .models import Scan

SHOWN = ("ref", "volume", "title", "event_kind", "position", "pages", "media_type", "size", "sha256", "added_at",
         "added_by__name", "replaces__ref")  # fmt: skip


def volumes(court_id: int, *, case_id: int | None = None, matter_id: int | None = None) -> dict[str, list[dict[str, Any]]]:
    """Main and supplementary volume (正卷/副卷) in their order. A scan that was replaced carries `replaced` = True."""
    rows = Scan.objects.filter(court_id=court_id, case_id=case_id, matter_id=matter_id)
    found: dict[str, list[dict[str, Any]]] = {Scan.MAIN: [], Scan.SUPPLEMENTARY: []}
    replaced = set()
    for row in rows.order_by("volume", "position", "pk").values(*SHOWN):
        found[row["volume"]].append(row)
        replaced.add(row["replaces__ref"])
    for row in (*found[Scan.MAIN], *found[Scan.SUPPLEMENTARY]):
        row["replaced"] = row["ref"] in replaced
    return found


def scan_of(court_id: int, ref: str, *, case_ref: str | None = None, matter_ref: str | None = None) -> Scan | None:
    """A scan of the court that belongs to the named case or matter."""
    return Scan.objects.filter(court_id=court_id, ref=ref, case__ref=case_ref, matter__ref=matter_ref).first()
