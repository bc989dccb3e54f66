"""An event that is alone is written only while the journal's head is where it was read (ADR 2)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction

from tests.small_court import MONDAY
from zhixing.casework.calendars.models import CalendarVersion
from zhixing.casework.facts import record, write
from zhixing.casework.facts.replay import chain_differences, state_differences
from zhixing.casework.journal.models import JournalEntry
from zhixing.rulebook import gates
from zhixing.rulebook.refusals import Refusal

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def overtaken(monkeypatch: Any) -> Any:
    """Between the reading and the writing of the next event, `meanwhile` happens once."""

    def arrange(meanwhile: Any) -> list[bool]:
        reads: list[bool] = []
        original = write.read

        def read(*args: Any, lock: bool = True) -> write.Now:
            now = original(*args, lock=lock)
            reads.append(lock)
            if len(reads) == 1:
                meanwhile()
            return now

        monkeypatch.setattr(write, "read", read)
        return reads

    return arrange


def test_an_event_overtaken_by_another_is_recorded_after_it_under_the_lock(new_case, court, actors, overtaken):
    one, other = new_case(), new_case()
    reads = overtaken(lambda: record("query_started", court_id=court.pk, case_id=other.pk, by=actors.searcher, at=MONDAY))
    done = record("query_started", court_id=court.pk, case_id=one.pk, by=actors.searcher, at=MONDAY)
    assert reads == [False, False, True]
    assert done.seq == JournalEntry.objects.count() == 4
    assert [*chain_differences(court.pk), *state_differences(court.pk)] == []


def test_a_repeated_key_that_comes_in_between_is_still_recorded_once(new_case, court, actors, overtaken):
    case = new_case()
    same = {"court_id": court.pk, "case_id": case.pk, "key": "k1", "by": actors.searcher, "at": MONDAY}
    overtaken(lambda: record("query_started", **same))
    assert record("query_started", **same).repeated
    assert JournalEntry.objects.filter(idempotency_key="k1").count() == 1


def test_nothing_of_an_event_is_written_when_the_head_has_moved(new_case, court, actors, monkeypatch):
    case = new_case()
    before = JournalEntry.objects.count()
    now = write.read(connection, court.pk, "casework", case.pk, None, None, lock=False)
    stale = write.Now(now.seq - 1, now.hash, now.document, now.calendar_version, None)
    monkeypatch.setattr(write, "read", lambda *_, **__: stale)
    with pytest.raises(write.HeadMoved):
        record("query_started", court_id=court.pk, case_id=case.pk, by=actors.searcher, at=MONDAY)

    assert JournalEntry.objects.count() == before
    assert list(state_differences(court.pk)) == []


def test_a_second_event_alone_is_written_without_reading_and_its_journal_holds(new_case, court, actors, monkeypatch):
    case = new_case()
    record("query_started", court_id=court.pk, case_id=case.pk, by=actors.searcher, at=MONDAY)
    monkeypatch.setattr(write, "read", lambda *_, **__: pytest.fail("it was read"))
    record("query_started", court_id=court.pk, case_id=case.pk, by=actors.searcher, at=MONDAY)
    assert [*chain_differences(court.pk), *state_differences(court.pk)] == []


def test_what_others_wrote_since_is_read_before_the_next_event(new_case, court, actors):
    one, other = new_case(), new_case()
    same = {"court_id": court.pk, "by": actors.searcher, "at": MONDAY}
    record("query_started", case_id=one.pk, **same)
    with transaction.atomic():  # as another process would: nothing is remembered of it
        record("query_started", case_id=one.pk, **same)
        record("query_started", case_id=other.pk, **same)
    before = JournalEntry.objects.count()
    assert record("query_started", case_id=one.pk, **same).state.happened["query_started"][2] == 3
    assert JournalEntry.objects.count() == before + 1
    assert [*chain_differences(court.pk), *state_differences(court.pk)] == []


def test_a_calendar_set_since_is_the_one_an_event_is_reckoned_by(new_case, court, actors):
    case = new_case()
    same = {"court_id": court.pk, "case_id": case.pk, "by": actors.searcher, "at": MONDAY}
    record("query_started", **same)
    CalendarVersion.objects.create(court_id=court.pk, version=1, reason="测试", made_at=MONDAY, made_by_id=actors.searcher.person_id)
    done = record("query_started", **same)
    assert JournalEntry.objects.get(court=court, stream="casework", seq=done.seq).calendar_version == 1


def test_a_refusal_never_rests_on_what_is_no_longer_so(new_case, court, actors, monkeypatch):
    case = new_case()
    same = {"court_id": court.pk, "case_id": case.pk, "by": actors.searcher, "at": MONDAY}
    record("query_started", **same)
    asked: list[bool] = []
    original = gates.ask

    def ask(*args: Any) -> Any:
        asked.append(True)
        if len(asked) == 1:
            raise Refusal.because("暂不能查询", "还缺一项")
        return original(*args)

    monkeypatch.setattr(gates, "ask", ask)
    record("query_started", **same)
    assert len(asked) == 2
