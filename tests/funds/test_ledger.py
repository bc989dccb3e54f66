"""The ledger: postings balance, follow one another, are never changed and end with the month (四(三)1; I1, I2, I10)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tests.real_court import MONDAY
from zhixing.casework.cases.models import Case
from zhixing.casework.people.actors import Actor
from zhixing.desks.funds.check import differences
from zhixing.desks.funds.ledger import Entry, Move, close_month, post, post_many, reserve, reverse
from zhixing.desks.funds.models import Head, LedgerAccount, Line, Month, MonthBalance, Posting
from zhixing.rulebook.refusals import Refusal

pytestmark = pytest.mark.django_db
TODAY = MONDAY.date()


@pytest.fixture
def officer(actor: Callable[..., Actor]) -> Actor:
    return actor("funds_officer")


def receive(case: Case, fen: int, by: Actor, **more: Any) -> Any:
    """Money arrives on the account of a case."""
    values = {"business_on": TODAY, "at": MONDAY, **more}
    return post(court_id=case.court_id, purpose=Posting.RECEIVED, moves=[Move(case.pk, fen), Move(LedgerAccount.BANK, -fen)], case_id=case.pk, by=by, **values)


def at_commit(check: Callable[[], Any]) -> None:
    """Run something and look at what is checked at the end of a transaction."""
    with transaction.atomic():
        check()
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_money_that_arrives_is_on_the_case_and_in_the_bank(case: Case, officer: Actor) -> None:
    posted = receive(case, 1_234_56, officer)
    assert posted.no == 1
    assert LedgerAccount.objects.get(case=case).balance_fen == 123456
    assert LedgerAccount.objects.get(kind="bank").balance_fen == -123456
    assert sum(Line.objects.values_list("amount_fen", flat=True)) == 0


def test_the_same_key_posts_once_and_another_body_under_it_is_refused(case: Case, officer: Actor) -> None:
    """I45."""
    first = receive(case, 500, officer, key="form-1")
    again = receive(case, 500, officer, key="form-1")
    assert (again.id, again.repeated) == (first.id, True)
    with pytest.raises(Refusal, match="内容不同"):
        receive(case, 501, officer, key="form-1")
    assert LedgerAccount.objects.get(case=case).balance_fen == 500


def test_a_case_is_never_overdrawn(case: Case, officer: Actor) -> None:
    """I2: refused with what is free; the database refuses too."""
    receive(case, 500, officer)
    with pytest.raises(Refusal, match=r"可用余额 5\.00 元"):
        post(court_id=case.court_id, purpose=Posting.FEE, moves=[Move(case.pk, -501), Move(LedgerAccount.FEES, 501)], business_on=TODAY, by=officer, at=MONDAY)
    with pytest.raises(DatabaseError), transaction.atomic():
        LedgerAccount.objects.filter(case=case).update(balance_fen=-1)


def test_what_is_promised_cannot_be_promised_again_or_spent(case: Case, officer: Actor) -> None:
    """I12."""
    receive(case, 500, officer)
    reserve(case_id=case.pk, fen=400, what="暂不能批准", clause="四(三)2(2)")
    with pytest.raises(Refusal, match="不够"):
        reserve(case_id=case.pk, fen=101, what="暂不能批准", clause="四(三)2(2)")
    with pytest.raises(Refusal, match="可用余额"):
        post(court_id=case.court_id, purpose=Posting.FEE, moves=[Move(case.pk, -101), Move(LedgerAccount.FEES, 101)], business_on=TODAY, by=officer, at=MONDAY)
    post(court_id=case.court_id, purpose=Posting.SENT, moves=[Move(case.pk, -400, -400), Move(LedgerAccount.IN_TRANSIT, 400)], business_on=TODAY, by=officer, at=MONDAY)
    account = LedgerAccount.objects.get(case=case)
    assert (account.balance_fen, account.reserved_fen) == (100, 0)
    with pytest.raises(DatabaseError), transaction.atomic():
        LedgerAccount.objects.filter(case=case).update(reserved_fen=101)


def test_a_posting_is_reversed_once_and_only_with_a_reason(case: Case, officer: Actor) -> None:
    """I10."""
    posted = receive(case, 700, officer)
    with pytest.raises(Refusal, match="理由"):
        reverse(posting_id=posted.id, reason=" ", business_on=TODAY, by=officer, at=MONDAY)
    undone = reverse(posting_id=posted.id, reason="记错案件", business_on=TODAY, by=officer, at=MONDAY)
    assert LedgerAccount.objects.get(case=case).balance_fen == 0
    for twice in (posted.id, undone.id):
        with pytest.raises(Refusal, match="已经冲正"):
            reverse(posting_id=twice, reason="再来一次", business_on=TODAY, by=officer, at=MONDAY)
    with pytest.raises(DatabaseError), transaction.atomic():
        Posting.objects.create(**{**Posting.objects.filter(pk=undone.id).values().get(), "id": 99, "no": 99, "key": None})


def test_another_court_reverses_nothing_here(case: Case, officer: Actor, actor: Callable[..., Actor], other_court: Any) -> None:
    posted = receive(case, 700, officer)
    with pytest.raises(Refusal) as refused:
        reverse(posting_id=posted.id, reason="别院的", business_on=TODAY, by=actor("funds_officer", at=other_court), at=MONDAY)
    assert refused.value.status == 404


@pytest.mark.parametrize("table", ["funds_posting", "funds_line"])
@pytest.mark.parametrize("statement", ["UPDATE {t} SET id = id + 1000000", "DELETE FROM {t}"])
def test_the_database_refuses_to_change_or_delete(case: Case, officer: Actor, table: str, statement: str) -> None:
    """I10, T4."""
    receive(case, 700, officer)
    with pytest.raises(DatabaseError, match="只能追加"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(t=table))


def raw_posting(case: Case, officer: Actor, amounts: list[int], size: int | None = None) -> None:
    """Rows written past the ledger's own code, lines first."""
    account = LedgerAccount.objects.get(case=case)
    head = Head.objects.get(court_id=case.court_id)
    ident, balance = 7777, account.balance_fen
    for position, fen in enumerate(amounts, 1):
        balance += fen
        Line.objects.create(posting_id=ident, position=position, account=account, n=account.postings + position, amount_fen=fen, balance_fen=balance)
    Posting.objects.create(id=ident, court_id=case.court_id, no=head.no + 1, purpose="received", business_on=TODAY, posted_at=MONDAY, by_name="样",
                           size=size or len(amounts), body="-", hash="-")  # fmt: skip


