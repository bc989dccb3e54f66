"""Counts are kept only while they are right: until the court records something or a due moment passes (一3)."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from tests.small_court import MONDAY, moment
from zhixing.casework.duties import kept
from zhixing.casework.duties.models import Duty
from zhixing.casework.duties.queries import counts
from zhixing.casework.facts import record

DUE = moment("2026-03-04 23:59:59")


def late_and_all(court, at=MONDAY) -> tuple[int, int]:
    found = counts(court.pk, "intake", at=at)
    return found.late, found.all


def received(case, by) -> None:
    record("reception_recorded", court_id=case.court_id, case_id=case.pk, payload={"note": "谈过", "came": True}, by=by, at=MONDAY)


def test_nothing_is_counted_again_while_the_journal_stands_still(new_case, court):
    new_case()
    assert late_and_all(court) == (0, 1)
    Duty.objects.update(due_at=MONDAY - timedelta(days=1))  # past the journal, as nothing in the product can
    assert late_and_all(court) == (0, 1)
    kept.forget()
    assert late_and_all(court) == (1, 1)


def test_every_event_of_the_court_is_counted_at_once(new_case, court, actors):
    case = new_case()
    assert late_and_all(court) == (0, 1)
    new_case()
    assert late_and_all(court) == (0, 2)
    received(case, actors.clerk)
    assert late_and_all(court) == (0, 1)


def test_a_clock_becomes_late_although_nothing_is_recorded(new_case, court):
    new_case()
    assert [late_and_all(court, at) for at in (DUE, DUE + timedelta(microseconds=1), DUE)] == [(0, 1), (1, 1), (0, 1)]


def test_what_was_rolled_back_is_not_remembered(new_case, court, actors):
    case = new_case()
    assert late_and_all(court) == (0, 1)
    before = transaction.savepoint()
    received(case, actors.clerk)
    assert late_and_all(court) == (0, 0)
    transaction.savepoint_rollback(before)
    assert late_and_all(court) == (0, 1)
    new_case()  # the number of the entry that was rolled back, with another content
    assert late_and_all(court) == (0, 2)


def test_courts_do_not_share_counts(new_case, court, other_court):
    new_case()
    assert (late_and_all(court), late_and_all(other_court)) == ((0, 1), (0, 0))


def test_the_rail_follows_what_is_recorded_and_the_day(new_case, court, actors, people, browse, monkeypatch):
    case = new_case()
    browser = browse(people.clerk)

    def shown(at) -> bool:
        monkeypatch.setattr("zhixing.clock.now", lambda: at)
        return 'class="count"' in browser.get("/rules/").content.decode()

    evening, midnight = moment("2026-03-03 23:59:59"), moment("2026-03-04 00:00:00")
    assert [shown(at) for at in (evening, midnight)] == [False, True]
    received(case, actors.clerk)
    assert not shown(midnight)
