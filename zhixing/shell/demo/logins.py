"""The demo court's staff: one person per post, a few more handlers, one password for all. Never on a real court."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from django.contrib.auth.hashers import make_password

from zhixing.casework.courts.models import Court
from zhixing.casework.facts import rules
from zhixing.casework.people.models import Assignment, Person

from .names import STAFF_NAMES

PASSWORD = "Yanshi-2023-zhixing"
TEAMS = ("执行一团队", "执行二团队", "执行三团队")
FAST_TEAM = "快执团队"
EXTRA = (("handler", 5), ("fast_handler", 1), ("offline_officer", 1), ("document_clerk", 1), ("sanctions_clerk", 1),
         ("quality_officer", 1), ("intake_clerk", 1), ("team_leader", 2))  # fmt: skip
SHOWN = ("intake_clerk", "triage_officer", "document_clerk", "inquiry_officer", "offline_officer", "handler", "team_leader",
         "quality_officer", "termination_officer", "funds_officer", "watch_officer", "bureau_head", "president",
         "system_admin", "security_admin", "audit_admin")  # fmt: skip


def usernames() -> Iterator[tuple[str, str]]:
    """(user name, role) of everybody: `handler`, `handler2`, …"""
    extra = dict(EXTRA)
    for role in rules.rulebook().roles:
        yield role, role
        for n in range(2, extra.get(role, 0) + 2):
            yield f"{role}{n}", role


def make_people(court: Court, from_on: date, at: datetime) -> dict[str, Person]:
    """The staff with their posts from a day on. The password is hashed once: it is the same for all."""
    password = make_password(PASSWORD)
    people = {}
    for (username, role), name in zip(usernames(), STAFF_NAMES, strict=False):
        person = Person.objects.create(username=username, name=name, court=court, password=password, created_at=at)
        n = int("".join(filter(str.isdigit, username)) or 1)
        team = TEAMS[(n - 1) % 3] if role in ("handler", "team_leader") else FAST_TEAM if role == "fast_handler" else ""
        Assignment.objects.create(court=court, person=person, role=role, team=team, from_on=from_on)
        people[username] = person
    return people


def shown() -> list[tuple[str, str, str]]:
    """(user name, name, post) of the log-ins that `make run` prints; none on a court whose people are not the demo's."""
    roles = rules.rulebook().roles
    found = {p.username: p for p in Person.objects.filter(username__in=SHOWN)}
    if not found or not next(iter(found.values())).check_password(PASSWORD):
        return []
    return [(u, found[u].name, roles[u].title) for u in SHOWN if u in found]
