"""The access trail: who read what. The one row that a GET leaves behind, written outside the view."""

from __future__ import annotations

from datetime import datetime

from zhixing.casework.people.actors import Actor
from zhixing.casework.people.models import Person

from ..cases.models import Case
from .models import AccessEntry


def note_read(
    *, action: str, path: str = "", case_ref: str | None = None, address: str = "", detail: str = "", by: Actor, at: datetime
) -> None:
    """Record that `by` opened a case (by its public ref) or was shown something sensitive (`detail` says what)."""
    case_id = None
    if case_ref is not None:
        case_id = Case.objects.filter(court_id=by.court_id, ref=case_ref).values_list("pk", flat=True).first()
    AccessEntry.objects.create(
        court_id=by.court_id, at=at, person_id=by.person_id, person_name=by.name, action=action, case_id=case_id,
        path=path[:200], address=address, detail=detail[:200],
    )  # fmt: skip


def note_session(*, action: str, person: Person, address: str, at: datetime) -> None:
    """Record that somebody logged in or out, or that a log-in with their user name failed."""
    AccessEntry.objects.create(court_id=person.court_id, at=at, person=person, person_name=person.name, action=action, address=address)
