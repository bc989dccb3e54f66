"""四1: an act that needs approval is asked for by one person, decided by another, and recorded by the decision."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.small_court import MONDAY
from zhixing.casework.approvals.actions import approve, ask, decline, withdraw
from zhixing.casework.approvals.models import Approval
from zhixing.casework.approvals.queries import asked_by, kinds_approved_by, waiting_for
from zhixing.casework.duties.queries import counts
from zhixing.casework.facts import record
from zhixing.casework.journal.models import JournalEntry
from zhixing.rulebook.refusals import Refusal

LATER = MONDAY + timedelta(hours=2)


@pytest.fixture
def case(new_case):
    return new_case()


def asking(case, by, **more) -> Approval:
    return ask(kind="delay_approved", case_id=case.pk, payload={"until_on": "2026-03-20"}, reason="等评估", by=by, at=MONDAY, **more)


def test_approving_records_the_event_with_both_names_四1(case, actors):
    approval = asking(case, actors.officer)
    assert not JournalEntry.objects.filter(kind="delay_approved").exists()
    approve(ref=approval.ref, answer="同意", by=actors.chief, at=LATER)
    entry = JournalEntry.objects.get(kind="delay_approved")
    kept = json.loads(entry.payload)
    assert (entry.person_name, entry.at, entry.recorded_at) == ("执甲", MONDAY, LATER)
    assert (kept["approval"]["asked_by"], kept["approval"]["approved_by"], kept["approval"]["answer"]) == ("执甲", "局甲", "同意")
    assert kept["until_on"] == "2026-03-20"


def test_what_needs_approval_cannot_be_recorded_without_it_四1(case, actors, court):
    for who in (actors.officer, actors.chief):
        with pytest.raises(Refusal) as refused:
            record("delay_approved", court_id=court.pk, case_id=case.pk, payload={"until_on": "2026-03-20"}, by=who, at=MONDAY)
        assert "批准" in refused.value.reasons[0].why
    assert not JournalEntry.objects.filter(kind="delay_approved").exists()


def test_nobody_approves_their_own_request_whatever_posts_they_hold(case, actors):
    approval = asking(case, actors.chief)
    with pytest.raises(Refusal) as refused:
        approve(ref=approval.ref, by=actors.chief, at=LATER)
    assert refused.value.status == 403
    assert "自己" in refused.value.reasons[0].why
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.filter(pk=approval.pk).update(state="approved", decided_by=actors.chief.person_id, decided_at=LATER)
    approve(ref=approval.ref, by=actors.deputy, at=LATER)


def test_only_the_posts_named_as_approvers_decide_四1(case, actors, other_court):
    approval = asking(case, actors.officer)
    for who in (actors.clerk, actors.searcher, replace(actors.clerk, roles=frozenset({"intake_clerk"}))):
        with pytest.raises(Refusal) as refused:
            approve(ref=approval.ref, by=who, at=LATER)
        assert refused.value.status == 403
    with pytest.raises(Refusal) as refused:
        approve(ref=approval.ref, by=replace(actors.chief, court_id=other_court.pk), at=LATER)
    assert refused.value.status == 404


def test_a_request_is_decided_once(case, actors):
    approval = asking(case, actors.officer)
    approve(ref=approval.ref, by=actors.chief, at=LATER)
    for act in (lambda: approve(ref=approval.ref, by=actors.deputy, at=LATER), lambda: decline(ref=approval.ref, answer="晚了", by=actors.deputy, at=LATER)):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.status == 409
    assert JournalEntry.objects.filter(kind="delay_approved").count() == 1


def test_a_decision_that_cannot_be_recorded_leaves_the_request_undecided(case, actors, court):
    record("query_started", court_id=court.pk, case_id=case.pk, by=replace(actors.searcher), at=MONDAY)
    maker = replace(actors.officer, person_id=actors.searcher.person_id, name="查甲")
    from zhixing.casework.people.models import Assignment

    Assignment.objects.create(court=court, person_id=maker.person_id, role="officer", from_on=MONDAY.date())
    approval = asking(case, maker)
    with pytest.raises(Refusal) as refused:
        approve(ref=approval.ref, by=actors.chief, at=LATER)
    assert "另一人" in refused.value.reasons[0].why, "maker ≠ checker is asked of the person who asked"
    approval.refresh_from_db()
    assert approval.state == Approval.ASKED


def test_declining_says_why_and_records_nothing(case, actors):
    approval = asking(case, actors.officer)
    with pytest.raises(Refusal):
        decline(ref=approval.ref, answer="", by=actors.chief, at=LATER)
    decline(ref=approval.ref, answer="理由不足", by=actors.chief, at=LATER)
    assert not JournalEntry.objects.filter(kind="delay_approved").exists()
    assert asked_by(actors.officer)[0]["answer"] == "理由不足"


def test_one_takes_back_only_ones_own_request(case, actors):
    approval = asking(case, actors.officer)
    with pytest.raises(Refusal):
        withdraw(ref=approval.ref, by=actors.chief, at=LATER)
    withdraw(ref=approval.ref, by=actors.officer, at=LATER)
    with pytest.raises(Refusal):
        approve(ref=approval.ref, by=actors.chief, at=LATER)


def test_a_bad_request_is_refused_when_it_is_asked(case, actors):
    with pytest.raises(Refusal) as refused:
        ask(kind="delay_approved", case_id=case.pk, payload={}, reason="等", by=actors.officer, at=MONDAY)
    assert refused.value.reasons[0].field == "until_on"
    with pytest.raises(Refusal):
        ask(kind="delay_approved", case_id=case.pk, payload={"until_on": "2026-03-20"}, reason=" ", by=actors.officer, at=MONDAY)
    with pytest.raises(Refusal):
        ask(kind="reception_recorded", case_id=case.pk, payload={}, reason="不必", by=actors.clerk, at=MONDAY)


def test_lists_show_what_one_may_decide_and_never_ones_own(case, actors, book):
    asking(case, actors.officer)
    asking(case, actors.chief)
    assert [row["asked_by__name"] for row in waiting_for(book, actors.chief)] == ["执甲"]
    assert {row["asked_by__name"] for row in waiting_for(book, actors.deputy)} == {"执甲", "局甲"}
    assert waiting_for(book, actors.clerk) == []
    for who, expected in ((actors.chief, (1, 1)), (actors.officer, (0, 1)), (actors.clerk, (0, 0))):
        own = counts(case.court_id, "team", at=LATER, person_id=who.person_id, decides=kinds_approved_by(book, who))
        assert (own.to_decide, own.asked) == expected


def test_a_double_click_asks_once(case, actors):
    assert asking(case, actors.officer).pk == asking(case, actors.officer).pk
