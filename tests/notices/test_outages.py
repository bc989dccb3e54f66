"""A channel down for four hours becomes a task of the desk: tell people on paper (二(四)1(1), P17)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import MONDAY, actor, make_cast, make_court
from tests.notices.stage import MINUTE, Gateway, work
from zhixing.casework.cases.actions import NewCase, NewParty, file_case
from zhixing.casework.duties.models import Duty
from zhixing.casework.facts import record, rules
from zhixing.casework.matters.models import Matter
from zhixing.casework.notices.models import Notice
from zhixing.casework.notices.outages import watch_channels
from zhixing.casework.notices.policy import policy
from zhixing.casework.people.models import Person

UP = MONDAY + timedelta(hours=6)


@pytest.fixture
def people(db) -> dict[str, Person]:
    return make_cast(make_court())


def filed(people, seq: int) -> None:
    parties = [NewParty("applicant", "样甲某", phone=f"1990000{seq:04d}"), NewParty("debtor", "样乙公司", phone=f"1990001{seq:04d}")]
    new = NewCase(number=f"（2026）豫1502执{seq}号", year=2026, kind="执", seq=seq, filed_on=MONDAY.date(), parties=parties)
    file_case(new=new, by=actor(people["intake_clerk"]), at=MONDAY)


def down_until(at, gateway) -> None:
    """The worker and the watch, every minute."""
    moment = MONDAY
    while moment <= at:
        work(gateway, moment)
        watch_channels(at=moment)
        moment += MINUTE


def test_after_four_hours_the_desk_has_a_task_once_and_it_says_when_the_channel_is_back(people):
    for seq in (1, 2, 3):
        filed(people, seq)
    gateway = Gateway(outage=(MONDAY, UP))
    down_until(MONDAY + policy().outage.paper_after - MINUTE, gateway)
    assert not Matter.objects.filter(kind="message_outage").exists()
    down_until(MONDAY + policy().outage.paper_after + 30 * MINUTE, gateway)
    matter = Matter.objects.get(kind="message_outage")
    assert matter.desk == "disclosure"
    assert matter.title == "短信自3月2日09:00中断，12条告知等待发出"
    duty = Duty.objects.get(matter=matter)
    assert (duty.rule, duty.is_open, duty.desk) == ("tell_on_paper", True, "disclosure")
    work(gateway, UP)
    assert watch_channels(at=UP) == 1
    assert watch_channels(at=UP + MINUTE) == 0
    duty.refresh_from_db()
    assert not duty.is_open
    assert len(gateway.taken) == 12


def test_telling_on_paper_meets_the_duty(people):
    filed(people, 1)
    down_until(MONDAY + policy().outage.paper_after + 20 * MINUTE, Gateway(outage=(MONDAY, UP)))
    matter = Matter.objects.get(kind="message_outage")
    payload = {"manner": "书面", "how_many": 4, "note": "已邮寄告知书（样）"}
    record("told_on_paper_instead", court_id=matter.court_id, matter_id=matter.pk, payload=payload,
           by=actor(people["disclosure_officer"]), at=MONDAY + timedelta(hours=5))  # fmt: skip
    assert not Duty.objects.get(matter=matter).is_open


def test_a_single_waiting_message_is_enough_to_notice_the_outage(people):
    filed(people, 1)
    Notice.objects.exclude(recipient="applicant", disclosure="filing_sms").update(state=Notice.HELD)
    down_until(MONDAY + policy().outage.paper_after + 20 * MINUTE, Gateway(outage=(MONDAY, UP)))
    assert Matter.objects.filter(kind="message_outage").count() == 1


def test_every_number_of_the_outbox_is_data_with_its_day_and_marked_for_checking():
    rule = policy().channels["sms"]
    assert (rule.hour, rule.day) == (5, 10)
    assert list(policy().back_off) == sorted(policy().back_off)
    assert sum(policy().back_off, timedelta()) > timedelta(hours=12), "retries go on over hours"
    assert {policy().outage.found, policy().outage.restored} <= set(rules.rulebook().events)
    assert all(name in policy().channels for by in policy().routes.values() for route in by.values() for name in route)
