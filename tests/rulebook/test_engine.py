"""The engine: clocks start, are met, stop, stand still, are extended and remember that they were late (一3)."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from zhixing.rulebook import engine, gates, memory, triage
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.loader import REGULATIONS, load
from zhixing.rulebook.workdays import Calendar

BOOK = load(Path(__file__).with_name("small.yaml"))
CALENDAR = Calendar.load(REGULATIONS / "calendar-cn.yaml")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CST)


class Life:
    """A case to which events happen."""

    def __init__(self) -> None:
        self.state = engine.State()
        self.duties: dict[int, engine.Duty] = {}
        self.seq = 0

    def happen(self, kind: str, when: str, **payload: object) -> Life:
        self.seq += 1
        for duty in engine.apply(BOOK, CALENDAR, self.state, engine.Event(kind, at(when), payload, self.seq)):
            self.duties[id(duty)] = duty
        return self

    def all(self, rule: str) -> list[engine.Duty]:
        return [d for d in self.duties.values() if d.rule == rule]

    def one(self, rule: str) -> engine.Duty:
        (duty,) = self.all(rule)
        return duty


def due_on(duty: engine.Duty) -> date | None:
    return duty.due_at.date() if duty.due_at else None


def test_a_duty_with_two_acts_is_met_only_when_both_have_happened() -> None:
    """四(二)2(1)"""
    life = Life().happen("case_filed", "2023-04-03T09:00", filed_on="2023-04-03").happen("notice_issued", "2023-04-04T09:00")
    assert life.one("notice").status(at("2023-04-04T10:00")) == "open"
    life.happen("report_ordered", "2023-04-06T10:00")
    assert life.one("notice").status(at("2023-05-01T10:00")) == "met"
    assert due_on(life.one("notice")) == date(2023, 4, 7)


def test_a_duty_met_after_its_due_moment_is_met_late_and_remembers_the_moment_it_missed() -> None:
    life = Life().happen("case_filed", "2023-04-03T09:00", filed_on="2023-04-03")
    assert life.one("notice").status(at("2023-04-08T00:00")) == "late"
    life.happen("notice_issued", "2023-04-10T09:00").happen("report_ordered", "2023-04-10T09:00")
    assert life.one("notice").status(at("2023-04-11T00:00")) == "met_late"
    assert life.one("notice").late_at == life.one("notice").due_at


def test_a_stage_clock_starts_only_at_the_desk_that_received_the_file() -> None:
    """三(二)末段"""
    life = Life().happen("case_filed", "2023-04-03T09:00", filed_on="2023-04-03")
    life.happen("handoff_accepted", "2023-04-04T09:00", to_desk="documents")
    assert life.one("documents_stage").desk == "documents"
    assert life.all("offline_stage") == []


def test_an_announcement_stops_the_stage_clock_and_its_days_are_taken_out() -> None:
    """三(三)2 against 三(三)末段: the announcement period is taken out."""
    life = Life().happen("handoff_accepted", "2023-06-01T09:00", to_desk="offline")
    assert due_on(life.one("offline_stage")) == date(2023, 7, 3)
    life.happen("announced", "2023-06-10T09:00")
    assert life.one("offline_stage").status(at("2023-07-30T00:00")) == "suspended"
    life.happen("announcement_done", "2023-07-10T09:00")
    assert due_on(life.one("offline_stage")) == date(2023, 7, 31)


def test_a_late_clock_that_is_extended_stays_remembered_as_late() -> None:
    """四(二)2(6)"""
    life = Life().happen("money_arrived", "2023-06-01T09:00", amount_yuan="10.00")
    life.happen("delay_approved", "2023-06-12T09:00", until_on="2023-06-30")
    duty = life.one("payout")
    assert duty.status(at("2023-06-20T00:00")) == "extended"
    assert due_on(duty) == date(2023, 6, 30)
    assert duty.late_at == at("2023-06-08T23:59:59")


def test_money_that_arrives_in_parts_adds_up_exactly() -> None:
    life = Life().happen("money_arrived", "2023-06-01T09:00", amount_yuan="0.10")
    life.happen("money_arrived", "2023-06-02T09:00", amount_yuan="0.20")
    assert life.state.facts["recovered_yuan"] == "0.30"


def test_each_freeze_has_its_own_clock_that_does_not_roll_and_renewal_starts_the_next() -> None:
    """四(四)3(2)"""
    life = Life().happen("frozen", "2023-01-10T09:00", measure_no="A", expires_on="2024-01-06")
    life.happen("frozen", "2023-01-10T09:00", measure_no="B", expires_on="2024-03-01")
    life.happen("renewed", "2023-12-20T09:00", measure_no="A", expires_on="2025-01-05")
    first, second = sorted((d for d in life.all("renew") if d.key == "A"), key=lambda d: d.n)
    assert (due_on(first), first.status(at("2024-02-01T00:00"))) == (date(2024, 1, 6), "met")
    assert (due_on(second), second.n) == (date(2025, 1, 5), 2)
    assert [d.status(at("2024-02-01T00:00")) for d in life.all("renew") if d.key == "B"] == ["open"]


def test_a_repeating_duty_starts_again_when_met_until_its_condition_ends() -> None:
    """四(四)3(1): every six months for five years."""
    life = Life().happen("terminated", "2023-01-10T09:00", on="2023-01-10")
    for moment in ("2023-07-01T09:00", "2023-12-20T09:00"):
        life.happen("requeried", moment)
    assert [d.n for d in life.all("requery")] == [1, 2, 3]
    life.happen("requeried", "2028-01-11T09:00")
    assert len(life.all("requery")) == 3


def test_closing_stops_what_is_open_but_not_what_survives_it() -> None:
    life = Life().happen("terminated", "2023-01-10T09:00", on="2023-01-10").happen("money_arrived", "2023-01-11T09:00")
    life.happen("case_closed", "2023-01-12T09:00")
    assert life.one("payout").status(at("2023-01-13T00:00")) == "stopped"
    assert life.one("requery").status(at("2023-01-13T00:00")) == "open"


def test_an_act_recorded_before_the_start_of_its_duty_still_meets_it_when_it_happened_after() -> None:
    life = Life().happen("money_paid", "2023-06-03T09:00").happen("money_arrived", "2023-06-01T09:00")
    assert life.one("payout").status(at("2023-07-01T00:00")) == "met"
    early = Life().happen("money_paid", "2023-05-03T09:00").happen("money_arrived", "2023-06-01T09:00")
    assert early.one("payout").status(at("2023-07-01T00:00")) == "late"


def test_a_gate_names_everything_missing_with_the_desk_and_the_first_lawful_day() -> None:
    """三(一)3, 四(二)4"""
    life = Life().happen("case_filed", "2023-04-03T09:00", filed_on="2023-04-03")
    missing = gates.ask(BOOK, life.state, "handoff_offered", {"from_desk": "intake"}, at("2023-04-04T09:00"))
    assert [(m.gate.clause, m.need.desk) for m in missing] == [("三(一)3", "intake")]
    assert gates.ask(BOOK, life.state, "handoff_offered", {"from_desk": "documents"}, at("2023-04-04T09:00")) == []
    (early,) = gates.ask(BOOK, life.state, "terminated", {}, at("2023-07-03T09:00"))
    assert early.earliest == date(2023, 7, 4)
    assert gates.ask(BOOK, life.state, "terminated", {}, at("2023-07-04T00:00")) == []


def test_the_memory_written_is_the_memory_read() -> None:
    life = Life().happen("frozen", "2023-01-10T09:00", measure_no="A", expires_on="2024-01-06")
    life.happen("announced", "2023-06-10T09:00").happen("case_filed", "2023-04-03T09:00", filed_on="2023-04-03")
    assert memory.dump(memory.load(memory.dump(life.state))) == memory.dump(life.state)
    assert memory.load(memory.dump(life.state)) == life.state


@pytest.mark.parametrize(
    ("facts", "track", "undecided"),
    [
        ({"reception_done": True, "terminated_on": "2010-01-01"}, "simple", 0),
        ({"reception_done": True}, "simple", 1),
        ({"reception_done": True, "terminated_on": "2023-01-01"}, "ordinary", 0),
        ({"reception_done": False}, "ordinary", 1),
    ],
)
def test_a_ground_against_beats_any_ground_for(facts: dict[str, object], track: str, undecided: int) -> None:
    """四(一)3"""
    answer = triage.decide(BOOK, triage.state_of(BOOK, facts), at("2023-06-01T00:00")).as_json()
    assert (answer["track"], len(answer["undecided"])) == (track, undecided)


def test_a_desk_that_stands_for_another_owes_its_duties_while_it_holds_the_file() -> None:
    """四(一)1: the fast team's cases stand on the fast team's worklist."""
    life = Life().happen("handoff_accepted", "2023-06-01T09:00", to_desk="fast").happen("money_arrived", "2023-06-02T09:00")
    assert life.one("payout").desk == "fast"
    life.happen("handoff_accepted", "2023-06-03T09:00", to_desk="offline")
    assert life.one("payout").desk == "funds"
    life.happen("handoff_accepted", "2023-06-04T09:00", to_desk="fast")
    assert life.one("payout").desk == "fast"
