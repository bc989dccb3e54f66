"""Two events of one case at once, each inside its caller's transaction: the second sees what the first one did (ADR 2)."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from tests.real_court import MONDAY, actor, book, clerk, court, new_case, person
from zhixing.casework.facts import record
from zhixing.casework.facts.replay import chain_differences, state_differences

__all__ = ["actor", "book", "clerk", "court", "new_case", "person"]
pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def test_an_event_that_waited_for_another_of_its_case_forgets_nothing_of_it(new_case: Any, actor: Any, court: Any) -> None:
    case, finance, written = new_case(), actor("finance_clerk"), threading.Event()

    def arrived(no: str, yuan: str) -> None:
        payload = {"receipt_no": no, "amount_yuan": yuan, "channel": "一案一账号"}
        record("money_arrived", court_id=court.pk, case_id=case.pk, payload=payload, by=finance, at=MONDAY)

    def first() -> None:
        try:
            with transaction.atomic():
                arrived("A", "5.00")
                written.set()
                threading.Event().wait(0.5)  # the second one now waits for the head
        finally:
            connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    assert written.wait(20)
    with transaction.atomic():
        arrived("B", "7.00")
    thread.join()
    case.refresh_from_db()
    assert '"recovered_yuan":"12.00"' in case.state_row.document
    assert [*state_differences(court.pk), *chain_differences(court.pk)] == []
