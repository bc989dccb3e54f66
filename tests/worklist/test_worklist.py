"""What a desk owes: order, buckets at their edges, pages by key, counters; one statement each whatever the rows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.small_court import MONDAY, moment
from zhixing.casework.custody.actions import offer_handoff
from zhixing.casework.duties.models import Duty
from zhixing.casework.duties.queries import counts, court_board, monthly_indicators, worklist
from zhixing.casework.facts import record
from zhixing.casework.matters.actions import open_matter

DUE = moment("2026-03-04 23:59:59")  # two working days after Monday


def statements(call) -> tuple[object, int]:
    with CaptureQueriesContext(connection) as captured:
        found = call()
    return found, len(captured)


def bucket(court, name: str, at) -> int:
    return len(worklist(court.pk, "intake", bucket=name, at=at))


@pytest.mark.parametrize(("at", "expected"), [
    (moment("2026-03-02 00:00:00"), "soon"),
    (moment("2026-03-01 23:59:59"), "later"),
    (moment("2026-03-03 23:59:59"), "soon"),
    (moment("2026-03-04 00:00:00"), "today"),
    (DUE, "today"),
    (DUE + timedelta(microseconds=1), "late"),
], ids=["two days before", "three days before", "last second of the day before", "first second of the day", "the due moment itself", "just after"])  # fmt: skip
def test_a_clock_is_in_exactly_one_bucket_at_every_edge_三1(new_case, court, at, expected):
    new_case()
    assert Duty.objects.get().due_at == DUE
    assert {name: bucket(court, name, at) for name in ("late", "today", "soon", "later", "still")} == {
        name: int(name == expected) for name in ("late", "today", "soon", "later", "still")
    }
    found = counts(court.pk, "intake", at=at)
    assert getattr(found, expected) == found.all == 1


def test_the_list_is_by_due_moment_and_matters_stand_among_cases(new_case, court, actors):
    late = new_case(at=MONDAY)
    later = new_case(at=moment("2026-03-05 09:00"))
    visit, _ = open_matter(event="visit_received", payload={"visitor": "样丙某"}, by=actors.clerk, at=moment("2026-03-03 09:00"))
    rows = worklist(court.pk, "intake", at=moment("2026-03-06 09:00"))
    assert [row.subject for row in rows] == [f"case:{late.ref}", f"matter:{visit.ref}", f"case:{later.ref}"]
    assert (rows[0].number, rows[0].applicants, rows[0].debtors, rows[0].clause) == (late.number, "样甲某", "样乙公司", "三1")
    assert rows[1].matter_title == "来访：样丙某"
    assert rows[0].due_at == DUE


def test_pages_by_key_show_every_row_once_even_when_many_fall_due_together(new_case, court):
    for n in range(7):
        new_case(at=MONDAY + timedelta(days=n // 5))
    seen, after = [], ""
    while rows := worklist(court.pk, "intake", after=after, limit=3, at=MONDAY):
        seen += [row.id for row in rows]
        after = rows[-1].cursor
    assert seen == list(Duty.objects.order_by("due_at", "pk").values_list("pk", flat=True))


@pytest.mark.parametrize("cursor", ["", "rubbish", "~", "20269999T000000.000000~5", "'; drop table duty;--~1"])
def test_a_cursor_that_cannot_be_read_starts_at_the_beginning(new_case, court, cursor):
    new_case()
    assert len(worklist(court.pk, "intake", after=cursor, at=MONDAY)) == 1


def test_other_desks_other_courts_and_done_clocks_are_not_in_it(new_case, court, other_court, actors):
    case = new_case()
    new_case()
    assert worklist(court.pk, "search", at=MONDAY) == worklist(other_court.pk, "intake", at=MONDAY) == []
    record("reception_recorded", court_id=court.pk, case_id=case.pk, payload={"note": "谈过", "came": True}, by=actors.clerk, at=MONDAY)
    assert case.ref not in {row.case_ref for row in worklist(court.pk, "intake", at=MONDAY)}


def test_team_and_rules_narrow_the_list(new_case, court):
    case = new_case()
    new_case()
    type(case).objects.filter(pk=case.pk).update(team="一组")
    assert [row.case_ref for row in worklist(court.pk, "intake", at=MONDAY, team="一组")] == [case.ref]
    assert worklist(court.pk, "intake", at=MONDAY, rules=["query"]) == []
    assert len(worklist(court.pk, "intake", at=MONDAY, rules=["reception"])) == 2
    assert worklist(court.pk, "intake", at=MONDAY, rules=[]) == []


def test_clocks_that_stand_still_have_a_bucket_of_their_own(new_case, court):
    new_case()
    Duty.objects.update(due_at=None, suspended_at=MONDAY)
    assert bucket(court, "still", MONDAY) == 1
    assert bucket(court, "all", MONDAY) == 0
    assert counts(court.pk, "intake", at=MONDAY).still == 1


def test_handoffs_are_counted_where_they_wait_一1(new_case, court, actors):
    case = new_case()
    record("reception_recorded", court_id=court.pk, case_id=case.pk, payload={"note": "谈过", "came": True}, by=actors.clerk, at=MONDAY)
    offer_handoff(case_id=case.pk, to_desk="search", contents=["正卷"], by=actors.clerk, at=MONDAY)
    intake, search = (counts(court.pk, desk, at=MONDAY) for desk in ("intake", "search"))
    assert (intake.offered, search.arrived, search.offered) == (1, 1, 0)


def test_each_read_is_one_statement_however_many_rows(new_case, court):
    for expected in (1, 12):
        while Duty.objects.count() < expected:
            new_case()
        for call in (
            lambda: worklist(court.pk, "intake", at=MONDAY), lambda: counts(court.pk, "intake", at=MONDAY, person_id=1, decides=["x"]),
            lambda: court_board(court.pk, MONDAY), lambda: monthly_indicators(court.pk, 2026, 3),
        ):  # fmt: skip
            assert statements(call)[1] == 1


def test_the_worklist_reads_its_own_index(new_case, court):
    new_case()
    with CaptureQueriesContext(connection) as captured:
        worklist(court.pk, "intake", at=MONDAY)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(("EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN ") + captured[0]["sql"])
        plan = " ".join(str(row) for row in cursor.fetchall())
    assert "duty_worklist" in plan


def test_the_board_shows_each_desk_and_its_oldest_clock_worst_first(new_case, court, actors):
    case = new_case()
    record("query_started", court_id=court.pk, case_id=case.pk, by=actors.searcher, at=MONDAY)
    board = court_board(court.pk, DUE + timedelta(seconds=1))
    assert list(board) == ["intake", "search"]
    assert (board["intake"].late, board["intake"].oldest_due_at) == (1, DUE)


def test_a_month_is_counted_from_cases_and_clocks_四二2(new_case, court, actors):
    first, second = new_case(at=MONDAY), new_case(at=MONDAY)
    new_case(at=moment("2026-04-01 09:00"))
    for case, at in ((first, MONDAY), (second, moment("2026-03-09 09:00"))):
        record("reception_recorded", court_id=court.pk, case_id=case.pk, payload={"note": "谈过", "came": True}, by=actors.clerk, at=at)
    type(first).objects.filter(pk=first.pk).update(closed_on="2026-03-12")
    march = monthly_indicators(court.pk, 2026, 3)
    assert (march.received, march.closed, march.open, march.average_days) == (2, 1, 1, 10.0)
    assert (march.ended, march.ended_late, march.late_ratio) == (2, 1, 0.5)
    assert (march.due, march.done, march.node_completion) == (2, 2, 1.0)
    assert monthly_indicators(court.pk, 2025, 12).late_ratio is None


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(minutes=st.integers(min_value=-10 * 1440, max_value=10 * 1440))
def test_at_any_moment_the_buckets_add_up_to_everything_open(minutes, new_case, court):
    if not Duty.objects.exists():
        for n in range(4):
            new_case(at=MONDAY + timedelta(days=n, hours=n))
    at = MONDAY + timedelta(minutes=minutes)
    found = counts(court.pk, "intake", at=at)
    lists = {name: bucket(court, name, at) for name in ("late", "today", "soon", "later", "still")}
    assert lists == {name: getattr(found, name) for name in lists}
    assert found.all == Duty.objects.filter(is_open=True, desk="intake").count()
