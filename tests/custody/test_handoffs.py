"""一1: a file is at exactly one desk; it passes by a handoff that the receiver acknowledges."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.small_court import MONDAY, moment
from zhixing.casework.custody.actions import accept_handoff, accept_many, offer_handoff, offer_many, refuse_handoff
from zhixing.casework.custody.models import Custody, Handoff
from zhixing.casework.custody.queries import arrived, history, holder, offered
from zhixing.casework.facts import record
from zhixing.casework.facts.record import Recorded
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.people.actors import Actor
from zhixing.rulebook.refusals import Refusal

PAPERS = ["正卷 12 页", "接待笔录"]


def received(case, by: Actor) -> Recorded:
    return record("reception_recorded", court_id=by.court_id, case_id=case.pk, payload={"note": "谈过", "came": True}, by=by, at=MONDAY)


def offer(case, by: Actor, to: str = "search", at=MONDAY, **more) -> Handoff:
    return offer_handoff(case_id=case.pk, to_desk=to, contents=PAPERS, by=by, at=at, **more)


@pytest.fixture
def ready(new_case, actors):
    """A case that has been received at the window and may be handed on."""
    case = new_case()
    received(case, actors.clerk)
    return case


def test_an_accepted_handoff_moves_custody_columns_and_journal_together_一1(ready, actors, court):
    handoff = offer(ready, actors.clerk)
    assert holder(court.pk, ready.pk) == "intake", "until it is accepted the offering desk still holds it"
    accept_handoff(ref=handoff.ref, by=actors.searcher, at=MONDAY + timedelta(hours=1))
    ready.refresh_from_db()
    assert holder(court.pk, ready.pk) == ready.holder == "search"
    assert [(desk, until) for desk, _, until in history(court.pk, ready.pk)] == [
        ("intake", MONDAY + timedelta(hours=1)), ("search", None),
    ]  # fmt: skip
    kinds = JournalEntry.objects.filter(case=ready).order_by("seq").values_list("kind", flat=True)
    assert list(kinds)[-2:] == ["handoff_offered", "handoff_accepted"]


def test_the_gate_stands_before_a_handoff_whichever_way_it_is_asked_for_三1(new_case, actors, court):
    case = new_case()
    with pytest.raises(Refusal) as refused:
        offer(case, actors.clerk)
    assert refused.value.status == 409
    assert "已接待" in refused.value.reasons[0].why
    assert refused.value.reasons[0].clause == "三1"
    assert offer_many(case_ids=[(case.ref, case.pk)], to_desk="search", contents=PAPERS, by=actors.clerk, at=MONDAY)[0].refusal
    with pytest.raises(Refusal):
        record("handoff_offered", court_id=court.pk, case_id=case.pk, payload={"from_desk": "intake", "to_desk": "search"},
               under="do:handoff", by=actors.clerk, at=MONDAY)  # fmt: skip
    assert not Handoff.objects.exists()


def test_only_the_desk_that_holds_the_file_may_offer_it_一1(ready, actors):
    with pytest.raises(Refusal) as refused:
        offer(ready, actors.searcher, to="team")
    assert refused.value.status == 403


def test_a_file_goes_only_where_its_desk_hands_to_一1(ready, actors):
    with pytest.raises(Refusal) as refused:
        offer(ready, actors.clerk, to="team")
    assert refused.value.reasons[0].field == "to_desk"
    assert "查询组" in refused.value.reasons[0].now


def test_a_handoff_lists_what_is_in_the_file_一1(ready, actors):
    with pytest.raises(Refusal) as refused:
        offer_handoff(case_id=ready.pk, to_desk="search", contents=["  "], by=actors.clerk, at=MONDAY)
    assert refused.value.reasons[0].field == "contents"


def test_only_a_member_of_the_receiving_desk_accepts_一1(ready, actors):
    handoff = offer(ready, actors.clerk)
    for wrong in (actors.clerk, actors.officer, actors.chief):
        with pytest.raises(Refusal) as refused:
            accept_handoff(ref=handoff.ref, by=wrong, at=MONDAY)
        assert refused.value.status == 403


def test_another_court_finds_neither_file_nor_handoff(ready, actors, other_court):
    handoff = offer(ready, actors.clerk)
    stranger = replace(actors.searcher, court_id=other_court.pk)
    with pytest.raises(Refusal) as refused:
        accept_handoff(ref=handoff.ref, by=stranger, at=MONDAY)
    assert refused.value.status == 404
    with pytest.raises(Refusal):
        offer(ready, replace(actors.clerk, court_id=other_court.pk))


def test_a_refused_handoff_says_why_and_leaves_the_file_where_it_was_一1(ready, actors, court):
    handoff = offer(ready, actors.clerk)
    with pytest.raises(Refusal) as refused:
        refuse_handoff(ref=handoff.ref, reason=" ", by=actors.searcher, at=MONDAY)
    assert refused.value.reasons[0].field == "reason"
    refuse_handoff(ref=handoff.ref, reason="缺接待笔录", by=actors.searcher, at=MONDAY)
    assert holder(court.pk, ready.pk) == "intake"
    assert offer(ready, actors.clerk).state == Handoff.OFFERED, "it may be offered again"


def test_a_second_offer_waits_for_the_first_and_a_repeated_click_is_the_same_offer(ready, actors):
    first = offer(ready, actors.clerk, key="click")
    assert offer(ready, actors.clerk, key="click").pk == first.pk
    with pytest.raises(Refusal) as refused:
        offer(ready, actors.clerk, key="another")
    assert "等待接收" in refused.value.reasons[0].why
    assert JournalEntry.objects.filter(kind="handoff_offered").count() == 1


def test_the_second_acceptor_is_told_who_was_first(ready, actors):
    handoff = offer(ready, actors.clerk)
    accept_handoff(ref=handoff.ref, by=actors.searcher, at=MONDAY)
    with pytest.raises(Refusal) as refused:
        accept_handoff(ref=handoff.ref, by=actors.searcher2, at=MONDAY)
    assert refused.value.status == 409
    assert "查甲已经接收" in refused.value.reasons[0].why


def test_the_database_itself_refuses_two_holders_一1(ready, court):
    with pytest.raises(IntegrityError), transaction.atomic():
        Custody.objects.create(court=court, case=ready, desk="team", since_at=MONDAY)


def test_bulk_keeps_what_was_done_when_one_row_is_refused(new_case, actors, court):
    cases = [new_case() for _ in range(3)]
    for case in cases[:2]:
        received(case, actors.clerk)
    done = offer_many(case_ids=[(c.ref, c.pk) for c in cases], to_desk="search", contents=PAPERS, by=actors.clerk, at=MONDAY)
    assert [outcome.refusal is None for outcome in done] == [True, True, False]
    waiting = arrived(court.pk, "search")
    assert len(waiting) == len(offered(court.pk, "intake")) == 2
    taken = accept_many(refs=[waiting[0]["ref"], "no-such-ref", waiting[1]["ref"]], by=actors.searcher, at=MONDAY)
    assert [outcome.refusal is None for outcome in taken] == [True, False, True]
    assert Custody.objects.filter(until_at=None, desk="search").count() == 2


STEPS = st.lists(st.tuples(st.sampled_from(["offer", "accept", "refuse"]), st.sampled_from(["clerk", "searcher", "officer"]),
                           st.sampled_from(["intake", "search", "team"])), min_size=1, max_size=12)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_is_tried_exactly_one_desk_holds_the_file_一1(steps, new_case, actors, court):
    case = new_case()
    received(case, actors.clerk)
    expected = "intake"
    for n, (what, who, to) in enumerate(steps):
        by, at = getattr(actors, who), MONDAY + timedelta(minutes=n + 1)
        waiting = Handoff.objects.filter(case=case, state=Handoff.OFFERED).first()
        try:
            if what == "offer":
                offer(case, by, to=to, at=at)
            elif waiting is not None and what == "accept":
                accept_handoff(ref=waiting.ref, by=by, at=at)
                expected = waiting.to_desk
            elif waiting is not None:
                refuse_handoff(ref=waiting.ref, reason="不符", by=by, at=at)
        except Refusal:
            assert what != "accept" or waiting is None or waiting.to_desk not in by.desks
        case.refresh_from_db()
        assert list(Custody.objects.filter(case=case, until_at=None).values_list("desk", flat=True)) == [expected]
        assert case.holder == expected


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="needs several connections of PostgreSQL")
def test_of_two_people_accepting_at_once_one_wins_and_the_other_is_told_一1(ready, actors, court):
    handoff, start, told = offer(ready, actors.clerk), threading.Barrier(2), []

    def accept(by: Actor) -> None:
        start.wait()
        try:
            accept_handoff(ref=handoff.ref, by=by, at=moment("2026-03-02 10:00"))
            told.append("done")
        except Refusal as refusal:
            told.append(refusal.reasons[0].why)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=accept, args=(by,)) for by in (actors.searcher, actors.searcher2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told.count("done") == 1
    assert any("已经接收" in why for why in told)
    assert Custody.objects.filter(case=ready, until_at=None).count() == 1
    assert JournalEntry.objects.filter(case=ready, kind="handoff_accepted").count() == 1


assert connection is not None  # named in the skip condition above
