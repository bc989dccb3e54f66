"""A register's rows become cases with their clocks. Repeating an import changes nothing; bad rows never cost good ones."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import islice
from typing import Any

from django.db import transaction

from zhixing.casework.facts import History, record_many, rules
from zhixing.casework.facts.record_many import Past
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import require
from zhixing.db.many import collector_paused
from zhixing.rulebook import memory
from zhixing.rulebook.deadlines import CST

from ..cases.actions import NewCase, NewParty, filing_payload, names_of, party_rows
from ..cases.models import Case, Party
from .reading import stream_register
from .rows import ParsedRow, Remark
from .storing import insert_cases, replace_parties

ACTION = "do:import_register"
CHUNK = 1000
NOON = time(12, tzinfo=CST)
PLAIN = ("cause", "case_type", "basis_number", "basis_court", "claim_yuan", "note", "filed_on")


@dataclass(slots=True)
class Outcome:
    """What an import did. `rejected` holds one entry per reason, as the command and the page show them."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    skipped: list[tuple[int, str]] = field(default_factory=list)
    created_refs: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """`{"read", "created", "updated", "unchanged", "rejected": [{"row", "column", "reason"}]}`."""
        return {
            "read": self.read, "created": self.created, "updated": self.updated, "unchanged": self.unchanged,
            "rejected": [r.as_json() for r in self.rejected], "warnings": [w.as_json() for w in self.warnings],
        }  # fmt: skip


def import_register(
    *, file: str | os.PathLike[str] | bytes, filename: str, sheet: str | None = None,
    mapping: Mapping[str, str] | None = None, progress: Callable[[int], None] | None = None, by: Actor, at: datetime,
) -> Outcome:  # fmt: skip
    """Read a register and file its cases, a thousand rows to a transaction. `progress` is told how many rows are done.

    Raises Refusal when the file or its header cannot be read, or when the person may not import.
    """
    require(rules.rulebook(), by, ACTION, what="暂不能导入台账")
    outcome = Outcome()
    with stream_register(file, filename, today=at.astimezone(CST).date(), sheet=sheet, mapping=mapping) as stream:
        for rows in _chunks(stream, CHUNK):
            _import_rows(rows, outcome, by, at)
            if progress:
                progress(outcome.created + outcome.updated + outcome.unchanged)
    outcome.rejected, outcome.warnings, outcome.skipped = stream.rejected, [*stream.warnings, *outcome.warnings], stream.skipped
    good = outcome.created + outcome.updated + outcome.unchanged
    outcome.read = good + len({r.row for r in outcome.rejected})
    return outcome


def _chunks(rows: Iterable[ParsedRow], size: int) -> Iterator[list[ParsedRow]]:
    source = iter(rows)
    while chunk := list(islice(source, size)):
        yield chunk


def new_case(row: ParsedRow) -> NewCase:
    """A register row as a case to be filed."""
    sides = [(Party.APPLICANT, row.applicants), (Party.DEBTOR, row.debtors)]
    parties = [
        NewParty(role, p.name, p.id_kind, p.id_number, p.phone, p.address) for role, people in sides for p in people
    ]
    n = row.number
    return NewCase(
        number=n.text, year=n.year, kind=n.kind, seq=n.seq, filed_on=row.filed_on, parties=parties,
        claim_yuan=row.claim_yuan, cause=row.cause, case_type=row.case_type, basis_number=row.basis_number,
        basis_court=row.basis_court, note=row.note,
    )  # fmt: skip


def moment_of(day: date | datetime, at: datetime) -> datetime:
    """A register's day as a moment: noon, but never later than now."""
    if isinstance(day, datetime):
        return day
    return min(datetime.combine(day, NOON), at)


def past_of(row: ParsedRow, at: datetime, outcome: Outcome, known: Mapping[str, Any] | None = None) -> list[Past]:
    """The milestones of a row as history; those the case already knows are left out."""
    book = rules.rulebook()
    events = []
    for kind, day in sorted(row.milestones.items(), key=lambda item: moment_of(item[1], at)):
        if known and kind in known:
            continue
        payload = dict(row.payloads.get(kind, {}))
        for spec in book.events[kind].fields:
            value = payload.get(spec.name)
            if spec.choices and value is not None and value not in spec.choices:
                outcome.warnings.append(Remark(row.row, spec.label, f"“{value}”不在可选范围内，只作备注保留"))
                payload["ground"] = payload.pop(spec.name)
            elif spec.required and value is None:
                filled = _fill(spec.name, spec.type, row, day)
                if filled is not None:
                    payload[spec.name] = filled
        events.append(Past(kind, moment_of(day, at), payload))
    return events


def _fill(name: str, kind: str, row: ParsedRow, day: date | datetime) -> Any:
    """What a milestone's payload needs and a register does not write: its own day, and a number to tell it by."""
    if kind == "date":
        return day.date() if isinstance(day, datetime) else day
    return f"台账{row.number.seq}" if name.endswith("_no") else None


