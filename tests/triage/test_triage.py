"""Simple or ordinary, and whose case it is (四(一))."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.real_court import MONDAY, filled, moment
from zhixing import clock
from zhixing.casework.facts import record
from zhixing.casework.journal.models import JournalEntry
from zhixing.desks.triage.actions import allocate, allocate_many, record_triage_facts, set_track
from zhixing.desks.triage.tracks import Taker, distribute
from zhixing.rulebook.refusals import Refusal

NOON = moment("2026-03-02 12:00")
SMALL, LARGE = Decimal("5000.00"), Decimal("500000.00")


@pytest.fixture(autouse=True)
def at_noon() -> Any:
    with clock.frozen(NOON):
        yield


@pytest.fixture
def officer(actor: Any) -> Any:
    return actor("triage_officer")


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def know(case: Any, by: Any, **facts: bool) -> None:
    record_triage_facts(case_id=case.pk, payload=facts, by=by, at=MONDAY)


def decide(case: Any, by: Any, track: str, reason: str = "") -> dict[str, Any]:
    set_track(case_id=case.pk, track=track, reason=reason, by=by, at=NOON)
    return json.loads(JournalEntry.objects.filter(kind="track_set", case=case).latest("seq").payload)


def test_the_proposal_is_taken_without_a_reason_and_logged_with_its_grounds_四一2_1(new_case: Any, officer: Any) -> None:
    case = new_case(claim_yuan=SMALL)
    kept = decide(case, officer, "simple")
    assert (kept["grounds"], kept["proposed"]) == ("四(一)2(1)", "simple")
    case.refresh_from_db()
    assert case.track == "simple"


def test_another_track_than_the_proposed_one_says_why_四一1(new_case: Any, officer: Any) -> None:
    case = new_case(claim_yuan=SMALL)
    with pytest.raises(Refusal) as refused:
        decide(case, officer, "ordinary", "  ")
    assert (refused.value.reasons[0].field, refused.value.reasons[0].clause) == ("reason", "四(一)1")
    assert decide(case, officer, "ordinary", "双方积怨很深")["reason"] == "双方积怨很深"


def test_a_ground_of_the_third_paragraph_is_passed_only_by_those_who_lead_with_a_reason_四一3(
    new_case: Any, officer: Any, actor: Any
) -> None:
    case = new_case(claim_yuan=SMALL)
    know(case, officer, disposal_needed=True, sharp_conflict=True)
    with pytest.raises(Refusal) as refused:
        decide(case, officer, "simple", "标的很小")
    assert [r.clause for r in refused.value.reasons] == ["四(一)3(1)", "四(一)3(5)"]
    assert all("团队长" in r.who for r in refused.value.reasons)
    with pytest.raises(Refusal) as unreasoned:
        decide(case, actor("team_leader"), "simple")
    assert [r.field for r in unreasoned.value.reasons] == ["reason"]
    assert decide(case, actor("bureau_head"), "simple", "双方已约定抵债")["proposed"] == "ordinary"


def test_an_unknown_track_and_a_post_without_the_right_are_refused_四一1(new_case: Any, officer: Any, actor: Any) -> None:
    case = new_case()
    with pytest.raises(Refusal):
        decide(case, officer, "other", "x")
    with pytest.raises(Refusal) as refused:
        decide(case, actor("handler"), "simple")
    assert refused.value.status == 403
    with pytest.raises(Refusal):
        record_triage_facts(case_id=case.pk, payload={"sharp_conflict": None}, by=officer, at=MONDAY)


def test_cases_go_to_whoever_has_the_fewest_of_the_track_四一1() -> None:
    people = [Taker(1, "甲", "一组", "ordinary", 4), Taker(2, "乙", "二组", "ordinary", 3), Taker(3, "丙", "快执", "simple", 40)]
    given = distribute([("a", "ordinary"), ("b", "ordinary"), ("c", "ordinary"), ("d", "simple"), ("e", "none")], people)
    assert given == {"a": 2, "b": 2, "c": 1, "d": 3}


def test_allocation_writes_team_and_handler_to_the_case_四一1(new_case: Any, officer: Any, person: Any) -> None:
    case, handler = new_case(), person("handler", team="执行一组")
    allocate(case_id=case.pk, handler_id=handler.pk, by=officer, at=NOON)
    case.refresh_from_db()
    assert (case.team, case.handler) == ("执行一组", handler)
    with pytest.raises(Refusal, match="已经分给执行一组"):
        allocate(case_id=case.pk, handler_id=handler.pk, by=officer, at=NOON)
    other = person("handler", team="执行二组")
    allocate(case_id=case.pk, handler_id=other.pk, again=True, by=officer, at=NOON)
    case.refresh_from_db()
    assert (case.team, case.handler) == ("执行二组", other)


def test_allocation_with_the_proposed_track_decides_both_or_neither_四一1(new_case: Any, officer: Any, person: Any) -> None:
    simple, fast = new_case(claim_yuan=SMALL), person("fast_handler")
    allocate(case_id=simple.pk, handler_id=fast.pk, with_track=True, by=officer, at=NOON)
    simple.refresh_from_db()
    assert (simple.track, simple.team) == ("simple", "快执团队")
    other = new_case(claim_yuan=LARGE)
    with pytest.raises(Refusal):
        allocate(case_id=other.pk, handler_id=999_999, with_track=True, by=officer, at=NOON)
    other.refresh_from_db()
    assert other.track == ""


def test_one_bad_row_of_a_bulk_is_named_and_stops_no_other_四一1(
    new_case: Any, officer: Any, person: Any, actor: Any, clerk: Any, other_court: Any
) -> None:
    handler, clerk_person = person("handler", team="执行一组"), person("finance_clerk")
    good, bad, foreign = new_case(), new_case(), new_case(by=actor("intake_clerk", at=other_court))
    rows = [(good.ref, handler.pk), (bad.ref, clerk_person.pk), (foreign.ref, handler.pk), ("nosuchcase99", handler.pk)]
    done = {d.ref: d for d in allocate_many(rows=rows, with_track=False, by=officer, at=NOON)}
    assert done[good.ref].refusal is None
    assert done[bad.ref].refusal is not None
    assert done[bad.ref].refusal.reasons[0].field == "handler"
    assert [done[r].refusal.status for r in (foreign.ref, "nosuchcase99")] == [404, 404]
    assert JournalEntry.objects.filter(kind="case_allocated").count() == 1
    with pytest.raises(Refusal):
        allocate_many(rows=rows, with_track=False, by=clerk, at=NOON)


def test_who_left_the_post_or_the_court_takes_no_cases_四一1(new_case: Any, officer: Any, person: Any, other_court: Any) -> None:
    gone, stranger = person("handler"), person("handler", at=other_court)
    gone.assignments.update(until_on=moment("2026-03-01 00:00").date())
    for who in (gone, stranger):
        with pytest.raises(Refusal, match="不在办案岗位"):
            allocate(case_id=new_case().pk, handler_id=who.pk, by=officer, at=NOON)


@pytest.fixture
def triager(person: Any, client_of: Any) -> Any:
    return client_of(person("triage_officer"))


def test_the_list_proposes_track_grounds_and_a_person_for_each_case_四一1(new_case: Any, triager: Any, person: Any) -> None:
    fast, plain = person("fast_handler"), person("handler", team="执行一组")
    simple, ordinary = new_case(claim_yuan=SMALL), new_case(claim_yuan=LARGE)
    page = words(triager.get("/triage/"))
    rows = {c.ref: row for row in page.split("<tr") for c in (simple, ordinary) if f"/triage/{c.ref}/" in row}
    assert "建议简易" in rows[simple.ref]
    assert "四(一)2(1)" in rows[simple.ref]
    assert "建议普通" in rows[ordinary.ref]
    assert f'value="{fast.pk}" selected' in rows[simple.ref]
    assert f'value="{plain.pk}" selected' in rows[ordinary.ref]


def test_the_lists_statements_do_not_grow_with_cases_or_people_四一1(new_case: Any, triager: Any, person: Any) -> None:
    new_case()
    person("handler")
    triager.get("/triage/")
    counted = []
    for more in (0, 10):
        for _ in range(more):
            new_case()
            person("handler")
        with CaptureQueriesContext(connection) as seen:
            triager.get("/triage/")
        counted.append(len(seen))
    assert counted[0] == counted[1]


def test_an_empty_list_says_so(triager: Any) -> None:
    assert "没有待分案的案件" in words(triager.get("/triage/"))


def test_many_are_allocated_in_one_step_with_a_result_a_row_and_twice_is_once_四一1(new_case: Any, triager: Any, person: Any) -> None:
    handler = person("handler", team="执行一组")
    cases = [new_case(), new_case()]
    posted = {"pick": [*(c.ref for c in cases), "nosuchcase99"], **{f"handler-{c.ref}": handler.pk for c in cases}, "with_track": "1", "act_key": "k"}
    for _ in range(2):
        page = words(triager.post("/triage/allocate/", posted))
        assert "办成 2 件，未办成 1 件" in page
    assert JournalEntry.objects.filter(kind="case_allocated").count() == JournalEntry.objects.filter(kind="track_set").count() == 2
    one = new_case()
    triager.post("/triage/allocate/", {"pick": [one.ref], "to": handler.pk, "act_key": "m"})
    one.refresh_from_db()
    assert one.handler == handler
    assert triager.post("/triage/allocate/", {"act_key": "n"}).status_code == 422


def test_the_case_page_shows_each_ground_with_its_facts_and_takes_the_decision_四一(new_case: Any, triager: Any, book: Any) -> None:
    case = new_case(claim_yuan=SMALL)
    page = words(triager.get(f"/triage/{case.ref}/"))
    for ground in (*book.triage_for, *book.triage_against):
        assert ground.clause in page
        assert book.predicates[ground.predicate].sentence in page
    assert "5,000.00 元" in page
    assert "待查明" in page
    assert triager.post(f"/triage/{case.ref}/facts/", {"disposal_needed": "1", "act_key": "f"}).status_code == 302
    assert "系统建议：普通" in words(triager.get(f"/triage/{case.ref}/"))
    refused = triager.post(f"/triage/{case.ref}/track/", {"track": "simple", "reason": "标的小", "act_key": "t"})
    assert refused.status_code == 422
    assert "不得列为简易" in words(refused)
    assert "标的小" in words(refused), "what was typed stays"
    assert triager.post(f"/triage/{case.ref}/track/", {"track": "ordinary", "act_key": "t"}).status_code == 302
    assert "列为普通，四(一)3(1)" in words(triager.get(f"/triage/{case.ref}/"))


def test_what_the_reception_answered_is_offered_with_its_source_四一1(new_case: Any, triager: Any, clerk: Any, book: Any) -> None:
    case = new_case()
    said = {**filled(book, "first_reception_recorded"), "announced_at_trial": "是", "whereabouts": "下落不明"}
    record("first_reception_recorded", court_id=case.court_id, case_id=case.pk, payload=said, by=clerk, at=MONDAY)
    page = words(triager.get(f"/triage/{case.ref}/"))
    assert page.count("来自初次接待笔录") == 2


def test_a_case_changes_hands_on_its_own_page_and_the_general_forms_lead_there_四一1(new_case: Any, triager: Any, person: Any) -> None:
    case, handler = new_case(), person("handler", team="执行一组")
    for kind in ("case_allocated", "track_set"):
        assert triager.get(f"/cases/{case.ref}/act/{kind}/")["Location"] == f"/triage/{case.ref}/"
    assert triager.post(f"/triage/{case.ref}/handler/", {"act_key": "h"}).status_code == 422
    assert triager.post(f"/triage/{case.ref}/handler/", {"handler": handler.pk, "act_key": "h"}).status_code == 302
    case.refresh_from_db()
    assert case.handler == handler


def test_other_posts_and_other_courts_stay_outside_四一1(new_case: Any, person: Any, client_of: Any, other_court: Any) -> None:
    case = new_case()
    clerk = client_of(person("intake_clerk"))
    assert [clerk.get(p).status_code for p in ("/triage/", f"/triage/{case.ref}/")] == [403, 403]
    reader = client_of(person("quality_officer"))
    assert reader.get(f"/triage/{case.ref}/").status_code == 200
    for path in ("track/", "handler/", "facts/"):
        assert reader.post(f"/triage/{case.ref}/{path}", {"track": "simple", "act_key": "k"}).status_code == 403
    assert reader.post("/triage/allocate/", {"pick": [case.ref]}).status_code == 403
    stranger = client_of(person("triage_officer", at=other_court))
    assert stranger.get(f"/triage/{case.ref}/").status_code == 404
    assert stranger.post(f"/triage/{case.ref}/track/", {"track": "simple", "act_key": "k"}).status_code == 404
