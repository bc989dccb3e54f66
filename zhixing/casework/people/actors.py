"""Who acts: a person with the posts held at a moment, or the system itself. Passed to every action as `by`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from zhixing.rulebook.model import Rulebook

from .models import Assignment, Person, in_force

SYSTEM_NAME = "系统"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person (or the system, `person_id` None) with their roles and desks on the day of the act."""

    person_id: int | None
    name: str
    court_id: int
    roles: frozenset[str] = frozenset()
    desks: tuple[str, ...] = ()
    teams: frozenset[str] = frozenset()
    system: bool = field(default=False)


def system_actor(court_id: int) -> Actor:
    """The product itself: it may record system events, never approve (trust R3)."""
    return Actor(None, SYSTEM_NAME, court_id, system=True)


def actor_of(person: Person, book: Rulebook, on: date) -> Actor:
    """The person with the posts held on a day, stand-ins included. One query."""
    rows = Assignment.objects.filter(in_force(on), person=person, court_id=person.court_id).values_list("role", "team")
    roles = frozenset(r for r, _ in rows if r in book.roles)
    desks = {book.roles[r].desk for r in roles}
    return Actor(
        person.pk, person.name, person.court_id, roles,
        tuple(d for d in book.desks if d in desks), frozenset(t for _, t in rows if t),
    )  # fmt: skip


def office_actor(court_id: int, name: str) -> Actor:
    """Whoever sits at the server's own command line: everything the authority table lets an intake clerk import."""
    return Actor(None, name, court_id, frozenset({"intake_clerk"}))
