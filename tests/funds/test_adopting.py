"""Money from before the ledger was kept: receipts and postings out of the journal, once, and the books agree (四(三)1)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.funds.stage import People, arrived, balances
from tests.real_court import MONDAY
from zhixing import clock
from zhixing.casework.cases.models import Case
from zhixing.casework.facts import History, record_many
from zhixing.casework.facts.record_many import Past
from zhixing.casework.people.actors import system_actor
from zhixing.desks.funds.adopting import adopt_money
from zhixing.desks.funds.check import differences
from zhixing.desks.funds.models import Receipt
from zhixing.shell import jobs

pytestmark = pytest.mark.django_db


def test_what_only_the_journal_knows_gets_its_rows_once(case: Case, people: People) -> None:
    at = MONDAY - timedelta(days=60)
    past = [Past("money_arrived", at, {"receipt_no": "旧1", "amount_yuan": "100.00", "channel": "一案一账号"}, "funds", None),
            Past("money_paid_out", at + timedelta(days=2), {"receipt_no": "旧1", "amount_yuan": "60.00", "payee": "样申请人"}, "finance", None),
            Past("money_arrived", at + timedelta(days=3), {"receipt_no": "旧2"}, "funds", None)]  # fmt: skip
    record_many([History(case.pk, past, case.state_row.document)], court_id=case.court_id, under="demo", by=system_actor(case.court_id), at=MONDAY)
    arrived(case, people, 500, "新1")
    assert adopt_money(court_id=case.court_id, since=MONDAY - timedelta(days=1), at=MONDAY) == 1
    assert adopt_money(court_id=case.court_id, since=MONDAY - timedelta(days=1), at=MONDAY) == 0
    with clock.frozen(MONDAY):
        assert jobs.book_old_money() == 0
    assert balances(case) == (4_000 + 500, 0)
    assert Receipt.objects.get(receipt_no="旧1").settled_fen == 6_000
    assert list(differences(case.court_id)) == []
