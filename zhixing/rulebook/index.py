"""What the engine looks up by event kind, prepared once when a regulation is loaded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from .model import DutyRule, Index, Predicate


def build_index(entries: Mapping[str, Mapping[str, Any]], predicates: Mapping[str, Predicate]) -> Index:
    """Index duties, exclusions, gates and disclosures by the event kinds they react to."""
    starts: dict[str, list[DutyRule]] = defaultdict(list)
    meets: dict[str, set[str]] = defaultdict(set)
    stops: dict[str, set[str]] = defaultdict(set)
    extends: dict[str, set[str]] = defaultdict(set)
    conditions: dict[str, tuple[Callable[..., bool | None], ...]] = {}
    for rule in entries["duties"].values():
        for kind in rule.starts_on:
            starts[kind].append(rule)
        for kind in rule.met_by.kinds:
            meets[kind].add(rule.id)
        for kind in rule.stopped_by:
            stops[kind].add(rule.id)
        if rule.extends:
            extends[rule.extends.by].add(rule.id)
        conditions[rule.id] = tuple(predicates[p].when.test for p in rule.conditions if p in predicates)
    touches: dict[str, set[str]] = defaultdict(set)
    for table in (meets, stops, extends):
        for kind, ids in table.items():
            touches[kind] |= ids
    gates = _by(entries["gates"].values(), lambda g: [g.blocks])
    rules = entries["exclusions"].values()
    return Index(
        starts={k: tuple(v) for k, v in starts.items()},
        touches={k: frozenset(v) for k, v in touches.items()},
        meets={k: frozenset(v) for k, v in meets.items()},
        stops={k: frozenset(v) for k, v in stops.items()},
        extends={k: frozenset(v) for k, v in extends.items()},
        exclusion_starts=_by(rules, lambda x: [x.starts_on]),
        exclusion_ends=_by(rules, lambda x: x.ends_on),
        gates=gates,
        disclosures=_by(entries["disclosures"].values(), lambda d: [d.on]),
        conditions=conditions,
        keyed=frozenset(e.per for table in ("duties", "facts") for e in entries[table].values() if e.per),
        per_thing={f.id: f.per for f in entries["facts"].values() if f.per},
        stand_ins={(d.stands_for, d.id): d.id for d in entries["desks"].values() if d.stands_for},
    )


def _by(items: Any, keys: Callable[[Any], Any]) -> dict[str, tuple[Any, ...]]:
    table: dict[str, list[Any]] = defaultdict(list)
    for item in items:
        for key in keys(item):
            table[key].append(item)
    return {k: tuple(v) for k, v in table.items()}
