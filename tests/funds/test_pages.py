"""The desk's pages, each by whoever works there, from the arrival to the bank's slip (四(三))."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.funds.stage import People, account_of, accounted, approved, arrived, asked, balances
from tests.real_court import MONDAY
from zhixing.casework.cases.models import Case
from zhixing.casework.people.models import Person
from zhixing.desks.funds import claims
from zhixing.desks.funds.models import Batch, LedgerAccount, Month, Payout, Receipt
from zhixing.desks.funds.receipts import Money

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_morning")]
KEY = {"act_key": "k" * 20, "act_at": "", "act_late_reason": ""}


@pytest.fixture
def staff(person: Callable[..., Person]) -> dict[str, Person]:
    return {role: person(role) for role in ("handler", "funds_officer", "bureau_head", "finance_clerk", "security_admin")}


@pytest.fixture
def as_(staff: dict[str, Person]) -> Callable[[str], Client]:
    def login(role: str) -> Client:
        client = Client()
        client.force_login(staff[role], backend="zhixing.shell.people.backend.PeopleBackend")
        return client

    return login


def post(client: Client, name: str, ref: str, *args: str, **data: Any) -> Any:
    return client.post(reverse(name, args=[ref, *args]), {**KEY, **data})


def test_money_goes_from_the_slip_to_the_payee_through_the_pages_of_four_people(case: Case, as_: Callable[[str], Client]) -> None:
    """四(三)2, page by page; each page shows the next one's button."""
    funds, handler, head, finance = (as_(r) for r in ("funds_officer", "handler", "bureau_head", "finance_clerk"))
    done = post(funds, "funds-money_arrived", case.ref, receipt_no="L-100", amount_yuan="5,000.00", arrived_on="2026-03-02", payer="样乙公司")
    assert done.status_code == 302, done.content.decode()
    receipt = Receipt.objects.get()
    assert post(finance, "funds-finance_notice_received", case.ref, receipt_no=receipt.ref, notice_no="T1").status_code == 302
    done = post(handler, "funds-money_accounted", case.ref, receipt_no=receipt.ref, claim_yuan="5000", interest_yuan="0", costs_yuan="0", fee_yuan="50")
    assert done.status_code == 302, done.content.decode()
    party = case.parties.get(role="applicant")
    post(handler, "funds-account", case.ref, party=str(party.pk), holder=party.name, bank="样例银行", account_no="6200 0000 0000 0000 001", evidence="确认书")
    done = post(handler, "funds-payout_requested", case.ref, receipt_no=receipt.ref, to=str(case.payee_accounts.get().pk), kind="claim", amount_yuan="4950", basis="判决书")
    assert done.status_code == 302, done.content.decode()
    payout = Payout.objects.get()
    assert "复核发放" in funds.get(reverse("funds-payouts")).content.decode()
    post(funds, "funds-payout-do", payout.ref, "check", note="已回访")
    assert "批准发放" in head.get(reverse("funds-payout", args=[payout.ref])).content.decode()
    post(head, "funds-payout-do", payout.ref, "approve")
    finance.post(reverse("funds-send"), {"pick": [payout.ref]})
    assert "6200000000000000001" in finance.get(reverse("funds-batch", args=[Batch.objects.get().no])).content.decode("utf-8-sig")
    post(finance, "funds-payout-do", payout.ref, "confirm", bank_ref="HD-1")
    payout.refresh_from_db()
    assert (payout.state, balances(case)) == (Payout.CONFIRMED, (0, 0))
    page = funds.get(reverse("funds-case", args=[case.ref])).content.decode()
    assert "4,950.00" in page
    assert "已发放" in page


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_written(case: Case, as_: Callable[[str], Client], people: Any) -> None:
    funds = as_("funds_officer")
    for data, why in (({"amount_yuan": "12.345"}, "两位小数"), ({"amount_yuan": "-5"}, "负数"), ({"amount_yuan": "5", "receipt_no": ""}, "流水号没有填写")):
        answer = post(funds, "funds-money_arrived", case.ref, **{"receipt_no": "L-1", "arrived_on": "2026-03-02", **data})
        assert answer.status_code == 422
        assert why in answer.content.decode()
    arrived(case, people, 100, "L-9")
    answer = post(funds, "funds-money_arrived", case.ref, receipt_no="L-9", amount_yuan="1", arrived_on="2026-03-02")
    assert answer.status_code in (409, 422)
    assert "已经登记过" in answer.content.decode()
    assert Receipt.objects.count() == 1


def test_the_four_views_are_read_with_the_same_number_of_statements_whatever_the_rows(
    new_case: Callable[..., Case], as_: Callable[[str], Client], people: Any, django_assert_max_num_queries: Any
) -> None:
    """四(三)2(3): soon, late, delayed, unidentified."""
    funds = as_("funds_officer")
    for n in range(12):
        arrived(new_case(f"样{n}公司"), people, 100 + n)
    with django_assert_max_num_queries(16):
        page = funds.get(reverse("funds-home") + "?view=later").content.decode()
    assert page.count("data-open") == 12
    assert "尚未临近" in page


