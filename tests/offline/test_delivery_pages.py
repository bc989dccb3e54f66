"""The desk's pages about delivery: piles, a case's ladder, forms, lists and papers to print (三(三)2)."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfWriter

from tests.offline.samples import proof
from tests.real_court import moment
from zhixing import clock
from zhixing.casework.approvals import actions as approvals
from zhixing.casework.approvals.models import Approval
from zhixing.casework.cases.actions import NewParty
from zhixing.casework.cases.models import Case, Party
from zhixing.casework.dossier.models import Scan
from zhixing.casework.people.models import Person
from zhixing.desks.offline.models import Attempt, Delivery, Letter

NOON = moment("2026-03-02 12:00")


@pytest.fixture(autouse=True)
def at_noon() -> Any:
    with clock.frozen(NOON):
        yield


@pytest.fixture
def page(client_of: Any, desk: Any) -> Any:
    """The officer's browser."""
    return client_of(Person.objects.get(pk=desk.officer.person_id))


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def debtor(name: str) -> NewParty:
    return NewParty("debtor", name, phone="19900000001", address="试验市虚构路一号")


def scan_of(pages: int) -> SimpleUploadedFile:
    out, writer = io.BytesIO(), PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    writer.write(out)
    return SimpleUploadedFile("回执.pdf", out.getvalue(), "application/pdf")


def test_a_file_without_deliveries_stands_in_the_first_pile_and_is_put_down_in_one_form_三三1(page: Any, new_case: Any, desk: Any) -> None:
    case = new_case(debtor("样乙公司"), debtor("样丙某"))
    Case.objects.filter(pk=case.pk).update(holder="offline")
    assert case.number in words(page.get("/offline/?pile=new"))
    parties = [str(p.pk) for p in Party.objects.filter(case=case, role="debtor")]
    answer = page.post(f"/offline/cases/{case.ref}/open/", {"more": "执行通知书|（2026）豫执1号\n报告财产令", "parties": parties, "others": "试验银行"})
    assert answer.status_code == 302
    assert Delivery.objects.filter(case=case).count() == 6
    page.post(f"/offline/cases/{case.ref}/open/", {"more": "执行通知书|（2026）豫执1号", "parties": parties, "others": ""})
    assert Delivery.objects.filter(case=case).count() == 6
    assert "查阅送达地址" in words(page.get(f"/offline/cases/{case.ref}/"))


def test_what_is_missing_in_the_form_is_said_and_nothing_is_put_down(page: Any, new_case: Any) -> None:
    case = new_case(debtor("样乙公司"))
    answer = page.post(f"/offline/cases/{case.ref}/open/", {"more": "", "others": ""})
    assert answer.status_code == 422
    assert "没有写明送达什么文书" in words(answer)
    assert not Delivery.objects.exists()


def test_a_call_is_recorded_for_all_papers_of_the_recipient_with_two_keystrokes(page: Any, new_case: Any, desk: Any) -> None:
    case = new_case(debtor("样乙公司"))
    desk.consult(case)
    rows = desk.open(case, "执行通知书", "报告财产令")
    address = f"/offline/cases/{case.ref}/do/phone/?to={rows[0].ref}"
    assert "19900000001" in words(page.get(address))
    said = {"papers": [r.ref for r in rows], "result": "未接通", "phone": "19900000001", "act_key": "k1"}
    answer = page.post(address, {**said, "act_proof": proof()})
    assert answer.status_code == 302, words(answer)
    assert Attempt.objects.filter(result="未接通").count() == 2
    assert "邮寄" in words(page.get(f"/offline/cases/{case.ref}/"))
    assert "未接通" in words(page.get(f"/offline/cases/{case.ref}/"))


def test_a_call_without_its_record_is_refused_beside_the_field(page: Any, row: Delivery) -> None:
    answer = page.post(f"/offline/cases/{row.case.ref}/do/phone/", {"papers": [row.ref], "result": "未接通", "act_key": "k1"})
    assert answer.status_code == 422
    assert "通话记录" in words(answer)
    assert not Attempt.objects.exists()


