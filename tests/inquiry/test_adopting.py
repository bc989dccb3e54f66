"""What came with a register or was recorded elsewhere can be worked on: its rows follow from the journal."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.inquiry.samples import deposit, deposits
from tests.real_court import MONDAY, moment
from zhixing import clock
from zhixing.casework.assets.adopting import adopt, adopt_recent, unlisted
from zhixing.casework.assets.measures import Proof, renew_measure
from zhixing.casework.assets.models import Asset, Feedback, Measure
from zhixing.casework.facts import record
from zhixing.casework.journal.models import JournalEntry
from zhixing.desks.inquiry.actions import print_form


@pytest.fixture
def told(officer: Any) -> Any:
    def tell(case: Any, event: str, /, at: Any = MONDAY, **payload: Any) -> None:
        record(event, court_id=case.court_id, case_id=case.pk, payload=payload, desk="inquiry", by=officer, at=at)

    return tell


def test_a_feedback_that_only_the_journal_knows_can_be_printed(new_case: Any, told: Any, officer: Any) -> None:
    case = new_case()
    told(case, "inquiry_feedback_received", feedback_no="反馈1", asset_found=True)
    assert unlisted(case.pk) == ["反馈1"]
    before = JournalEntry.objects.count()
    assert adopt(case_id=case.pk, court_id=case.court_id) == 1
    assert JournalEntry.objects.count() == before
    feedback = Feedback.objects.get()
    assert (feedback.received_at, feedback.handled_at) == (MONDAY, None)
    print_form(feedback_ref=feedback.ref, by=officer, at=moment("2026-03-02 10:00"))
    assert not case.duties.filter(rule="print_feedback", is_open=True).exists()
    assert (unlisted(case.pk), adopt(case_id=case.pk, court_id=case.court_id)) == ([], 0)


def test_a_measure_recorded_elsewhere_stands_in_the_ledger_with_its_last_day(new_case: Any, told: Any, officer: Any) -> None:
    case = new_case()
    told(case, "measure_taken", measure_no="查1", kind="轮候查封", object="样路1号房屋", object_kind="不动产", waiting_order=2, place="试验市",
         effective_on="2026-03-01", expires_on="2029-02-28")  # fmt: skip
    told(case, "online_freeze_made", measure_no="冻1", kind="存款", controlled="部分已控", amount_yuan="100.00", expires_on="2027-03-01")
    told(case, "measure_renewed", measure_no="冻1", expires_on="2028-03-01")
    assert adopt_recent(court_id=case.court_id, since=MONDAY) == 2
    waiting, frozen = Measure.objects.order_by("seq")
    assert (waiting.number, waiting.kind, waiting.state, waiting.waiting_order, waiting.asset.kind) == ("查1", "seal", "waiting", 2, "real_estate")
    assert (frozen.number, frozen.state, frozen.result, frozen.expires_on, frozen.asset.kind) == ("冻1", "active", "partly", date(2028, 3, 1), "deposit")
    renew_measure(measure_ref=frozen.ref, proof=Proof(), by=officer, at=moment("2028-02-01 09:00"))
    assert not adopt(case_id=case.pk, court_id=case.court_id)
    frozen.refresh_from_db()
    assert frozen.expires_on == date(2029, 3, 1)


def test_an_asset_that_was_never_described_says_so(new_case: Any, told: Any) -> None:
    case = new_case()
    told(case, "online_freeze_made", measure_no="冻1", kind="存款", controlled="已控", expires_on="2027-03-01")
    adopt(case_id=case.pk, court_id=case.court_id)
    assert Asset.objects.get().title == "银行存款（登记措施时未列明）"


def test_a_measure_whose_dates_do_not_fit_is_left_to_people(new_case: Any, told: Any) -> None:
    case = new_case()
    told(case, "online_freeze_made", measure_no="冻1", kind="存款", controlled="已控", expires_on="2020-01-01")
    assert adopt(case_id=case.pk, court_id=case.court_id) == 0
    assert unlisted(case.pk) == ["冻1"]


def test_numbers_of_both_ways_do_not_meet(new_case: Any, told: Any, take: Any) -> None:
    case = new_case()
    take(case, deposits(deposit("62200000000000001", "1.00")))
    told(case, "inquiry_feedback_received", feedback_no="反馈002")
    third = take(case, deposits(deposit("62200000000000001", "2.00")))
    assert third.number == "反馈003"


@pytest.mark.parametrize(("role", "linked"), [("inquiry_officer", True), ("offline_officer", False)])
def test_a_frozen_deposit_links_to_deducting_only_for_those_who_may_deduct_二四12(
    role: str, linked: bool, new_case: Any, told: Any, person: Any, client_of: Any
) -> None:
    case = new_case()
    told(case, "online_freeze_made", measure_no="冻1", kind="存款", controlled="已控", amount_yuan="100.00", expires_on="2027-03-01")
    adopt(case_id=case.pk, court_id=case.court_id)
    with clock.frozen(MONDAY):
        page = client_of(person(role)).get(f"/inquiry/{case.ref}/").content.decode()
    assert "扣划" in page
    assert (f"/cases/{case.ref}/act/deposit_deducted/" in page) is linked
