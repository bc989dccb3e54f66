"""The shapes of a regulation file: one frozen dataclass per kind of entry (docs/rulebook-format.md).

A field's type annotation is what the loader checks; a field without a default is required in the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from .expressions import Condition
from .periods import Period

Choices = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Regulation:
    id: str
    title: str
    number: str
    in_force_on: date
    issued_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Statute:
    id: str
    title: str
    version: str = ""
    in_force_on: date | None = None
    verify: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    id: str
    title: str
    summary: str
    pages: Choices = ()
    no_duty: str | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    id: str
    title: str
    group: str
    clauses: Choices = ()
    hands_to: Choices = ()
    stands_for: str | None = None


@dataclass(frozen=True, slots=True)
class Role:
    id: str
    title: str
    desk: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    id: str
    label: str
    type: str
    clause: str = ""
    default: Any = None
    choices: Choices = ()
    note: str | None = None
    per: str | None = None


@dataclass(frozen=True, slots=True)
class PayloadField:
    name: str
    label: str
    type: str
    required: bool = False
    help: str = ""
    choices: Choices = ()


@dataclass(frozen=True, slots=True)
class Proof:
    label: str
    required: bool = False
    volume: str = "main"


@dataclass(frozen=True, slots=True)
class EventKind:
    kind: str
    title: str
    verb: str
    subject: str
    desks: Choices
    clause: str
    matter_kind: str | None = None
    system: bool = False
    opens: bool = False
    fields: tuple[PayloadField, ...] = ()
    proof: Proof | None = None
    sets: Mapping[str, Any] = field(default_factory=dict)
    adds: Mapping[str, Any] = field(default_factory=dict)
    note: str | None = None
    verify: str | None = None


@dataclass(frozen=True, slots=True)
class Predicate:
    id: str
    sentence: str
    clause: str
    when: Condition
    note: str | None = None
    verify: str | None = None


@dataclass(frozen=True, slots=True)
class ExclusionRule:
    id: str
    title: str
    starts_on: str
    ends_on: Choices
    clause: str = ""
    suspends_all: bool = False
    article: Article | None = None
    verify: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    statute: str
    no: str


@dataclass(frozen=True, slots=True)
class MetBy:
    kinds: Choices
    all: bool = False


@dataclass(frozen=True, slots=True)
class Extends:
    by: str
    until_field: str
    approvers: Choices = ()


@dataclass(frozen=True, slots=True)
class Warn:
    before: tuple[Period, ...] = ()
    after: tuple[Period, ...] = ()


@dataclass(frozen=True, slots=True)
class DutyRule:
    id: str
    clause: str
    desk: str
    title: str
    starts_on: Choices
    met_by: MetBy
    within: Period | None = None
    due_field: str | None = None
    roll: bool = True
    conditions: Choices = ()
    per: str | None = None
    stopped_by: Choices = ()
    survives_closing: bool = False
    excludes: Choices = ()
    extends: Extends | None = None
    repeats: bool = False
    warn: Warn = Warn()
    effect: str = "regulation"
    article: Article | None = None
    verify: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Need:
    predicate: str
    desk: str
    by: Choices = ()


@dataclass(frozen=True, slots=True)
class Override:
    roles: Choices
    reason: bool = True


@dataclass(frozen=True, slots=True)
class Gate:
    id: str
    clause: str
    blocks: str
    needs: tuple[Need, ...]
    condition: Mapping[str, Any] | None = None
    applies: Condition | None = None
    title: str = ""
    override: Override | None = None
    article: Article | None = None
    verify: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    clause: str
    predicate: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Rung:
    rung: int
    id: str
    title: str
    event: str
    proof: str = ""
    clause: str = ""
    skip_reason: bool = True
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Authority:
    action: str
    roles: Choices
    clause: str
    approvers: Choices = ()
    never: Choices = ()
    apart_from: Choices = ()
    article: Article | None = None
    verify: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Disclosure:
    id: str
    on: str
    to: Choices
    channel: str
    clause: str
    template: str
    note: str | None = None
    verify: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    id: str
    clauses: Choices
    conflict: str
    taken: str
    why: str
    duties: Choices = ()
    note: str | None = None
    verify: str | None = None


@dataclass(frozen=True, slots=True)
class Rulebook:
    """A regulation with its statute limits, indexed by id in file order. Immutable."""

    regulation: Regulation
    statutes: Mapping[str, Statute]
    clauses: Mapping[str, Clause]
    desks: Mapping[str, Desk]
    roles: Mapping[str, Role]
    facts: Mapping[str, Fact]
    events: Mapping[str, EventKind]
    predicates: Mapping[str, Predicate]
    exclusions: Mapping[str, ExclusionRule]
    duties: Mapping[str, DutyRule]
    gates: Mapping[str, Gate]
    triage_for: tuple[Ground, ...]
    triage_against: tuple[Ground, ...]
    ladder: tuple[Rung, ...]
    authority: Mapping[str, Authority]
    disclosures: Mapping[str, Disclosure]
    readings: Mapping[str, Reading]
    index: Index


@dataclass(frozen=True, slots=True)
class Index:
    """What the engine looks up by event kind, prepared once."""

    starts: Mapping[str, tuple[DutyRule, ...]]
    touches: Mapping[str, frozenset[str]]
    meets: Mapping[str, frozenset[str]]
    stops: Mapping[str, frozenset[str]]
    extends: Mapping[str, frozenset[str]]
    exclusion_starts: Mapping[str, tuple[ExclusionRule, ...]]
    exclusion_ends: Mapping[str, tuple[ExclusionRule, ...]]
    gates: Mapping[str, tuple[Gate, ...]]
    disclosures: Mapping[str, tuple[Disclosure, ...]]
    conditions: Mapping[str, tuple[Callable[..., bool | None], ...]]
    per_thing: Mapping[str, str]
    stand_ins: Mapping[tuple[str, str], str]
