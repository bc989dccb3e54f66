"""A debtor's money from the bank's statement to the applicant's account (四(三)1-3): seven hands, each at their own page, with the
mistakes people make on the way; and every fen of it on the statement that a party can read."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.journeys.conftest import PHONE, At, fits
from tests.journeys.court import LiveCourt
from tests.journeys.paper import APPLICANT, DEBTOR, PNG, file_case
from tests.journeys.person import Person
from tests.journeys.test_filing_to_closing import today

HEADS = ("交易流水号", "交易日期", "收入金额", "支出金额", "余额", "对方户名", "对方账号", "摘要")
ACCOUNT = "6200000000000000099"


def test_money_comes_in_by_the_bank_s_statement_and_goes_out_through_four_hands(at: At, live_court: LiveCourt) -> None:
    ref = file_case(at("intake_clerk"), filed_on=today(), claim_yuan="5000.00")
    number = number_of(at("intake_clerk"), ref)
    serial = f"LS{ref[:6]}"
    page = _statement_with_a_wrong_line(at("funds_officer"), serial, number)
    _claimed_by_one_and_booked_by_another(at, page, number)
    handler = at("handler")
    _accounted_for(at("finance_clerk"), handler, ref)
    payout = _asked_for_with_a_mistake(handler, ref)
    _paid_through_other_hands(at, payout)
    _every_fen_is_told(handler, ref)
    _fit_a_phone(at, "handler", page, payout, *(f"/funds/cases/{ref}/{path}" for path in ("", "statement/", "account/")))
    _fit_a_phone(at, "funds_officer", "/funds/", "/funds/claims/", "/funds/payouts/", "/funds/statements/", page, payout)
    balance = json.loads(live_court.command("funds", "trial-balance", "--json").stdout)
    assert balance["difference_fen"] == 0, balance
    assert live_court.verified() == {"ok": True, "differences": []}


def number_of(someone: Person, ref: str) -> str:
    """The case's number, as its page says it."""
    someone.open(f"/cases/{ref}/")
    found = re.search(r"（\d{4}）豫1502执\d+号", someone.text())
    assert found
    return found[0]


def _statement_with_a_wrong_line(officer: Person, serial: str, number: str) -> str:
    """四(三)3(2): what does not add up imports nothing; a wrong line costs no other. The page of the first sum."""
    rows = (HEADS, (f"{serial}-1", today(), "2000.00", "", "", DEBTOR["name"], "6200000000000000011", f"{number}案款"),
            (f"{serial}-2", today(), "12.3x", "", "", "样乙公司", "6200000000000000012", "案款"),
            (f"{serial}-3", today(), "88.00", "", "", "样路人", "6200000000000000013", "还款"))  # fmt: skip
    content = "\r\n".join(",".join(row) for row in rows).encode("gb18030")

    def upload(**control: str) -> None:
        officer.open("/funds/statements/")
        officer.page.locator("[name=file]").set_input_files({"name": "明细.csv", "mimeType": "text/csv", "buffer": content})
        for name, value in control.items():
            officer.put(name, value)
        press(officer, "上传并预览")
        assert "1 行会退回" in officer.text(), officer.text()
        assert fits(officer.page)
        press(officer, "导入这份流水")

    upload(control_count="2", control_in="2888.00")
    officer.page.get_by_text("没有导入").first.wait_for()
    assert "文件里是 2,088.00 元，填写的是 2,888.00 元" in officer.text(), officer.text()
    upload(control_count="2", control_in="2088.00")
    officer.page.get_by_text("新登记来款").wait_for()
    assert "金额“12.3x”无法识别" in officer.text()
    officer.page.get_by_role("link", name="去认领").click()
    officer.page.locator("tr", has_text=f"{serial}-1").get_by_role("link").first.click()
    assert officer.page.locator("tr, li", has_text=number).count(), "the case that the remark names is found"
    return officer.page.url.removeprefix(officer.address)


def _claimed_by_one_and_booked_by_another(at: At, page: str, number: str) -> None:
    """四(三)3(2): funds finds the case, its handler claims, another person books. Who claimed is not offered to book."""
    officer, handler = at("funds_officer"), at("handler")
    officer.page.get_by_text("选这个").first.click()
    assert officer.value("number") == number
    press(officer, "辨认总账号来款")
    assert officer.page.locator(".field-error").count(), "the basis is asked for beside its field"
    assert officer.value("number") == number
    officer.put("basis", "附言写有本案案号")
    officer.put("told", "承办人样某")
    press(officer, "辨认总账号来款")
    handler.open(page)
    handler.put("reason", "附言和缴款人都对")
    press(handler, "认领")
    assert "等待另一人确认入案" in handler.text()
    assert not handler.page.locator("main").get_by_role("button", name="确认").count()
    officer.open(page)
    assert "已入案" in press(officer, "确认认领并入案")


