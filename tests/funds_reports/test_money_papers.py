"""四(三)1, 四(三)2(1)–(3): every row of case money gives its paper in one click, with what the rows say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from tests.funds.stage import account_of, accounted, approved, arrived, asked, paid, ready
from tests.funds.test_receipts import PNG
from tests.papers.conftest import a_pdf
from tests.real_court import MONDAY
from zhixing.casework.cases.models import Case
from zhixing.casework.dossier.models import Scan
from zhixing.casework.facts import record
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.papers import actions
from zhixing.casework.papers.models import Paper
from zhixing.desks.funds import receipts
from zhixing.desks.funds.models import Receipt
from zhixing.desks.funds.receipts import Money
from zhixing.desks.funds.reports.models import MoneyPaper
from zhixing.outside.seal import seal_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_morning")]


def drafted(client: Client, case: Case, kind: str, row: Any, **typed: str) -> Any:
    return client.post(reverse("funds-paper", args=[case.ref, kind, row.ref]), typed)


def test_a_payers_receipt_is_drafted_in_one_click_with_the_amount_in_capitals_and_a_number_of_its_own(case: Case, people: Any, as_: Any) -> None:
    """四(三)1: what came in, in digits and capitals, under a series without gaps."""
    first, second = arrived(case, people, 1_234_567), arrived(case, people, 100)
    funds = as_("funds_officer")
    assert drafted(funds, case, "payment_receipt", first).status_code == 302
    assert drafted(funds, case, "payment_receipt", second).status_code == 302
    one, two = Paper.objects.order_by("pk")
    assert (one.number, two.number) == ("执款缴〔2026〕00001号", "执款缴〔2026〕00002号")
    said = one.values
    assert (said["amount_yuan"], said["amount_capital"], said["payer"], said["receipt_no"]) == ("12,345.67", "壹万贰仟叁佰肆拾伍元陆角柒分", "样乙公司", first.receipt_no)
    assert said["paper_number"] == one.number
    assert said["arrived_on"] == "2026年3月2日"


def test_a_paper_is_made_once_for_each_row_and_the_money_page_shows_its_state(case: Case, people: Any, as_: Any) -> None:
    row, funds = arrived(case, people, 100), as_("funds_officer")
    page = funds.get(reverse("funds-case", args=[case.ref])).content.decode()
    assert "/payment_receipt/" in page
    drafted(funds, case, "payment_receipt", row)
    page = funds.get(reverse("funds-case", args=[case.ref])).content.decode()
    assert "/payment_receipt/" not in page
    assert "待核对" in page
    again = drafted(funds, case, "payment_receipt", row)
    assert again.status_code == 409
    assert "已经有执行案款缴款收据" in again.content.decode()
    assert Paper.objects.count() == 1


def test_the_approval_form_names_everybody_who_had_a_hand_in_it_and_the_voucher_masks_the_account(case: Case, people: Any, as_: Any) -> None:
    """四(三)2(1): the form of 法发〔2017〕6号 has the account in full, the payee's voucher needs its last digits only."""
    payout = paid(ready(case, people, 500_000), people)
    handler = as_("handler")
    assert drafted(handler, case, "payout_approval_form", payout).status_code == 302
    assert drafted(handler, case, "receipt_voucher", payout).status_code == 302
    form, voucher = Paper.objects.order_by("pk")
    assert payout.account_no in form.values["payee_account"]
    assert payout.account_no not in voucher.values["payee_account"]
    assert "尾号0001" in voucher.values["payee_account"]
    assert voucher.number.startswith("执款收")
    said = form.values
    assert people.handler.name in said["requested_said"]
    assert said["checked_said"].endswith("已电话回访收款人，账户一致")
    assert (people.leader.name in said["head_said"], said["leader_said"]) == (True, "")
    assert (said["rest_yuan"], said["amount_capital"]) == ("0.00", "伍仟元整")
    page = handler.get(reverse("paper", args=[form.ref])).content.decode()
    assert payout.account_no not in page