@pytest.mark.parametrize(("amounts", "size"), [([100, -99], None), ([100], 2), ([100, -100, 50, -50], 2)])
def test_the_database_refuses_a_posting_that_does_not_balance(case: Case, officer: Actor, amounts: list[int], size: int | None) -> None:
    """I1: at the latest when the transaction ends."""
    receive(case, 700, officer)
    with pytest.raises(DatabaseError, match=r"借贷不平|封存"):
        at_commit(lambda: raw_posting(case, officer, amounts, size))


def test_the_database_refuses_a_line_added_later_or_out_of_step(case: Case, officer: Actor) -> None:
    posted = receive(case, 700, officer)
    account = LedgerAccount.objects.get(case=case)
    for n, balance, position in ((2, 800, 3), (3, 800, 3), (2, 900, 3)):
        with pytest.raises(DatabaseError):
            at_commit(lambda n=n, b=balance, p=position: Line.objects.create(posting_id=posted.id, position=p, account=account, n=n, amount_fen=100, balance_fen=b))


def test_an_account_stays_whose_it_is(case: Case, officer: Actor, new_case: Callable[..., Case]) -> None:
    """四(三)1: one case, one account."""
    receive(case, 700, officer)
    with pytest.raises(DatabaseError, match="不能改"), transaction.atomic():
        LedgerAccount.objects.filter(case=case).update(case=new_case())
    with pytest.raises(DatabaseError), transaction.atomic():
        LedgerAccount.objects.create(court_id=case.court_id, kind="case", case=case)


