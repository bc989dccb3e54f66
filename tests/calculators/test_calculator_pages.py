"""The calculators' pages: every desk may ask, nothing is written, an answer carries its steps, errors stand beside their field."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import MONDAY, browser, make_person
from zhixing import clock
from zhixing.casework.courts.models import Court

PAGES = ["", "delay/", "ordinary/", "order/", "sharing/"]
DEBT = {"until": "2023-12-31", "debts-0-yuan": "100000", "debts-0-from": "2023-04-03"}


@pytest.fixture
def client(court: Court) -> Iterator[Client]:
    with clock.frozen(MONDAY):
        yield browser(make_person(court, "funds_officer"))


def ask(client: Client, page: str, **query: Any) -> tuple[int, str]:
    answer = client.get(f"/calculators/{page}", query.pop("query", query))
    return answer.status_code, re.sub(r"\s+", " ", answer.content.decode())


def beside(html: str, field: str) -> str:
    """What stands as an error beside a field."""
    found = re.search(rf'id="c-{field}_error">(.*?)</p>', html)
    return found[1] if found else ""


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_page_asks_and_answers_nothing(client: Client, page: str) -> None:
    status, html = ask(client, page)
    assert status == 200
    assert "计算结果" not in html
    assert 'role="alert"' not in html
    assert "案款计算" in html


def test_the_fee_shows_its_tiers_and_its_article(client: Client) -> None:
    """诉讼费用交纳办法第14条"""
    status, html = ask(client, "", kind="enforcement", amount="80,000")
    assert status == 200
    assert "1,100.00 元" in html
    assert "70,000.00 元 × 1.5%" in html
    assert "第14条第1项" in html
    assert "2007-04-01 施行" in html
    assert "每件 50 元至 500 元" in ask(client, "", kind="enforcement", amount="")[1]


def test_delay_interest_takes_instalments_payments_and_stays(client: Client) -> None:
    """法释〔2014〕8号第1至3条: the same numbers as on the command line."""
    rows = {"payments-1-on": "2023-06-01", "payments-1-yuan": "20000", "stays-0-first": "2023-07-01", "stays-0-last": "2023-07-10"}
    status, html = ask(client, "delay/", query=DEBT | rows)
    assert status == 200
    assert "3,892.00 元" in html
    assert "263 天" in html
    assert "10 天不计算" in html
    assert "待核" in html


def test_general_interest_follows_the_judgment(client: Client) -> None:
    """法释〔2014〕8号第1条第2款"""
    asked = DEBT | {"rates-0-from": "2023-04-03", "rates-0-percent": "3.65", "year_days": "365"}
    status, html = ask(client, "ordinary/", query=asked)
    assert (status, "2,730.00 元" in html) == (200, True)
    status, html = ask(client, "ordinary/", query=asked | {"rates-0-percent": "365"})
    assert (status, "年利率应是" in beside(html, "rates-0-percent")) == (422, True)


def test_the_order_of_payment_and_what_the_parties_agreed(client: Client) -> None:
    """法释〔2014〕8号第4条"""
    asked = {"received": "3000", "execution_costs": "100", "principal": "10000", "doubled_interest": "500"}
    html = ask(client, "order/", query=asked)[1]
    assert "7,100.00" in html
    places = {"doubled_interest_place": "1", "realising_costs_place": "2", "ordinary_interest_place": "3", "principal_place": "4"}
    assert "7,600.00" in ask(client, "order/", query=asked | places)[1]
    status, html = ask(client, "order/", query=asked | {"doubled_interest_place": "1"})
    assert (status, "每一项都要选" in html) == (422, True)
    assert "每一项都要选" in beside(html, "realising_costs_place")


def test_sharing_shows_what_each_creditor_receives(client: Client) -> None:
    """民诉法解释第508条"""
    rows = [("甲某", "ordinary", "100000", ""), ("乙公司", "ordinary", "200000", ""), ("丙银行", "priority", "40000", "1")]
    asked = {"pool": "100000", "scheme": "participation"}
    for n, (creditor, rank, yuan, turn) in enumerate(rows):
        asked |= {f"claims-{n}-creditor": creditor, f"claims-{n}-rank": rank, f"claims-{n}-yuan": yuan, f"claims-{n}-turn": turn}
    status, html = ask(client, "sharing/", query=asked)
    assert status == 200
    for words in ("40,000.00", "20,000.00", "100,000.00 元"):
        assert words in html
    assert html.index(">甲某</td>") < html.index(">乙公司</td>") < html.index(">丙银行</td>")
    status, html = ask(client, "sharing/", query=asked | {"claims-2-turn": ""})
    assert status == 422
    assert "担保物权成立的先后" in beside(html, "claims-2-creditor")
    assert 'value="乙公司"' in html


@pytest.mark.parametrize(
    ("page", "query", "field", "says"),
    [
        ("", {"kind": "enforcement", "amount": "abc"}, "amount", "以元为单位"),
        ("", {"kind": "nonsense", "amount": "1"}, "kind", "nonsense"),
        ("delay/", DEBT | {"until": ""}, "until", "没有填写迟延的最后一日"),
        ("delay/", DEBT | {"until": "2023-04-02"}, "until", "晚于"),
        ("delay/", DEBT | {"debts-0-from": "2014-07-31"}, "debts-0-from", "2014年8月1日以前"),
        ("delay/", DEBT | {"debts-0-yuan": ""}, "debts-0-yuan", "第 1 行没有填写"),
        ("delay/", DEBT | {"payments-3-yuan": "1", "payments-3-on": "2024-01-01"}, "payments-3-on", "晚于截止日"),
        ("delay/", DEBT | {"stays-0-first": "2023-05-02", "stays-0-last": "2023-05-01"}, "stays-0-first", "晚于末日"),
        ("delay/", {"until": "2023-12-31"}, "debts-0-yuan", "没有债务金额"),
        ("order/", {"received": "-1"}, "received", "负数"),
        ("sharing/", {"pool": "1", "scheme": "participation"}, "claims-0-creditor", "没有债权"),
        ("sharing/", {"pool": "1", "scheme": "participation", "claims-2-creditor": "甲", "claims-2-yuan": "1", "claims-2-rank": "fine"},
         "claims-2-creditor", "没有这个顺位"),
    ],
)  # fmt: skip
def test_an_error_stands_beside_its_field(client: Client, page: str, query: dict[str, str], field: str, says: str) -> None:
    status, html = ask(client, page, query=query)
    assert status == 422
    assert says in beside(html, field)
    assert "计算结果" not in html


def test_more_rows_keep_what_was_typed_and_complain_of_nothing(client: Client) -> None:
    status, html = ask(client, "delay/", query={"debts-0-yuan": "100x", "more": "debts"})
    assert status == 200
    assert 'value="100x"' in html
    assert 'name="debts-3-yuan"' in html
    assert "field-error" not in html


@pytest.mark.parametrize("key", ["debts--yuan", "debts-٣-yuan", "debts-999999999-yuan", "debts-1", "debts-59-yuan", f"debts-{'9' * 5000}-yuan", "more"])
def test_strange_names_in_the_address_are_no_rows_without_end(client: Client, key: str) -> None:
    status, html = ask(client, "delay/", query=DEBT | {key: "1"})
    assert status in (200, 422)
    assert html.count('name="debts-') <= 120


@pytest.mark.parametrize("page", PAGES)
def test_asking_writes_nothing(client: Client, page: str) -> None:
    with CaptureQueriesContext(connection) as seen:
        ask(client, page, query=DEBT | {"kind": "enforcement", "amount": "1"})
    written = [q["sql"] for q in seen if re.match("INSERT|UPDATE|DELETE", q["sql"]) and "django_session" not in q["sql"]]
    assert not written


def test_administrators_have_no_calculators(court: Court) -> None:
    with clock.frozen(MONDAY):
        answer = browser(make_person(court, "system_admin")).get("/calculators/")
    assert answer.status_code == 403
