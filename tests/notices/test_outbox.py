"""二1, 三2: who is told what. Claimed once, sent once, retried, never lost; a desk is warned once a rung."""

from __future__ import annotations

import csv
import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, connections

from tests.small_court import MONDAY, moment
from zhixing.casework.cases.models import Party
from zhixing.casework.custody.actions import accept_handoff, offer_handoff
from zhixing.casework.duties.models import Duty
from zhixing.casework.facts import record
from zhixing.casework.notices.actions import claim_warnings, mark_read
from zhixing.casework.notices.dispatch import dispatch
from zhixing.casework.notices.letters import names_in
from zhixing.casework.notices.models import Contact, Notice
from zhixing.casework.notices.queries import reminders, troubled
from zhixing.outside.messages import FileChannel, Message, SimulatedChannel, TransientError, plain
from zhixing.rulebook.refusals import Refusal


def send_all(channel, at, limit: int = 100) -> Counter[str]:
    """Dispatch over one text channel until nothing is due."""
    done: Counter[str] = Counter()
    while batch := dispatch(channels={"sms": channel}, at=at, limit=limit):
        done += batch
    return done


def test_a_filing_tells_each_party_with_a_phone_and_holds_the_rest_二1(new_case):
    case, channel = new_case(), SimulatedChannel()
    assert send_all(channel, MONDAY) == {"sent": 1, "held": 1}
    sent = next(iter(channel.sent.values()))
    assert sent.address == "19900000001"
    assert sent.text == f"【试验区人民法院】{case.number}已立案，标的5000.00元，举报电话12368。"
    assert troubled(case.court_id)[0]["error"] == "没有登记电话"
    assert send_all(channel, MONDAY + timedelta(days=1)) == {}, "nothing is sent twice"


def test_each_of_several_applicants_is_told_once_and_on_record_二1(new_case):
    case, channel = new_case(), SimulatedChannel()
    Party.objects.create(court=case.court, case=case, role=Party.APPLICANT, position=2, name="样丙某", phone="19900000002")
    assert send_all(channel, MONDAY) == {"sent": 2, "held": 1}
    rows = Notice.objects.filter(state=Notice.SENT).values_list("party__name", "address")
    assert sorted(rows) == [("样丙某", "19900000002"), ("样甲某", "19900000001")]
    assert sorted(m.address for m in channel.sent.values()) == ["19900000001", "19900000002"]


def test_a_party_without_a_telephone_is_reached_as_the_routes_say_二1(new_case):
    case, texts, mails = new_case(), SimulatedChannel(), SimulatedChannel()
    debtor = Party.objects.get(case=case, role=Party.DEBTOR)
    Contact.objects.create(court=case.court, party=debtor, channel="email", address="yang@example.invalid", registered_at=MONDAY)
    assert dispatch(channels={"sms": texts, "email": mails}, at=MONDAY) == {"sent": 2}
    assert [m.address for m in mails.sent.values()] == ["yang@example.invalid"]
    assert Notice.objects.get(party=debtor).channel == "email"


def test_a_text_with_a_gap_is_held_and_never_sent(new_case, actors):
    case, channel = new_case(), SimulatedChannel()
    case.court.hotline = ""
    case.court.save()
    send_all(channel, MONDAY)
    assert not channel.sent
    assert {row["error"] for row in troubled(case.court_id)} == {"缺少内容：hotline"}


def test_the_simulated_channel_says_that_it_is_one(new_case):
    new_case()
    send_all(SimulatedChannel(), MONDAY)
    sent = Notice.objects.get(state="sent")
    assert sent.simulated
    assert "没有真正发出" in sent.proof


def test_a_notice_to_a_desk_is_shown_there(new_case, actors, court):
    case = new_case()
    record("query_started", court_id=court.pk, case_id=case.pk, by=actors.searcher, at=MONDAY)
    send_all(SimulatedChannel(), MONDAY)
    assert [row["text"] for row in reminders(court.pk, "team")] == [f"{case.number}已发起查询"]


