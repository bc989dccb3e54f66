"""Who holds which post today, and who stands in for whom."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from .models import Assignment, Person


def posts_today(court_id: int, on: date) -> dict[str, list[Assignment]]:
    """Role → assignments in force on a day, stand-ins included. One statement."""
    rows = (
        Assignment.objects.filter(Q(until_on__isnull=True) | Q(until_on__gte=on), court_id=court_id, from_on__lte=on)
        .select_related("person", "stand_in_for").order_by("stand_in_for_id", "person__username")
    )  # fmt: skip
    found: dict[str, list[Assignment]] = {}
    for row in rows:
        found.setdefault(row.role, []).append(row)
    return found


def people_of(court_id: int) -> list[Person]:
    """Every account of the court. One statement."""
    return list(Person.objects.filter(court_id=court_id).order_by("-is_active", "username"))
