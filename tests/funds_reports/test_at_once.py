"""Two machines at the same work: an anomaly is told once, a row gets one paper, statement numbers stand in a row (四(三)1)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.funds.stage import People, account_of, accounted, approved, arrived, asked
from tests.funds.test_at_once import at_once, done
from tests.real_court import MONDAY
from zhixing.casework.cases.models import Case
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.papers.models import Paper
from zhixing.desks.funds import queries
from zhixing.desks.funds.reports import findings, papers, statements
from zhixing.desks.funds.reports.models import Finding, MoneyPaper, PartyStatement

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def test_four_machines_tell_an_anomaly_once(case: Case, people: People) -> None:
    receipt = arrived(case, people, 99_000_000)
    accounted(receipt, people, claim=99_000_000)
    approved(asked(receipt, account_of(case, people), people, 99_000_000), people)
    watch = findings.watch_actor(case.court_id)
    at_once([lambda: findings.tell_anomalies(by=watch, at=MONDAY)] * 4)
    assert Finding.objects.count() == 1
    assert JournalEntry.objects.filter(kind="funds_anomaly_reported").count() == 1


def test_four_clicks_draft_one_paper(case: Case, people: People) -> None:
    row = arrived(case, people, 12_300)

    def draft() -> Any:
        known = papers.known_of(case, [row], [])
        offer = papers.offer_of(known, "payment_receipt", row.ref)
        assert offer is not None
        return papers.draft_money_paper(case=case, offer=offer, known=known, typed={"reason": "样"}, dated_on=MONDAY.date(), by=people.officer, at=MONDAY)

    assert done(at_once([draft] * 4)) == 1
    assert Paper.objects.get().number == "执款缴〔2026〕00001号"
    assert MoneyPaper.objects.count() == 1


def test_statements_printed_at_once_have_numbers_in_a_row(case: Case, people: People) -> None:
    arrived(case, people, 12_300)
    party = case.parties.get(role="applicant")
    content = statements.statement_for(queries.case_of(case.court_id, case.ref) or case, party, at=MONDAY)
    at_once([lambda: statements.print_statement(case=case, party=party, content=content, by=people.officer, at=MONDAY)] * 4)
    assert list(PartyStatement.objects.order_by("no").values_list("no", flat=True)) == [f"案款清单〔2026〕{n:05d}号" for n in range(1, 5)]