def test_general_money_is_ranked_with_its_grounds_and_claimed_and_confirmed_by_two_pages(case: Case, as_: Callable[[str], Client], staff: Any) -> None:
    """四(三)3(2)."""
    finance, handler, funds = as_("finance_clerk"), as_("handler"), as_("funds_officer")
    done = finance.post(reverse("funds-claim-new"), {"act_key": "k" * 20, "receipt_no": "Z-7", "amount_yuan": "5000", "arrived_on": "2026-03-02", "payer": "样乙公司",
                                                     "remark": case.number})  # fmt: skip
    assert done.status_code == 302, done.content.decode()
    receipt = Receipt.objects.get()
    page = handler.get(reverse("funds-claim", args=[receipt.ref])).content.decode()
    for words in ("附言写有完整案号", "缴款人是被执行人", "金额与标的额相同", case.number):
        assert words in page
    assert post(handler, "funds-claim-do", receipt.ref, "claim", number="（2026）豫1502执999999号", reason="像").status_code == 422
    post(handler, "funds-claim-do", receipt.ref, "claim", number=case.number, reason="被执行人付款")
    assert post(handler, "funds-claim-do", receipt.ref, "book").status_code == 403
    post(funds, "funds-claim-do", receipt.ref, "book")
    assert balances(case) == (500_000, 0)
    assert finance.get(reverse("funds-matter", args=[receipt.matter.ref])).status_code == 302


def test_the_general_form_for_matters_leads_to_the_desks_own(as_: Callable[[str], Client]) -> None:
    answer = as_("finance_clerk").get("/matters/new/general_money/")
    assert answer.status_code == 302
    assert answer["Location"] == reverse("funds-claim-new")


def test_the_books_close_only_when_the_bank_agrees(case: Case, as_: Callable[[str], Client], people: Any) -> None:


    arrived(case, people, 12_345, at=MONDAY - timedelta(days=40))
    finance = as_("finance_clerk")
    answer = finance.post(reverse("funds-books"), {"bank_yuan": "123.44"})
    assert answer.status_code in (409, 422)
    assert "相差" in answer.content.decode()
    assert finance.post(reverse("funds-books"), {"bank_yuan": "123.45"}).status_code == 302
    assert Month.objects.get().bank_fen == 12_345
    assert as_("funds_officer").post(reverse("funds-books"), {"bank_yuan": "123.45"}).status_code == 403


def test_anomalies_are_named_with_why(case: Case, new_case: Callable[..., Case], as_: Callable[[str], Client], people: Any) -> None:
    """四(三)1."""
    for n in range(3):
        other = new_case(f"样庚{n}公司")
        receipt = arrived(other, people, 9_990_000)
        accounted(receipt, people, claim=9_990_000)
        approved(asked(receipt, account_of(other, people), people, 9_990_000), people)
    page = as_("funds_officer").get(reverse("funds-anomalies")).content.decode()
    assert "同一账户收取多个案件的案款" in page
    assert "收取 3 个案件的款" in page
    assert "金额略低于审批上限" in page


@pytest.mark.parametrize("name", ["funds-home", "funds-claims", "funds-payouts", "funds-books", "funds-anomalies"])
def test_pages_are_empty_without_rows_and_shut_to_administrators(name: str, as_: Callable[[str], Client], court: Any) -> None:
    assert as_("funds_officer").get(reverse(name)).status_code == 200
    assert as_("security_admin").get(reverse(name)).status_code == 403


def test_nothing_of_another_court_is_found(case: Case, person: Callable[..., Person], other_court: Any, people: Any) -> None:
    """T10."""
    receipt = arrived(case, people, 100)
    waiting = claims.receive_general(money=Money("Z-1", 5, MONDAY.date()), by=people.finance, at=MONDAY)
    accounted(receipt, people, claim=100)
    payout = asked(receipt, account_of(case, people), people, 100)
    stranger = Client()
    stranger.force_login(person("funds_officer", at=other_court), backend="zhixing.shell.people.backend.PeopleBackend")
    for name, ref in (("funds-case", case.ref), ("funds-money_arrived", case.ref), ("funds-claim", waiting.ref), ("funds-payout", payout.ref)):
        assert stranger.get(reverse(name, args=[ref])).status_code == 404
    assert not LedgerAccount.objects.filter(court=other_court).exists()


def test_one_payout_that_may_not_go_says_why_above_the_list_and_the_picked_stay_picked(
    case: Case, people: People, person: Callable[..., Any], client_of: Callable[..., Client], monday_morning: Any
) -> None:
    """T2: the hold of a changed account ends at a moment of the court's own time."""
    receipt = arrived(case, people, 500_000)
    accounted(receipt, people, 500_000)
    account_of(case, people)
    changed = account_of(case, people, number="6200000000000000002")
    row = approved(asked(receipt, changed, people, 500_000), people)
    answer = client_of(person("finance_clerk")).post("/funds/payouts/send/", {"pick": [row.ref]})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert f"{MONDAY + timedelta(hours=24):%m-%d %H:%M} 以后付款" in text
    assert f'value="{row.ref}" checked' in text
