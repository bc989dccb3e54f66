"""Editing the court's calendar: previewed, with a reason, re-projecting exactly the open clocks it touches (一3; trust T22)."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import pytest

from tests.cast import MONDAY, actor
from zhixing.casework.calendars.actions import DayEdit, edit_calendar, preview
from zhixing.casework.calendars.models import CalendarVersion
from zhixing.casework.cases.actions import NewCase, NewParty, file_case
from zhixing.casework.cases.models import Case
from zhixing.casework.courts.models import Court
from zhixing.casework.duties.models import Duty
from zhixing.casework.facts.replay import chain_differences, state_differences
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.people.models import Person
from zhixing.rulebook.refusals import Refusal

pytestmark = pytest.mark.django_db
WEDNESDAY = date(2026, 3, 4)
HOLIDAY = [DayEdit(WEDNESDAY, "off", "试验假日", "本院通知1号")]


def filed(cast: dict[str, Person], seq: int, at: datetime) -> Case:
    new = NewCase(f"（2026）豫1502执{seq}号", 2026, "执", seq, at.date(), [NewParty("applicant", "甲一"), NewParty("debtor", "乙二")])
    return file_case(new=new, by=actor(cast["intake_clerk"], at), at=at)[0]


def dues(court: Court) -> dict[tuple[int | None, str], datetime | None]:
    return {(c, r): d for c, r, d in Duty.objects.filter(court=court).values_list("case_id", "rule", "due_at")}


def test_a_moved_holiday_re_projects_exactly_the_clocks_it_touches(court: Court, cast: dict[str, Person]) -> None:
    touched, untouched = filed(cast, 1, MONDAY), filed(cast, 2, MONDAY - timedelta(days=60))
    before = dues(court)
    moved = edit_calendar(edits=HOLIDAY, reason="试验", by=actor(cast["bureau_head"]), at=MONDAY)
    after = dues(court)
    changed = {key for key in before if before[key] != after[key]}
    assert changed == {(m.subject_id, m.rule) for m in moved}
    assert (touched.pk, "notice_and_report_order") in changed
    assert all(case == touched.pk for case, _ in changed)
    assert after[touched.pk, "notice_and_report_order"] == before[touched.pk, "notice_and_report_order"] + timedelta(days=1)  # type: ignore[operator]
    entries = JournalEntry.objects.filter(kind="clocks_reprojected")
    assert [e.case_id for e in entries] == [touched.pk]
    assert json.loads(entries[0].payload)["reason"] == "试验"
    assert not JournalEntry.objects.filter(kind="clocks_reprojected", case=untouched).exists()


def test_the_journal_replays_to_the_same_clocks_after_the_calendar_changed(court: Court, cast: dict[str, Person]) -> None:
    """trust I15: entries say under which calendar they were made."""
    filed(cast, 1, MONDAY)
    edit_calendar(edits=HOLIDAY, reason="试验", by=actor(cast["bureau_head"]), at=MONDAY)
    filed(cast, 3, MONDAY + timedelta(hours=2))
    assert list(state_differences(court.pk)) == []
    assert list(chain_differences(court.pk)) == []


def test_a_preview_says_what_would_move_and_writes_nothing(court: Court, cast: dict[str, Person]) -> None:
    filed(cast, 1, MONDAY)
    before = dues(court)
    moved = preview(court_id=court.pk, edits=HOLIDAY, at=MONDAY)
    assert moved
    assert dues(court) == before
    assert not CalendarVersion.objects.exists()


def test_an_edit_without_reason_or_source_is_refused_with_its_clause(court: Court, cast: dict[str, Person]) -> None:
    for edits, reason in ((HOLIDAY, " "), ([DayEdit(WEDNESDAY, "off", "试验", "")], "试验")):
        with pytest.raises(Refusal) as refused:
            edit_calendar(edits=edits, reason=reason, by=actor(cast["bureau_head"]), at=MONDAY)
        assert refused.value.reasons[0].clause == "一3"


def test_who_may_not_edit_the_calendar_is_told_who_can(court: Court, cast: dict[str, Person]) -> None:
    with pytest.raises(Refusal) as refused:
        edit_calendar(edits=HOLIDAY, reason="试验", by=actor(cast["handler"]), at=MONDAY)
    assert refused.value.status == 403
    assert "执行局局长" in refused.value.reasons[0].who


def test_undoing_an_edit_brings_the_clocks_back(court: Court, cast: dict[str, Person]) -> None:
    filed(cast, 1, MONDAY)
    before = dues(court)
    by = actor(cast["bureau_head"])
    edit_calendar(edits=HOLIDAY, reason="试验", by=by, at=MONDAY)
    edit_calendar(edits=[DayEdit(WEDNESDAY, None, "", "")], reason="撤回", by=by, at=MONDAY)
    assert dues(court) == before


def test_publishing_a_new_year_makes_its_provisional_clocks_firm(court: Court, cast: dict[str, Person]) -> None:
    """issue: provisional beyond the declared end of cover."""
    late = datetime(2026, 12, 30, 9, tzinfo=MONDAY.tzinfo)
    filed(cast, 9, late)
    assert Duty.objects.filter(rule="notice_and_report_order", provisional=True).exists()
    new_year = [DayEdit(date(2027, 1, 1), "off", "元旦", "试验通知")]
    edit_calendar(edits=new_year, reason="2027年安排公布", covers_until=date(2027, 12, 31), by=actor(cast["bureau_head"]), at=late)
    assert not Duty.objects.filter(rule="notice_and_report_order", provisional=True).exists()
