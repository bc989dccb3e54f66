"""What service of a paper means for the case beyond the paper: the events that its kind names are recorded by themselves (二(四)1(2))."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from zhixing.casework.facts import record, rules
from zhixing.casework.facts.forms import desk_for
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.people.actors import Actor

from .delivery_models import Delivery
from .serving import Records, servings


def follow(row: Delivery, *, scan_ref: str, under: str, by: Actor, at: datetime) -> bool:
    """Record what follows from a delivery that now counts as served, once, with its proof. Returns whether anything did."""
    if row.source is None or (said := servings()[row.source.kind].records) is None or not _concerns(row, said):
        return False
    values = {"recipient": row.recipient, "served_on": row.served_on, "number": row.paper_ref}
    payload: dict[str, Any] = {name: values[source] for name, source in said.tells.items()}
    if said.of:
        found = _of(row, said)
        if not found:
            return False
        payload[said.of["into"]] = found
    spec = rules.rulebook().events[said.event]
    payload |= {"papers": [row.paper], "paper_no": row.paper_ref, "deliveries": [row.ref], "proof_ref": scan_ref}
    record(said.event, court_id=row.court_id, case_id=row.case_id, payload=payload, desk=desk_for(spec, by) or spec.desks[0], under=under,
           key=f"served:{row.ref}", by=by, at=at, recorded_at=at)  # fmt: skip
    return True


def _concerns(row: Delivery, said: Records) -> bool:
    """Whether the event is about this recipient: the paper's own addressee, or any party of the named roles."""
    assert row.source is not None
    own = row.party_id is not None and row.party_id == row.source.party_id
    role = f"{row.party.role}s" if row.party is not None else ""
    return ("addressee" in said.to and (own or (row.source.party_id is None and role == "debtors"))) or role in said.to


def _of(row: Delivery, said: Records) -> str:
    """The field that the journal knows: of the newest such event about this recipient."""
    name = row.party.name if row.party is not None else row.recipient
    entries = JournalEntry.objects.filter(case_id=row.case_id, kind=said.of["event"]).order_by("-seq")
    told = (json.loads(text) for text in entries.values_list("payload", flat=True))
    return next((str(t.get(said.of["field"]) or "") for t in told if t.get(said.of["match"]) == name), "")