def test_a_closed_month_takes_no_posting_and_keeps_its_figures(case: Case, officer: Actor) -> None:
    receive(case, 700, officer, business_on=date(2026, 1, 20))
    receive(case, 300, officer, business_on=date(2026, 2, 10))
    month = close_month(first_on=date(2026, 1, 1), bank_fen=700, by=officer, at=MONDAY)
    close_month(first_on=date(2026, 2, 1), bank_fen=1000, by=officer, at=MONDAY)
    figures = {(b.month.first_on.month, b.account.kind): (b.opening_fen, b.in_fen, b.out_fen, b.closing_fen) for b in MonthBalance.objects.all()}
    assert figures == {
        (1, "case"): (0, 700, 0, 700), (1, "bank"): (0, 0, 700, -700), (2, "case"): (700, 300, 0, 1000), (2, "bank"): (-700, 0, 300, -1000),
    }  # fmt: skip
    with pytest.raises(Refusal, match="已经结账"):
        receive(case, 1, officer, business_on=date(2026, 2, 28))
    with pytest.raises(DatabaseError, match="结账"):
        at_commit(lambda: (Line.objects.create(posting_id=50, position=1, account=LedgerAccount.objects.get(case=case), n=3, amount_fen=1, balance_fen=1001),
                           Line.objects.create(posting_id=50, position=2, account=LedgerAccount.objects.get(kind="bank"), n=3, amount_fen=-1, balance_fen=-1001),
                           Posting.objects.create(id=50, court_id=case.court_id, no=3, purpose="received", business_on=date(2026, 2, 1), posted_at=MONDAY,
                                                  by_name="样", size=2, body="-", hash="-")))  # fmt: skip
    with pytest.raises(DatabaseError, match="只能追加"), transaction.atomic():
        Month.objects.filter(pk=month.pk).update(bank_fen=1)


def test_a_month_closes_in_order_after_its_end_and_only_when_the_bank_agrees(case: Case, officer: Actor) -> None:
    receive(case, 700, officer, business_on=date(2026, 1, 20))
    for first_on, bank, why in ((date(2026, 3, 1), 700, "没有过完"), (date(2026, 2, 1), 700, "应先结 2026年01月"), (date(2026, 1, 1), 699, r"相差 -0\.01 元")):
        with pytest.raises(Refusal, match=why):
            close_month(first_on=first_on, bank_fen=bank, by=officer, at=MONDAY)


def test_a_business_date_after_today_is_refused(case: Case, officer: Actor) -> None:
    with pytest.raises(Refusal, match="晚于今天"):
        receive(case, 700, officer, business_on=TODAY + timedelta(days=1))


def test_amounts_are_whole_fen(case: Case, officer: Actor) -> None:
    """I4: no binary fraction enters."""
    with pytest.raises(TypeError, match="whole fen"):
        post(court_id=case.court_id, purpose="received", moves=[Move(case.pk, 1.5), Move("bank", -1.5)], business_on=TODAY, by=officer, at=MONDAY)  # type: ignore[arg-type]


def test_many_postings_at_once_are_the_same_as_one_after_another(case: Case, officer: Actor, new_case: Callable[..., Case]) -> None:
    """All or none; a key that was used is passed over; the books agree."""
    other = new_case("样丙公司")
    receive(case, 5, officer, key="k0")
    entries = [Entry(Posting.RECEIVED, [Move(c.pk, 100 + n), Move(LedgerAccount.BANK, -100 - n)], TODAY, c.pk, key=f"k{n}")
               for n, c in enumerate([case, other, case, other, case], 1)]  # fmt: skip
    assert post_many(entries, court_id=case.court_id, by=officer, at=MONDAY) == 5
    assert post_many([*entries, *entries], court_id=case.court_id, by=officer, at=MONDAY) == 0
    assert [LedgerAccount.objects.get(case=c).balance_fen for c in (case, other)] == [5 + 101 + 103 + 105, 102 + 104]
    bad = [Entry(Posting.FEE, [Move(case.pk, -200), Move(LedgerAccount.FEES, 200)], TODAY, case.pk)] * 2
    with pytest.raises(Refusal, match="可用余额"):
        post_many(bad, court_id=case.court_id, by=officer, at=MONDAY)
    assert list(differences(case.court_id)) == []
    receive(case, 1, officer)
    assert Posting.objects.count() == 7