def test_what_a_court_leader_approved_stands_in_the_leaders_row(case: Case, people: Any, as_: Any) -> None:
    row = arrived(case, people, 100)
    said = {"receipt_no": row.receipt_no, "ground": "需分配", "reason": "等待分配方案"}
    record("payout_delay_requested", court_id=case.court_id, case_id=case.pk, payload=said, desk="teams", by=people.handler, at=MONDAY)
    record("payout_delay_approved", court_id=case.court_id, case_id=case.pk, payload={**said, "until_on": "2026-04-01"}, desk="leaders", by=people.president, at=MONDAY)
    assert drafted(as_("handler"), case, "payout_delay_form", row).status_code == 302
    form = Paper.objects.get().values
    assert (form["until_on"], form["ground"], form["reason"]) == ("2026年4月1日", "需分配", "等待分配方案")
    assert people.president.name in form["leader_said"]
    assert form["head_said"] == ""


def test_what_the_rows_do_not_know_is_asked_beside_its_field(case: Case, people: Any, as_: Any) -> None:
    """四(三)2(3): no slip number was registered, so it is asked; what the rows know cannot be typed over."""
    row, funds = arrived(case, people, 12_300), as_("funds_officer")
    asked_for = drafted(funds, case, "settlement_slip", row)
    assert asked_for.status_code == 422
    assert "票据号码没有填写" in asked_for.content.decode()
    assert Paper.objects.count() == 0
    done = drafted(funds, case, "settlement_slip", row, dated_on="2026-03-02", slip_number="P-1", reason="正在核算", amount_yuan="999999")
    assert done.status_code == 302, done.content.decode()
    assert (Paper.objects.get().values["slip_number"], Paper.objects.get().values["amount_yuan"]) == ("P-1", "123.00")


def test_a_registered_slip_fills_its_own_paper_and_nothing_is_recorded_twice(case: Case, people: Any, as_: Any) -> None:
    """四(三)2(3): the slip was recorded by its own act; the paper records that it was drafted, no second slip."""
    row = arrived(case, people, 12_300)
    record("settlement_slip_registered", court_id=case.court_id, case_id=case.pk, payload={"receipt_no": row.receipt_no, "slip_no": "P-7"}, desk="funds", by=people.officer, at=MONDAY)
    assert drafted(as_("funds_officer"), case, "settlement_slip", row).status_code == 302
    assert Paper.objects.get().values["slip_number"] == "P-7"
    assert JournalEntry.objects.filter(kind="settlement_slip_registered").count() == 1
    assert JournalEntry.objects.filter(kind="paper_drafted").count() == 1


def test_money_handed_over_on_the_spot_has_its_record_and_its_voucher(case: Case, people: Any, as_: Any) -> None:
    """四(三)1."""
    proof = SimpleUploadedFile("receipt.png", PNG, "image/png")
    row = receipts.pay_on_site(case_id=case.pk, money=Money("X-1", 50_000, MONDAY.date(), "样乙公司"), payee="样申请人", officers=("样甲", "样丙"), proof=proof, key="k",
                               by=people.handler, at=MONDAY)  # fmt: skip
    receipts.book_on_site(receipt_ref=row.ref, amount_fen=50_000, by=people.officer, at=MONDAY + timedelta(minutes=1))
    handler = as_("handler")
    assert drafted(handler, case, "on_site_payment_record", row).status_code == 422
    assert drafted(handler, case, "on_site_payment_record", row, dated_on="2026-03-02", place="被执行人住所", reason="货款").status_code == 302
    assert drafted(handler, case, "receipt_voucher", row, dated_on="2026-03-02", reason="货款").status_code == 302
    record_, voucher = Paper.objects.order_by("pk")
    assert (record_.values["officers"], record_.values["payee"], record_.values["amount_capital"]) == ("样甲、样丙", "样申请人", "伍佰元整")
    assert voucher.values["payee"] == "样申请人"


def test_only_whoever_works_with_the_money_drafts_and_nobody_of_another_court(case: Case, people: Any, as_: Any, person: Any, other_court: Any) -> None:
    row = arrived(case, people, 100)
    assert drafted(as_("bureau_head"), case, "payment_receipt", row).status_code == 403
    assert drafted(as_("security_admin"), case, "payment_receipt", row).status_code == 403
    stranger = Client()
    stranger.force_login(person("funds_officer", at=other_court), backend="zhixing.shell.people.backend.PeopleBackend")
    assert drafted(stranger, case, "payment_receipt", row).status_code == 404
    assert drafted(as_("funds_officer"), case, "no_such_kind", row).status_code == 404
    assert "拟制执行案款缴款收据" not in as_("bureau_head").get(reverse("funds-case", args=[case.ref])).content.decode()


