"""四(三)1: what stands out is told once to the bureau head and the team, and leaves the list when somebody says what it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from tests.funds.stage import account_of, accounted, approved, arrived, asked
from tests.real_court import MONDAY
from zhixing.casework.cases.models import Case
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.notices.models import Notice
from zhixing.casework.people.models import Assignment
from zhixing.desks.funds import payouts
from zhixing.desks.funds.anomalies import anomalies
from zhixing.desks.funds.models import Payout
from zhixing.desks.funds.reports import findings
from zhixing.desks.funds.reports.models import Finding, FindingNote
from zhixing.rulebook.refusals import Refusal
from zhixing.shell.jobs import find_anomalies

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_morning")]


def just_under(case: Case, people: Any) -> Payout:
    """A payout a little below the bureau head's ceiling."""
    receipt = arrived(case, people, 99_000_000)
    accounted(receipt, people, claim=99_000_000)
    return approved(asked(receipt, account_of(case, people), people, 99_000_000), people)


def tell(case: Case) -> int:
    return findings.tell_anomalies(by=findings.watch_actor(case.court_id), at=MONDAY)


def test_an_anomaly_is_told_once_to_the_bureau_head_and_the_team_however_often_it_is_looked_for(case: Case, people: Any) -> None:
    """四(三)1, through the notices outbox."""
    payout = just_under(case, people)
    assert [find_anomalies(), find_anomalies(), tell(case)] == [1, 0, 0]
    finding = Finding.objects.get()
    assert (finding.rule, finding.state, list(finding.payouts.all())) == ("just_under", Finding.OPEN, [payout])
    entry = JournalEntry.objects.get(kind="funds_anomaly_reported")
    assert (entry.person_id, payout.no in entry.payload) == (None, True)
    told = Notice.objects.filter(seq=entry.seq, disclosure="anomaly_told")
    assert set(told.values_list("recipient", flat=True)) == {"bureau_head", "teams"}


def test_the_same_account_in_a_further_case_is_told_to_that_case_only(new_case: Callable[..., Case], people: Any) -> None:
    cases = [new_case(f"样庚{n}公司") for n in range(4)]
    for case in cases[:3]:
        receipt = arrived(case, people, 1_000)
        accounted(receipt, people, claim=1_000)
        asked(receipt, account_of(case, people), people, 1_000)
    assert tell(cases[0]) == 1
    receipt = arrived(cases[3], people, 1_000)
    accounted(receipt, people, claim=1_000)
    asked(receipt, account_of(cases[3], people), people, 1_000)
    assert tell(cases[0]) == 1
    assert Finding.objects.count() == 1
    assert "4 个案件" in Finding.objects.get().why
    told = JournalEntry.objects.filter(kind="funds_anomaly_reported").order_by("seq").values_list("case_id", flat=True)
    assert list(told) == [c.pk for c in cases]


def test_every_kind_of_anomaly_that_was_asked_for_is_found(case: Case, new_case: Callable[..., Case], people: Any) -> None:
    """四(三)1: many cases, just under a ceiling, account changed, round trip, stand-in, split."""
    for n in range(3):
        other = new_case(f"样辛{n}公司")
        receipt = arrived(other, people, 1_000)
        accounted(receipt, people, claim=1_000)
        asked(receipt, account_of(other, people, "6200000000000000077"), people, 1_000)
    just_under(new_case("样壬公司"), people)
    account_of(case, people, "6200000000000000002", at=MONDAY - timedelta(days=3))
    receipt = arrived(case, people, 30_000, payer_account="6200000000000000003")
    accounted(receipt, people, claim=30_000)
    changed = account_of(case, people, "6200000000000000003")
    for _ in range(3):
        asked(receipt, changed, people, 1_000)
    Assignment.objects.create(court_id=case.court_id, person_id=people.leader.person_id, role="bureau_head", from_on=MONDAY.date() - timedelta(days=9),
                              stand_in_for_id=people.handler.person_id)  # fmt: skip
    found = {a.rule for a in anomalies(case.court_id, MONDAY)}
    assert found == {"same_account", "just_under", "account_changed", "split", "stand_in", "round_trip"}


