"""Money that does not suffice for two creditors: a plan, an objection that holds back what it disputes, the rest paid when the time
to object is over; then the month's reconciliation, signed by both sides (二(四)1(5), 四(三)1, 四(三)3(1), 四(四)3(3))."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import PHONE, At, fits, people_of
from tests.journeys.court import LiveCourt, running
from tests.journeys.later import later
from tests.journeys.paper import APPLICANT, DEBTOR, PNG, file_case, fill_case
from tests.journeys.person import Person
from tests.journeys.test_filing_to_closing import today
from tests.journeys.test_money import HEADS, figure, next_step, number_of, press

OTHER = "样丙某"
DAYS = 45  # the fifteen days to object are over by then, and so is the month in which the money came


@pytest.fixture(scope="module")
def court(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveCourt]:
    """A court of its own: its clock moves on, and its month is reconciled."""
    with running(tmp_path_factory.mktemp("shared-money"), cases=12, seed=5) as found:
        yield found


def test_two_creditors_share_and_what_is_disputed_waits(browser: Browser, court: LiveCourt) -> None:
    with people_of(browser, court, {}) as at:
        ref = _two_claims(at("intake_clerk"))
        _money_on_the_case(at, ref)
        plan = _drawn_up_with_a_mistake(at("handler"), ref)
        _told_to_everybody(at, plan)
        _objected_to(at("handler"), plan)
    with later(court, days=DAYS) as then, people_of(browser, then, {}) as at:
        _the_rest_is_paid(at, plan, ref)
        _the_month_is_signed_by_both_sides(at)
        _fits_a_phone(at("handler", viewport=PHONE), plan, f"/funds/cases/{ref}/", f"/funds/distribution/cases/{ref}/", "/funds/distribution/")
        _fits_a_phone(at("finance_clerk", viewport=PHONE), "/funds/reconciliation/", "/funds/statements/", "/funds/")
    assert json.loads(court.command("funds", "trial-balance", "--json").stdout)["difference_fen"] == 0
    assert court.verified() == {"ok": True, "differences": []}


def _two_claims(clerk: Person) -> str:
    """Another creditor enforces against the same debtor in a case of his own."""
    ref = file_case(clerk, filed_on=today(), claim_yuan="3000.00")
    clerk.open("/cases/new/")
    fill_case(clerk, filed_on=today(), claim_yuan="2000.00")
    for name, value in {"name": OTHER, "id_number": "", "phone": "19900000003"}.items():
        clerk.put(f"p-0-{name}", value)
    clerk.send()
    assert clerk.ref() != ref
    return ref


def _money_on_the_case(at: At, ref: str) -> None:
    """四(三)3(1): what comes into the case's own account is booked to the case without claiming."""
    officer, handler, finance = at("funds_officer"), at("handler"), at("finance_clerk")
    line = (f"FP{ref[:6]}", today(), "2500.00", "", "2500.00", DEBTOR["name"], "6200000000000000011", "案款")
    content = "\r\n".join(",".join(row) for row in (HEADS, line)).encode("gb18030")
    number = number_of(officer, ref)
    officer.open("/funds/statements/")
    officer.page.locator("[name=file]").set_input_files({"name": "子账户.csv", "mimeType": "text/csv", "buffer": content})
    officer.put("number", number)
    press(officer, "上传并预览")
    press(officer, "导入这份流水")
    officer.page.get_by_role("link", name="看案款账户").click()
    assert figure(officer, "账户余额") == "2,500.00"
    next_step(finance, ref, "登记到账通知")
    finance.put("notice_no", "到账2号")
    finance.put("amount_yuan", "2500.00")
    finance.send()
    next_step(handler, ref, "核算")
    for name, value in {"claim_yuan": "3000.00", "interest_yuan": "0", "costs_yuan": "0", "fee_yuan": "0"}.items():
        handler.put(name, value)
    handler.send()
    assert figure(handler, "申请人应得合计") == "3,000.00"


def _drawn_up_with_a_mistake(handler: Person, ref: str) -> str:
    """The creditors are there already; a wrong amount is refused in its own cell and nothing else is lost. The plan's address."""
    handler.open(f"/funds/cases/{ref}/")
    handler.page.get_by_role("link", name="分配、提存、退款").click()
    handler.page.get_by_role("link", name="制作分配方案").first.click()
    assert [handler.value(f"claims-{n}-name") for n in (0, 1)] == [APPLICANT["name"], OTHER]
    handler.put("claims-1-fen", "2000.0x")
    handler.put("claims-1-basis", "（2026）豫1502民初78号")
    handler.send()
    wrong = handler.page.locator("td", has=handler.page.locator("[name=claims-1-fen]"))
    assert "2000.0x" in wrong.locator(".field-error").inner_text()
    assert handler.value("claims-1-basis") == "（2026）豫1502民初78号"
    handler.put("claims-1-fen", "2000.00")
    said = handler.send()
    assert "1,500.00" in said
    assert not handler.page.get_by_role("button", name="审核通过").count(), "its maker does not check it"
    return handler.page.url.removeprefix(handler.address)