def test_a_rung_is_skipped_with_a_ready_reason_or_an_own_one_and_never_without(page: Any, row: Delivery) -> None:
    address = f"/offline/cases/{row.case.ref}/do/skip-phone/"
    assert page.post(address, {"papers": [row.ref], "act_key": "k1"}).status_code == 422
    assert page.post(address, {"papers": [row.ref], "act_key": "k2", "reason_known": "登记电话已确认为空号"}).status_code == 302
    assert Attempt.objects.get().reason == "登记电话已确认为空号"
    row.refresh_from_db()
    assert row.step == "post"


def test_posting_before_calling_is_refused_with_its_clause(page: Any, row: Delivery) -> None:
    said = {"papers": [row.ref], "tracking_no": "XA0000000001", "address": "虚构路", "address_kind": "户籍住所", "act_key": "k", "act_proof": proof()}
    answer = page.post(f"/offline/cases/{row.case.ref}/do/post/", said)
    assert answer.status_code == 422
    assert "没有办理，也没有跳过的理由" in words(answer)


@pytest.fixture
def fifty(new_case: Any, desk: Any) -> list[Delivery]:
    """Papers of many cases that wait to be posted; the last case has two recipients."""
    rows = []
    for n in range(5):
        case = new_case(debtor(f"样{n}公司"), *([debtor("样另某")] if n == 4 else []))
        desk.consult(case)
        rows += desk.open(case)
    for row in rows:
        desk.try_(row, "phone", "未接通")
    return rows


def test_many_letters_are_posted_at_once_with_pasted_numbers_and_a_page_of_the_scan_for_each(page: Any, fifty: list[Delivery]) -> None:
    picks = [row.ref for row in fifty]
    shown = page.post("/offline/post/", {"pick": picks})
    assert "要寄的信" in words(shown)
    # two lines name their letter, the rest come in order
    named = {fifty[5].recipient: "XA0000000095", fifty[0].case.number: "XA0000000090"}
    text = "\n".join(["XA0000000095\t样另某", f"{fifty[0].case.number},XA0000000090", "XA0000000091", "XA0000000092", "XA0000000093", "XA0000000094"])
    answer = page.post("/offline/post/", {"pick": picks, "numbers": text, "address_kind": "户籍住所", "act_key": "k", "proof": scan_of(6)})
    assert "已登记 6 封" in words(answer)
    letters = {letter.recipient: letter.tracking_no for letter in Letter.objects.all()}
    assert letters["样另某"] == named["样另某"]
    assert letters["样0公司"] == "XA0000000090"
    assert sorted(letters.values()) == [f"XA000000009{n}" for n in range(6)]
    assert Scan.objects.filter(event_kind="delivery_posted").count() == 6
    assert page.post("/offline/post/", {"pick": picks, "numbers": text, "address_kind": "户籍住所", "act_key": "k", "proof": scan_of(6)}).status_code == 200
    assert Letter.objects.count() == 6


def test_numbers_and_pages_that_do_not_match_the_letters_post_none(page: Any, fifty: list[Delivery]) -> None:
    picks = [row.ref for row in fifty]
    numbers = "\n".join(f"XA000000000{n}" for n in range(6))
    common = {"pick": picks, "address_kind": "户籍住所", "act_key": "k"}
    few = page.post("/offline/post/", {**common, "numbers": numbers[:-13], "proof": scan_of(6)})
    assert "有 6 封信" in words(few)
    assert few.status_code == 422
    pages = page.post("/offline/post/", {**common, "numbers": numbers, "proof": scan_of(2)})
    assert "扫描件有 2 页" in words(pages)
    broken = page.post("/offline/post/", {**common, "numbers": numbers, "proof": SimpleUploadedFile("x.pdf", b"%PDF-1.4 nothing")})
    assert "不完整或已损坏" in words(broken)
    assert not Letter.objects.exists()


def test_a_pasted_list_of_results_settles_letters_once(page: Any, row: Delivery, desk: Any) -> None:
    desk.try_(row, "phone", "未接通")
    desk.post(row, "XA0000000007")
    text = "邮件号,状态,日期,地点\nXA0000000007,已妥投,2026-03-02 11:00,试验市\nXA0000000008,签收,2026-03-02\n看不懂的一行"
    answer = words(page.post("/offline/track/", {"text": text}))
    assert "已登记：签收" in answer
    assert "本院没有登记过这个邮件号" in answer
    assert "第 3 行看不懂" in answer
    row.refresh_from_db()
    assert (row.state, row.served_on) == ("served", date(2026, 3, 2))
    assert "早已登记为签收" in words(page.post("/offline/track/", {"text": text})) or "没有变动" in words(page.post("/offline/track/", {"text": text}))


