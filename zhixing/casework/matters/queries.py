"""Matters as lists and pages read them."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from zhixing.rulebook import memory
from zhixing.rulebook.model import EventKind, Rulebook

from ..calendars.models import CalendarVersion
from ..duties.models import Duty
from ..journal.models import JournalEntry
from .models import Matter

ROW = ("pk", "ref", "kind", "number", "title", "desk", "opened_at", "case__ref", "case__number")
CLOCK = ("id", "court_id", "rule", "key", "clause", "desk", "started_at", "due_at", "provisional", "extended_until", "met_at",
         "stopped_at", "late_at", "suspended_at")  # fmt: skip


def kinds_of(event: EventKind) -> tuple[str, ...]:
    """The matter kinds an event belongs to; the file writes one or several, separated by commas."""
    return tuple(k.strip() for k in (event.matter_kind or "").split(",") if k.strip())


def opening_events(book: Rulebook) -> dict[str, EventKind]:
    """Matter kind → the event that opens it, in file order."""
    found: dict[str, EventKind] = {}
    for event in book.events.values():
        if event.opens and event.subject == "matter":
            for kind in kinds_of(event):
                found.setdefault(kind, event)
    return found


def events_of(book: Rulebook, kind: str) -> list[EventKind]:
    """The acts that may follow in a matter of this kind."""
    return [
        e for e in book.events.values()
        if e.subject == "matter" and not e.opens and (kind in kinds_of(e) or not e.matter_kind)
    ]  # fmt: skip


def matters(
    court_id: int, *, kind: str = "", desk: str = "", is_open: bool | None = True, before: int | None = None, limit: int = 50
) -> list[dict[str, Any]]:
    """Matters of a court, newest first; `before` is the `pk` of the last row seen. A matter is done when it has had
    clocks and none of them runs any more: `is_done` says so."""
    clocks = Duty.objects.filter(matter_id=OuterRef("pk"))
    done = Q(Exists(clocks)) & ~Q(Exists(clocks.filter(is_open=True)))
    rows = Matter.objects.filter(court_id=court_id).annotate(is_done=ExpressionWrapper(done, BooleanField()))
    if kind:
        rows = rows.filter(kind=kind)
    if desk:
        rows = rows.filter(desk=desk)
    if is_open is not None:
        rows = rows.filter(is_done=not is_open)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk").values(*ROW, "is_done")[:limit])


def counts_by_kind(court_id: int) -> dict[str, int]:
    """How many matters of each kind have a running clock."""
    rows = Duty.objects.filter(court_id=court_id, is_open=True, matter_id__isnull=False).values_list("matter__kind")
    return dict(rows.annotate(n=Count("matter_id", distinct=True)).order_by())


def matter_of(court_id: int, ref: str) -> dict[str, Any] | None:
    """One matter with its engine state under `state` and the `calendar_version` in force."""
    versions = CalendarVersion.objects.filter(court_id=court_id).order_by("-version").values("version")[:1]
    rows = Matter.objects.filter(court_id=court_id, ref=ref).values(*ROW, "case_id", "state_row__document")
    row = rows.annotate(calendar_version=Coalesce(Subquery(versions), 0)).first()
    if row is not None:
        row["state"] = memory.load(row.pop("state_row__document") or memory.EMPTY)
    return row


def clocks_of(court_id: int, matter_id: int) -> list[dict[str, Any]]:
    """The matter's clocks, oldest first."""
    return list(Duty.objects.filter(court_id=court_id, matter_id=matter_id).order_by("started_at", "pk").values(*CLOCK))


def journal_of(court_id: int, matter_id: int) -> list[dict[str, Any]]:
    """What happened in the matter, newest first."""
    rows = JournalEntry.objects.filter(court_id=court_id, matter_id=matter_id).order_by("-seq")
    return list(rows.values("seq", "kind", "at", "recorded_at", "person_name", "desk", "clause", "payload")[:500])
