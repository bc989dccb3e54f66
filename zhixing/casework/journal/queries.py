"""Reading the journal and the access trail."""

from __future__ import annotations

from datetime import date
from typing import Any

from .models import AccessEntry, JournalEntry

SHOWN = 50


def journal_page(
    court_id: int, *, kind: str = "", person: str = "", number: str = "", first: date | None = None, last: date | None = None,
    before: int | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """The newest entries that fit, `before` a row id; one statement."""
    rows = JournalEntry.objects.filter(court_id=court_id)
    for condition, value in (("kind", kind), ("person_name__contains", person), ("case__number__contains", number),
                             ("at__date__gte", first), ("at__date__lte", last), ("pk__lt", before)):  # fmt: skip
        if value:
            rows = rows.filter(**{condition: value})
    return list(rows.order_by("-pk").values("pk", "stream", "seq", "kind", "at", "recorded_at", "person_name", "desk", "clause",
                                            "payload", "hash", "case__ref", "case__number", "matter__ref", "matter__title")[: SHOWN + 1])  # fmt: skip


def access_page(court_id: int, *, person: str = "", number: str = "", before: int | None = None) -> list[dict[str, Any]]:
    """Who read what, newest first; one statement."""
    rows = AccessEntry.objects.filter(court_id=court_id)
    for condition, value in (("person_name__contains", person), ("case__number__contains", number), ("pk__lt", before)):
        if value:
            rows = rows.filter(**{condition: value})
    return list(rows.order_by("-pk").values("pk", "at", "person_name", "action", "detail", "address", "case__ref",
                                            "case__number")[: SHOWN + 1])  # fmt: skip
