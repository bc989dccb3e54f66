"""Reading the journal and the access trail. Pages by key: `before` is the row id of the last row seen."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet

from zhixing.rulebook.deadlines import CST

from ..cases.models import Case
from .models import AccessEntry, JournalEntry, JournalHead

SHOWN = 50
JOURNAL = ("pk", "stream", "seq", "kind", "at", "recorded_at", "person_name", "desk", "clause", "hash", "case__number",
           "matter__title")  # fmt: skip
ACCESS = ("pk", "at", "person_name", "action", "detail", "path", "address", "case__number")
MOST_CASES = 200


def journal_page(
    court_id: int, *, kind: str = "", person: str = "", number: str = "", first: date | None = None, last: date | None = None,
    before: int | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """The newest entries that fit, one more than are shown; days are days of the court. One statement."""
    rows = _fitting(JournalEntry.objects.filter(court_id=court_id), court_id, person, number, first, last, before)
    if kind:
        rows = rows.filter(kind=kind)
    return list(rows.values(*JOURNAL)[: SHOWN + 1])


def access_page(
    court_id: int, *, person: str = "", number: str = "", first: date | None = None, last: date | None = None,
    before: int | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Who read what, newest first, one more than are shown. One statement."""
    rows = _fitting(AccessEntry.objects.filter(court_id=court_id), court_id, person, number, first, last, before)
    return list(rows.values(*ACCESS)[: SHOWN + 1])


def heads(court_id: int) -> list[JournalHead]:
    """The end of each of the court's chains."""
    return list(JournalHead.objects.filter(court_id=court_id).order_by("stream"))


def last_verified(court_id: int) -> dict[str, Any] | None:
    """When the chain was last checked, by whom, and what was found (`payload`, JSON text)."""
    rows = JournalEntry.objects.filter(court_id=court_id, kind="chain_verified").order_by("-at", "-pk")
    return rows.values("at", "person_name", "payload").first()


def _fitting(
    rows: QuerySet[Any], court_id: int, person: str, number: str, first: date | None, last: date | None, before: int | None
) -> QuerySet[Any]:
    if person:
        rows = rows.filter(person_name__contains=person)
    if number:
        named = Case.objects.filter(court_id=court_id, number__contains=number).values("pk")[:MOST_CASES]
        rows = rows.filter(case_id__in=named)
    if first:
        rows = rows.filter(at__gte=_midnight(first))
    if last:
        rows = rows.filter(at__lt=_midnight(last + timedelta(days=1)))
    if before:
        rows = rows.filter(pk__lt=before)
    return rows.order_by("-pk")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CST)
