"""Who holds a file, what is on its way, what has arrived."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from .models import Custody, Handoff

SHOWN = ("ref", "case__ref", "case__number", "case__applicants", "case__debtors", "from_desk", "to_desk", "contents",
         "offered_at", "offered_by__name")  # fmt: skip


def arrived(court_id: int, desk: str, *, limit: int = 200) -> list[dict[str, Any]]:
    """Handoffs waiting for the desk, oldest first."""
    return list(_waiting(court_id).filter(to_desk=desk)[:limit])


def offered(court_id: int, desk: str, *, limit: int = 200) -> list[dict[str, Any]]:
    """Handoffs the desk has offered and nobody has answered, oldest first."""
    return list(_waiting(court_id).filter(from_desk=desk)[:limit])


def _waiting(court_id: int) -> QuerySet[Handoff, dict[str, Any]]:
    rows = Handoff.objects.filter(court_id=court_id, state=Handoff.OFFERED)
    return rows.order_by("offered_at", "pk").values(*SHOWN)


def open_handoff(court_id: int, case_id: int) -> dict[str, Any] | None:
    """The unanswered handoff of a case."""
    return _waiting(court_id).filter(case_id=case_id).first()


def holder(court_id: int, case_id: int) -> str | None:
    """The desk that holds the file now."""
    rows = Custody.objects.filter(court_id=court_id, case_id=case_id, until_at=None)
    return rows.values_list("desk", flat=True).first()


def history(court_id: int, case_id: int) -> list[tuple[str, datetime, datetime | None]]:
    """Where the file has been: (desk, since, until), oldest first."""
    rows = Custody.objects.filter(court_id=court_id, case_id=case_id)
    return list(rows.order_by("since_at", "pk").values_list("desk", "since_at", "until_at"))
