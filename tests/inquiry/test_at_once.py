"""Two people, or a person and the worker, at the same moment (PostgreSQL)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from tests.inquiry.samples import deposit, deposits
from tests.real_court import MONDAY
from zhixing.casework.assets.measures import Done, Proof, take_measure
from zhixing.casework.assets.models import Asset, Feedback, Inquiry, Measure
from zhixing.desks.inquiry.actions import start_inquiry
from zhixing.desks.inquiry.importing import import_feedback
from zhixing.desks.inquiry.polling import poll
from zhixing.outside.inquiry import Answer, Query, Section
from zhixing.rulebook.refusals import Refusal

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def together(*jobs: Any) -> list[Any]:
    """Run them at once, each with a connection of its own; a refusal is an answer."""

    def run(job: Any) -> Any:
        try:
            return job()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_feedbacks_that_come_at_once_never_double_an_account(new_case: Any, officer: Any) -> None:
    case = new_case()
    forms = [deposits(deposit("62200000000000001", f"{n}.00", on=f"2026-02-2{n} 08:00"), deposit(f"6220000000000010{n}", "1.00")) for n in range(5)]
    together(*(lambda d=d: import_feedback(case_id=case.pk, data=d, filename="f.xlsx", by=officer, at=MONDAY) for d in [*forms, *forms]))
    assert Feedback.objects.count() == 5
    assert Asset.objects.count() == 6
    assert Asset.objects.get(mark="62200000000000001").amount_yuan == Decimal("4.00")
    assert sorted(Asset.objects.values_list("position", flat=True)) == list(range(1, 7))


def test_two_who_freeze_one_account_at_once_make_one_measure(new_case: Any, officer: Any) -> None:
    case = new_case()
    asset = import_feedback(case_id=case.pk, data=deposits(deposit("62200000000000001", "1.00")), filename="f.xlsx", by=officer, at=MONDAY).assets[0]
    done = together(*(lambda: take_measure(case_id=case.pk, asset_ref=asset.ref, done=Done("freeze", "controlled"), proof=Proof(), by=officer, at=MONDAY)
                      for _ in range(4)))  # fmt: skip
    assert Measure.objects.count() == 1
    assert sum(isinstance(d, Refusal) for d in done) == 3


def test_four_workers_ask_each_query_once(new_case: Any, officer: Any) -> None:
    asked: list[str] = []

    class System:
        fetches = True

        def submit(self, query: Query, at: Any) -> str:
            asked.append(query.request_id)
            return f"N{len(query.request_id)}-{query.name}"

        def answer(self, request_id: str, at: Any) -> Answer:
            return Answer("done", (Section("银行存款：查无", (), ()),))

    for _ in range(6):
        start_inquiry(case_id=new_case().pk, system="zdz", fetched=True, by=officer, at=MONDAY)
    together(*(lambda: poll(port=System(), at=MONDAY) for _ in range(4)))
    assert len(asked) == len(set(asked)) == 6
    assert Inquiry.objects.filter(sent_at__isnull=False).count() == 6
