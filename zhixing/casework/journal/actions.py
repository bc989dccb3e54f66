"""The access trail (who read what: the one row that a GET leaves behind, written outside the view) and checking the chain."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

from django.db import connection

from zhixing.casework.facts import rules
from zhixing.casework.facts.replay import Difference, chain_differences
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import require
from zhixing.casework.people.models import Person
from zhixing.db.many import stored
from zhixing.db.prepared import prepared_cursor

from .append import append
from .models import AccessEntry

AUDIT = "audit"
# One statement: every page of a case pays for it.
READ = """INSERT INTO access_entry (court_id, at, person_id, person_name, action, case_id, path, address, detail)
VALUES (%s, %s, %s, %s, %s, (SELECT id FROM case_file WHERE court_id = %s AND ref = %s), %s, %s, %s)"""
NAMED = 5


def note_read(
    *, action: str, path: str = "", case_ref: str | None = None, address: str = "", detail: str = "", by: Actor, at: datetime
) -> None:
    """Record that `by` opened a case (by its public ref) or was shown something sensitive (`detail` says what)."""
    with prepared_cursor(connection) as cursor:
        cursor.execute(READ, (by.court_id, stored(at, connection.vendor), by.person_id, by.name, action, by.court_id, case_ref,
                              path[:200], address, detail[:200]))  # fmt: skip


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
