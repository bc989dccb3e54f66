"""Appending to a stream of the journal that is not about cases: people, settings. Same chain, same guards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from zhixing.casework.facts import rules, write
from zhixing.casework.people.actors import Actor
from zhixing.rulebook.deadlines import CST

from .chain import link
from .models import JournalEntry, JournalHead


def append(*, stream: str, kind: str, payload: Mapping[str, Any], clause: str = "", by: Actor, at: datetime) -> int:
    """Append one entry to a court's stream and return its place. The head row is locked by whoever appends."""
    moment = at.astimezone(CST)
    text = json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    regulation = rules.rulebook().regulation.id
    with transaction.atomic():
        now = write.read(connection, by.court_id, stream, None, None, None)
        seq, stamp = now.seq + 1, moment.isoformat()
        fields = (by.court_id, stream, seq, kind, None, None, stamp, stamp, by.person_id, by.name, "", clause, text,
                  regulation, 0)  # fmt: skip
        digest = link(now.hash, fields)
        JournalEntry.objects.create(
            court_id=by.court_id, stream=stream, seq=seq, kind=kind, at=moment, recorded_at=moment, person_id=by.person_id,
            person_name=by.name, clause=clause, payload=text, regulation=regulation, hash=digest,
        )  # fmt: skip
        JournalHead.objects.filter(court_id=by.court_id, stream=stream, seq=now.seq).update(seq=seq, hash=digest)
    return seq
