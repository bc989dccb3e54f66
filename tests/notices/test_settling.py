"""What people decide about notices: send again, hold, send no more, tell by hand; and the pages for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import MONDAY, actor, browser, make_cast, make_court
from tests.notices.stage import Gateway, work
from zhixing.casework.cases.actions import NewCase, NewParty, file_case
from zhixing.casework.cases.models import Party
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.notices.models import Contact, Notice
from zhixing.casework.notices.receipts import apply_receipts
from zhixing.casework.notices.settling import (
    cancel_notices,
    hold_notices,
    register_contact,
    resend_notices,
    tell_by_hand,
)
from zhixing.outside.messages import Accepted, Message, Receipt, RejectedError
from zhixing.rulebook.refusals import Refusal

LATER = MONDAY + timedelta(hours=2)


@pytest.fixture
def cast(db):
    return make_cast(make_court())


@pytest.fixture
def by(cast):
    return actor(cast["handler"])


def filed(cast, seq: int = 1, phone: str = "19900000001"):
    parties = [NewParty("applicant", "样甲某", phone=phone), NewParty("debtor", "样乙公司")]
    new = NewCase(number=f"（2026）豫1502执{seq}号", year=2026, kind="执", seq=seq, filed_on=MONDAY.date(), parties=parties)
    return file_case(new=new, by=actor(cast["intake_clerk"]), at=MONDAY)[0]


def ids(state: str) -> list[int]:
    return list(Notice.objects.filter(state=state, channel="sms").values_list("pk", flat=True))


def test_a_failed_notice_is_sent_again_as_a_new_row_to_the_number_on_record_now(cast, by):
    filed(cast)
    gateway = Gateway()
    work(gateway, MONDAY)
    apply_receipts(channel="sms", receipts=[Receipt(k, delivered=False, reason="空号") for k in list(gateway.taken)], at=MONDAY)
    failed = ids(Notice.FAILED)
    Party.objects.filter(role=Party.APPLICANT).update(phone="19900000009")
    assert resend_notices(ids=failed, by=by, at=LATER) == 2
    work(gateway, LATER)
    assert sorted(m.address for m in gateway.taken.values()) == ["19900000001"] * 2 + ["19900000009"] * 2
    assert set(Notice.objects.filter(pk__in=failed).values_list("state", flat=True)) == {Notice.FAILED}
    with pytest.raises(Refusal, match="没有选中"):
        resend_notices(ids=failed, by=by, at=LATER)
    assert JournalEntry.objects.filter(stream="audit", kind="notices_resent").count() == 1


def test_a_notice_the_gateway_may_already_have_goes_under_the_same_key(cast, by):
    class Refusing(Gateway):
        def send(self, message: Message, at) -> Accepted:
            super().send(message, at)
            raise RejectedError("网关拒收（400）")

    filed(cast)
    first, second = Refusing(), Gateway()
    work(first, MONDAY)
    assert resend_notices(ids=ids(Notice.FAILED), by=by, at=LATER) == 2
    work(second, LATER)
    assert second.taken == first.taken
    assert apply_receipts(channel="sms", receipts=[Receipt(k, delivered=True) for k in second.taken], at=LATER) == 2


def test_a_held_notice_is_released_to_the_number_that_was_entered_meanwhile(cast, by):
    filed(cast)
    gateway = Gateway()
    work(gateway, MONDAY)
    Party.objects.filter(role=Party.DEBTOR).update(phone="19900000002")
    assert resend_notices(ids=ids(Notice.HELD), by=by, at=LATER) == 2
    work(gateway, LATER)
    assert Notice.objects.filter(state=Notice.SENT, party__role=Party.DEBTOR).count() == 2


def test_holding_and_cancelling_need_a_reason_and_stop_the_sending(cast, by):
    filed(cast)
    pending = ids(Notice.PENDING)
    with pytest.raises(Refusal, match="理由"):
        hold_notices(ids=pending, reason=" ", by=by, at=MONDAY)
    hold_notices(ids=pending[:2], reason="当事人申请", by=by, at=MONDAY)
    cancel_notices(ids=pending[2:], reason="重复", by=by, at=MONDAY)
    gateway = Gateway()
    work(gateway, MONDAY)
    assert not gateway.taken
    assert Notice.objects.filter(state=Notice.CANCELLED, error__contains="重复").count() == 2


def test_telling_by_hand_stays_on_record_and_the_message_is_not_sent_any_more(cast, by):
    filed(cast)
    pending = ids(Notice.PENDING)
    assert tell_by_hand(ids=pending, manner="书面", note="3月2日当面签收", by=by, at=MONDAY) == 4
    gateway = Gateway()
    work(gateway, MONDAY)
    assert not gateway.taken
    told = Notice.objects.filter(channel="hand")
    assert {(n.state, n.proof) for n in told} == {(Notice.DELIVERED, f"书面：3月2日当面签收（{by.name}登记）")}
    assert Notice.objects.filter(pk__in=pending, state=Notice.CANCELLED).count() == 4


def test_only_posts_of_the_table_settle_and_only_in_their_own_court(cast, by, sister_cast):
    filed(cast)
    for other in (actor(cast["funds_officer"]), actor(sister_cast["handler"])):
        with pytest.raises(Refusal):
            hold_notices(ids=ids(Notice.PENDING), reason="样", by=other, at=MONDAY)
    assert len(ids(Notice.PENDING)) == 4


def test_an_address_is_registered_once_a_party_and_channel_and_checked(cast, by):
    party = filed(cast).parties.get(role=Party.DEBTOR)
    register_contact(party_id=party.pk, channel="email", address="a@example.invalid", by=by, at=MONDAY)
    register_contact(party_id=party.pk, channel="email", address="b@example.invalid", by=by, at=MONDAY)
    assert Contact.objects.get().address == "b@example.invalid"
    for channel, address in (("email", "不是邮箱"), ("wechat", " "), ("wechat", "a b"), ("sms", "19900000001"), ("fax", "1")):
        with pytest.raises(Refusal):
            register_contact(party_id=party.pk, channel=channel, address=address, by=by, at=MONDAY)


def test_the_page_without_anything_says_so(cast, monday):
    page = browser(cast["handler"]).get("/notices/").content.decode()
    assert "没有已发的告知" in page


def test_the_page_shows_what_failed_first_and_settles_the_picked(cast, monday):
    filed(cast)
    work(Gateway(), MONDAY)
    client = browser(cast["handler"])
    page = client.get("/notices/").content.decode()
    assert "没有登记电话" in page
    assert "199****" not in page
    held = ids(Notice.HELD)
    answer = client.post("/notices/settle/by-hand/", {"pick": held})
    assert "登记人工告知：2 条" in answer.content.decode()
    assert client.post("/notices/settle/by-hand/", {"pick": held, "sure": "1", "manner": "书面", "note": ""}).status_code == 422
    done = client.post("/notices/settle/by-hand/", {"pick": held, "sure": "1", "manner": "书面", "note": "邮寄"}, follow=True)
    assert "已登记人工告知：2 条" in done.content.decode()
    assert client.post("/notices/settle/resend/", {"pick": held}).status_code == 409
    assert client.post("/notices/settle/nothing/", {"pick": held}).status_code == 404
    assert client.get("/notices/settle/hold/").status_code == 302


def test_the_button_of_a_row_is_about_that_row_alone(cast, monday):
    filed(cast)
    work(Gateway(), MONDAY)
    first, *others = ids(Notice.HELD)
    browser(cast["handler"]).post("/notices/settle/resend/", {"one": first, "pick": others})
    assert ids(Notice.PENDING) == [first]
    assert ids(Notice.HELD) == others


def test_forty_rows_a_page_by_the_same_number_of_statements(cast, monday):
    client, counted = browser(cast["handler"]), []
    client.get("/notices/")  # the first request also writes the session
    for until in (2, 45):
        for seq in range(until // 2, until):
            filed(cast, seq=seq, phone=f"1990000{seq:04d}")
        work(Gateway(), MONDAY)
        with CaptureQueriesContext(connection) as seen:
            page = client.get("/notices/?pile=sent").content.decode()
        counted.append(len(seen))
    assert page.count("199****") == 40
    assert "下一页" in page
    assert counted[0] == counted[1]


def test_the_administrator_sees_states_and_neither_names_nor_texts_nor_cases(cast, monday):
    case = filed(cast)
    work(Gateway(), MONDAY)
    page = browser(cast["system_admin"]).get("/notices/?pile=sent").content.decode()
    assert "199****0001" in page
    for hidden in (case.number, "样甲某", "19900000001", "立案执行"):
        assert hidden not in page


def test_what_was_told_about_a_case_with_state_and_proof(cast, monday):
    case = filed(cast)
    gateway = Gateway()
    work(gateway, MONDAY)
    apply_receipts(channel="sms", receipts=[Receipt(k, delivered=True, at="2026-03-02T09:05:00+08:00") for k in gateway.taken], at=MONDAY)
    client = browser(cast["handler"])
    page = client.get(f"/cases/{case.ref}/notices/").content.decode()
    for words in ("已送达", "网关编号 1", "回执 2026-03-02 09:05", "199****0001", "没有登记电话"):
        assert words in page
    party = case.parties.get(role=Party.DEBTOR)
    data = {"party": party.pk, "channel": "wechat", "address": "openid-yang-0001"}
    assert client.post(f"/cases/{case.ref}/notices/", data).status_code == 302
    assert "op***" in client.get(f"/cases/{case.ref}/notices/").content.decode()
    assert client.post(f"/cases/{case.ref}/notices/", data | {"channel": "email"}).status_code == 422


def test_another_courts_notices_are_not_found(cast, sister_cast, monday):
    case = filed(cast)
    work(Gateway(), MONDAY)
    client = browser(sister_cast["handler"])
    assert client.get(f"/cases/{case.ref}/notices/").status_code == 404
    assert "199****" not in client.get("/notices/?pile=sent").content.decode()