def _import_rows(rows: list[ParsedRow], outcome: Outcome, by: Actor, at: datetime) -> None:
    numbers = [r.number.text for r in rows]
    with collector_paused(), transaction.atomic():
        known = {c.number: c for c in Case.objects.filter(court_id=by.court_id, number__in=numbers).select_related("state_row")}
        parties: dict[int, list[Party]] = {}
        if known:
            for party in Party.objects.filter(case__in=known.values()).order_by("case_id", "role", "position"):
                parties.setdefault(party.case_id, []).append(party)
        fresh = [(r, new_case(r)) for r in rows if r.number.text not in known]
        cases = insert_cases([new for _, new in fresh], court_id=by.court_id, at=at)
        histories = []
        for (row, new), case in zip(fresh, cases, strict=True):
            filed = Past("case_filed", moment_of(row.filed_on, at), filing_payload(new), "intake")
            histories.append(History(case.pk, [filed, *past_of(row, at, outcome)], columns={"holder": case.holder, "stage": case.stage}))
            outcome.created_refs.append(case.ref)
        outcome.created += len(fresh)
        for row in rows:
            case = known.get(row.number.text)
            if case is not None:
                changed = _update(case, parties.get(case.pk, []), row, outcome, by, at)
                if changed is None:
                    outcome.unchanged += 1
                else:
                    outcome.updated += 1
                    histories.append(changed)
        if histories:
            record_many(histories, court_id=by.court_id, under=ACTION, by=by, at=at)


def _update(
    case: Case, parties: list[Party], row: ParsedRow, outcome: Outcome, by: Actor, at: datetime
) -> History | None:
    """Bring a known case up to what the register says now; None when it already is. A cell left empty changes nothing."""
    new = new_case(row)
    state = memory.load(case.state_row.document)
    events = past_of(row, at, outcome, state.happened)
    if case.stage == "void":
        events.insert(0, Past("case_filed", moment_of(row.filed_on, at), filing_payload(new), "intake"))
    changes = {
        name: [str(getattr(case, name)), str(getattr(new, name))] for name in PLAIN
        if getattr(new, name) not in (None, "") and getattr(case, name) != getattr(new, name)
    }  # fmt: skip
    wanted = party_rows(case, new.parties)
    if [_party_key(p) for p in sorted(wanted, key=_place)] != [_party_key(p) for p in sorted(parties, key=_place)]:
        changes["parties"] = [f"{case.applicants} → {case.debtors}", "、".join(p.name for p in new.parties)]
    if not changes and not events:
        return None
    if changes:
        for name in PLAIN:
            if name in changes:
                setattr(case, name, getattr(new, name))
        case.applicants, case.debtors = names_of(new.parties, Party.APPLICANT), names_of(new.parties, Party.DEBTOR)
        case.save(update_fields=[*PLAIN, "applicants", "debtors"])
        if "parties" in changes:
            replace_parties(case, wanted)
        payload = {"claim_yuan": case.claim_yuan, "cause": case.cause, "reason": "台账导入", "changes": changes}
        events.insert(0, Past("case_corrected", at, {k: v for k, v in payload.items() if v not in (None, "")}))
    return History(case.pk, events, case.state_row.document)


def _place(party: Party) -> tuple[str, int]:
    return party.role, party.position


def _party_key(party: Party) -> tuple[str, ...]:
    return party.role, party.name, party.id_number, party.phone, party.address


def undo_import(*, created_refs: list[str], reason: str, by: Actor, at: datetime) -> tuple[int, list[str]]:
    """Void the cases that an import created and that nobody has worked on since. Returns (undone, numbers kept).

    Nothing is deleted: each case gets `case_voided`, its clocks stop, and a later import may file it again.
    """
    require(rules.rulebook(), by, "do:undo_import", what="暂不能撤销导入")
    undone, kept = 0, []
    for start in range(0, len(created_refs), CHUNK):
        refs = created_refs[start : start + CHUNK]
        with transaction.atomic():
            cases = Case.objects.filter(court_id=by.court_id, ref__in=refs).exclude(stage="void").select_related("state_row")
            histories = []
            for case in cases:
                if _worked_on(case):
                    kept.append(case.number)
                else:
                    histories.append(History(case.pk, [Past("case_voided", at, {"reason": reason})], case.state_row.document))
            record_many(histories, court_id=by.court_id, under="do:undo_import", by=by, at=at)
            undone += len(histories)
    return undone, kept


def _worked_on(case: Case) -> bool:
    """Whether anybody did something to the case besides importing it: its file has moved, or acts were recorded later."""
    from ..journal.models import JournalEntry

    recorded = JournalEntry.objects.filter(case=case).values_list("recorded_at", flat=True).distinct()[:2]
    return len(recorded) > 1
