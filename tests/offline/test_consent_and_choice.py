"""Consent to electronic service by person, with proof and withdrawal; a way of serving for fifty at once; the thirty days (三(三)2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.offline.conftest import ADDRESS, TUESDAY
from tests.offline.samples import proof
from tests.real_court import MONDAY, moment
from zhixing.casework.dossier.models import Scan
from zhixing.casework.facts import record
from zhixing.casework.journal.models import JournalEntry
from zhixing.desks.offline.consenting import consents, record_consent
from zhixing.desks.offline.delivery_models import Attempt, Delivery
from zhixing.desks.offline.ladder import ladder
from zhixing.rulebook.refusals import Refusal

SAID = {"mode": "短信", "address": "19900000001", "consented": True}


def agree(case: Any, desk: Any, person: str = "样乙公司", agreed: bool = True, at: Any = MONDAY) -> None:
    record_consent(case_id=case.pk, person=person, agreed=agreed, address=ADDRESS, electronic_address="19900000001" if agreed else "", proof=proof(), by=desk.officer, at=at)


def test_consent_is_each_persons_own_with_its_proof_民诉法第90条(new_case: Any, desk: Any):
    case = new_case("样乙公司", "样丙公司")
    desk.consult(case)
    first, second = desk.open(case)
    agree(case, desk)
    said = consents(case)["样乙公司"]
    assert (said.agreed, said.address) == (True, "19900000001")
    assert Scan.objects.get(ref=said.proof_ref).case_id == case.pk
    with pytest.raises(Refusal, match="同意电子送达"):
        desk.try_(second, "electronic", "到达系统", at=TUESDAY, **SAID)
    desk.try_(first, "electronic", "到达系统", at=TUESDAY, **SAID)
    first.refresh_from_db()
    assert first.state == "served"


def test_another_persons_refusal_takes_nobodys_consent_away(new_case: Any, desk: Any):
    case = new_case("样乙公司", "样丙公司")
    desk.consult(case)
    first, _ = desk.open(case)
    agree(case, desk)
    desk.did(case, "address_confirmation_signed", {"debtor": "样丙公司", "address": ADDRESS, "electronic": False}, TUESDAY, True)
    desk.try_(first, "electronic", "到达系统", at=TUESDAY + timedelta(hours=1), **SAID)
    first.refresh_from_db()
    assert first.is_served


def test_a_withdrawn_consent_shuts_the_gate_again_and_leaves_what_was_served(new_case: Any, desk: Any):
    case = new_case("样乙公司")
    desk.consult(case)
    first, second = desk.open(case, "执行通知书", "报告财产令")
    with pytest.raises(Refusal, match="没有登记过同意"):
        agree(case, desk, agreed=False)
    agree(case, desk)
    desk.try_(first, "electronic", "到达系统", **SAID)
    agree(case, desk, agreed=False, at=TUESDAY)
    assert consents(case)["样乙公司"].agreed is False
    with pytest.raises(Refusal, match="同意电子送达"):
        desk.try_(second, "electronic", "到达系统", at=TUESDAY, **SAID)
    first.refresh_from_db()
    assert first.is_served


def test_consent_wants_an_address_a_party_and_the_signed_paper(new_case: Any, desk: Any):
    case = new_case("样乙公司")
    common: dict[str, Any] = {"case_id": case.pk, "address": ADDRESS, "by": desk.officer, "at": MONDAY}
    for field, said in (("electronic_address", {"person": "样乙公司", "proof": proof()}), ("person", {"person": "路人", "electronic_address": "1", "proof": proof()}),
                        ("proof", {"person": "样乙公司", "electronic_address": "1", "proof": None})):  # fmt: skip
        with pytest.raises(Refusal) as refused:
            record_consent(agreed=True, **common, **said)
        assert [r.field for r in refused.value.reasons] == [field]
    assert consents(case) == {}


@pytest.fixture
def page(client_of: Any, person: Any, monday_morning: Any) -> Any:
    return client_of(person("offline_officer"))


def test_the_consent_page_registers_and_the_next_step_is_electronic(page: Any, new_case: Any, desk: Any):
    case = new_case("样乙公司")
    desk.consult(case)
    desk.open(case)
    url = f"/offline/cases/{case.ref}/consent/"
    data = {"person": "样乙公司", "agreed": "yes", "address": ADDRESS, "electronic_address": "19900000001", "act_key": "k"}
    assert page.post(url, data).status_code == 422
    assert page.post(url, {**data, "act_proof": proof()}).status_code == 302
    shown = page.get(f"/offline/cases/{case.ref}/").content.decode()
    assert "同意电子送达 199" in shown
    assert "19900000001" not in shown
    assert f'/offline/cases/{case.ref}/do/electronic/?to=' in shown.split("data-next")[0].rsplit("<a", 1)[1]
    form = page.get(f"/offline/cases/{case.ref}/do/electronic/").content.decode()
    assert 'value="19900000001"' in form


def test_a_way_is_chosen_for_fifty_papers_at_once_with_one_reason_三三2(page: Any, new_case: Any, desk: Any):
    rows: list[Delivery] = []
    for _ in range(10):
        case = new_case("样乙公司")
        desk.consult(case)
        rows += desk.open(case, *(f"样文书{n}" for n in range(5)))
    desk.try_(rows[0], "phone", "未接通")
    picks = [",".join(r.ref for r in rows[n : n + 5]) for n in range(0, 50, 5)]
    assert "要送达的" in page.post("/offline/choose/", {"pick": picks}).content.decode()
    answer = page.post("/offline/choose/", {"pick": picks, "act_key": "k1", "rung": "person", "known": "", "reason": ""})
    assert answer.status_code == 422
    assert "没有写明跳过前面各送的理由" in answer.content.decode()
    answer = page.post("/offline/choose/", {"pick": picks, "act_key": "k2", "rung": "person", "reason": "住所相邻，集中上门"})
    assert "已选择 10 处" in answer.content.decode()
    assert set(Delivery.objects.values_list("step", flat=True)) == {"person"}
    skipped = Attempt.objects.filter(result=Attempt.SKIPPED)
    assert set(skipped.values_list("reason", flat=True)) == {"住所相邻，集中上门"}
    assert (skipped.filter(rung="phone").count(), skipped.filter(rung="post").count()) == (49, 50), "who was called is not said to have been passed over"
    assert JournalEntry.objects.filter(kind="delivery_post_skipped").count() == 10
    page.post("/offline/choose/", {"pick": picks, "act_key": "k2", "rung": "person", "reason": "住所相邻，集中上门"})
    assert Attempt.objects.filter(result=Attempt.SKIPPED).count() == skipped.count() == 99, "the same form twice is one choice"


def test_the_announcements_thirty_days_are_out_of_the_stages_clock_三三3(new_case: Any, desk: Any, book: Any):
    """The stage has thirty days; an announcement alone takes thirty. What it takes is taken out, and given back where it ends."""
    case = new_case("样乙公司")
    record("handoff_accepted", court_id=case.court_id, case_id=case.pk, payload={"from_desk": "intake", "to_desk": "offline"}, desk="offline", key=None,
           under="record:delivery_phoned", by=desk.officer, at=MONDAY, recorded_at=MONDAY)  # fmt: skip
    desk.consult(case)
    (row,) = desk.open(case)
    due = {d.rule: d.due_at for d in case.duties.filter(rule__in=("offline_stage", "deliver_papers"))}
    assert len(due) == 2
    desk.skip(row, "phone")
    desk.skip(row, "post")
    desk.skip(row, "person")
    desk.whereabouts(case, MONDAY)
    made = desk.announce(row, moment("2026-03-12 10:00"))
    running = case.duties.filter(rule__in=due)
    assert all(d.due_at is None and d.suspended_at is not None for d in running), "while it runs the clock stands"
    from zhixing.desks.offline.announcing import close_announcement

    ended = moment(f"{made.expires_on:%Y-%m-%d} 10:00")
    close_announcement(ref=made.ref, by=desk.officer, at=ended)
    stage = case.duties.get(rule="offline_stage")
    assert stage.due_at is not None
    gained = stage.due_at.date() - due["offline_stage"].date()
    assert gained >= timedelta(days=ladder().announcement_days - 3)
    assert stage.due_at.date() > made.expires_on, "the stage ends after the announcement, not under it"