def test_the_list_says_what_is_served_and_what_is_not_with_article_and_course(page: Any, new_case: Any, desk: Any) -> None:
    case = new_case(debtor("样乙公司"), debtor("样丙某"))
    desk.consult(case)
    first, second = desk.open(case)
    desk.try_(first, "phone", "来院领取")
    shown = words(page.get(f"/offline/cases/{case.ref}/list/"))
    assert "还有 1 项没有送达" in shown
    assert "第87条" in shown
    rows = {state: shown.split(f'id="list-{n}"')[1].split("</table>")[0] for n, state in enumerate(("open", "served"), 1)}
    assert second.recipient in rows["open"]
    assert second.recipient not in rows["served"]
    assert first.recipient in rows["served"]


@pytest.mark.parametrize("name", ["receipt", "confirmation"])
def test_papers_to_sign_name_case_recipient_and_papers(page: Any, row: Delivery, name: str) -> None:
    shown = words(page.get(f"/offline/cases/{row.case.ref}/{name}/"))
    assert row.case.number in shown
    assert "样乙公司" in shown
    assert ("执行通知书" in shown) == (name == "receipt")


def test_the_statements_of_a_pile_do_not_grow_with_its_rows(page: Any, new_case: Any, desk: Any) -> None:
    counted = []
    page.get("/offline/?pile=phone")
    for more in (1, 12):
        for _ in range(more):
            case = new_case(debtor("样乙公司"))
            desk.open(case, "执行通知书", "报告财产令")
        with CaptureQueriesContext(connection) as seen:
            page.get("/offline/?pile=phone")
        counted.append(len(seen))
    assert counted[0] == counted[1]


def test_the_statements_of_a_case_do_not_grow_with_its_papers(page: Any, new_case: Any, desk: Any) -> None:
    case, counted = new_case(debtor("样乙公司")), []
    desk.consult(case)
    page.get(f"/offline/cases/{case.ref}/")
    for n in range(2):
        for row in desk.open(case, *(f"样文书{n}{m}" for m in range(1 + n * 10))):
            desk.try_(row, "phone", "未接通")
        with CaptureQueriesContext(connection) as seen:
            page.get(f"/offline/cases/{case.ref}/")
        counted.append(len(seen))
    assert counted[0] == counted[1]


def test_a_handler_reads_the_ladder_and_has_no_buttons(client_of: Any, person: Any, row: Delivery) -> None:
    shown = words(client_of(person("handler")).get(f"/offline/cases/{row.case.ref}/"))
    assert "执行通知书" in shown
    assert "/do/phone/" not in shown


def test_an_announcement_goes_from_request_to_the_end_by_the_pages(page: Any, row: Delivery, desk: Any) -> None:
    home = f"/offline/cases/{row.case.ref}/"
    desk.try_(row, "phone", "空号")
    desk.skip(row, "post")
    desk.skip(row, "person")
    assert "收集下落不明证据" in words(page.get(home))
    desk.whereabouts(row.case)
    assert "申请公告" in words(page.get(home))
    said = {"papers": [row.ref], "paper": "公告", "medium": "公告栏", "reason": "穷尽其他方式（样）", "act_key": "k"}
    assert page.post(f"{home}do/announce/", said).status_code == 302
    assert "等待审批" in words(page.get(home))
    approvals.approve(ref=Approval.objects.get().ref, by=desk.head, at=NOON)
    row.refresh_from_db()
    place = f"{home}announcement/{row.announcement_id}/"
    assert place in words(page.get(home))
    assert page.post(place, {"published_on": "2026-03-02"}).status_code == 422
    assert page.post(place, {"published_on": "2026-03-02", "proof": proof()}).status_code == 302
    assert "2026-04-01 届满" in words(page.get(home))
    assert page.post(place).status_code == 409
    with clock.frozen(moment("2026-04-01 09:00")):
        page.cookies.clear()
        page.force_login(Person.objects.get(pk=desk.officer.person_id), backend="zhixing.shell.people.backend.PeopleBackend")
        assert "公告已届满" in words(page.get("/offline/?pile=running"))
        page.post("/offline/expired/", {"pick": [row.announcement.ref]})
    row.refresh_from_db()
    assert row.state == "expired"
