"""Every rule reachable: each duty is driven from its start to its end through `facts.record`, on the real regulation.

A duty that nobody can start, that no act meets, or whose act nobody may record, fails here (guards of design §3).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.cast import MONDAY, actor, make_cast, make_court
from zhixing.casework.cases.actions import NewCase, NewParty, file_case
from zhixing.casework.cases.models import CaseState
from zhixing.casework.duties.models import Duty
from zhixing.casework.facts import record
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.matters.models import Matter, MatterState
from zhixing.casework.people.actors import Actor, system_actor
from zhixing.rulebook import engine, memory
from zhixing.rulebook.loader import standard
from zhixing.rulebook.model import DutyRule
from zhixing.rulebook.refusals import Refusal

BOOK = standard()
DAY = timedelta(days=1)
SAMPLES = {"bool": True, "int": 1, "yuan": "1.00", "list": [], "phone": "19900000000"}


def satisfy(source: Mapping[str, Any], state: engine.State, at: datetime) -> None:
    """Put facts and history into the state that make a condition true."""
    if "predicate" in source:
        satisfy(BOOK.predicates[source["predicate"]].when.source, state, at)
    elif "all" in source:
        for one in source["all"]:
            satisfy(one, state, at)
    elif "any" in source:
        satisfy(source["any"][-1], state, at)
    elif "not" in source:
        state.facts[source["not"]["fact"]] = "something else"
    elif "happened" in source:
        stamp = at.isoformat()
        state.happened[source["happened"]] = [stamp, stamp, 1]
    elif "elapsed" in source:
        inner = source["elapsed"]
        ago = timedelta(days=400 if "over" in inner else 1)
        if inner["since"] in BOOK.facts:
            state.facts[inner["since"]] = (at - ago).date().isoformat()
        else:
            state.happened[inner["since"]] = [(at - ago).isoformat()] * 2 + [1]
    elif "known" in source:
        state.facts.pop(source["fact"], None)
    else:
        state.facts[source["fact"]] = source["is"] if "is" in source else source.get("in", [0])[0] if "in" in source else "1"


def payload_for(kind: str, rule: DutyRule, state: engine.State, at: datetime) -> dict[str, Any]:
    """A payload a clerk could have filled in; facts that the condition wants are not undone by it."""
    spec = BOOK.events[kind]
    by_field = {v[1:]: f for f, v in spec.sets.items() if isinstance(v, str) and v.startswith("$")}
    data: dict[str, Any] = {}
    for field in spec.fields:
        wanted = state.facts.get(by_field.get(field.name, ""))
        if wanted is not None:
            data[field.name] = wanted
        elif field.choices:
            data[field.name] = [field.choices[0]] if field.type == "list" else field.choices[0]
        elif field.type in ("date", "moment"):
            data[field.name] = (at + 20 * DAY).date().isoformat() if field.type == "date" else at.isoformat()
        else:
            data[field.name] = SAMPLES.get(field.type, "甲一")
    if rule.per:
        data[rule.per] = "K1"
    return data


class Stage:
    """A court with its cast, and one case or matter whose memory can be set before an act."""

    def __init__(self) -> None:
        self.court = make_court()
        self.cast = make_cast(self.court)
        new = NewCase("（2026）豫1502执1号", 2026, "执", 1, MONDAY.date(), [NewParty("applicant", "甲一"), NewParty("debtor", "乙二")])
        clerk = actor(self.cast["intake_clerk"])
        self.case, _ = file_case(new=new, by=clerk, at=MONDAY)
        Duty.objects.all().delete()

    def subject(self, rule: DutyRule) -> dict[str, int]:
        spec = BOOK.events[rule.starts_on[0]]
        if spec.subject == "case":
            return {"case_id": self.case.pk}
        matter = Matter.objects.create(court=self.court, kind=spec.matter_kind or "x", number=rule.id, title="试验", desk=rule.desk,
                                       opened_at=MONDAY)  # fmt: skip
        return {"matter_id": matter.pk}

    def who(self, kind: str) -> Actor:
        """Somebody whom the authority table allows to record the act (the system for its own events)."""
        spec = BOOK.events[kind]
        if spec.system:
            return system_actor(self.court.pk)
        row = BOOK.authority[f"record:{kind}"]
        done = JournalEntry.objects.filter(kind__in=row.apart_from).values_list("person_id", flat=True)
        allowed = [r for r in row.roles if r in self.cast and self.cast[r].pk not in done]
        assert allowed, f"{kind}：没有岗位可以记录"
        return actor(self.cast[allowed[0]])

    def happen(self, kind: str, rule: DutyRule, at: datetime, subject: dict[str, int], state: engine.State) -> None:
        for gate in BOOK.index.gates.get(kind, ()):
            for need in gate.needs:
                satisfy(BOOK.predicates[need.predicate].when.source, state, at)
        payload = payload_for(kind, rule, state, at)
        for fact, each in BOOK.index.per_thing.items():
            if fact in state.facts and each in payload:
                state.facts[engine.of_thing(fact, payload[each])] = state.facts[fact]
        states: Any = CaseState if "case_id" in subject else MatterState
        name, ident = next(iter(subject.items()))
        states.objects.update_or_create(**{name: ident}, defaults={"document": memory.dump(state)})
        row = BOOK.authority.get(f"record:{kind}")
        approver = self.cast[row.approvers[0]] if row and row.approvers else None
        approval = {"approver_id": approver.pk, "approved_by": approver.name} if approver else None
        if "handler_id" in payload:
            payload["handler_id"] = self.cast["handler"].pk
        record(kind, court_id=self.court.pk, **subject, payload=payload, approval=approval,
               by=self.who(kind), at=at)  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("rule", BOOK.duties.values(), ids=lambda r: r.id)
def test_a_duty_starts_by_its_event_and_ends_by_its_act(rule: DutyRule) -> None:
    """一3: each duty, from the event that starts it to the acts that meet it."""
    stage = Stage()
    subject = stage.subject(rule)
    state = engine.State()
    for predicate in rule.conditions:
        satisfy(BOOK.predicates[predicate].when.source, state, MONDAY)
    state.facts.setdefault("holder_desk", rule.desk)
    stage.happen(rule.starts_on[0], rule, MONDAY, subject, state)
    started = Duty.objects.get(rule=rule.id, key="K1" if rule.per else "")
    assert (started.clause, started.desk, started.is_open) == (rule.clause, rule.desk, True)
    assert started.due_at is not None
    kinds = rule.met_by.kinds if rule.met_by.all else rule.met_by.kinds[:1]
    for n, kind in enumerate(kinds, 1):
        document = (CaseState if "case_id" in subject else MatterState).objects.get(**subject).document
        stage.happen(kind, rule, MONDAY + timedelta(minutes=n), subject, memory.load(document))
    ended = Duty.objects.filter(rule=rule.id, key="K1" if rule.per else "").order_by("n")[0]
    assert ended.met_at == MONDAY + timedelta(minutes=len(kinds))
    assert json.loads((CaseState if "case_id" in subject else MatterState).objects.get(**subject).document)["h"]


@pytest.mark.parametrize("rule", BOOK.duties.values(), ids=lambda r: r.id)
def test_any_of_the_acts_named_meets_a_duty(rule: DutyRule) -> None:
    """Every kind in `met_by` closes the clock in the engine (the first is also driven through the database above)."""
    from zhixing.rulebook.loader import REGULATIONS
    from zhixing.rulebook.workdays import Calendar

    calendar = Calendar.load(REGULATIONS / "calendar-cn.yaml")
    if rule.met_by.all:
        assert len(rule.met_by.kinds) > 1
        return
    for kind in rule.met_by.kinds:
        state = engine.State()
        for predicate in rule.conditions:
            satisfy(BOOK.predicates[predicate].when.source, state, MONDAY)
        start = engine.Event(rule.starts_on[0], MONDAY, payload_for(rule.starts_on[0], rule, state, MONDAY), 1)
        duty = next(d for d in engine.apply(BOOK, calendar, state, start) if d.rule == rule.id)
        act = engine.Event(kind, MONDAY + timedelta(hours=1), payload_for(kind, rule, state, MONDAY), 2)
        engine.apply(BOOK, calendar, state, act)
        assert duty.met_at == act.at, kind


@pytest.mark.django_db
def test_a_handler_who_is_nobody_of_the_court_is_refused_beside_the_field() -> None:
    """四(一)1"""
    stage = Stage()
    for nobody in (999999, "x"):
        with pytest.raises(Refusal) as refused:
            record("case_allocated", court_id=stage.court.pk, case_id=stage.case.pk, by=actor(stage.cast["triage_officer"]),
                   payload={"team": "执行一团队", "handler": "甲", "handler_id": nobody}, at=MONDAY)  # fmt: skip
        assert refused.value.reasons[0].field == "handler_id"
