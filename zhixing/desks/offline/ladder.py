"""The delivery ladder as data (三(三)2): what comes next, what may be done now, and from when a paper counts as served.

Pure functions over `ladder.yaml`; nothing here reads a row or a clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from zhixing.rulebook.deadlines import CST, due
from zhixing.rulebook.periods import Period
from zhixing.rulebook.refusals import Refusal
from zhixing.rulebook.workdays import Calendar

FILE = Path(__file__).with_name("ladder.yaml")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a result does to a delivery. `state` "" changes nothing: the ladder goes on. `articles` is a sentence part."""

    result: str
    state: str = ""
    mode: str = ""
    why: str = ""
    articles: str = ""
    conditions: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a result may not be recorded when none of its conditions is met."""

    result: str
    field: str
    why: str
    now: str
    article: str


@dataclass(frozen=True, slots=True)
class Rung:
    """One way of serving: its event, the event that tells why it was passed over, its results."""

    id: str
    title: str
    event: str
    skip_event: str
    result_event: str
    done_event: str
    clause: str
    proof: str
    needs: str
    skip_reasons: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    objections: tuple[Objection, ...]


@dataclass(frozen=True, slots=True)
class Ladder:
    """All rungs by id, the order of those that have one, and the announcement's term."""

    rungs: Mapping[str, Rung]
    order: tuple[str, ...]
    announcement_days: int
    announcement_rolls: bool
    announcement_article: str


@cache
def ladder() -> Ladder:
    """The ladder in force, read once."""
    raw = yaml.safe_load(FILE.read_text("utf-8"))
    titles = raw["statutes"]

    def cite(*articles: str) -> str:
        return "、".join(f"《{titles[statute]}》{no}" for statute, no in (a.split() for a in articles))

    rungs = {r["id"]: _rung(r, cite) for r in raw["rungs"]}
    announced = raw["announcement"]
    return Ladder(rungs, tuple(raw["order"]), announced["days"], announced["roll"], cite(announced["article"]))


def _rung(raw: Mapping[str, Any], cite: Any) -> Rung:
    outcomes = [
        Outcome(o["result"], o.get("state", ""), o.get("mode", ""), o.get("why", ""), cite(*o.get("articles", ())), o.get("if", {}))
        for o in raw["results"]
    ]
    objections = [Objection(o["result"], o["field"], o["why"], o["now"], cite(o["article"])) for o in raw.get("refuses", ())]
    names = ("skip_event", "result_event", "done_event", "needs")
    return Rung(
        raw["id"], raw["title"], raw["event"], **{n: raw.get(n, "") for n in names}, clause=raw["clause"], proof=raw["proof"],
        skip_reasons=tuple(raw.get("skip_reasons", ())), outcomes=tuple(outcomes), objections=tuple(objections),
    )  # fmt: skip


def rung_of(event: str) -> Rung:
    """The rung that an event kind (of trying, of skipping) belongs to."""
    return next(r for r in ladder().rungs.values() if event in (r.event, r.skip_event, r.done_event))


def settle(rung: str, result: str, said: Mapping[str, Any]) -> Outcome:
    """What a result recorded with `said` means by law. Raises `Refusal` for a result that the rung does not know, or one
    that has no effect because a condition is missing (留置 without photograph and witness)."""
    spec = ladder().rungs[rung]
    for outcome in spec.outcomes:
        if outcome.result == result and all(_holds(said.get(name), wanted) for name, wanted in outcome.conditions.items()):
            return outcome
    for objection in spec.objections:
        if objection.result == result:
            why = f"{objection.why}（{objection.article}）"
            raise Refusal.because("暂不能登记送达", why, clause=spec.clause, field=objection.field, now=objection.now)
    raise Refusal.because("暂不能登记送达", f"{spec.title}没有“{result}”这种结果", clause=spec.clause, field="result", now="请从结果中选择")


def _holds(value: Any, wanted: Any) -> bool:
    return bool(value) is True if wanted is True else value == wanted


def missing_before(rung: str, done: Iterable[str]) -> list[Rung]:
    """The rungs below `rung` that were neither tried nor passed over with a reason. Ways beside the ladder want none."""
    found = ladder()
    if rung not in found.order:
        return []
    tried = set(done)
    return [found.rungs[r] for r in found.order[: found.order.index(rung)] if r not in tried]


def next_rung(done: Iterable[str]) -> str:
    """The lowest rung above the highest that was tried or passed over; the last one again when all were."""
    found = ladder()
    reached = [found.order.index(r) for r in done if r in found.order]
    return found.order[min(max(reached, default=-1) + 1, len(found.order) - 1)]


def announcement_ends(published_on: date, calendar: Calendar) -> date:
    """The day on which an announcement has run: thirty days from the last posting, its own day not counted."""
    found = ladder()
    began = datetime.combine(published_on, time(12), CST)
    ends = due(began, Period(found.announcement_days, "days"), calendar, roll=found.announcement_rolls).due_at
    assert ends is not None  # nothing is taken out of this period
    return ends.date()
