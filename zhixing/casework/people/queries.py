"""Who holds which post today, and who stands in for whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db.models import F

from .models import Assignment, Person, in_force


def posts_today(court_id: int, on: date) -> dict[str, list[Assignment]]:
    """Role → assignments that count on a day, holders first, then their stand-ins. One statement."""
    rows = (
        Assignment.objects.filter(in_force(on), court_id=court_id).select_related("person", "stand_in_for")
        .order_by(F("stand_in_for_id").asc(nulls_first=True), "person__username")
    )  # fmt: skip
    found: dict[str, list[Assignment]] = {}
    for row in rows:
        found.setdefault(row.role, []).append(row)
    return found


def posts_of(person: Person) -> list[Assignment]:
    """Every post a person ever held, the newest first. One statement."""
    return list(Assignment.objects.filter(person=person).select_related("stand_in_for").order_by("-from_on", "-pk"))


def people_of(court_id: int) -> list[Person]:
    """Every account of the court. One statement."""
    return list(Person.objects.filter(court_id=court_id).order_by("-is_active", "username"))


def holders(court_id: int, titles: Mapping[str, str], on: date) -> list[tuple[str, str]]:
    """(id, name with team or post) of the active people who hold one of these posts (role → title), post by post, everybody once.
    One statement."""
    order = list(titles)
    held = Assignment.objects.filter(in_force(on), court_id=court_id, role__in=order, person__is_active=True)
    found: dict[str, str] = {}
    for role, team, name, pk in sorted(held.values_list("role", "team", "person__name", "person_id"), key=lambda row: (order.index(row[0]), *row[1:])):
        found.setdefault(str(pk), f"{name}（{team or titles[role]}）")
    return list(found.items())


def person_of(court_id: int, username: str) -> Person | None:
    """An account of the court."""
    return Person.objects.filter(court_id=court_id, username=username).first()