def _accounted_for(finance: Person, handler: Person, ref: str) -> None:
    """四(三)1, 四(三)2(1)–(2): finance's notice starts the three days; the handler works out what the applicant is owed."""
    next_step(finance, ref, "登记到账通知")
    finance.put("notice_no", "到账1号")
    finance.put("amount_yuan", "2000.00")
    finance.send()
    next_step(handler, ref, "核算")
    for name, value in {"claim_yuan": "5000.00", "interest_yuan": "100.00", "costs_yuan": "0", "fee_yuan": "50.00"}.items():
        handler.put(name, value)
    handler.send()
    assert "1,950.00" in handler.text()
    next_step(handler, ref, "通知领款")
    handler.put("told_on", today())
    handler.send()


def _asked_for_with_a_mistake(handler: Person, ref: str) -> str:
    """四(三)2(1): the payee's account first; more than there is is refused beside the amount and nothing typed is lost."""
    handler.open(f"/funds/cases/{ref}/account/")
    handler.page.locator("[name=party]").select_option(index=0)
    for name, value in {"holder": APPLICANT["name"], "bank": "样例银行", "account_no": ACCOUNT, "evidence": "收款账户确认书"}.items():
        handler.put(name, value)
    handler.send()
    assert ACCOUNT not in handler.text(), "of an account only its last digits are shown"
    next_step(handler, ref, "申请发放")
    for name, value in {"basis": "本案执行依据", "amount_yuan": "1950.01"}.items():
        handler.put(name, value)
    handler.send()
    assert handler.page.locator(".field-error, .refusal").count(), handler.text()
    assert handler.value("basis") == "本案执行依据"
    handler.put("amount_yuan", "1950.00")
    handler.send()
    handler.open(f"/funds/cases/{ref}/")
    found = handler.page.locator("td a[data-open]").first.get_attribute("href")
    assert found
    return found


def _paid_through_other_hands(at: At, payout: str) -> None:
    """四(三)2(2): who asked neither checks nor approves; checked, approved, handed to the bank, confirmed by its slip."""
    handler, officer, finance = at("handler"), at("funds_officer"), at("finance_clerk")
    handler.open(payout)
    assert not handler.page.locator("main").get_by_role("button", name=re.compile("复核|批准")).count()
    officer.open(payout)
    press(officer, "复核发放")
    assert officer.page.locator(".field-error").count(), "how the account was checked is asked for"
    officer.put("note", "已电话回访收款人")
    press(officer, "复核发放")
    leader = at("bureau_head")
    leader.open(payout)
    assert "已批准发放" in press(leader, "批准发放")
    finance.open(payout)
    assert "已提交付款" in press(finance, "提交付款")
    finance.open(payout)
    finance.put("bank_ref", "回单001")
    finance.page.locator("[name=proof]").set_input_files({"name": "slip.png", "mimeType": "image/png", "buffer": PNG})
    assert "已登记发放" in press(finance, "登记发放")


def _every_fen_is_told(handler: Person, ref: str) -> None:
    """四(三)1: what came, what was settled, what went out, nothing left."""
    handler.open(f"/funds/cases/{ref}/statement/")
    said = handler.text()
    for amount in ("2,000.00", "50.00", "1,950.00"):
        assert amount in said, said
    handler.open(f"/funds/cases/{ref}/")
    assert figure(handler, "账户余额") == "0.00"


def _fit_a_phone(at: At, who: str, *paths: str) -> None:
    someone = at(who, viewport=PHONE)
    for path in paths:
        assert someone.open(path) == 200, path
        assert fits(someone.page), path
        for tab in someone.page.locator(".tabs [aria-current]").all():
            box = tab.bounding_box() or {"x": -1, "width": 0}
            assert 0 <= box["x"] <= PHONE["width"] - box["width"], f"{path}: the open tab is out of sight"


def next_step(someone: Person, ref: str, verb: str) -> None:
    """From the case's money page to the step that its first sum waits for; the link must say so."""
    someone.open(f"/funds/cases/{ref}/")
    link = someone.page.locator("td.act a.btn", has_text=verb).first
    link.click()


def press(someone: Person, name: str) -> str:
    """Press a button by its words; the text of the page that comes."""
    someone.page.locator("main").get_by_role("button", name=name).first.click()
    someone.page.wait_for_load_state()
    return someone.text()


def figure(someone: Person, words: str) -> Any:
    """A sum at the head of a case's money."""
    return someone.page.locator(".figures > *, dl > div", has_text=words).first.inner_text().split("\n")[-1].strip()
