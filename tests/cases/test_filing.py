"""A case filed by hand (二(四)1(1)): several debtors, numbers checked, bad input never loses good input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.real_court import made_up_id
from zhixing.casework.cases.models import Case
from zhixing.casework.people.models import Person

pytestmark = pytest.mark.usefixtures("monday_morning")


@pytest.fixture
def browser(person: Callable[..., Person], client_of: Callable[[Person], Client]) -> Client:
    return client_of(person("intake_clerk"))


def entered(*parties: tuple[str, str, str], **fields: str) -> dict[str, Any]:
    """The form as a browser sends it; a party is (role, name, identity number)."""
    data = {"number": "(2026)豫1502执1203号", "filed_on": "2026-03-02", "claim_yuan": "5000.00", "cause": "借款合同纠纷", **fields}
    data |= {"p-TOTAL_FORMS": str(len(parties)), "p-INITIAL_FORMS": "0", "p-MIN_NUM_FORMS": "0", "p-MAX_NUM_FORMS": "200"}
    for i, (role, name, number) in enumerate(parties):
        data |= {f"p-{i}-role": role, f"p-{i}-name": name, f"p-{i}-id_number": number, f"p-{i}-phone": "", f"p-{i}-address": name and f"试验路{i}号"}
    return data


APPLICANT = ("applicant", "样申请人", "")
DEBTORS = (("debtor", "样丙某", made_up_id(10)), ("debtor", "样丁公司", ""))


def test_a_case_with_two_debtors_is_filed_and_its_clocks_run(browser: Client) -> None:
    """二(四)1(1)"""
    answer = browser.post("/cases/new/", entered(APPLICANT, *DEBTORS, ("other", "样戊某", ""), ("debtor", "", "")))
    case = Case.objects.get()
    assert answer["Location"] == f"/cases/{case.ref}/"
    assert (case.number, case.seq, case.debtors, case.applicants) == ("（2026）豫1502执1203号", 1203, "样丙某、样丁公司", "样申请人")
    assert case.duties.filter(is_open=True).exists()
    assert case.parties.get(name="样丙某").id_kind == "resident_id"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"number": "2026豫1502"}, "案号"), ({"filed_on": "2026-03-03"}, "不能晚于今天"), ({"filed_on": ""}, "立案日期"),
        ({"claim_yuan": "-1"}, "标的"), ({"p-1-id_number": made_up_id(10)[:-1] + "0"}, "校验位"), ({"p-1-phone": "电话"}, "电话只能"),
        ({"p-1-name": ""}, "请填写姓名或名称"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field_and_nothing_else_is_lost(browser: Client, change: dict[str, str], said: str) -> None:
    answer = browser.post("/cases/new/", {**entered(APPLICANT, *DEBTORS), **change})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert not Case.objects.exists()
    assert said in text
    assert "处要改" in text
    for kept in ("借款合同纠纷", "样丁公司", "试验路2号"):
        assert kept in text


def test_a_number_twice_is_refused_beside_the_number(browser: Client) -> None:
    browser.post("/cases/new/", entered(APPLICANT, *DEBTORS))
    answer = browser.post("/cases/new/", entered(APPLICANT, *DEBTORS, number="〔2026〕豫1502执1203号"))
    assert answer.status_code == 422
    assert "已经登记过" in answer.content.decode()
    assert Case.objects.count() == 1


def test_a_case_without_a_debtor_is_refused(browser: Client) -> None:
    """三(一)2(2)"""
    answer = browser.post("/cases/new/", entered(APPLICANT))
    assert "没有被执行人" in answer.content.decode()
    assert not Case.objects.exists()


def test_another_row_for_a_party_keeps_what_was_entered(browser: Client) -> None:
    text = browser.post("/cases/new/", {**entered(APPLICANT, *DEBTORS), "more": "debtor"}).content.decode()
    assert 'name="p-3-name"' in text
    for kept in ("样丁公司", "试验路2号", "豫1502执1203"):
        assert kept in text
    assert not Case.objects.exists()


@pytest.mark.parametrize("forms", ["x", "-1", "100000", ""])
def test_a_forged_number_of_rows_is_no_server_error(browser: Client, forms: str) -> None:
    data = {**entered(APPLICANT, *DEBTORS), "p-TOTAL_FORMS": forms}
    assert browser.post("/cases/new/", data).status_code == 422
    assert browser.post("/cases/new/", {**data, "more": "debtor"}).status_code == 200


@pytest.mark.parametrize(("number", "said"), [(made_up_id(10), "正确"), (made_up_id(10)[:-1] + "0", "校验位不符"), ("12", "应为18位"), ("", "")])
def test_an_identity_number_is_checked_beside_the_field(browser: Client, number: str, said: str) -> None:
    answer = browser.post("/cases/identity-check/", {"p-1-id_number": number})
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert browser.get("/cases/identity-check/").status_code == 404


def test_only_the_window_files_cases(person: Callable[..., Person], client_of: Callable[[Person], Client]) -> None:
    assert client_of(person("funds_officer")).get("/cases/new/").status_code == 403
