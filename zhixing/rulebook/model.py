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
    """The regulation that the file is: number, day of force."""

    id: str
    title: str
    number: str
    in_force_on: date
    issued_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Statute:
    """A law or interpretation that articles cite, in the version in force from a day."""

    id: str
    title: str
    version: str = ""
    in_force_on: date | None = None
    verify: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of the regulation; `no_duty` says why it has no duty, gate or page."""

    id: str
    title: str
    summary: str
    pages: Choices = ()
    no_duty: str | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """A desk (岗位组): the clauses it works under, whom it hands files to, whom it stands for."""

    id: str
    title: str
    group: str
    clauses: Choices = ()
    hands_to: Choices = ()
    stands_for: str | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """A post (岗位) at a desk; those of no desk look after the system."""

    id: str
    title: str
    desk: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """Something known of a case (`per`: of one paper, lot or entrustment), with its type."""

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
    """A field of an event, as its form shows it and the journal keeps it."""

    name: str
    label: str
    type: str
    required: bool = False
    help: str = ""
    choices: Choices = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """The paper that proves an event, and the volume it is filed in."""

    label: str
    required: bool = False
    volume: str = "main"


@dataclass(frozen=True, slots=True)
class EventKind:
    """What can happen: its clause, fields and proof, the facts that it sets."""

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
    """A condition by name, for gates to ask, with the words for what is missing."""

    id: str
    sentence: str
    clause: str
    when: Condition
    note: str | None = None
    verify: str | None = None


@dataclass(frozen=True, slots=True)
class ExclusionRule:
    """A period taken out of clocks, from one event to another (announcement, appraisal, auction)."""

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
    """An article of a statute with the outer limit it sets."""

    statute: str
    no: str


@dataclass(frozen=True, slots=True)
class MetBy:
    """The events that meet a duty: any of them, or all."""

    kinds: Choices
    all: bool = False


@dataclass(frozen=True, slots=True)
class Extends:
    """The event that extends a duty, the field with the new day, and who approves."""

    by: str
    until_field: str
    approvers: Choices = ()


@dataclass(frozen=True, slots=True)
class Warn:
    """When a duty warns: periods before and after it is due."""

    before: tuple[Period, ...] = ()
    after: tuple[Period, ...] = ()


@dataclass(frozen=True, slots=True)
class DutyRule:
    """A duty: who owes what, from which event, within which period, by which clause."""

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
    """What a gate asks for, who sees to it, and where."""

    predicate: str
    desk: str
    by: Choices = ()


@dataclass(frozen=True, slots=True)
class Override:
    """Who may pass a gate in writing."""

    roles: Choices
    reason: bool = True


@dataclass(frozen=True, slots=True)
class Gate:
    """What must be there before an event is recorded."""

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
    """A ground for or against the simple track (四(一))."""

    clause: str
    predicate: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Rung:
    """A rung of the delivery ladder (三(三)2)."""

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
    """Who may do an action, who never, whose approval it waits for, and whom it may not share a person with (trust R1-R3)."""

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
    """Who is told of an event, and by which channel (二(四)1)."""

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
    """How the court reads a clause that allows more than one reading; 待核 until decided."""

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
    keyed: frozenset[str]
    stand_ins: Mapping[tuple[str, str], str]
