"""Requests waiting for a person's decision, and what became of one's own."""

from __future__ import annotations

from typing import Any

from django.db.models import F

from zhixing.casework.people.actors import Actor
from zhixing.rulebook.model import Rulebook

from .models import Approval

SHOWN = ("ref", "kind", "payload", "reason", "state", "asked_at", "asked_by_id", "asked_by__name", "decided_at",
         "decided_by__name", "answer", "case__ref", "case__number", "case__applicants", "case__debtors", "matter__ref",
         "matter__title")  # fmt: skip


def kinds_approved_by(book: Rulebook, by: Actor) -> list[str]:
    """The event kinds whose approval the person's posts can give."""
    return [
        a.removeprefix("record:") for a, row in book.authority.items()
        if a.startswith("record:") and by.roles & set(row.approvers)
    ]  # fmt: skip


def waiting_for(book: Rulebook, by: Actor, *, limit: int = 200) -> list[dict[str, Any]]:
    """Requests that this person may decide, oldest first: never one's own."""
    rows = Approval.objects.filter(court_id=by.court_id, state=Approval.ASKED, kind__in=kinds_approved_by(book, by))
    return list(rows.exclude(asked_by_id=by.person_id).order_by("asked_at", "pk").values(*SHOWN)[:limit])


def asked_by(by: Actor, *, limit: int = 50) -> list[dict[str, Any]]:
    """One's own requests: those still waiting first, then the newest."""
    rows = Approval.objects.filter(court_id=by.court_id, asked_by_id=by.person_id)
    return list(rows.order_by(F("decided_at").desc(nulls_first=True), "-asked_at", "-pk").values(*SHOWN)[:limit])
