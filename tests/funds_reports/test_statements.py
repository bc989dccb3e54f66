"""四(三)1: what a party may read of the case's money, in plain words and to the fen, and who printed it for whom."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from tests.funds.stage import account_of, accounted, approved, arrived, asked, paid
from tests.real_court import MONDAY, made_up_id
from zhixing.casework.cases.actions import NewParty
from zhixing.casework.cases.models import Case, Party
from zhixing.casework.facts import record
from zhixing.casework.journal.models import AccessEntry
from zhixing.desks.funds import paying, payouts, receipts
from zhixing.desks.funds.distribution import deposits
from zhixing.desks.funds.ledger import reverse as reverse_posting
from zhixing.desks.funds.models import LedgerAccount, Payout, Posting
from zhixing.desks.funds.reports.keeping import differences
from zhixing.desks.funds.reports.models import PartyStatement
from zhixing.desks.funds.reports.reading import rests
from zhixing.desks.funds.reports.statements import statement_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_morning")]
DEBTOR = NewParty("debtor", "样乙公司", "居民身份证", made_up_id(7), "19900000007", "样例路7号")


@pytest.fixture
def case(new_case: Callable[..., Case]) -> Case:
    return new_case(DEBTOR, claim_yuan="5000.00")


def read(case: Case, role: str = Party.APPLICANT, at: Any = MONDAY) -> dict[str, Any]:
    return statement_for(case, case.parties.get(role=role, position=1), at=at)


def test_every_yuan_is_accounted_for_and_what_is_left_says_why(case: Case, people: Any) -> None:
    """四(三)1: came − went − fees = what lies on the account."""
    receipt = arrived(case, people, 600_000)
    accounted(receipt, people, claim=500_000, fee=5_000)
    paid(approved(asked(receipt, account_of(case, people), people, 300_000), people), people)
    said = read(case)
    assert (said["came_fen"], said["went_fen"], said["fees_fen"], said["left_fen"]) == (600_000, 300_000, 5_000, 295_000)
    assert said["came"][0]["who"] == "样乙公司"
    assert said["went"][0]["to"].endswith("（账户尾号0001）")
    assert said["why"] == ["2,950.00 元正在核对金额、办理发放，应在 2026年3月9日 前发放。"]
    asked(receipt, account_of(case, people), people, 100_000)
    assert read(case)["why"][0] == "1,000.00 元已经申请发放，正在逐级核对和批准。"
    late = read(case, at=MONDAY + timedelta(days=30))["why"]
    assert "应在 2026年3月9日 前发放，现已超过日期" in late[-1]


def test_an_approved_delay_names_its_ground_in_plain_words_and_its_last_day(case: Case, people: Any) -> None:
    receipt = arrived(case, people, 1_000)
    said = {"receipt_no": receipt.receipt_no, "ground": "需分配", "reason": "内部说明"}
    record("payout_delay_requested", court_id=case.court_id, case_id=case.pk, payload=said, desk="teams", by=people.handler, at=MONDAY)
    record("payout_delay_approved", court_id=case.court_id, case_id=case.pk, payload={**said, "until_on": "2026-04-10"}, desk="leaders", by=people.leader, at=MONDAY)
    (why,) = read(case)["why"]
    assert "有几位债权人，要先定出怎样分" in why
    assert "最迟 2026年4月10日 前发放" in why
    assert "内部说明" not in json.dumps(read(case), ensure_ascii=False)
    record("payout_delay_ended", court_id=case.court_id, case_id=case.pk, payload={"receipt_no": receipt.receipt_no}, desk="funds", by=people.officer, at=MONDAY)
    assert "暂不发放" not in read(case)["why"][0]


def test_what_the_bank_gave_back_and_what_is_disputed_is_said_and_what_was_reversed_is_not(case: Case, people: Any) -> None:
    receipt, wrong = arrived(case, people, 10_000), arrived(case, people, 7_000)
    accounted(receipt, people, claim=10_000)
    payout = approved(asked(receipt, account_of(case, people), people, 4_000), people)
    paying.send(payout_refs=[payout.ref], by=people.finance, at=MONDAY)
    assert read(case)["went"][0]["how"] == "已交银行付款，等待银行回单"
    paying.give_back(payout_ref=payout.ref, reason="户名不符", by=people.finance, at=MONDAY)
    receipts.set_dispute(case_id=case.pk, amount_fen=2_000, reason="样", key="", by=people.handler, at=MONDAY)
    reverse_posting(posting_id=Posting.objects.get(paper=wrong.receipt_no).pk, reason="错", business_on=MONDAY.date(), by=people.finance, at=MONDAY)
    wrong.state = "withdrawn"
    wrong.save()
    said = read(case)
    assert (said["came_fen"], said["went"], said["left_fen"]) == (10_000, [], 10_000)
    assert any("20.00 元有人提出不同意见" in w for w in said["why"])
    assert any("40.00 元付款后被银行退回" in w for w in said["why"])


def test_nobody_elses_identity_account_or_name_outside_the_case_is_on_it(case: Case, people: Any) -> None:
    """PIPL, 四(三)1: the debtor reads that the applicant was paid, not where; a third person has no name on it."""
    receipt = arrived(case, people, 20_000, payer_account="6200000000000000055")
    other = receipts.receive(case_id=case.pk, money=receipts.Money("L-99", 5_000, MONDAY.date(), "样代缴人甲", "6200000000000000056"), by=people.officer, at=MONDAY)
    accounted(receipt, people, claim=20_000)
    paid(approved(asked(receipt, account_of(case, people), people, 10_000), people), people)
    third = payouts.name_account(case_id=case.pk, party_id=None, holder="样第三人丙", bank="样例银行", number="6200000000000000057", evidence="裁定", by=people.handler, at=MONDAY)
    payout = asked(other, third, people, 1_000, kind=Payout.THIRD, payee="样第三人丙")
    payouts.check(payout_ref=payout.ref, note="已核对", by=people.officer, at=MONDAY)
    paid(payouts.approve(payout_ref=payout.ref, by=people.president, at=MONDAY), people)
    debtors = json.dumps(read(case, Party.DEBTOR), ensure_ascii=False)
    applicants = json.dumps(read(case), ensure_ascii=False)
    for text in (debtors, applicants):
        for hidden in ("62000000", "样代缴人甲", "样第三人丙", DEBTOR.id_number, DEBTOR.phone, DEBTOR.address):
            assert hidden not in text
    assert "尾号" not in debtors
    assert "尾号0001" in applicants


def test_printing_leaves_who_printed_for_whom_and_the_same_pages_can_be_had_again(case: Case, people: Any, as_: Callable[[str], Client]) -> None:
    arrived(case, people, 12_345)
    funds, party = as_("funds_officer"), case.parties.get(role="applicant")
    page = funds.get(reverse("funds-statement", args=[case.ref])).content.decode()
    assert "123.45" in page
    assert PartyStatement.objects.count() == 0
    assert funds.post(reverse("funds-statement", args=[case.ref]), {"party": party.pk}).status_code == 302
    made = PartyStatement.objects.get()
    assert (made.no, made.party, made.printed_at) == ("案款清单〔2026〕00001号", party, MONDAY)
    entry = AccessEntry.objects.filter(action="do:print_money_statement", case=case).first()
    assert entry is not None
    assert made.no in entry.detail
    address = reverse("funds-statement-file", args=[case.ref, made.ref])
    first, second = (funds.get(address) for _ in range(2))
    text = "".join(p.extract_text() for p in PdfReader(BytesIO(first.content)).pages)
    assert "案款收支清单" in text
    assert "123.45" in text
    assert made.printed_by.name in text
    assert len(first.content) == len(second.content)
    assert list(differences(case.court_id)) == []
    with pytest.raises(IntegrityError), transaction.atomic():
        PartyStatement.objects.update(content={})


def test_who_may_print_and_who_may_not(case: Case, people: Any, as_: Callable[[str], Client], person: Any, other_court: Any) -> None:
    arrived(case, people, 100)
    party, url = case.parties.get(role="applicant"), reverse("funds-statement", args=[case.ref])
    for role in ("quality_officer", "finance_clerk"):
        client = as_(role)
        page = client.get(url)
        assert page.status_code == 200
        assert "打印</button>" not in page.content.decode()
        assert client.post(url, {"party": party.pk}).status_code == 403
    assert as_("security_admin").get(url).status_code == 403
    stranger = Client()
    stranger.force_login(person("funds_officer", at=other_court), backend="zhixing.shell.people.backend.PeopleBackend")
    assert stranger.get(url).status_code == 404
    assert as_("handler").post(url, {"party": "999999"}).status_code == 422


def test_a_statement_that_does_not_make_the_balance_is_refused(case: Case, people: Any, as_: Callable[[str], Client]) -> None:
    """I2: books that do not add up are not handed to anybody."""
    arrived(case, people, 100)
    LedgerAccount.objects.filter(case=case).update(balance_fen=90)
    answer = as_("funds_officer").get(reverse("funds-statement", args=[case.ref]))
    assert answer.status_code == 409
    assert "各笔收付与账户余额不符" in answer.content.decode()


def test_the_statement_is_read_with_the_same_number_of_statements_whatever_the_rows(
    case: Case, people: Any, as_: Callable[[str], Client], django_assert_max_num_queries: Any
) -> None:
    funds = as_("funds_officer")
    for _ in range(12):
        arrived(case, people, 100)
    with django_assert_max_num_queries(24):
        page = funds.get(reverse("funds-statement", args=[case.ref])).content.decode()
    assert page.count("转入本案的专用账户") == 12


def test_what_is_set_aside_and_what_waits_for_its_distribution_is_said(case: Case, people: Any, actor: Any) -> None:
    """四(三)2(2), 二(四)1(5): money in deposit is still with the court."""
    receipt = arrived(case, people, 10_000)
    accounted(receipt, people, claim=10_000)
    asked_ = deposits.ask(receipt_ref=receipt.ref, creditor="样申请人", fen=4_000, ground=next(iter(deposits.grounds())), reason="样", by=people.handler, at=MONDAY)
    deposits.approve(deposit_ref=asked_.ref, by=people.leader, at=MONDAY)
    said = read(case)
    assert (said["came_fen"], said["went_fen"], said["left_fen"]) == (10_000, 0, 10_000)
    assert said["why"][0] == "40.00 元替收款人存放在本院的提存账户，收款人可以申请领取。"
    assert said["why"][1].startswith("60.00 元")
    assert sum(r.fen for r in rests(case.court_id, MONDAY.date())) == LedgerAccount.objects.get(case=case).balance_fen == 6_000
    deposits.undo(deposit_ref=asked_.ref, reason="样", by=people.leader, at=MONDAY)
    assert read(case)["why"][0].startswith("100.00 元")
    assert sum(r.fen for r in rests(case.court_id, MONDAY.date())) == 10_000
