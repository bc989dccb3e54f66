"""Every name in a regulation file must lead somewhere: events, facts, desks, roles, clauses, predicates, articles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .expressions import looked_at
from .model import Rulebook

Fail = Callable[..., Any]
WHOLE_COURT = "*"


def check_references(book: Rulebook, fail: Fail) -> None:
    """Refuse a reference to something that the file does not define, naming the entry, the key and what exists."""
    exist: dict[str, Iterable[str]] = {
        "event": book.events, "fact": book.facts, "desk": book.desks, "role": [*book.roles, WHOLE_COURT],
        "clause": book.clauses, "predicate": book.predicates, "exclusion": book.exclusions,
        "statute": book.statutes, "duty": book.duties,
    }  # fmt: skip

    def check(section: str, name: str, key: str, kind: str, values: Iterable[str | None]) -> None:
        for value in values:
            if value and value not in exist[kind]:
                fail(section, name, key, f"没有这个{WORDS[kind]}：{value}", tuple(exist[kind]) if len(list(exist[kind])) < 60 else ())

    for desk in book.desks.values():
        check("desks", desk.id, "clauses", "clause", desk.clauses)
        check("desks", desk.id, "hands_to", "desk", desk.hands_to)
        check("desks", desk.id, "stands_for", "desk", [desk.stands_for])
    for role in book.roles.values():
        check("roles", role.id, "desk", "desk", [role.desk])
    payload = {f.name for kind in book.events.values() for f in kind.fields}
    for fact in book.facts.values():
        if fact.per and fact.per not in payload:
            fail("facts", fact.id, "per", f"没有这个字段：{fact.per}", tuple(sorted(n for n in payload if n.endswith("_no"))))
    for kind in book.events.values():
        check("events", kind.kind, "desks", "desk", kind.desks)
        check("events", kind.kind, "sets", "fact", [*kind.sets, *kind.adds])
        names = {f.name for f in kind.fields}
        for value in [*kind.sets.values(), *kind.adds.values()]:
            if isinstance(value, str) and value.startswith(("$", "-$")) and value.lstrip("-")[1:] not in names:
                fail("events", kind.kind, "sets", f"没有这个字段：{value.lstrip('-')[1:]}", tuple(sorted(names)))
    for predicate in book.predicates.values():
        for what, name in looked_at(predicate.when.source):
            if what == "since":
                if name not in book.facts and name not in book.events:
                    fail("predicates", predicate.id, "when", f"没有这个事实或事件：{name}")
            elif what != "predicate":
                check("predicates", predicate.id, "when", what, [name])
    _check_clauses(book, fail)
    _check_duties(book, check)
    for gate in book.gates.values():
        check("gates", gate.id, "blocks", "event", [gate.blocks])
        for need in gate.needs:
            check("gates", gate.id, "needs", "predicate", [need.predicate])
            check("gates", gate.id, "needs", "desk", [need.desk])
            check("gates", gate.id, "needs", "event", need.by)
        if gate.override:
            check("gates", gate.id, "override", "role", gate.override.roles)
    for row in book.authority.values():
        for key in ("roles", "approvers", "never"):
            check("authority", row.action, key, "role", getattr(row, key))
        check("authority", row.action, "apart_from", "event", row.apart_from)
        if row.action.startswith("record:"):
            check("authority", row.action, "action", "event", [row.action.removeprefix("record:")])
    for disclosure in book.disclosures.values():
        check("disclosures", disclosure.id, "on", "event", [disclosure.on])
    for reading in book.readings.values():
        check("readings", reading.id, "duties", "duty", reading.duties)


def _check_clauses(book: Rulebook, fail: Fail) -> None:
    """Nothing stands in the file without a clause that exists."""
    sections: dict[str, Mapping[str, Any]] = {
        "facts": book.facts, "events": book.events, "predicates": book.predicates, "duties": book.duties,
        "gates": book.gates, "disclosures": book.disclosures, "authority": book.authority, "exclusions": book.exclusions,
    }  # fmt: skip
    for section, entries in sections.items():
        for name, entry in entries.items():
            if entry.clause not in book.clauses and (entry.clause or section not in ("facts", "exclusions")):
                fail(section, name, "clause", f"没有这一条：{entry.clause or '（空）'}")


def _check_duties(book: Rulebook, check: Callable[..., None]) -> None:
    for duty in book.duties.values():
        check("duties", duty.id, "desk", "desk", [duty.desk])
        check("duties", duty.id, "starts_on", "event", duty.starts_on)
        check("duties", duty.id, "met_by", "event", duty.met_by.kinds)
        check("duties", duty.id, "stopped_by", "event", duty.stopped_by)
        check("duties", duty.id, "if", "predicate", duty.conditions)
        check("duties", duty.id, "excludes", "exclusion", duty.excludes)
        if duty.extends:
            check("duties", duty.id, "extends", "event", [duty.extends.by])
            check("duties", duty.id, "extends", "role", duty.extends.approvers)
        if duty.article:
            check("duties", duty.id, "article", "statute", [duty.article.statute])


WORDS = {
    "event": "事件", "fact": "事实", "desk": "岗位组", "role": "岗位", "clause": "条款", "predicate": "判断",
    "exclusion": "扣除期间", "statute": "法律", "duty": "时限事项",
}  # fmt: skip
