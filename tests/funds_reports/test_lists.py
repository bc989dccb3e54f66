"""四(三)2(3), 四(三)3(1): the lists of a funds officer beside the four views, and many rows in one go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.funds.stage import arrived, paid, ready
from tests.real_court import MONDAY
from zhixing import clock
from zhixing.casework.cases.models import Case
from zhixing.casework.facts import record, rules
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.notices.models import Notice
from zhixing.desks.funds import queries
from zhixing.desks.funds.models import Receipt

pytestmark = [pytest.mark.django_db]
KEY = {"act_key": "m" * 20}


def listed(case: Case, view: str, days: int) -> list[str]:
    rows = queries.due(case.court_id, view, book=rules.rulebook(), at=MONDAY + timedelta(days=days), limit=99)
    return [r.receipt.receipt_no for r in rows]


def test_a_receipt_comes_on_each_list_when_its_clause_says_so(case: Case, people: Any) -> None:
    """四(三)2(3): slips within the month, urged at twenty days, tracked at a month, until the money has gone out."""
    arrived(case, people, 1_000, "L-1")
    assert [listed(case, view, 0) for view in ("slips", "urge", "track", "tracked")] == [["L-1"], [], [], []]
    assert listed(case, "urge", 20) == ["L-1"]
    assert listed(case, "track", 20) == []
    assert listed(case, "track", 29) == ["L-1"]
    counted = queries.list_counts(case.court_id, MONDAY + timedelta(days=29))
    assert {n: counted[n] for n in ("slips", "urge", "track", "tracked")} == {"slips": 1, "urge": 1, "track": 1, "tracked": 0}
    late = MONDAY + timedelta(days=29)
    record("balance_tracked", court_id=case.court_id, case_id=case.pk, payload={"receipt_no": "L-1", "state": "等分配"}, desk="funds", by=people.officer, at=late)
    assert [listed(case, view, 30) for view in ("slips", "track", "tracked")] == [[], [], ["L-1"]]


def test_money_that_has_gone_out_leaves_every_list(case: Case, people: Any) -> None:
    payout = ready(case, people)
    record("balance_tracked", court_id=case.court_id, case_id=case.pk, payload={"receipt_no": payout.receipt.receipt_no, "state": "样"}, desk="funds", by=people.officer, at=MONDAY)
    assert listed(case, "tracked", 1) == [payout.receipt.receipt_no]
    paid(payout, people)
    assert [listed(case, view, 40) for view in queries.lists()] == [[] for _ in queries.lists()]


def test_fifty_receipts_are_urged_in_one_go_and_every_team_is_told(new_case: Callable[..., Case], people: Any, as_: Callable[[str], Client]) -> None:
    """四(三)2(3): urge all selected."""
    rows = [arrived(new_case(f"样{n}公司"), people, 1_000 + n) for n in range(50)]
    with clock.frozen(MONDAY + timedelta(days=21)):
        funds = as_("funds_officer")
        page = funds.get(reverse("funds-home") + "?view=urge").content.decode()
        assert page.count('name="pick"') == 50
        form = funds.post(reverse("funds-many", args=["urge"]), {"pick": [r.ref for r in rows]})
        assert form.status_code == 200
        assert form.content.decode().count('name="pick"') == 50
        sent = {**KEY, "pick": [r.ref for r in rows], "urged": "各承办人"}
        assert funds.post(reverse("funds-many", args=["urge"]), sent).status_code == 302
        assert funds.post(reverse("funds-many", args=["urge"]), sent).status_code == 302
        assert 'name="pick"' not in funds.get(reverse("funds-home") + "?view=urge").content.decode()
    assert JournalEntry.objects.filter(kind="balance_urged").count() == 50
    assert Notice.objects.filter(disclosure="urged_team").count() == 50


def test_each_slip_has_its_own_number_and_a_row_without_one_is_left_for_later(new_case: Callable[..., Case], people: Any, as_: Callable[[str], Client]) -> None:
    """四(三)2(3)."""
    one, two, three = (arrived(new_case(f"样{n}公司"), people, 1_000) for n in range(3))
    with clock.frozen(MONDAY + timedelta(days=1)):
        funds, url = as_("funds_officer"), reverse("funds-many", args=["slips"])
        picked = {**KEY, "pick": [one.ref, two.ref, three.ref]}
        wrong = funds.post(url, picked)
        assert wrong.status_code == 422
        assert "一笔也没有填写票据号" in wrong.content.decode()
        assert not JournalEntry.objects.filter(kind="settlement_slip_registered").exists()
        assert funds.post(url, {**picked, f"slip_no_{one.ref}": "P-1", f"slip_no_{two.ref}": "P-2"}).status_code == 302
    said = JournalEntry.objects.filter(kind="settlement_slip_registered").order_by("seq").values_list("payload", flat=True)
    assert ["P-1" in said[0], "P-2" in said[1], len(said)] == [True, True, 2]
    assert listed(three.case, "slips", 1) == [three.receipt_no]


def test_what_is_refused_stops_nothing_else_and_says_why(new_case: Callable[..., Case], people: Any, as_: Callable[[str], Client]) -> None:
    good, gone = (arrived(new_case(f"样{n}公司"), people, 1_000) for n in range(2))
    Receipt.objects.filter(pk=gone.pk).update(state=Receipt.WITHDRAWN)
    with clock.frozen(MONDAY + timedelta(days=21)):
        answer = as_("funds_officer").post(reverse("funds-many", args=["urge"]), {**KEY, "pick": [good.ref, gone.ref], "urged": "承办人"})
    assert answer.status_code == 200
    assert "办成 1 笔，未办成 1 笔" in answer.content.decode()
    assert JournalEntry.objects.filter(kind="balance_urged").count() == 1


def test_nothing_picked_too_many_somebody_elses_and_no_such_list(case: Case, people: Any, as_: Callable[[str], Client], person: Any, other_court: Any) -> None:
    row = arrived(case, people, 100)
    with clock.frozen(MONDAY):
        funds, url = as_("funds_officer"), reverse("funds-many", args=["urge"])
        assert funds.post(url, {}).status_code in (409, 422)
        assert funds.post(url, {"pick": [f"r{n}" for n in range(51)]}).status_code in (409, 422)
        assert funds.get(url).status_code == 302
        assert funds.post(reverse("funds-many", args=["nothing"]), {"pick": row.ref}).status_code == 404
        assert as_("handler").post(url, {**KEY, "pick": [row.ref], "urged": "样"}).status_code == 403
        stranger = Client()
        stranger.force_login(person("funds_officer", at=other_court), backend="zhixing.shell.people.backend.PeopleBackend")
        stranger.post(url, {**KEY, "pick": [row.ref], "urged": "样"})
    assert not JournalEntry.objects.filter(kind="balance_urged").exists()


@pytest.mark.parametrize("view", ["urge", "slips", "track", "tracked", "remind"])
def test_every_list_opens_empty_and_with_rows_in_the_same_number_of_statements(
    view: str, new_case: Callable[..., Case], people: Any, as_: Callable[[str], Client], django_assert_max_num_queries: Any
) -> None:
    funds = as_("funds_officer")
    with clock.frozen(MONDAY + timedelta(days=40)):
        assert "没有" in funds.get(reverse("funds-home") + f"?view={view}").content.decode()
        for n in range(5):
            arrived(new_case(f"样{n}公司"), people, 1_000)
        with django_assert_max_num_queries(18):
            funds.get(reverse("funds-home") + f"?view={view}")