def _told_to_everybody(at: At, plan: str) -> None:
    """Checked by another; every box ticked at once stays ticked when the form is refused."""
    handler, leader = at("handler"), at("team_leader")
    leader.open(plan)
    press(leader, "审核通过")
    for name in (APPLICANT["name"], OTHER):
        handler.open(plan)
        handler.page.locator("tr", has_text=name).get_by_role("link", name="登记账户").click()
        assert handler.value("holder") == name
        for field, value in {"bank": "样例银行", "account_no": f"62000000000000000{len(name)}1", "evidence": "收款账户确认书"}.items():
            handler.put(field, value)
        handler.send()
    next_step(handler, plan_case(handler, plan), "看分配方案")
    assert not handler.page.get_by_role("link", name="登记账户").count(), "each account belongs to its creditor"
    handler.page.locator("[data-pick-all]").check()
    press(handler, "登记告知")
    assert handler.page.locator(".field-error").count() == 1, "how it was delivered is asked for"
    assert handler.page.locator("input[name=pick]:checked").count() == 3
    handler.put("how", "当面签收")
    assert "异议期至" in press(handler, "登记告知")


def plan_case(someone: Person, plan: str) -> str:
    """The reference of the case that a plan belongs to, from the plan's page."""
    someone.open(plan)
    found = someone.page.locator("nav a[href*='/distribution/cases/']").first.get_attribute("href")
    assert found
    return found.rstrip("/").split("/")[-1]


def _objected_to(handler: Person, plan: str) -> None:
    """民诉法解释第509条: no more than a share can be disputed; what is, is held."""
    handler.open(plan)
    handler.page.locator("summary", has_text="登记异议").click()
    form = handler.page.locator("form[action$='/object/']")
    form.locator("[name=participant]").select_option(label=OTHER)
    form.locator("[name=objected_on]").fill(today())
    form.locator("[name=ground]").fill("债权已部分清偿")
    disputed = form.get_by_label(f"争议：{APPLICANT['name']}")
    disputed.fill("1600.00")
    press(handler, "登记异议")
    assert "1,500.00 元" in form.locator(".field-error").inner_text()
    assert form.locator("[name=ground]").input_value() == "债权已部分清偿"
    disputed.fill("500.00")
    press(handler, "登记异议")
    assert figure(handler, "争议留存") == "500.00"
    assert not handler.page.get_by_role("button", name="转入发放").count(), "the time to object is not over"


def _the_rest_is_paid(at: At, plan: str, ref: str) -> None:
    """Each payout still goes through four people; a creditor who is no party of the case needs a higher approval (四(三)2(2))."""
    handler, officer, leader, finance = at("handler"), at("funds_officer"), at("vice_president"), at("finance_clerk")
    handler.open(plan)
    press(handler, "转入发放")
    assert figure(handler, "现在可发") == "2,000.00"
    assert "已申请发放 2 笔" in press(handler, "申请发放")
    assert "有争议的份额等异议处理完再发放" in handler.text()
    handler.page.get_by_role("link", name="到案款账户看办到哪一步").click()
    payouts = [link.get_attribute("href") or "" for link in handler.page.locator("#payouts a[data-open]").all()]
    assert len(payouts) == 2
    for n, payout in enumerate(payouts):
        officer.open(payout)
        officer.put("note", "已电话回访收款人")
        press(officer, "复核发放")
        leader.open(payout)
        assert "已批准发放" in press(leader, "批准发放")
        finance.open(payout)
        press(finance, "提交付款")
        finance.open(payout)
        finance.put("bank_ref", f"回单10{n}")
        finance.page.locator("[name=proof]").set_input_files({"name": "slip.png", "mimeType": "image/png", "buffer": PNG})
        assert "已登记发放" in press(finance, "登记发放")
    handler.open(f"/funds/cases/{ref}/")
    assert (figure(handler, "账户余额"), figure(handler, "争议待定")) == ("500.00", "500.00")


def _the_month_is_signed_by_both_sides(at: At) -> None:
    """四(三)1: the page opens at the first month that can be reconciled; whoever signed for one side is not asked for the other."""
    officer, finance = at("funds_officer"), at("finance_clerk")
    for someone, then in ((officer, "等另一方签署"), (finance, "双方已签，可以结账")):
        someone.open("/funds/")
        someone.page.get_by_role("link", name="银行对账").click()
        assert today()[:4] + "年" + today()[5:7] + "月" in someone.text()
        assert figure(someone, "未说明的差额") == "0.00"
        assert then in press(someone, "签署")
        assert not someone.page.locator("main").get_by_role("button", name="签署").count()


def _fits_a_phone(someone: Person, *paths: str) -> None:
    for path in paths:
        assert someone.open(path) == 200, path
        assert fits(someone.page), path
