"""trust I8: whatever pieces a statement comes in, in whatever order and how often, the books and the bank's lines are the same; many
lines at once make the same rows as one by one."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.funds_campaign.statements import Line, without_a_process
from tests.real_court import MONDAY
from zhixing.casework.courts.models import Court
from zhixing.casework.duties.models import Duty
from zhixing.casework.facts.replay import chain_differences, registered_differences, state_differences
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.matters.models import Matter
from zhixing.casework.people.actors import Actor
from zhixing.desks.funds.importing import import_statement
from zhixing.desks.funds.ledger import close_month
from zhixing.desks.funds.models import LedgerAccount, Posting, Receipt
from zhixing.desks.funds.reconciling.keeping import limits
from zhixing.desks.funds.reconciling.models import BankLine

pytestmark = pytest.mark.django_db
SERIALS = [f"Q{n:03}" for n in range(30)]


def lines(serials: list[str], day: int = 27) -> list[Line]:
    return [Line(s, 10_000 + int(s[1:]) * 7, date(2026, 2, day - int(s[1:]) % 9)) for s in serials]


def take(by: Actor, wanted: list[Line]) -> Any:
    with without_a_process(wanted):
        return import_statement(file=repr(wanted).encode(), filename="明细.csv", by=by, at=MONDAY)


def rows(court: Court) -> dict[str, list[Any]]:
    """What the court's books say, without ids, numbers and references that depend on the order."""
    balances = list(LedgerAccount.objects.filter(court=court).order_by("kind").values_list("kind", "balance_fen", "postings"))
    return {
        "receipts": sorted(Receipt.objects.filter(court=court).values_list("receipt_no", "channel", "state", "amount_fen", "payer", "payer_account", "remark", "arrived_on",
                                                                          "bank_serial", "settled_fen", "corrections", "made_at", "case_id")),
        "bank": sorted(BankLine.objects.filter(court=court).values_list("direction", "serial", "amount_fen", "booked_on", "name", "account", "remark", "case_id")),
        "matters": sorted(Matter.objects.filter(court=court).values_list("title", "kind", "desk", "opened_at", "closed_at", "case_id")),
        "duties": sorted(Duty.objects.filter(court=court).values_list("matter__title", "rule", "key", "n", "clause", "desk", "started_at", "due_at", "is_open", "warn_at", "warned")),
        "journal": sorted(JournalEntry.objects.filter(court=court).values_list("matter__title", "kind", "at", "desk", "clause", "payload", "idempotency_key", "regulation")),
        "postings": sorted(Posting.objects.filter(court=court).values_list("paper", "purpose", "business_on", "summary", "size", "case_id")),
        "balances": balances,
    }  # fmt: skip


def whole(court: Court) -> None:
    """Everything that `zhixing verify` looks at holds."""
    assert [*chain_differences(court.pk), *state_differences(court.pk, "matter"), *registered_differences(court.pk)] == []


def test_many_at_once_are_the_same_rows_as_one_by_one(court: Court, people: Any, other_court: Court, actor: Any) -> None:
    there = actor("funds_officer", at=other_court)
    assert take(people.officer, lines(SERIALS)).created == len(SERIALS)
    for one in lines(SERIALS):
        assert take(there, [one]).created == 1
    assert rows(court) == rows(other_court)
    for each in (court, other_court):
        whole(each)


@pytest.mark.parametrize("seed", range(4))
def test_any_order_any_pieces_and_again_give_the_same_rows(court: Court, people: Any, other_court: Court, actor: Any, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    dice, there = random.Random(seed), actor("funds_officer", at=other_court)
    monkeypatch.setitem(limits(), "chunk", dice.randint(1, 12))
    take(people.officer, lines(SERIALS))
    pieces = [SERIALS[a : a + dice.randint(1, 12)] for a in range(0, len(SERIALS), 4)] * 2 + [list(SERIALS)]
    dice.shuffle(pieces)
    for piece in pieces:
        dice.shuffle(piece)
        done = take(there, lines(piece))
        assert done.read == done.created + done.unchanged + done.outgoing + len(done.rejected) == len(piece)
    assert rows(court) == rows(other_court)
    whole(other_court)


def test_one_line_that_cannot_be_booked_costs_no_other_line(court: Court, people: Any) -> None:
    take(people.officer, lines(SERIALS[:1], day=26))
    Receipt.objects.create(court=court, receipt_no="Q013", channel=Receipt.OWN, state=Receipt.WITHDRAWN, amount_fen=1, arrived_on=MONDAY.date(), made_at=MONDAY)
    done = take(people.officer, lines(SERIALS))
    assert (done.created, done.unchanged, [r["column"] for r in done.rejected]) == (28, 1, ["流水号 Q013"])
    assert done.rejected[0]["row"] == 15
    whole(court)


def test_lines_of_a_closed_month_are_refused_by_row_and_the_others_come_in(court: Court, people: Any) -> None:
    january = [Line(f"R{n}", 100 + n, date(2026, 1, 20)) for n in range(3)]
    take(people.officer, january[:1])
    close_month(first_on=date(2026, 1, 1), bank_fen=100, by=people.finance, at=MONDAY)
    done = take(people.officer, [*january, *lines(SERIALS)])
    assert (done.created, done.unchanged, len(done.rejected)) == (30, 1, 2)
    assert all("已经结账" in r["reason"] for r in done.rejected)
    whole(court)


def test_a_thousand_lines_cost_no_more_statements_than_ten(court: Court, people: Any) -> None:
    def cost(serials: range) -> int:
        with CaptureQueriesContext(connection) as queries:
            take(people.officer, [Line(f"Q{n}", 100 + n, date(2026, 2, 20)) for n in serials])
        return len(queries)

    cost(range(1))
    few, many = cost(range(10, 20)), cost(range(100, 600))
    assert many <= few + (2 if connection.vendor == "postgresql" else 12)