def test_the_file_channel_writes_each_message_once_and_nothing_a_spreadsheet_would_run(tmp_path):
    channel = FileChannel(tmp_path / "out")
    for key, text in (("a", "您好"), ("b", "=1+1"), ("a", "您好")):
        channel.send(Message(key, "19900000001", text), MONDAY)
    with channel.path(MONDAY).open(encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    assert [row[0] for row in rows] == ["编号", "a", "b"]
    assert rows[2][2] == "'=1+1"
    assert plain("-5") == "'-5"


def test_a_file_that_cannot_be_written_is_tried_again(tmp_path):
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(TransientError):
        FileChannel(tmp_path / "out").send(Message("a", "19900000001", "您好"), MONDAY)


def test_template_names_are_found():
    assert names_in("{a}和{b}，{a}") == ["a", "b"]


TUESDAY = moment("2026-03-03 23:59")


def test_a_desk_is_warned_once_a_rung_before_at_and_after_the_due_moment_三1(new_case, actors, court):
    case = new_case()
    duty = Duty.objects.get(case=case, rule="reception")
    assert duty.due_at == moment("2026-03-04 23:59:59") - timedelta(0)
    assert claim_warnings(court_id=court.pk, at=MONDAY) == 0
    for at, words in ((duty.warn_at, "即将到期"), (duty.due_at, "今日到期"), (duty.due_at + timedelta(days=1, hours=1), "已超期")):
        assert claim_warnings(court_id=court.pk, at=at) == 1
        assert claim_warnings(court_id=court.pk, at=at) == 0
        assert reminders(court.pk, "intake")[0]["text"].startswith(f"{words}：{case.number}")


def test_rungs_that_nobody_swept_are_told_as_one(new_case, court):
    new_case()
    assert claim_warnings(court_id=court.pk, at=moment("2026-03-20 09:00")) == 1
    assert claim_warnings(court_id=court.pk, at=moment("2026-03-20 09:00")) == 0
    assert Duty.objects.get(rule="reception").warn_at is None


def test_what_is_done_is_not_warned_about(new_case, actors, court):
    case = new_case()
    record("reception_recorded", court_id=court.pk, case_id=case.pk, payload={"note": "谈过", "came": True}, by=actors.clerk, at=MONDAY)
    assert claim_warnings(court_id=court.pk, at=moment("2026-03-20 09:00")) == 0


def test_an_event_after_a_warning_does_not_repeat_it(new_case, actors, court):
    case = new_case()
    record("reception_recorded", court_id=court.pk, case_id=case.pk, payload={"note": "谈过", "came": True}, by=actors.clerk, at=MONDAY)
    handoff = offer_handoff(case_id=case.pk, to_desk="search", contents=["正卷"], by=actors.clerk, at=MONDAY)
    accept_handoff(ref=handoff.ref, by=actors.searcher, at=MONDAY)
    record("query_started", court_id=court.pk, case_id=case.pk, by=actors.searcher, at=MONDAY + timedelta(hours=1))
    due_at = Duty.objects.get(rule="feedback").due_at
    assert claim_warnings(court_id=court.pk, at=due_at) == 1
    Duty.objects.filter(rule="feedback").update(warned=0, warn_at=due_at)  # as a stale engine memory would write it
    assert claim_warnings(court_id=court.pk, at=due_at) == 0
    assert Notice.objects.filter(disclosure="warning").count() == 1


def test_only_the_desk_itself_marks_its_reminders_read(new_case, actors, court):
    new_case()
    claim_warnings(court_id=court.pk, at=TUESDAY + timedelta(days=1))
    ids = [row["pk"] for row in reminders(court.pk, "intake")]
    with pytest.raises(Refusal):
        mark_read(desk="intake", ids=ids, by=actors.searcher, at=MONDAY)
    assert mark_read(desk="intake", ids=ids, by=actors.clerk, at=MONDAY) == len(ids) == 1
    assert reminders(court.pk, "intake") == []


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="needs several connections of PostgreSQL")
def test_two_sweepers_at_once_warn_once(new_case, court):
    for _ in range(20):
        new_case()
    at, start, told = moment("2026-03-04 23:59:59"), threading.Barrier(2), []

    def sweep() -> None:
        start.wait()
        told.append(claim_warnings(court_id=court.pk, at=at))
        connections.close_all()

    threads = [threading.Thread(target=sweep) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(told) == Notice.objects.filter(disclosure="warning").count() == 20


assert connection is not None  # named in the skip condition above
