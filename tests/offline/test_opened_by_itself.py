"""What went out is to be served: deliveries open by themselves, never twice; what follows from service is recorded (三(三)1, 二(四)1(2))."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.offline.conftest import TUESDAY
from tests.offline.issuing import issued, sealed
from tests.real_court import MONDAY
from zhixing.casework.cases.models import Party
from zhixing.casework.dossier.models import Scan
from zhixing.casework.facts import record
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.papers import actions as papers
from zhixing.casework.papers import signals
from zhixing.casework.papers.kinds import kinds
from zhixing.casework.papers.models import Paper
from zhixing.desks.offline import actions
from zhixing.desks.offline.delivery_models import Delivery
from zhixing.desks.offline.opening import open_for, open_missing
from zhixing.desks.offline.serving import ROLES, servings
from zhixing.rulebook.model import Rulebook


@pytest.fixture
def clerks(actor: Any) -> tuple[Any, Any]:
    """The document clerk who issues, and another."""
    return actor("document_clerk"), actor("document_clerk")


def said(case: Any, kind: str) -> list[dict[str, Any]]:
    return [json.loads(t) for t in JournalEntry.objects.filter(case=case, kind=kind).order_by("seq").values_list("payload", flat=True)]


@pytest.fixture
def restriction(new_case: Any, clerks: Any, desk: Any, actor: Any, book: Rulebook) -> Any:
    """A restriction order that went out, and its case; the address is looked up."""
    case, president = new_case("样乙公司"), actor("president")
    debtor = Party.objects.get(case=case, role=Party.DEBTOR)
    paper = sealed(case, "restriction_order", *clerks, party=debtor)
    kind = book.events["restriction_order_signed"]
    record(kind.kind, court_id=case.court_id, case_id=case.pk, payload={"paper_no": paper.number, "debtor": debtor.name}, desk=kind.desks[0], under="do:decide_approval",
           key=None, by=president, at=MONDAY, recorded_at=MONDAY)  # fmt: skip
    papers.issue(ref=paper.ref, by=clerks[0], at=MONDAY)
    desk.consult(case)
    return case


def test_every_kind_of_paper_says_whom_it_goes_to_or_why_to_nobody_三三1(book: Rulebook):
    assert set(servings()) == set(kinds())
    for kind, serving in servings().items():
        assert bool(serving.to) != bool(serving.why_not), kind
        named = {f.name for f in kinds()[kind].fields}
        for token in serving.to:
            assert token in ("addressee", "others", *ROLES) or token.removeprefix("$") in named, (kind, token)
        if serving.records:
            fields = {f.name for f in book.events[serving.records.event].fields}
            assert set(serving.records.tells) <= fields
            assert not serving.records.of or serving.records.of["into"] in fields


def test_an_issued_paper_opens_its_deliveries_in_the_same_transaction_三三1(new_case: Any, clerks: Any):
    case = new_case("样乙公司", "样丙公司")
    second = Party.objects.get(case=case, name="样丙公司")
    paper = issued(case, "enforcement_notice", *clerks, party=second)
    row = Delivery.objects.get(case=case)
    assert (row.source, row.paper, row.paper_ref, row.party, row.recipient) == (paper, "执行通知书", paper.number, second, "样丙公司")
    assert row.opened_at == MONDAY
    issued(case, "termination_ruling", *clerks)
    assert sorted(Delivery.objects.filter(paper__contains="终结").values_list("recipient", flat=True)) == sorted(["样申请人", "样乙公司", "样丙公司"])


def test_a_paper_that_could_not_be_issued_opens_nothing_and_the_other_way_round(new_case: Any, clerks: Any):
    case = new_case("样乙公司")
    paper = sealed(case, "closing_notice", *clerks)

    def broken(sender: Any, **_: Any) -> None:
        raise RuntimeError("gone")

    signals.issued.connect(broken)
    try:
        with pytest.raises(RuntimeError):
            papers.issue(ref=paper.ref, by=clerks[0], at=MONDAY)
    finally:
        signals.issued.disconnect(broken)
    assert Paper.objects.get(pk=paper.pk).state == Paper.SEALED
    assert not Delivery.objects.exists()


def test_nobody_is_served_twice_whoever_opens_and_how_often(new_case: Any, clerks: Any, desk: Any):
    case = new_case("样乙公司")
    debtor = Party.objects.get(case=case, role=Party.DEBTOR)
    paper = sealed(case, "enforcement_notice", *clerks, party=debtor)
    by_hand = actions.open_deliveries(case_id=case.pk, papers=[("执行通知书", paper.number)], party_ids=[debtor.pk], by=desk.officer, at=MONDAY)
    papers.issue(ref=paper.ref, by=clerks[0], at=MONDAY)
    paper.refresh_from_db()
    for _ in range(2):
        assert open_for(paper, TUESDAY) == []
        assert open_missing(at=TUESDAY) == 0
    assert [d.pk for d in Delivery.objects.all()] == [by_hand[0].pk]
    assert Delivery.objects.get().source == paper


def test_the_worker_finds_what_went_out_without_its_deliveries(new_case: Any, clerks: Any):
    case = new_case("样乙公司")
    paper = issued(case, "closing_notice", *clerks)
    Delivery.objects.all().delete()
    assert open_missing(at=MONDAY + timedelta(days=9)) == 0, "what lies further back is opened from the list"
    assert open_missing(at=TUESDAY) == 2
    assert set(Delivery.objects.values_list("source", flat=True)) == {paper.pk}
    assert open_missing(at=TUESDAY) == 0


def test_two_parties_of_one_name_are_both_served(new_case: Any, clerks: Any):
    case = new_case("样同名某", "样同名某")
    issued(case, "closing_notice", *clerks)
    assert sorted(Delivery.objects.values_list("recipient", flat=True)) == ["样同名某（被执行人1）", "样同名某（被执行人2）", "样申请人"]


def test_a_ruling_that_counts_as_served_is_recorded_as_such_with_its_proof_二四1_2(new_case: Any, clerks: Any, desk: Any):
    case = new_case("样乙公司")
    debtor = Party.objects.get(case=case, role=Party.DEBTOR)
    issued(case, "freezing_ruling", *clerks, party=debtor)
    desk.consult(case)
    for row in Delivery.objects.filter(case=case).order_by("pk"):
        desk.try_(row, "phone", "未接通")
        assert len(said(case, "measure_document_served")) in (0, 1), "a call that reached nobody serves nothing"
        desk.try_(row, "phone", "来院领取", at=TUESDAY)
    told = said(case, "measure_document_served")
    assert [(t["served_to"], t["served_on"]) for t in told] == [("样乙公司", "2026-03-03"), ("样申请人", "2026-03-03")]
    for t in told:
        assert Scan.objects.get(ref=t["proof_ref"]).case_id == case.pk


def test_an_order_that_counts_as_served_meets_the_clock_of_its_decision_二四1_2(restriction: Any, desk: Any, actor: Any, book: Rulebook):
    leader, kind = actor("team_leader"), book.events["restriction_decided"]
    for number, debtor in (("限1号", "样乙公司"), ("限2号", "样丙公司")):
        record(kind.kind, court_id=restriction.court_id, case_id=restriction.pk, desk=kind.desks[0], key=None, by=leader, at=MONDAY, recorded_at=MONDAY,
               payload={"decision_no": number, "action": "发布", "debtor": debtor})  # fmt: skip
    waiting = restriction.duties.filter(rule="serve_list_decision", is_open=True)
    assert waiting.count() == 2
    desk.try_(Delivery.objects.get(case=restriction), "phone", "来院领取", at=TUESDAY)
    assert [(t["decision_no"], t["served_to"]) for t in said(restriction, "decision_served")] == [("限1号", "样乙公司")]
    assert list(waiting.values_list("key", flat=True)) == ["限2号"], "another person's decision is not served by it"


def test_without_a_decision_of_the_journal_nothing_is_made_up(restriction: Any, desk: Any):
    desk.try_(Delivery.objects.get(case=restriction), "phone", "来院领取", at=TUESDAY)
    assert said(restriction, "decision_served") == []