def test_a_refund_to_the_payer_is_no_round_trip_but_a_payout_to_the_payers_name_is(case: Case, people: Any) -> None:
    receipt = arrived(case, people, 10_000)
    accounted(receipt, people, claim=5_000)
    debtor = account_of(case, people, "6200000000000000009", role="debtor")
    asked(receipt, debtor, people, 1_000, kind=Payout.REFUND)
    assert not [a for a in anomalies(case.court_id, MONDAY) if a.rule == "round_trip"]
    third = payouts.name_account(case_id=case.pk, party_id=None, holder="样乙公司", bank="样例银行", number="6200000000000000010", evidence="裁定", by=people.handler, at=MONDAY)
    asked(receipt, third, people, 1_000, kind=Payout.THIRD, payee="样乙公司")
    (found,) = [a for a in anomalies(case.court_id, MONDAY) if a.rule == "round_trip"]
    assert "样乙公司" in found.why


def test_nobody_explains_away_what_went_through_their_own_hands(case: Case, people: Any, actor: Any) -> None:
    just_under(case, people)
    tell(case)
    ref = Finding.objects.get().ref
    for somebody in (people.officer, people.leader):
        with pytest.raises(Refusal, match="没有记下"):
            findings.note(finding_ref=ref, step=Finding.EXPLAINED, reason="没有问题", by=somebody, at=MONDAY)
        findings.note(finding_ref=ref, step=Finding.SEEN, reason="已核对凭证", by=somebody, at=MONDAY)
    done = findings.note(finding_ref=ref, step=Finding.EXPLAINED, reason="标的就是这个数，判决书第二项", by=people.president, at=MONDAY)
    assert done.state == Finding.EXPLAINED
    assert findings.listed(case.court_id, limit=9) == []
    assert tell(case) == 0
    with pytest.raises(Refusal):
        findings.note(finding_ref=ref, step=Finding.SEEN, reason="再看", by=people.president, at=MONDAY)
    with pytest.raises(Refusal):
        findings.note(finding_ref=ref, step=Finding.SEEN, reason="看", by=people.handler, at=MONDAY)


def test_the_database_keeps_what_was_noted(case: Case, people: Any) -> None:
    just_under(case, people)
    tell(case)
    finding = Finding.objects.get()
    findings.note(finding_ref=finding.ref, step=Finding.HANDED, reason="金额需要核实", to="督察部门", by=people.officer, at=MONDAY)
    for wrong in (lambda: FindingNote.objects.update(reason="改"), FindingNote.objects.all().delete, lambda: Finding.objects.update(state=Finding.OPEN),
                  lambda: FindingNote.objects.create(finding=finding, step="handed", reason="样", at=MONDAY, by_id=people.officer.person_id),
                  lambda: FindingNote.objects.create(finding=finding, step="seen", reason="", at=MONDAY, by_id=people.officer.person_id)):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong()


def test_the_page_tells_what_is_not_told_and_the_list_shrinks(case: Case, people: Any, as_: Callable[[str], Client]) -> None:
    just_under(case, people)
    funds, vice = as_("funds_officer"), as_("vice_president")
    page = funds.get(reverse("funds-anomalies")).content.decode()
    assert "未告知" in page
    assert "现在告知" in page
    assert "现在告知" not in vice.get(reverse("funds-anomalies")).content.decode()
    assert vice.post(reverse("funds-anomalies")).status_code == 403
    assert funds.post(reverse("funds-anomalies")).status_code == 302
    url = reverse("funds-anomaly", args=[Finding.objects.get().ref])
    assert "记下情况" in vice.get(reverse("funds-anomalies")).content.decode()
    wrong = vice.post(url, {"step": "handed", "reason": "要查", "to": ""})
    assert wrong.status_code in (403, 409, 422)
    assert "移交要写明移交给谁" in wrong.content.decode()
    assert vice.post(url, {"step": "explained", "reason": "判决金额", "to": ""}).status_code == 302
    assert "没有待查的异常" in vice.get(reverse("funds-anomalies")).content.decode()
    assert "判决金额" in vice.get(reverse("funds-anomalies") + "?state=closed").content.decode()
    assert as_("handler").get(reverse("funds-anomalies")).status_code == 403


def test_the_list_is_read_with_the_same_number_of_statements_whatever_the_rows(
    new_case: Callable[..., Case], people: Any, as_: Callable[[str], Client], django_assert_max_num_queries: Any
) -> None:
    for n in range(8):
        just_under(new_case(f"样癸{n}公司", claim_yuan=990_000), people)
    funds = as_("funds_officer")
    with django_assert_max_num_queries(26):
        funds.get(reverse("funds-anomalies"))
    find_anomalies()
    with django_assert_max_num_queries(26):
        page = funds.get(reverse("funds-anomalies")).content.decode()
    assert page.count("data-open") == 9