def test_a_handler_drafts_papers_of_money_but_no_others(case: Case, people: Any, as_: Any) -> None:
    """三(二)3: the division of labour of all other papers stands."""
    handler = as_("handler")
    arrived(case, people, 100)
    answer = handler.post(reverse("paper-new", args=[case.ref, "summons"]), {"dated_on": "2026-03-02", "party": str(case.parties.get(role="debtor").pk),
                                                                             "come_at": "2026-03-05T09:00", "come_to": "本院", "reason": "谈话"})  # fmt: skip
    assert answer.status_code == 422
    assert "没有这项权限" in answer.content.decode()
    assert Paper.objects.count() == 0


def test_which_row_a_paper_is_about_never_changes(case: Case, people: Any, as_: Any) -> None:
    row, other = arrived(case, people, 100), arrived(case, people, 200)
    drafted(as_("funds_officer"), case, "payment_receipt", row)
    with pytest.raises(IntegrityError), transaction.atomic():
        MoneyPaper.objects.update(receipt=other)
    with pytest.raises(IntegrityError), transaction.atomic():
        MoneyPaper.objects.create(paper=Paper.objects.get())


def test_the_money_page_is_read_with_the_same_number_of_statements_whatever_the_papers(
    case: Case, people: Any, as_: Any, django_assert_max_num_queries: Any
) -> None:
    funds = as_("funds_officer")
    for n in range(6):
        row = arrived(case, people, 10_000)
        accounted(row, people, claim=100_000)
        payout = asked(row, account_of(case, people), people, 5_000)
        if n % 2:
            approved(payout, people)
    assert Receipt.objects.count() == 6
    with django_assert_max_num_queries(30):
        page = funds.get(reverse("funds-case", args=[case.ref])).content.decode()
    assert page.count("拟制执行案款发放审批表") == 6


def test_a_voucher_goes_through_other_hands_to_the_dossier_and_shows_its_state(case: Case, people: Any, as_: Any, actor: Any, tmp_path: Any) -> None:
    """三(二)4, 四(三)1: checked by another, signed, sealed, issued; the money's own events are not recorded again."""
    payout = paid(ready(case, people, 500_000), people)
    handler = as_("handler")
    assert drafted(handler, case, "receipt_voucher", payout).status_code == 302
    paper = Paper.objects.get()
    actions.keep_pdf(paper=paper, pdf=a_pdf(), pages=1, at=MONDAY)
    actions.check(ref=paper.ref, correct=True, against="发放单", by=actor("document_clerk"), at=MONDAY)
    actions.sign(ref=paper.ref, by=actor("team_leader"), at=MONDAY)
    actions.seal(ref=paper.ref, stamp=seal_of(case.court.name, tmp_path / "keys"), by=actor("seal_keeper"), at=MONDAY)
    actions.issue(ref=paper.ref, by=actor("document_clerk"), at=MONDAY)
    assert "已发出" in handler.get(reverse("funds-case", args=[case.ref])).content.decode()
    assert Scan.objects.filter(case=case, title__startswith="执行案款收据").count() == 1
    kinds_ = list(JournalEntry.objects.filter(case=case).values_list("kind", flat=True))
    assert (kinds_.count("money_paid_out"), kinds_.count("other_paper_issued")) == (1, 1)


def test_a_cancelled_paper_makes_room_for_another_and_its_number_stays_taken(case: Case, people: Any, as_: Any) -> None:
    row, funds = arrived(case, people, 100), as_("funds_officer")
    drafted(funds, case, "payment_receipt", row)
    actions.cancel(ref=Paper.objects.get().ref, reason="缴款人写错", by=people.handler, at=MONDAY)
    assert drafted(funds, case, "payment_receipt", row).status_code == 302
    assert list(Paper.objects.order_by("pk").values_list("number", "state")) == [("执款缴〔2026〕00001号", Paper.CANCELLED), ("执款缴〔2026〕00002号", Paper.DRAFTED)]
