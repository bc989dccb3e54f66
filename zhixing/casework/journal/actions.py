"""The access trail (who read what: the one row that a GET leaves behind, written outside the view) and checking the chain."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

from zhixing.casework.facts import rules
from zhixing.casework.facts.replay import Difference, chain_differences
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import require
from zhixing.casework.people.models import Person

from ..cases.models import Case
from .append import append
from .models import AccessEntry

AUDIT = "audit"
NAMED = 5


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


def verify_chain(*, newest: int | None = None, by: Actor, at: datetime) -> list[Difference]:
    """Recompute the chains of the actor's court (the `newest` entries of each, or all) and record that it was done and what
    was found; the first few differences are named."""
    if not by.system:
        require(rules.rulebook(), by, "do:verify", what="暂不能校验")
    found = list(islice(chain_differences(by.court_id, newest), NAMED))
    payload = {"newest": newest, "whole": not found, "where": [d.where for d in found]}
    append(stream=AUDIT, kind="chain_verified", payload=payload, clause="四(二)5", by=by, at=at)
    return found
