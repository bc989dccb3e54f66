"""What the rulebook holds, as plain data for the command line and the rule pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .model import Rulebook
from .triage import facts_of, triage_facts


def clauses_json(
    book: Rulebook, pages: Mapping[str, Sequence[str]], tests: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, Any]]:
    """Clause → summary, duties, gates, events, triage, disclosures, readings, pages and the tests that cite it."""
    found = {}
    for clause in book.clauses.values():
        found[clause.id] = {
            "title": clause.title,
            "duties": [d.id for d in book.duties.values() if d.clause == clause.id],
            "gates": [g.id for g in book.gates.values() if g.clause == clause.id],
            "events": [e.kind for e in book.events.values() if e.clause == clause.id],
            "triage": [g.predicate for g in (*book.triage_for, *book.triage_against) if g.clause == clause.id],
            "disclosures": [d.id for d in book.disclosures.values() if d.clause == clause.id],
            "readings": [r.id for r in book.readings.values() if clause.id in r.clauses],
            "pages": sorted({*clause.pages, *pages.get(clause.id, ())}),
            "tests": sorted(tests.get(clause.id, ())),
            "no_duty": clause.no_duty,
        }
    return found


def events_json(book: Rulebook) -> list[dict[str, Any]]:
    """Event kinds with their payload fields."""
    return [
        {
            "kind": e.kind, "title": e.title, "verb": e.verb, "subject": e.subject, "matter_kind": e.matter_kind,
            "desks": list(e.desks), "clause": e.clause, "system": e.system, "opens": e.opens,
            "fields": [
                {"name": f.name, "label": f.label, "type": f.type, "required": f.required, "choices": list(f.choices)}
                for f in e.fields
            ],
            "proof": e.proof.label if e.proof else None,
            "starts": [d.id for d in book.index.starts.get(e.kind, ())],
            "meets": sorted(book.index.meets.get(e.kind, ())),
        }
        for e in book.events.values()
    ]  # fmt: skip


def facts_json(book: Rulebook) -> list[dict[str, Any]]:
    """Facts with type and meaning; `triage` says which grounds look at them."""
    asked = set(triage_facts(book))
    grounds = (*book.triage_for, *book.triage_against)
    return [
        {
            "fact": f.id, "label": f.label, "type": f.type, "choices": list(f.choices), "default": f.default,
            "triage": [g.clause for g in grounds if f.id in facts_of(book, g.predicate)] if f.id in asked else [],
        }
        for f in book.facts.values()
    ]  # fmt: skip
