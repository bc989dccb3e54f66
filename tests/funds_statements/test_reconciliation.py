"""四(三)1: at a month's end the bank and the ledger are compared line by line; what explains the difference is listed, nothing may stay
unexplained, two people sign, and only then is the month closed."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.db import IntegrityError, transaction

from tests.funds.stage import account_of, accounted, approved, arrived, asked
from tests.funds_statements.making import line, running, table
from tests.real_court import MONDAY, moment
from zhixing import clock
from zhixing.casework.people.models import Person
from zhixing.desks.funds import paying
from zhixing.desks.funds.importing import import_statement
from zhixing.desks.funds.models import Month, Payout
from zhixing.desks.funds.reconciling.actions import close, sign
from zhixing.desks.funds.reconciling.comparing import (
    AMOUNT,
    BANK_IN,
    BANK_OUT,
    LEDGER_IN,
    LEDGER_OUT,
    UNCONFIRMED,
    Comparison,
    compare,
)
from zhixing.desks.funds.reconciling.keeping import differences
from zhixing.desks.funds.reconciling.models import BankLine, Reconciliation, ReconciliationSignature
from zhixing.rulebook.refusals import Refusal

pytestmark = pytest.mark.django_db
FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)
APRIL = moment("2026-04-01 09:00")
MARCH_2 = "2026-03-02"


@pytest.fixture
def take(people: Any) -> Any:
    return lambda content, at=APRIL, **more: import_statement(file=content, filename="明细.csv", by=people.finance, at=at, **more)


def kinds(found: Comparison) -> list[tuple[str, int, int]]:
    return [(item.kind, item.bank_fen, item.ledger_fen) for item in found.items]


def sent(case: Any, people: Any, fen: int = 500_000) -> Payout:
    """Money that came in on the case (not by a statement) and was handed to the bank."""
    receipt = arrived(case, people, fen, bank_serial="S1")
    accounted(receipt, people, fen)
    row = approved(asked(receipt, account_of(case, people), people, fen), people)
    paying.send(payout_refs=[row.ref], by=people.finance, at=MONDAY)
    return row


def test_lines_that_were_imported_are_matched_and_nothing_is_left(take: Any, court: Any) -> None:
    take(table(*running("100", "250.50")))
    found = compare(court.pk, FEBRUARY)
    assert (found.bank_fen, found.ledger_fen, found.unexplained_fen, found.items, found.matched) == (35_050, 35_050, 0, [], 2)


def test_a_payout_in_transit_is_no_difference_until_the_bank_paid_it(take: Any, court: Any, case: Any, people: Any) -> None:
    row = sent(case, people)
    take(table(line("S1", "5000.00", balance="5000.00", day=MARCH_2)))
    found = compare(court.pk, MARCH)
    assert (kinds(found), found.transit) == ([], [(row.no, row.payee, 500_000)])
    take(table(line("O1", "", "5000.00", balance="0.00", day="2026-03-03")))
    found = compare(court.pk, MARCH)
    assert (kinds(found), found.transit, found.items[0].paper) == ([(UNCONFIRMED, -500_000, 0)], [], row.no)
    assert (found.bank_fen, found.ledger_fen, found.adjusted_fen, found.unexplained_fen) == (0, 500_000, 500_000, 0)


@pytest.mark.parametrize("how", ["slip", "number", "account"])
def test_an_outgoing_line_is_matched_by_slip_by_number_or_by_amount_and_account(take: Any, court: Any, case: Any, people: Any, how: str) -> None:
    row = sent(case, people)
    paying.confirm(payout_ref=row.ref, bank_ref="HD7", by=people.finance, at=MONDAY)
    out = line("HD7" if how == "slip" else "O1", "", "5000.00", balance="0.00", day=MARCH_2, remark=f"发放 {row.no}" if how == "number" else "转账")
    if how != "account":
        out[6] = "6200000000000000999"
    take(table(line("S1", "5000.00", balance="5000.00", day=MARCH_2), out))
    found = compare(court.pk, MARCH)
    assert (kinds(found), found.difference_fen, found.unexplained_fen) == ([], 0, 0)


def test_one_line_matches_one_payout_only(take: Any, court: Any, case: Any, people: Any) -> None:
    row = sent(case, people)
    paying.confirm(payout_ref=row.ref, bank_ref="HD7", by=people.finance, at=MONDAY)
    twice = [line(f"O{n}", "", "5000.00", balance=left, day=MARCH_2) for n, left in enumerate(("5000.00", "0.00"))]
    take(table(line("S1", "5000.00", balance="10000.00", day=MARCH_2), *twice))
    assert kinds(compare(court.pk, MARCH)) == [(BANK_OUT, -500_000, 0)]


def test_what_only_the_ledger_says_and_what_differs_is_listed(take: Any, court: Any, case: Any, people: Any) -> None:
    arrived(case, people, 300_00, no="手1")
    arrived(case, people, 70_00, no="手2", bank_serial="S9")
    row = sent(case, people)
    paying.confirm(payout_ref=row.ref, bank_ref="HD7", by=people.finance, at=MONDAY)
    rejected = take(table(line("S9", "77.00", balance="77.00", day=MARCH_2), line("S1", "5000.00", balance="5077.00", day=MARCH_2), line("X1", "", "9.00", balance="5068.00", day=MARCH_2)))
    assert len(rejected.rejected) == 1
    found = compare(court.pk, MARCH)
    assert sorted(kinds(found)) == sorted([(AMOUNT, 7700, 7000), (LEDGER_IN, 0, 30_000), (LEDGER_OUT, 0, -500_000), (BANK_OUT, -900, 0)])
    assert (found.unexplained_fen, found.adjusted_fen) == (0, found.ledger_fen)


def test_a_line_of_a_closed_month_is_refused_and_stays_on_the_list(take: Any, court: Any, case: Any, people: Any) -> None:
    arrived(case, people, 100_00, no="手1", at=moment("2026-02-27 09:00"), bank_serial="Y0001")
    close(first_on=FEBRUARY, bank_fen=10_000, by=people.finance, at=MONDAY)
    done = take(table(*running("100", "20")))
    assert (done.created, done.unchanged, len(done.rejected)) == (0, 1, 1)
    found = compare(court.pk, FEBRUARY)
    assert (kinds(found), found.unexplained_fen) == ([(BANK_IN, 2_000, 0)], 0)


def test_a_receipt_taken_back_as_a_mistake_stays_on_the_list_while_the_bank_shows_it(take: Any, court: Any, case: Any, people: Any) -> None:
    from zhixing.desks.funds import corrections

    take(table(line("S5", "80.00", balance="80.00", day=MARCH_2)), case_id=case.pk)
    receipt = case.receipts.get()
    corrections.ask_correction(receipt_ref=receipt.ref, reason="登记有误", by=people.officer, at=MONDAY)
    corrections.correct(receipt_ref=receipt.ref, by=people.finance, at=MONDAY)
    assert kinds(compare(court.pk, MARCH)) == [(BANK_IN, 8_000, 0)]


def test_a_payout_given_back_by_the_bank_is_matched_by_both_lines_or_listed(take: Any, court: Any, case: Any, people: Any) -> None:
    row = sent(case, people)
    paying.confirm(payout_ref=row.ref, bank_ref="HD7", by=people.finance, at=MONDAY)
    paying.give_back(payout_ref=row.ref, reason="户名不符", by=people.finance, at=MONDAY)
    take(table(line("S1", "5000.00", balance="5000.00", day=MARCH_2), line("HD7", "", "5000.00", balance="0.00", day=MARCH_2)))
    found = compare(court.pk, MARCH)
    assert (kinds(found), found.unexplained_fen) == ([(UNCONFIRMED, -500_000, 0)], 0)


def test_money_from_before_the_first_statement_is_in_its_opening_balance(take: Any, court: Any, case: Any, people: Any) -> None:
    arrived(case, people, 500_00, no="早1", at=moment("2026-02-20 09:00"))
    take(table(*running("100", opening=50_000)))
    assert (compare(court.pk, FEBRUARY).unexplained_fen, compare(court.pk, FEBRUARY).items) == (0, [])


def test_a_line_missing_in_the_middle_shows_as_unexplained_and_cannot_be_signed(take: Any, court: Any, people: Any) -> None:
    rows = running("100", "30", "50")
    take(table(*rows[:1], encoding="utf-8"))
    rows[2][1] = "2026-02-28"
    take(table(rows[2]))
    found = compare(court.pk, FEBRUARY)
    assert (found.bank_fen, found.unexplained_fen) == (18_000, 3_000)
    with pytest.raises(Refusal, match="没有说明"):
        sign(first_on=FEBRUARY, sha256=found.sha256, by=people.finance, at=MONDAY)


def test_without_a_closing_balance_it_is_typed_at_the_import(take: Any, court: Any, people: Any) -> None:
    take(table(line("甲一")))
    assert compare(court.pk, FEBRUARY).bank_fen is None
    with pytest.raises(Refusal, match="没有期末余额"):
        sign(first_on=FEBRUARY, sha256=compare(court.pk, FEBRUARY).sha256, by=people.finance, at=MONDAY)
    take(table(line("甲一")), closing_fen=10_000)
    assert compare(court.pk, FEBRUARY).unexplained_fen == 0


def test_a_cases_own_account_and_the_general_one_are_added_up(take: Any, court: Any, case: Any) -> None:
    take(table(*running("100", opening=0)))
    take(table(*running("40", start=50)), case_id=case.pk)
    found = compare(court.pk, FEBRUARY)
    assert [(a.account, a.closing_fen) for a in found.accounts] in ([("总账号", 10_000), (f"案件 {case.number}", 4_000)], [(f"案件 {case.number}", 4_000), ("总账号", 10_000)])
    assert (found.bank_fen, found.unexplained_fen) == (14_000, 0)


def test_two_people_of_two_sides_sign_what_they_saw_and_it_never_changes(take: Any, court: Any, people: Any, actor: Any) -> None:
    take(table(*running("100")), at=MONDAY)
    seen = compare(court.pk, FEBRUARY).sha256
    row = sign(first_on=FEBRUARY, sha256=seen, by=people.officer, at=MONDAY)
    for by in (people.officer, people.leader):
        with pytest.raises(Refusal, match="已经签署"):
            sign(first_on=FEBRUARY, sha256=seen, by=by, at=MONDAY)
    with pytest.raises(Refusal, match="没有这项权限"):
        sign(first_on=FEBRUARY, sha256=seen, by=people.handler, at=MONDAY)
    assert sign(first_on=FEBRUARY, sha256=seen, by=people.finance, at=MONDAY).pk == row.pk
    assert sorted(row.signatures.values_list("side", flat=True)) == ["bureau", "finance"]
    for table_ in (Reconciliation, ReconciliationSignature, BankLine):
        for change in (lambda t=table_: t.objects.update(court_id=court.pk) if t is not ReconciliationSignature else t.objects.update(side="x"), lambda t=table_: t.objects.filter(pk__gt=0)._raw_delete("default")):
            with pytest.raises((IntegrityError, Exception), match="只能追加"), transaction.atomic():
                change()
    assert list(differences(court.pk)) == []


def test_one_person_with_both_posts_signs_for_one_side_only(take: Any, court: Any, actor: Any) -> None:
    both = actor("funds_officer", "finance_clerk")
    take(table(*running("100")), at=MONDAY)
    seen = compare(court.pk, FEBRUARY).sha256
    sign(first_on=FEBRUARY, sha256=seen, by=both, at=MONDAY)
    with pytest.raises(Refusal, match="本人已经签署"):
        sign(first_on=FEBRUARY, sha256=seen, by=both, at=MONDAY)


def test_what_changed_since_it_was_looked_at_is_not_signed_and_what_was_signed_stays(take: Any, court: Any, people: Any) -> None:
    take(table(*running("100")), at=MONDAY)
    seen = compare(court.pk, FEBRUARY).sha256
    sign(first_on=FEBRUARY, sha256=seen, by=people.officer, at=MONDAY)
    take(table(*running("20", start=7, opening=10_000)), at=MONDAY)
    with pytest.raises(Refusal, match="刚刚变了"):
        sign(first_on=FEBRUARY, sha256=seen, by=people.finance, at=MONDAY)
    again = compare(court.pk, FEBRUARY).sha256
    sign(first_on=FEBRUARY, sha256=again, by=people.finance, at=MONDAY)
    assert Reconciliation.objects.count() == 2


def test_a_month_that_is_not_over_is_not_signed(take: Any, court: Any, people: Any) -> None:
    take(table(line("S1", balance="100.00", day=MARCH_2)), at=MONDAY)
    with pytest.raises(Refusal, match="还没有过完"):
        sign(first_on=MARCH, sha256=compare(court.pk, MARCH).sha256, by=people.finance, at=MONDAY)


def test_the_month_is_closed_after_both_signed_with_the_adjusted_balance_filled_in(take: Any, court: Any, people: Any, client_of: Any) -> None:
    take(table(*running("100", "-9")), at=MONDAY)
    page = client_of(Person.objects.get(pk=people.finance.person_id))
    with clock.frozen(MONDAY):
        assert "还没有由执行局和财务部门签署" in page.post("/funds/books/", {"bank_yuan": "100"}).content.decode()
        seen = compare(court.pk, FEBRUARY).sha256
        sign(first_on=FEBRUARY, sha256=seen, by=people.officer, at=MONDAY)
        shown = page.get("/funds/reconciliation/?month=2026-02").content.decode()
        assert "代表财务部门签署" in shown
        assert seen in shown
        assert page.post("/funds/reconciliation/?month=2026-02", {"sha256": seen}).status_code == 302
        assert 'value="100.00"' in page.get("/funds/books/").content.decode()
        assert page.post("/funds/books/", {"bank_yuan": "100.00"}).status_code == 302
    assert Month.objects.get().bank_fen == 10_000


def test_the_page_shows_every_item_and_goes_out_as_text(take: Any, court: Any, case: Any, people: Any, client_of: Any, django_assert_max_num_queries: Any) -> None:
    for n in range(40):
        arrived(case, people, 100 + n, no=f"手{n}")
    take(table(line("S9", "77.00", balance="77.00", day=MARCH_2, payer="=1+1样丙某")))
    page = client_of(Person.objects.get(pk=people.officer.person_id))
    with clock.frozen(APRIL):
        page.get("/funds/reconciliation/?month=2026-03")
        with django_assert_max_num_queries(22):
            shown = page.get("/funds/reconciliation/?month=2026-03").content.decode()
        answer = page.get("/funds/reconciliation/file/?month=2026-03")
    assert shown.count("账上已收、银行未到") == 40
    sheet = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert "调节后银行余额" in {cell.value for cell in cells}


def test_nothing_was_imported_so_the_page_says_what_to_do(people: Any, client_of: Any) -> None:
    page = client_of(Person.objects.get(pk=people.leader.person_id))
    with clock.frozen(MONDAY):
        shown = page.get("/funds/reconciliation/?month=2026-02").content.decode()
    assert "还没有导入这个月以前的银行流水" in shown
