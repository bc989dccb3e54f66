"""Reminders on a desk's page, the outbox by state, and what was told to whom about a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Q, QuerySet

from ..cases.models import Party
from .models import Contact, Gateway, Notice

SHOWN = ("pk", "disclosure", "recipient", "channel", "text", "state", "attempts", "created_at", "settled_at", "read_at",
         "error", "case__ref", "case__number", "matter__ref", "matter__title")  # fmt: skip
TOLD = (*SHOWN, "party__name", "address", "next_at", "handed_at", "accepted_at", "proof", "receipt", "simulated", "to_desk",
        "resent_as", "resent_from")  # fmt: skip
OUTWARD = ~Q(channel="desk")
PILES: Mapping[str, Q] = {
    "waiting": Q(state__in=Notice.WAITING), "failed": Q(state=Notice.FAILED, resent_as=None), "held": Q(state=Notice.HELD),
    "silent": Q(state=Notice.SENT, error__gt="", resent_as=None), "sent": Q(state__in=(Notice.SENT, Notice.DELIVERED)),
    "cancelled": Q(state=Notice.CANCELLED),
}  # fmt: skip
COUNTED = ("waiting", "failed", "held", "silent")


def reminders(court_id: int, desk: str, *, limit: int = 50) -> list[dict[str, Any]]:
    """The desk's unread reminders, newest first."""
    rows = Notice.objects.filter(court_id=court_id, to_desk=desk, to_desk__gt="", read_at=None)
    return list(rows.order_by("-pk").values(*SHOWN)[:limit])


def of_case(court_id: int, case_id: int, *, limit: int = 200) -> list[dict[str, Any]]:
    """Everything that was to be told about a case, newest first, with state and proof."""
    rows = Notice.objects.filter(court_id=court_id, case_id=case_id).exclude(disclosure="warning")
    return list(rows.order_by("-seq", "-pk").values(*TOLD)[:limit])


def pile(court_id: int, name: str, *, before: int | None = None, limit: int = 50) -> list[dict[str, Any]]:
    """One pile of the outbox (a key of `PILES`), newest first; `before` is the `pk` of the last row seen."""
    rows = _outward(court_id).filter(PILES[name])
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk").values(*TOLD)[:limit])


def counts(court_id: int) -> dict[str, int]:
    """How many lie in each pile that somebody may have to look at. One statement."""
    rows = _outward(court_id).filter(Q(state__in=(*Notice.WAITING, Notice.FAILED, Notice.HELD)) | PILES["silent"])
    return rows.aggregate(**{name: Count("pk", filter=PILES[name]) for name in COUNTED})


def troubled(court_id: int, *, limit: int = 200) -> list[dict[str, Any]]:
    """Notices that failed or are held back, newest first: somebody has to look."""
    rows = Notice.objects.filter(court_id=court_id, state__in=(Notice.FAILED, Notice.HELD))
    return list(rows.order_by("-pk").values(*SHOWN)[:limit])


def gateways() -> list[Gateway]:
    """How every channel that was ever used is doing."""
    return list(Gateway.objects.exclude(last_ok_at=None, failures=0).order_by("channel"))


def parties_with_contacts(court_id: int, case_id: int) -> list[tuple[Party, list[Contact]]]:
    """The parties of a case with their addresses besides the telephone."""
    rows = Party.objects.filter(court_id=court_id, case_id=case_id).order_by("role", "position").prefetch_related("contacts")
    return [(party, sorted(party.contacts.all(), key=lambda c: c.channel)) for party in rows]


def _outward(court_id: int) -> QuerySet[Notice]:
    return Notice.objects.filter(OUTWARD, court_id=court_id)
