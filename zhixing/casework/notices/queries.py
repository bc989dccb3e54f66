"""Reminders on a desk's page, and what was sent to whom about a case."""

from __future__ import annotations

from typing import Any

from .models import Notice

SHOWN = ("pk", "disclosure", "recipient", "channel", "text", "state", "attempts", "created_at", "settled_at", "read_at",
         "error", "case__ref", "case__number", "matter__ref", "matter__title")  # fmt: skip


def reminders(court_id: int, desk: str, *, limit: int = 50) -> list[dict[str, Any]]:
    """The desk's unread reminders, newest first."""
    rows = Notice.objects.filter(court_id=court_id, to_desk=desk, to_desk__gt="", read_at=None)
    return list(rows.order_by("-pk").values(*SHOWN)[:limit])


def of_case(court_id: int, case_id: int, *, limit: int = 200) -> list[dict[str, Any]]:
    """Everything that was to be told about a case, newest first."""
    return list(Notice.objects.filter(court_id=court_id, case_id=case_id).order_by("-pk").values(*SHOWN)[:limit])


def troubled(court_id: int, *, limit: int = 200) -> list[dict[str, Any]]:
    """Notices that failed or are held back, newest first: somebody has to look."""
    rows = Notice.objects.filter(court_id=court_id, state__in=(Notice.FAILED, Notice.HELD))
    return list(rows.order_by("-pk").values(*SHOWN)[:limit])
