"""四(三)1, 四(三)2(3): the month's report is the ledger's, to the fen, and a closed month never changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from tests.funds.stage import account_of, accounted, approved, arrived, asked, paid
from tests.funds.test_receipts import PNG
from tests.real_court import MONDAY, moment
from zhixing import clock
from zhixing.casework.cases.models import Case
from zhixing.casework.facts import record, rules
from zhixing.casework.journal.models import AccessEntry
from zhixing.desks.funds import claims, paying, receipts
from zhixing.desks.funds.balances import trial_balance
from zhixing.desks.funds.models import LedgerAccount, Month, MonthBalance, Payout
from zhixing.desks.funds.receipts import Money
from zhixing.desks.funds.reports import monthly, reading
from zhixing.desks.funds.reports.keeping import differences
from zhixing.desks.funds.reports.models import MonthReport

pytestmark = pytest.mark.django_db
JANUARY, FEBRUARY, APRIL = date(2026, 1, 1), date(2026, 2, 1), moment("2026-04-07 10:00")
EARLY = moment("2026-01-05 09:00")


def report(court: Any, first: date, at: Any = APRIL) -> dict[str, Any]:
    return monthly.report_of(court.pk, first, book=rules.rulebook(), at=at)


@pytest.fixture
def busy(court: Any, new_case: Callable[..., Case], people: Any) -> list[Case]:
    """January: 8000.00 of which 50.00 fee, 5000.00 paid after 10 days, 1000.00 refunded; 300.00 on site; 120.00 unknown. February: more."""
    cases = [new_case(f"样{n}公司", at=EARLY, claim_yuan="9000.00") for n in "子丑"]
    one = arrived(cases[0], people, 800_000, "J-1", at=EARLY)
    accounted(one, people, claim=900_000, fee=5_000, at=EARLY)
    payout = approved(asked(one, account_of(cases[0], people, at=EARLY), people, 500_000, EARLY), people, EARLY)
    paid(payout, people, EARLY + timedelta(days=10))
    refund = asked(one, account_of(cases[0], people, "6200000000000000008", EARLY, role="debtor"), people, 100_000, EARLY, kind=Payout.REFUND)
    paid(approved(refund, people, EARLY), people, EARLY + timedelta(days=2))
    on_site = receipts.pay_on_site(case_id=cases[1].pk, money=Money("X-1", 30_000, EARLY.date(), "样丑公司"), payee="样申请人", officers=("样甲", "样丙"),
                                   proof=SimpleUploadedFile("r.png", PNG, "image/png"), key="x", by=people.handler, at=EARLY)  # fmt: skip
    receipts.book_on_site(receipt_ref=on_site.ref, amount_fen=30_000, by=people.officer, at=EARLY + timedelta(hours=1))
    claims.receive_general(money=Money("Z-1", 12_000, date(2026, 1, 20)), by=people.finance, at=moment("2026-01-20 09:00"))
    two = arrived(cases[1], people, 60_000, "F-1", at=moment("2026-02-02 09:00"))
    accounted(two, people, claim=900_000, at=moment("2026-02-02 09:00"))
    back = approved(asked(two, account_of(cases[1], people, at=EARLY), people, 20_000, moment("2026-02-03 09:00")), people, moment("2026-02-03 09:00"))
    paying.send(payout_refs=[back.ref], by=people.finance, at=moment("2026-02-04 09:00"))
    paying.give_back(payout_ref=back.ref, reason="户名不符", by=people.finance, at=moment("2026-02-05 09:00"))
    return cases


def named(rows: list[dict[str, Any]]) -> dict[str, int]:
    return {r["words"]: r["fen"] for r in rows if r["fen"]}


def test_what_came_and_went_by_kind_makes_the_closing_balance_and_is_the_trial_balance(busy: Any, court: Any) -> None:
    said = report(court, JANUARY)
    assert named(said["came"]) == {"一案一账号来款": 800_000, "总账号来款": 12_000, "现场交付": 30_000}
    assert named(said["went"]) == {"发放给申请执行人": 500_000, "退还被执行人或缴款人": 100_000, "现场交付": 30_000}
    assert (said["opening_fen"], said["closing_fen"], said["fees_fen"]) == (0, 212_000, 5_000)
    for first, last in ((JANUARY, date(2026, 1, 31)), (FEBRUARY, date(2026, 2, 28))):
        said, trial = report(court, first), trial_balance(court.pk, last)
        assert said["opening_fen"] + said["came_fen"] - said["went_fen"] == said["closing_fen"] == trial.held_fen == said["bank_fen"]
        assert {r["kind"]: r["closing_fen"] for r in said["accounts"]} == {r.kind: r.balance_fen for r in trial.rows}
        assert all(r["opening_fen"] + r["in_fen"] - r["out_fen"] == r["closing_fen"] for r in said["accounts"])
    assert report(court, FEBRUARY)["opening_fen"] == 212_000


def test_single_receipts_and_unknown_money_sum_to_their_accounts(busy: Any, court: Any) -> None:
    """四(三)2(3), 四(三)3(2)."""
    for on in (date(2026, 1, 31), date(2026, 2, 28), date(2026, 4, 7)):
        held = {r.kind: r.balance_fen for r in trial_balance(court.pk, on).rows}
        assert sum(r.fen for r in reading.rests(court.pk, on)) == held[LedgerAccount.CASE]
        assert sum(fen for _, fen in reading.waiting(court.pk, on)) == held[LedgerAccount.SUSPENSE]


def test_what_lies_longer_than_twenty_days_and_one_month_is_named_with_its_handler(busy: Any, court: Any, people: Any) -> None:
    """四(三)2(3)."""
    january, february = report(court, JANUARY), report(court, FEBRUARY)
    assert january["over_days"] == {"n": 20, "count": 1, "fen": 195_000}
    assert january["over_months"] == {"n": 1, "count": 0, "fen": 0}
    assert [(r["receipt_no"], r["days"], r["fen"]) for r in january["undistributed"]] == [("J-1", 26, 195_000)]
    assert february["over_months"] == {"n": 1, "count": 1, "fen": 195_000}
    assert [(r["receipt_no"], r["fen"]) for r in february["undistributed"]] == [("J-1", 195_000), ("F-1", 60_000)]
    assert january["unclaimed"]["ages"][2] == {"words": "7至30天", "count": 1, "fen": 12_000}
    assert february["unclaimed"]["ages"][3]["count"] == 1


def test_delays_returned_payouts_durations_and_shares_in_time_are_told(busy: Any, court: Any, people: Any) -> None:
    """四(三)2(1)–(3)."""
    said = {"receipt_no": "F-1", "ground": "需分配", "reason": "样"}
    at = moment("2026-02-06 09:00")
    record("payout_delay_requested", court_id=court.pk, case_id=busy[1].pk, payload=said, desk="teams", by=people.handler, at=at)
    record("payout_delay_approved", court_id=court.pk, case_id=busy[1].pk, payload={**said, "until_on": "2026-03-20"}, desk="leaders", by=people.leader, at=at)
    january, february = report(court, JANUARY), report(court, FEBRUARY)
    assert (january["payouts"]["count"], january["payouts"]["days"]) == (2, "6")
    assert january["delays"] == january["returned"] == []
    (delay,) = february["delays"]
    assert (delay["approver"], delay["until_on"], delay["fen"], delay["ground"]) == (people.leader.name, "2026-03-20", 60_000, "需分配")
    (back,) = february["returned"]
    assert (back["outcome"], back["amount_fen"]) == ("户名不符", 20_000)
    assert report(court, date(2026, 3, 1))["delays"] == []
    clocks = {c["title"]: (c["met"], c["in_time"], c["share"]) for c in january["clocks"]}
    assert clocks["现场交付在案款系统补录"] == (1, 1, "100.0")
    (row,) = [r for r in january["handlers"] if r["paid"]]
    assert (row["came"], row["paid"], row["paid_fen"], row["left_fen"], row["over"]) == (2, 2, 600_000, 195_000, 1)


def closed(as_: Callable[[str], Client], bank: str) -> Any:
    with clock.frozen(APRIL):
        return as_("finance_clerk").post(reverse("funds-books"), {"bank_yuan": bank})


def test_a_closed_month_keeps_its_report_whatever_happens_afterwards(busy: Any, court: Any, people: Any, as_: Callable[[str], Client]) -> None:
    """四(三)1: the kept report is that of the snapshot of the closed month."""
    before = report(court, JANUARY)
    assert closed(as_, "2120.00").status_code == 302
    kept = MonthReport.objects.get()
    assert kept.content["closed"]
    assert {**kept.content, "closed": False} == before
    snapshot = MonthBalance.objects.filter(month=kept.month).exclude(account__kind__in=LedgerAccount.MIRRORS)
    assert sum(snapshot.values_list("closing_fen", flat=True)) == kept.content["closing_fen"] == Month.objects.get().bank_fen
    Case.objects.filter(pk=busy[0].pk).update(team="别的团队")
    waiting = claims.receive_general(money=Money("Z-2", 500, APRIL.date()), by=people.finance, at=APRIL)
    claims.claim(receipt_ref=waiting.ref, case_id=busy[0].pk, reason="样", by=people.handler, at=APRIL)
    assert report(court, JANUARY) == kept.content
    assert list(differences(court.pk)) == []
    for wrong in (lambda: MonthReport.objects.update(content={}), MonthReport.objects.all().delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong()


def test_a_month_that_the_bank_does_not_agree_with_keeps_no_report(busy: Any, as_: Callable[[str], Client]) -> None:
    assert closed(as_, "2120.01").status_code in (409, 422)
    assert not MonthReport.objects.exists()


def test_the_page_the_workbook_and_the_paper_say_the_same_and_taking_them_is_on_record(busy: Any, as_: Callable[[str], Client]) -> None:
    head = as_("bureau_head")
    with clock.frozen(APRIL):
        page = head.get(reverse("funds-report") + "?month=2026-01").content.decode()
        book = head.post(reverse("funds-report-file", args=["xlsx"]), {"month": "2026-01"})
        paper = head.post(reverse("funds-report-file", args=["pdf"]), {"month": "2026-01"})
    assert "1,950.00" in page
    sheets = openpyxl.load_workbook(BytesIO(book.content))
    flow = {row[0]: row[1] for row in sheets["收支"].iter_rows(values_only=True)}
    assert (flow["收：一案一账号来款"], flow["月末代管余额"]) == (8000, 2120)
    assert not [cell for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    text = "".join(p.extract_text() for p in PdfReader(BytesIO(paper.content)).pages)
    assert "执行案款月报（2026年1月）" in text
    assert "2,120.00" in text
    trail = AccessEntry.objects.filter(detail__startswith="导出执行案款月报").values_list("detail", flat=True)
    assert set(trail) == {"导出执行案款月报 2026-01（xlsx）", "导出执行案款月报 2026-01（pdf）"}


@pytest.mark.parametrize("month", ["", "2026-13", "x", "9999-01", "2026-03"])
def test_any_month_is_answered_also_an_empty_one(month: str, court: Any, as_: Callable[[str], Client]) -> None:
    with clock.frozen(MONDAY):
        page = as_("funds_officer").get(reverse("funds-report"), {"month": month})
    assert page.status_code == 200
    assert "2026年03月" in page.content.decode()


def test_only_who_sees_the_whole_courts_money_sees_the_report(court: Any, as_: Callable[[str], Client]) -> None:
    for role, status in (("quality_officer", 200), ("finance_clerk", 200), ("handler", 403), ("security_admin", 403)):
        assert as_(role).get(reverse("funds-report")).status_code == status


def test_the_report_is_read_with_the_same_number_of_statements_whatever_the_rows(
    court: Any, new_case: Callable[..., Case], people: Any, as_: Callable[[str], Client], django_assert_max_num_queries: Any
) -> None:
    funds = as_("funds_officer")
    for n in range(9):
        row = arrived(new_case(f"样{n}公司", claim_yuan="9000.00"), people, 1_000 + n)
        accounted(row, people, claim=9_000)
    with clock.frozen(APRIL), django_assert_max_num_queries(32):
        page = funds.get(reverse("funds-report") + "?month=2026-03").content.decode()
    assert page.count("L") >= 9
