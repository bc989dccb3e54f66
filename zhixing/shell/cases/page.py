"""What stands on the page of a case, worked out from what was read: nodes, clocks, next acts, gates. No statement is made here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from zhixing.casework.cases.limits import limits
from zhixing.casework.cases.timeline import payload_lines
from zhixing.casework.duties.clocks import Clock, clock_of, explain_url
from zhixing.casework.identity import mask_identity, mask_phone
from zhixing.casework.people.actors import Actor
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.engine import State
from zhixing.rulebook.model import DutyRule, EventKind, Rulebook
from zhixing.rulebook.workdays import Calendar

from ..acts.checklist import Checklist, checklist
from ..acts.subjects import act_url, next_acts

STAGE_BEGINS = "handoff_accepted"
NODE_STATES = {"done": "done", "done_late": "late", "late": "late", "stopped": "done", "suspended": "todo"}
CLOSING_FACTS = {"closed_on", "closing_way"}


@dataclass(frozen=True, slots=True)
class Owed:
    """A running clock with this person's steps (verb, address) that meet it; `who` says whose it is otherwise."""

    clock: Clock
    steps: tuple[tuple[str, str], ...]
    who: str


@dataclass(frozen=True, slots=True)
class Gate:
    """An act with everything its gates ask for."""

    spec: EventKind
    list: Checklist

    @property
    def missing(self) -> int:
        """How many things are still missing."""
        return sum(not line.met for line in self.list.lines)


def clocks_shown(
    rows: Iterable[Mapping[str, Any]], ref: str, *, book: Rulebook, calendar: Calendar, at: datetime
) -> dict[int, Clock]:
    """Every clock of the case by its duty, open ones first, by due moment."""
    found = {r["pk"]: clock_of(r, book=book, calendar=calendar, at=at, url=explain_url(r["pk"], case_ref=ref)) for r in rows}
    return dict(sorted(found.items(), key=lambda item: item[1].urgency))


def owed(book: Rulebook, by: Actor, state: State, ref: str, clocks: Iterable[Clock]) -> list[Owed]:
    """The open clocks with what to do about each; those of the person's own desks first."""
    found = []
    for clock in clocks:
        if clock.is_open:
            running = state.open.get(f"{clock.rule}|{clock.key}")
            done = running.parts if running else {}
            acts = tuple(spec for spec in next_acts(book, by, book.duties.get(clock.rule)) if spec.kind not in done)
            mine = clock.desk in by.desks and bool(acts)
            title = book.desks[clock.desk].title if clock.desk in book.desks else clock.desk
            steps = tuple((spec.verb, act_url(spec, "case", ref)) for spec in acts) if mine else ()
            found.append(Owed(clock, steps, "" if mine else f"由{title}办理"))
    return sorted(found, key=lambda o: bool(o.who))


def gates_shown(book: Rulebook, by: Actor, case: Mapping[str, Any], at: datetime) -> list[Gate]:
    """Handing on, closing, and what the person's own desks do behind a gate; those that lack something first."""
    found: list[Gate] = []
    if case["closed_on"]:
        return found
    for kind in book.index.gates:
        spec = book.events[kind]
        closes = bool(CLOSING_FACTS & set(spec.sets))
        if spec.subject == "case" and (kind == "handoff_offered" or closes or set(spec.desks) & set(by.desks)):
            asked = checklist(book, case["state"], kind, {"from_desk": case["holder"]}, by, at)
            if asked.lines:
                found.append(Gate(spec, asked))
    return sorted(found, key=lambda g: not g.missing)


def is_key_node(rule: DutyRule) -> bool:
    """A node of the line: a limit of the regulation under the clauses of key nodes, or a desk's stage."""
    named = any(rule.clause.startswith(clause) for clause in limits()["key_node_clauses"])
    return rule.effect == "regulation" and (named or STAGE_BEGINS in rule.starts_on)


def nodes(
    book: Rulebook, case: Mapping[str, Any], rows: Iterable[Mapping[str, Any]], clocks: Mapping[int, Clock], at: datetime
) -> list[dict[str, str]]:
    """From filing to closing: the key nodes that this case has, in the order of the regulation, planned and actual."""
    latest: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        held = latest.get(row["rule"])
        if held is None or (row["is_open"], row["started_at"]) >= (held["is_open"], held["started_at"]):
            latest[row["rule"]] = row
    line = [{"words": "立案", "state": "done", "planned": "", "actual": f"{case['filed_on']:%m-%d}", "clause": ""}]
    for rule in book.duties.values():
        if rule.id in latest and is_key_node(rule):
            line.append(_node(rule, latest[rule.id], clocks[latest[rule.id]["pk"]]))
    current = next((n for n in line if n["state"] == "todo"), None)
    if current is not None:
        current["state"] = "current"
    return [*line, _closing(case, at)]


def _node(rule: DutyRule, row: Mapping[str, Any], clock: Clock) -> dict[str, str]:
    limit = f"限{rule.within.label}" if rule.within else ""
    ended = row["met_at"] or row["stopped_at"]
    actual = ""
    if ended:
        word = "终止" if row["stopped_at"] else f"用{days_between(row['started_at'], ended)}天"
        actual = f"{ended.astimezone(CST):%m-%d} {word} {limit}".strip()
    planned = f"{clock.due_at:%m-%d} 前 {limit}".strip() if clock.due_at else clock.words
    return {"words": rule.title, "state": NODE_STATES.get(clock.state, "todo"), "planned": planned, "actual": actual,
            "clause": rule.clause}  # fmt: skip


def _closing(case: Mapping[str, Any], at: datetime) -> dict[str, str]:
    closed: date | None = case["closed_on"]
    days = ((closed or at.astimezone(CST).date()) - case["filed_on"]).days
    words = f"结案（{case['closing_way']}）" if closed and case["closing_way"] else "结案"
    return {"words": words, "state": "done" if closed else "todo", "planned": f"立案 {days} 天",
            "actual": f"{closed:%m-%d} 共{days}天" if closed else "", "clause": ""}  # fmt: skip


def days_between(start: datetime, end: datetime) -> int:
    """Natural days from one moment to another, by the calendar on the court's wall."""
    return (end.astimezone(CST).date() - start.astimezone(CST).date()).days


def parties_shown(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The parties with masked numbers: a number in full only leaves by the recorded 显示."""
    return [{**r, "id_number": mask_identity(r["id_number"]), "phone": mask_phone(r["phone"])} for r in rows]


def entry_shown(book: Rulebook, row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """A journal entry as the timeline shows it: what was recorded later than it happened says so."""
    spec, happened = book.events.get(row["kind"]), row["at"].astimezone(CST)
    late = days_between(row["at"], row["recorded_at"])
    desk = book.desks[row["desk"]].title if row["desk"] in book.desks else ""
    return {
        "at": f"{happened:%m-%d %H:%M}" if happened.year == now.astimezone(CST).year else f"{happened:%Y-%m-%d}", "words": spec.title if spec else row["kind"], "icon": "",
        "by": f"{row['person_name']}{f'（{desk}）' if desk else ''}", "state": "", "clause": row["clause"], "url": "",
        "detail": f"补录于 {row['recorded_at'].astimezone(CST):%Y-%m-%d %H:%M}" if late else "",
        "lines": payload_lines(book, row["kind"], row["payload"]), "moment": happened,
    }  # fmt: skip
