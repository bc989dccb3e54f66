"""五1: matters come into being by their opening event; watch days and weeks by the calendar, each once."""

from __future__ import annotations

import json

import pytest

from tests.small_court import MONDAY, moment
from zhixing.casework.duties.models import Duty
from zhixing.casework.facts import record
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.matters.actions import open_due_matters, open_matter
from zhixing.casework.matters.models import Matter
from zhixing.casework.matters.queries import counts_by_kind, matter_of, matters, opening_events
from zhixing.rulebook.refusals import Refusal


def visit(actors, **more) -> Matter:
    return open_matter(event="visit_received", payload={"visitor": "样甲某"}, by=actors.clerk, at=MONDAY, **more)[0]


def test_a_visit_gets_the_next_number_of_the_year_and_its_clock_五1(actors, court):
    assert [visit(actors).number, visit(actors).number] == ["2026-0001", "2026-0002"]
    assert Duty.objects.filter(rule="answer", is_open=True).count() == 2
    assert counts_by_kind(court.pk) == {"visit": 2}


def test_a_number_is_taken_once(actors):
    visit(actors, number="甲-1")
    with pytest.raises(Refusal) as refused:
        visit(actors, number="甲-1")
    assert refused.value.reasons[0].field == "number"
    assert Matter.objects.count() == 1


def test_a_double_click_opens_one_matter(actors):
    assert visit(actors, key="k").pk == visit(actors, key="k").pk
    assert Matter.objects.count() == 1


def test_who_may_not_record_the_opening_opens_nothing(actors):
    with pytest.raises(Refusal):
        open_matter(event="visit_received", payload={"visitor": "样甲某"}, by=actors.officer, at=MONDAY)
    assert not Matter.objects.exists()


def test_an_answered_matter_leaves_the_list_of_open_ones_五1(actors, court):
    row = visit(actors)
    record("visit_answered", court_id=court.pk, matter_id=row.pk, payload={"answer": "已答"}, by=actors.clerk, at=MONDAY)
    assert matters(court.pk) == []
    assert [m["is_done"] for m in matters(court.pk, is_open=None)] == [True]


def test_another_court_sees_none_of_them(actors, court, other_court):
    row = visit(actors)
    assert matters(other_court.pk) == []
    assert matter_of(other_court.pk, row.ref) is None


def test_the_calendar_opens_a_watch_day_and_a_week_once_五1(court):
    opened = open_due_matters(court_id=court.pk, at=moment("2026-03-03 08:30"))
    assert {(m.kind, m.number) for m in opened} == {("watch_day", "2026-03-03"), ("watch_week", "2026-W10")}
    assert open_due_matters(court_id=court.pk, at=moment("2026-03-03 12:00")) == []
    assert [m.kind for m in open_due_matters(court_id=court.pk, at=moment("2026-03-04 08:30"))] == ["watch_day"]
    week = JournalEntry.objects.get(kind="watch_week_opened")
    assert (week.at, week.recorded_at) == (moment("2026-03-02 00:00"), moment("2026-03-03 08:30"))
    assert json.loads(JournalEntry.objects.filter(kind="watch_day_opened").first().payload) == {"day": "2026-03-03"}


def test_a_day_off_has_no_watch_day(court):
    assert {m.kind for m in open_due_matters(court_id=court.pk, at=moment("2026-03-07 08:30"))} == {"watch_week"}


def test_two_workers_opening_the_same_day_open_it_once(court, monkeypatch):
    at = moment("2026-03-03 08:30")
    open_due_matters(court_id=court.pk, at=at)
    blind = Matter.objects.none()
    monkeypatch.setattr("zhixing.casework.matters.actions.known_numbers", lambda *args: set(blind))
    assert open_due_matters(court_id=court.pk, at=at) == []
    assert Matter.objects.count() == 2


def test_every_matter_kind_has_one_opening_event(book):
    assert set(opening_events(book)) == {"visit", "watch_day", "watch_week"}
