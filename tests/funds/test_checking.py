"""The ledger checks itself: what is altered behind the guards is named (T4); the trial balance is even to the fen (I3, G5)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from tests.funds.stage import People, arrived, paid, ready
from tests.real_court import MONDAY
from zhixing.casework.cases.models import Case
from zhixing.casework.facts.replay import registered_differences
from zhixing.db.append_only import execute_all, unguards
from zhixing.desks.funds import claims
from zhixing.desks.funds.balances import statement_of, trial_balance
from zhixing.desks.funds.check import differences
from zhixing.desks.funds.ledger import close_month
from zhixing.desks.funds.models import LedgerAccount, Receipt
from zhixing.desks.funds.receipts import Money

pytestmark = pytest.mark.django_db


@pytest.fixture
def busy(case: Case, people: People, new_case: Callable[..., Case]) -> Case:
    """A court with money in every place."""
    before = MONDAY - timedelta(days=40)
    paid(ready(case, people, at=before), people, before)
    arrived(case, people, 777)
    ready(new_case("样丙公司"), people, 4_200)
    claims.receive_general(money=Money("Z-9", 333, MONDAY.date()), by=people.finance, at=MONDAY)
    close_month(first_on=date(2026, 1, 1), bank_fen=0, by=people.finance, at=MONDAY)
    return case


def test_books_that_are_right_have_no_difference(busy: Case) -> None:
    assert list(differences(busy.court_id)) == []
    assert list(registered_differences(busy.court_id)) == []


@pytest.mark.parametrize(
    ("table", "change", "named"),
    [
        ("funds_line", "UPDATE funds_line SET amount_fen = amount_fen + 1 WHERE n = 1 AND account_id = {case}", "凭证"),
        ("funds_line", "UPDATE funds_line SET balance_fen = balance_fen + 1 WHERE n = 2 AND account_id = {case}", "账户"),
        ("funds_posting", "UPDATE funds_posting SET summary = '别的' WHERE no = 1", "凭证 1"),
        ("funds_posting", "UPDATE funds_posting SET business_on = '2026-02-02' WHERE no = 1", "凭证 1"),
        ("funds_posting", "UPDATE funds_posting SET event_seq = 999999 WHERE no = 1", "凭证 1"),
        ("funds_month_balance", "UPDATE funds_month_balance SET in_fen = in_fen + 1, closing_fen = closing_fen + 1 WHERE account_id = {case}", "结账"),
        ("funds_month_balance", "DELETE FROM funds_month_balance WHERE account_id = {case}", "结账"),
        ("funds_month", "UPDATE funds_month SET bank_fen = bank_fen + 1", "结账"),
        ("", "UPDATE funds_account SET balance_fen = balance_fen + 1 WHERE id = {case}", "（case）"),
        ("", "UPDATE funds_account SET reserved_fen = 1 WHERE id = {case}", "已批未付"),
        ("", "UPDATE funds_head SET no = no + 1", "末号"),
        ("", "UPDATE funds_receipt SET amount_fen = 334 WHERE amount_fen = 333", "待认领"),
    ],
)
def test_one_fen_changed_behind_the_guards_is_named(busy: Case, table: str, change: str, named: str) -> None:
    """T4: as the tables' owner, the guard off, one value changed."""
    account = LedgerAccount.objects.get(case=busy).pk
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        if table:
            execute_all(cursor, unguards(connection.vendor, table))
        cursor.execute(change.format(case=account))
    assert any(named in d.where for d in differences(busy.court_id)), list(differences(busy.court_id))


def test_the_trial_balance_is_even_on_every_day(busy: Case) -> None:
    """I3."""
    found = {r.kind: r for r in trial_balance(busy.court_id, MONDAY.date()).rows}
    assert (found["case"].balance_fen, found["suspense"].balance_fen, found["bank"].balance_fen) == (777 + 4_200, 333, 777 + 4_200 + 333)
    for day in (date(2026, 1, 20), date(2026, 1, 31), date(2026, 2, 15), MONDAY.date()):
        assert trial_balance(busy.court_id, day).difference_fen == 0
    assert trial_balance(busy.court_id, date(2026, 1, 31)).since == date(2026, 1, 31)


def test_another_court_has_books_of_its_own(busy: Case, other_court: Any, actor: Callable[..., Any]) -> None:
    claims.receive_general(money=Money("Z-9", 55, MONDAY.date()), by=actor("finance_clerk", at=other_court), at=MONDAY)
    assert trial_balance(other_court.pk, MONDAY.date()).held_fen == 55
    assert Receipt.objects.filter(receipt_no="Z-9").count() == 2
    assert list(differences(other_court.pk)) == []


def test_a_statement_shows_each_line_with_its_balance_in_one_query(busy: Case, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        lines = statement_of(busy.court_id, busy.pk)
    assert [(line["n"], line["amount_fen"], line["balance_fen"]) for line in lines] == [(3, 777, 777), (2, -500_000, 0), (1, 500_000, 500_000)]


def test_the_command_line_lists_the_trial_balance(busy: Case, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("funds", "trial-balance", "--court", "豫1502", "--on", "2026-03-02", "--json")
    found = json.loads(capsys.readouterr().out)
    assert (found["difference_fen"], found["bank_fen"]) == (0, 777 + 4_200 + 333)
    with pytest.raises(CommandError, match="没有这个法院"):
        call_command("funds", "trial-balance", "--court", "豫9999", "--json")
