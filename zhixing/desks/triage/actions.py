"""Simple or ordinary, and whose case it is (四(一))."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from zhixing.casework.cases.models import Case
from zhixing.casework.facts import Recorded, record, rules
from zhixing.casework.facts.forms import desk_for
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import allowed, require
from zhixing.rulebook import triage
from zhixing.rulebook.engine import State
from zhixing.rulebook.refusals import Reason, Refusal
from zhixing.rulebook.triage import Decision

from . import queries, records
from .tracks import Taker, tracks

OVERRIDE = "do:override_triage"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row of a bulk: its ref, the sentence, or the refusal."""

    ref: str
    words: str = ""
    refusal: Refusal | None = None


def record_triage_facts(
    *, case_id: int, payload: Mapping[str, Any], key: str = "", by: Actor, at: datetime, recorded_at: datetime | None = None
) -> Recorded:
    """Write down what the grounds of 四(一) ask for; what stays empty stays unknown. Refuses when nothing is filled in."""
    kind = "triage_facts_recorded"
    given = {k: v for k, v in payload.items() if v is not None}
    if not given:
        raise Refusal.because("暂不能登记繁简因素", "没有填写任何一项", clause="四(一)1", now="请至少填写一项")
    with transaction.atomic():
        _locked(case_id, by.court_id, kind)
        return _record(kind, case_id, given, key, by, at, recorded_at or at)


def set_track(*, case_id: int, track: str, reason: str = "", key: str = "", by: Actor, at: datetime) -> Recorded:
    """Decide the track. Against the proposal it says why; simple in spite of a ground of 四(一)3 is decided by those whom
    the authority table names for `do:override_triage`. Refuses anybody else."""
    book = rules.rulebook()
    require(book, by, "record:track_set", what="暂不能确定繁简")
    with transaction.atomic():
        case = _locked(case_id, by.court_id, "track_set")
        decision = triage.decide(book, _learn(case, by, at), at)
        _may_decide(track, reason, decision, by)
        return _record("track_set", case_id, {
            "track": track, "grounds": grounds_of(decision, track), "reason": reason.strip(), "proposed": decision.track,
            "undecided": decision.as_json()["undecided"],
        }, key, by, at, at)  # fmt: skip


def _learn(case: Case, by: Actor, at: datetime) -> State:
    """The case's facts together with what the court's records say and nobody has written down yet; that is recorded first, so
    that the decision can be explained from the journal alone (四(一)1)."""
    state = queries.state_of(case)
    news = {fact: value for fact, (value, _) in records.of_case(case).items() if fact not in state.facts}
    if not news:
        return state
    kind = "triage_facts_recorded"
    desk = desk_for(rules.rulebook().events[kind], by)
    return record(kind, court_id=by.court_id, case_id=case.pk, payload=news, desk=desk, under="record:track_set", by=by, at=at).state


def grounds_of(decision: Decision, track: str) -> str:
    """The clauses a decision stands on; where none speaks for it, the clause that asks for the decision."""
    shown = decision.as_json()
    return "、".join(shown["for"] if track == "simple" else shown["against"]) or "四(一)1"


def _may_decide(track: str, reason: str, decision: Decision, by: Actor) -> None:
    """Everything that speaks against the decision being taken like this by this person."""
    book = rules.rulebook()
    reasons = []
    if track not in tracks():
        reasons.append(Reason("没有选择简易或普通", "四(一)1", "请选择", field="track"))
    elif track != decision.track and not reason.strip():
        proposed = tracks()[decision.track].title
        reasons.append(Reason(f"与系统建议（{proposed}）不同，没有写明理由", "四(一)1", "请写明理由", field="reason"))
    if track == "simple" and not allowed(book, by, OVERRIDE):
        row = book.authority.get(OVERRIDE)
        who = "、".join(book.roles[r].title for r in row.roles) if row else ""
        reasons += [
            Reason(f"不得列为简易：{d.sentence}", d.ground.clause, "请列为普通，或由有权限的人决定", who)
            for d in decision.grounds_against if d.answer
        ]  # fmt: skip
    if reasons:
        raise Refusal("暂不能确定繁简", reasons)


