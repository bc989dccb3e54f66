"""四(一)1, 四(一)2(6): the grounds take what the court's records already say; nobody types it a second time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.cast import MONDAY, actor, make_cast, make_court
from zhixing.casework.cases.actions import NewCase, NewParty, file_case
from zhixing.casework.cases.models import Case
from zhixing.casework.journal.models import JournalEntry
from zhixing.desks.triage import actions, queries, records
from zhixing.desks.triage.tracks import earlier_termination
from zhixing.rulebook.loader import standard

pytestmark = pytest.mark.django_db
NUMBER = "11010118900307571X"


@pytest.fixture
def people():
    return {role: actor(p) for role, p in make_cast(make_court()).items()}


def file(people, n: int, filed_on: date, number: str = NUMBER) -> Case:
    parties = [NewParty("applicant", "甲一"), NewParty("debtor", "乙二", id_kind="居民身份证", id_number=number)]
    new = NewCase(f"（{filed_on.year}）豫1502执{n}号", filed_on.year, "执", n, filed_on, parties)
    return file_case(new=new, by=people["intake_clerk"], at=MONDAY)[0]


@pytest.mark.parametrize(("closed_on", "way", "counts"), [
    (date(2025, 9, 2), "终结本次执行程序", True), (date(2025, 9, 1), "终结本次执行程序", False),
    (date(2026, 3, 2), "终结本次执行程序", True), (date(2026, 1, 5), "执行完毕", False),
])  # fmt: skip
def test_an_earlier_termination_counts_for_six_months_四一2六(people, closed_on: date, way: str, counts: bool):
    earlier = file(people, 1, date(2025, 5, 6))
    Case.objects.filter(pk=earlier.pk).update(closed_on=closed_on, closing_way=way)
    case = file(people, 2, MONDAY.date())
    assert (earlier_termination().fact in records.of_case(case)) is counts


def test_another_person_of_the_same_name_does_not_count(people):
    earlier = file(people, 1, date(2025, 5, 6), number="110101189003075736")
    Case.objects.filter(pk=earlier.pk).update(closed_on=date(2026, 1, 5), closing_way="终结本次执行程序")
    assert records.of_case(file(people, 2, MONDAY.date())) == {}


def test_the_decision_writes_down_first_what_the_records_say_and_rests_on_it(people):
    earlier = file(people, 1, date(2025, 5, 6))
    Case.objects.filter(pk=earlier.pk).update(closed_on=date(2026, 1, 5), closing_way="终结本次执行程序")
    case = file(people, 2, MONDAY.date())
    row = next(r for r in queries.unallocated(case.court_id, book=standard(), at=MONDAY) if r.id == case.pk)
    assert "四(一)2(6)" in row.grounds
    actions.set_track(case_id=case.pk, track=row.decision.track, by=people["triage_officer"], at=MONDAY + timedelta(hours=1))
    kinds = list(JournalEntry.objects.filter(case=case).order_by("seq").values_list("kind", flat=True))
    assert kinds[-2:] == ["triage_facts_recorded", "track_set"]


def test_what_a_person_wrote_down_is_not_overruled_by_the_records(people):
    earlier = file(people, 1, date(2025, 5, 6))
    Case.objects.filter(pk=earlier.pk).update(closed_on=date(2026, 1, 5), closing_way="终结本次执行程序")
    case = file(people, 2, MONDAY.date())
    actions.record_triage_facts(case_id=case.pk, payload={"previous_termination_within_six_months": False}, by=people["triage_officer"],
                                at=MONDAY + timedelta(hours=1))  # fmt: skip
    assert queries.unallocated(case.court_id, book=standard(), at=MONDAY)[-1].grounds != ["四(一)2(6)"]
