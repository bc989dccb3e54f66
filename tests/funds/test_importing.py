"""四(三)3, trust I8, I9: a bank statement becomes receipts once, in any order, in pieces, twice; wrong rows cost no other."""

from __future__ import annotations

import csv
import io
import random

import pytest

from tests.real_court import MONDAY
from zhixing.casework.matters.models import Matter
from zhixing.desks.funds import balances
from zhixing.desks.funds.importing import Outcome, import_statement
from zhixing.desks.funds.models import Receipt
from zhixing.desks.funds.statements import Control
from zhixing.rulebook.refusals import Refusal

pytestmark = pytest.mark.django_db
HEADS = ["交易流水号", "交易日期", "收入金额", "支出金额", "对方户名", "对方账号", "摘要", "余额"]


def statement(*rows: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([HEADS, *rows])
    return out.getvalue().encode("gb18030")


def line(serial: str, amount: str = "100.00", out: str = "", payer: str = "样乙公司", remark: str = "案款") -> list[str]:
    return [serial, "2026-02-27", amount, out, payer, "6200000000000000001", remark, ""]


@pytest.fixture
def take(people):
    def run(content: bytes, **more) -> Outcome:
        return import_statement(file=content, filename="明细.csv", by=people.officer, at=MONDAY, **more)

    return run


def test_money_on_the_general_account_waits_in_suspense_as_a_matter_with_its_clocks_四三3二(take, court):
    done = take(statement(line("A1"), line("A2", "50.50"), line("A3", "", "10.00")))
    assert (done.read, done.created, done.outgoing, done.in_yuan, done.rejected) == (3, 2, 1, "150.50", [])
    assert Receipt.objects.filter(state=Receipt.ARRIVED).count() == Matter.objects.filter(kind="general_money").count() == 2
    found = balances.trial_balance(court.pk, MONDAY.date())
    assert (found.difference_fen, found.held_fen) == (0, 15_050)


def test_a_cases_own_account_books_itself_to_the_case_四三3一(take, case):
    done = take(statement(line("B1"), line("B2")), case_id=case.pk)
    assert done.created == 2
    assert set(Receipt.objects.values_list("state", "case_id")) == {(Receipt.BOOKED, case.pk)}
    assert sum(r["amount_fen"] for r in balances.statement_of(case.court_id, case.pk)) == 20_000


@pytest.mark.parametrize("seed", range(5))
def test_overlapping_pieces_in_any_order_and_again_give_the_same_books(take, court, seed: int):
    dice = random.Random(seed)
    rows = [line(f"C{n}", f"{dice.randint(1, 99)}.{dice.randint(0, 99):02}") for n in range(12)]
    pieces = [rows[a : a + dice.randint(1, 8)] for a in dice.sample(range(12), 8)] + [rows[:6], rows[6:]]
    for piece in dice.sample(pieces * 2, len(pieces) * 2):
        take(statement(*piece))
    wanted = sum(round(float(r[2]) * 100) for r in rows)
    assert (Receipt.objects.count(), balances.trial_balance(court.pk, MONDAY.date()).held_fen) == (12, wanted)


def test_when_the_count_or_the_sum_differs_nothing_at_all_is_imported(take):
    for control in (Control(3, 20_000), Control(2, 20_001)):
        with pytest.raises(Refusal, match="一行也没有导入"):
            take(statement(line("D1"), line("D2")), control=control)
    assert not Receipt.objects.exists()
    assert take(statement(line("D1"), line("D2")), control=Control(2, 20_000)).created == 2


def test_a_wrong_row_is_named_and_the_others_come_in(take):
    done = take(statement(line("E1"), line("E2", "-5"), line("", "7"), line("E4")))
    assert done.created == 2
    assert {r["row"] for r in done.rejected} == {3, 4}


def test_a_serial_that_comes_again_with_another_amount_is_told_and_nothing_moves(take, court):
    take(statement(line("F1", "100.00")))
    done = take(statement(line("F1", "100.01")))
    assert (done.created, done.unchanged) == (0, 0)
    assert "100.00" in done.rejected[0]["reason"]
    assert balances.trial_balance(court.pk, MONDAY.date()).held_fen == 10_000


def test_who_may_not_book_money_may_not_import_it(people):
    with pytest.raises(Refusal, match="没有这项权限"):
        import_statement(file=statement(line("G1")), filename="a.csv", by=people.handler, at=MONDAY)


@pytest.mark.parametrize(("name", "warned"), [("ccb", 0), ("建设银行", 0), ("中国建设银行试验支行", 0), ("没有这家银行", 1), ("", 0)])
def test_a_bank_is_named_as_people_name_it_and_an_unknown_one_is_read_by_its_header(take, name: str, warned: int):
    done = take(statement(line("H1")), bank=name)
    assert (done.created, len(done.warnings)) == (1, warned)
