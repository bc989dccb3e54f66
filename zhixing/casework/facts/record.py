"""One event, one transaction: authority, gate, engine, journal, duties, notices, state.

On PostgreSQL the whole event costs one reading statement (none where a guess of this process still holds) and one
data-modifying statement, which is a transaction of its own unless the caller has one open (then the reading statement locks the court's journal head); on SQLite the same rows are written by a handful of local statements inside an IMMEDIATE transaction.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import require
from zhixing.casework.people.models import Person
from zhixing.db.prepared import kept_cursor
from zhixing.rulebook import engine, gates, memory
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.model import Rulebook
from zhixing.rulebook.refusals import Reason, Refusal

from ..duties.models import Duty as DutyRow
from ..journal.chain import link
from . import guesses, rules, write

STREAM = "casework"
KEY_CHARS: int = DutyRow._meta.get_field("key").max_length or 0


@dataclass(frozen=True, slots=True)
class Recorded:
    """What one event did: its place in the journal, the duties it started or changed, and the state after it."""

    seq: int
    changed: list[engine.Duty]
    state: engine.State
    repeated: bool = False


def record(
    kind: str, *, court_id: int, case_id: int | None = None, matter_id: int | None = None,
    payload: Mapping[str, Any] | None = None, desk: str = "", under: str | None = None, key: str | None = None,
    override: str = "", quiet: bool = False, approval: Mapping[str, Any] | None = None, by: Actor, at: datetime,
    recorded_at: datetime | None = None,
) -> Recorded:  # fmt: skip
    """Record that `kind` happened at `at`. Raises `Refusal` when authority, a gate or the payload says no.

    `under` is the action id that allows it when it is not `record:<kind>` (it is asked of every person, also for system events).
    `key` makes a repeat harmless: the same key records once. `override` is the written reason for passing a gate that
    may be overridden. `quiet` writes no notices (history). `approval` says who approved; only `approvals.actions` gives
    it, and a kind whose authority row names approvers is refused without it.
    """
    book = rules.rulebook()
    spec = book.events.get(kind)
    if spec is None:
        raise Refusal.because("暂不能记录", f"细则中没有这类事项：{kind}")
    at = at.astimezone(CST)
    recorded = (recorded_at or at).astimezone(CST)
    if at > recorded:
        raise Refusal.because(f"暂不能{spec.verb}", "发生时间不能晚于现在", field="at", now="请更正发生时间")
    row = None
    if not (spec.system and by.system):
        row = require(book, by, under or f"record:{kind}", what=f"暂不能{spec.verb}")
        if row.approvers and approval is None:
            who = "、".join(book.roles[r].title for r in row.approvers)
            raise Refusal.because(f"暂不能{spec.verb}", f"须先经{who}批准", clause=row.clause, who=who, now="请先提出申请", status=409)
    data = clean(book, kind, payload or {})
    if approval is not None:
        data["approval"] = dict(approval)

    connection = connections[DEFAULT_DB_ALIAS]  # itself: Django's proxy would look it up at every attribute

    alone = connection.vendor == "postgresql" and not connection.in_atomic_block
    subject = write.subject(case_id, matter_id)

    def once(now: write.Now) -> Recorded:
        state = memory.load(now.document)
        if now.repeated_seq is not None:
            return Recorded(now.repeated_seq, [], state, repeated=True)
        if row is not None and row.apart_from:
            _keep_apart(connection, book, kind, row.apart_from, case_id, matter_id, by)
            if approval is not None:
                approver = replace(by, person_id=approval["approver_id"], name=approval["approved_by"])
                _keep_apart(connection, book, kind, row.apart_from, case_id, matter_id, approver)
        passed = _pass_gates(book, kind, state, data, at, override, by)
        kept = {**data, "gate_override": passed} if passed else data
        seq = now.seq + 1
        before = dict(state.facts)
        changed = engine.apply(book, rules.calendar(court_id, now.calendar_version), state,
                               engine.Event(kind, at, kept, seq))  # fmt: skip
        columns = write.changed_columns(before, state.facts)
        if "handler_id" in columns:
            _know_handler(kind, court_id, columns["handler_id"])
        fields = (court_id, STREAM, seq, kind, case_id, matter_id, at.isoformat(), recorded.isoformat(), by.person_id,
                  by.name, desk, spec.clause, dumps(kept), book.regulation.id, now.calendar_version)  # fmt: skip
        rows = write.Rows(
            fields=fields, at=at, recorded_at=recorded, key=key, previous=now.hash, hash=link(now.hash, fields), duties=changed,
            document=memory.dump(state), notices=[] if quiet else write.notices_of(book, kind, court_id, seq),
            columns=columns,
        )  # fmt: skip
        write.write(connection, rows)
        if alone and subject[1] is not None:
            guesses.keep(court_id, write.Now(seq, rows.hash, rows.document, now.calendar_version, None), subject)
        return Recorded(seq, changed, state)

    def read(*, lock: bool) -> write.Now:
        return write.read(connection, court_id, STREAM, case_id, matter_id, key, lock=lock)

    if alone:
        # Alone, the one writing statement is the transaction: it writes nothing if the head is elsewhere than it was seen.
        if key is None and (guess := guesses.recall(court_id, subject)) is not None:
            with suppress(write.HeadMoved, Refusal):  # a refusal may rest on what is no longer so: it is asked again
                return once(guess)
            guesses.forget(court_id)
        with suppress(write.HeadMoved):
            return once(read(lock=False))
    with transaction.atomic():
        return once(read(lock=True))


_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def dumps(payload: Mapping[str, Any]) -> str:
    """A payload as the journal keeps it: sorted, compact, readable Chinese."""
    return _canonical(payload)


def clean(book: Rulebook, kind: str, payload: Mapping[str, Any], *, complete: bool = True) -> dict[str, Any]:
    """The payload as plain JSON values. Raises `Refusal` naming every required field that is empty or misfits.

    History (`complete` False) may lack what nobody wrote down at the time.
    """
    spec = book.events[kind]
    reasons = []
    data = {k: engine.plain(v) for k, v in payload.items() if v is not None and v != "" and v != []}
    for field in spec.fields:
        value = data.get(field.name)
        if value is None:
            if field.required and complete:
                reasons.append(Reason(f"{field.label}没有填写", spec.clause, f"请填写{field.label}", field=field.name))
        elif field.choices and field.type in ("choice", "list") and not _among(value, field.choices):
            reasons.append(Reason(f"{field.label}不在可选范围内", spec.clause, f"可选：{'、'.join(field.choices)}", field=field.name))
        elif field.name in book.index.keyed and len(str(value)) > KEY_CHARS:  # what a clock or a fact is about is its key
            reasons.append(Reason(f"{field.label}过长", spec.clause, f"最多{KEY_CHARS}个字", field=field.name))
        elif (why := _misfit(field.type, value)) is not None:
            reasons.append(Reason(f"{field.label}{why}", spec.clause, f"请更正{field.label}", field=field.name))
    if reasons:
        raise Refusal(f"暂不能{spec.verb}", reasons)
    return data


def _among(value: Any, choices: tuple[str, ...]) -> bool:
    return all(v in choices for v in value) if isinstance(value, list) else value in choices


def _misfit(kind: str, value: Any) -> str | None:
    try:
        if kind == "date":
            date.fromisoformat(str(value)[:10])
        elif kind == "moment":
            datetime.fromisoformat(str(value))
        elif kind == "int":
            int(value)
        elif kind == "yuan" and Decimal(str(value)) < 0:
            return "不能为负数"
    except (ValueError, ArithmeticError):
        return "的格式不对"
    return None


def _pass_gates(
    book: Rulebook, kind: str, state: engine.State, data: Mapping[str, Any], at: datetime, override: str, by: Actor
) -> list[dict[str, str]]:
    """Nothing when every gate is open; the overridden gates when all that are shut may be, and are, overridden."""
    missing = gates.ask(book, state, kind, data, at)
    if not missing:
        return []
    firm = [m for m in missing if not (override and m.gate.override and by.roles & set(m.gate.override.roles))]
    if firm:
        raise gates.refuse(book, kind, missing)
    return [{"gate": m.gate.id, "need": m.need.predicate, "reason": override, "by": by.name} for m in missing]


def _know_handler(kind: str, court_id: int, person_id: Any) -> None:
    """Whoever is to handle a case is a person of its court."""
    if not str(person_id).isdigit() or not Person.objects.filter(pk=int(person_id), court_id=court_id).exists():
        spec = rules.rulebook().events[kind]
        raise Refusal.because(f"暂不能{spec.verb}", "本院没有这个承办人", clause=spec.clause, field="handler_id",
                              now="请在分案页从本院人员中选择承办人")  # fmt: skip


def _keep_apart(
    connection: Any, book: Rulebook, kind: str, others: tuple[str, ...], case_id: int | None, matter_id: int | None, by: Actor
) -> None:
    """Maker and checker are two persons (trust R2), whatever posts they hold."""
    about = {"case_id": case_id, "matter_id": matter_id}
    where = " AND ".join(f"{c} IS NULL" if v is None else f"{c} = %s" for c, v in about.items())
    sql = f"SELECT kind FROM journal_entry WHERE {where} AND kind IN ({', '.join(['%s'] * len(others))}) AND person_id = %s"
    cursor = kept_cursor(connection)
    cursor.execute(f"{sql} ORDER BY seq DESC LIMIT 1", (*(v for v in about.values() if v is not None), *others, by.person_id))
    done = cursor.fetchone()
    if done is not None:
        raise Refusal.because(
            f"暂不能{book.events[kind].verb}", f"{by.name}已经办理过“{book.events[done[0]].title}”，这一步须由另一人办理",
            clause=book.events[kind].clause, now="请交给另一位有权限的人员", status=403,
        )  # fmt: skip