def allocate(
    *, case_id: int, handler_id: int | None, again: bool = False, with_track: bool = False, key: str = "", by: Actor, at: datetime
) -> Recorded:
    """Give a case to a handler and their team; `with_track` also decides the proposed track where none is decided.
    `again` lets a case that has a team change hands. Refuses a closed case, and one that has a team unless `again`."""
    book = rules.rulebook()
    require(book, by, "do:allocate", what="暂不能分案")
    with transaction.atomic():
        case = _locked(case_id, by.court_id, "case_allocated")
        if case.closed_on is not None:
            raise Refusal.because("暂不能分案", "案件已经结案", clause="四(一)1", status=409)
        if case.team and not again and not _repeated(case_id, key):
            raise Refusal.because("暂不能分案", f"已经分给{case.team}", clause="四(一)1", now="要改派请打开案件的分流页面", status=409)
        decided = case.track
        if with_track and not decided:
            decided = triage.decide(book, _learn(case, by, at), at).track
            set_track(case_id=case_id, track=decided, key=f"{key}:track" if key else "", by=by, at=at)
        taker = _taker(by.court_id, handler_id, decided, at)
        payload = {"team": taker.team, "handler": taker.name, "handler_id": taker.id}
        return _record("case_allocated", case_id, payload, key, by, at, at)


def allocate_many(
    *, rows: Iterable[tuple[str, int | None]], with_track: bool, key: str = "", by: Actor, at: datetime
) -> list[Outcome]:
    """Allocate (case ref, person) pairs, each in a transaction of its own: a refused row stops no other."""
    require(rules.rulebook(), by, "do:allocate", what="暂不能分案")
    pairs = list(rows)
    ids = dict(Case.objects.filter(court_id=by.court_id, ref__in=[ref for ref, _ in pairs]).values_list("ref", "pk"))
    done = []
    for ref, handler_id in pairs:
        try:
            if ref not in ids:
                raise Refusal.because("暂不能分案", "没有这个案件", status=404)
            made = allocate(case_id=ids[ref], handler_id=handler_id, with_track=with_track, key=f"{key[:48]}:{ref}" if key else "",
                            by=by, at=at)  # fmt: skip
        except Refusal as refusal:
            done.append(Outcome(ref, refusal=refusal))
        else:
            done.append(Outcome(ref, f"已分给{made.state.facts.get('team', '')}"))
    return done


def _repeated(case_id: int, key: str) -> bool:
    """Whether the same form already gave this case away: then saying it again is harmless."""
    return bool(key) and JournalEntry.objects.filter(case_id=case_id, idempotency_key=key).exists()


def _taker(court_id: int, handler_id: int | None, track: str, at: datetime) -> Taker:
    """The person as one who takes cases, in the post that fits the track where they hold several."""
    found = [t for t in queries.takers(court_id, book=rules.rulebook(), on=at.date()) if t.id == handler_id]
    if not found:
        raise Refusal.because("暂不能分案", "没有选择承办人，或所选的人今天不在办案岗位", clause="四(一)1", field="handler",
                              now="请从名单中选择承办人")  # fmt: skip
    return next((t for t in found if t.track == track), found[0])


def _locked(case_id: int, court_id: int, kind: str) -> Case:
    case = Case.objects.select_for_update(of=("self",)).filter(pk=case_id, court_id=court_id).select_related("state_row").first()
    if case is None:
        raise Refusal.because(f"暂不能{rules.rulebook().events[kind].verb}", "没有这个案件", status=404)
    return case


def _record(kind: str, case_id: int, payload: Mapping[str, Any], key: str, by: Actor, at: datetime, recorded_at: datetime) -> Recorded:
    desk = desk_for(rules.rulebook().events[kind], by)
    return record(kind, court_id=by.court_id, case_id=case_id, payload=payload, desk=desk, key=key or None, by=by, at=at,
                  recorded_at=recorded_at)  # fmt: skip


