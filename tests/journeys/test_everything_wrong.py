"""A day on which everything goes wrong (三(二), 三(三)): a panel paper at the wrong desk, the same feedback twice and a broken one,
a letter that comes back, a file that is refused. Nothing is lost, nothing is done twice, every refusal says what to do."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter

from tests.journeys.conftest import At
from tests.journeys.court import LiveCourt
from tests.journeys.paper import DEBTOR, PNG, file_case, receive
from tests.journeys.person import Person
from tests.journeys.test_filing_to_closing import CLAIM, today

HEADS = ["序号", "被查询人", "开户银行", "账号", "账户状态", "币种", "余额", "可用余额", "反馈时间"]


def feedback(*rows: list[Any]) -> bytes:
    """A feedback form with deposits, as it is downloaded."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("银行存款")
        for line, row in enumerate([HEADS, *rows]):
            sheet.write_row(line, 0, row)
    return target.getvalue()


def deposit(account: str, yuan: str) -> list[Any]:
    return ["1", DEBTOR["name"], "试验银行", account, "正常", "人民币", yuan, yuan, f"{today()} 00:01"]


def test_a_day_on_which_everything_goes_wrong(at: At, live_court: LiveCourt) -> None:
    ref = file_case(at("intake_clerk"), filed_on=today(), claim_yuan=CLAIM)
    _a_panel_paper_is_not_made_at_the_paper_desk(at("document_clerk"), ref)
    assert "三方已签名" in receive(at("intake_clerk"), ref)
    _a_file_is_refused_and_comes_back(at, ref)
    officer = at("inquiry_officer")
    assert "已接收" in officer.take(ref)
    _the_same_feedback_twice_and_a_broken_one(officer, ref)
    _a_letter_comes_back(at("offline_officer"), ref)
    assert live_court.verified() == {"ok": True, "differences": []}


def _a_panel_paper_is_not_made_at_the_paper_desk(clerk: Person, ref: str) -> None:
    """三(二)3: the page does not offer it, and its form says by which clause it goes to the team."""
    clerk.open(f"/cases/{ref}/papers/")
    assert "终结本次执行程序" not in clerk.page.locator(".plain-list").first.inner_text()
    clerk.open(f"/cases/{ref}/papers/new/termination_ruling/")
    clerk.put("reason", "已穷尽查控措施。")
    clerk.put("result", "未执行到位。")
    said = clerk.send()
    assert clerk.refusals().count(), said
    assert "三(二)3" in said
    assert clerk.page.locator("[name=reason]").input_value() == "已穷尽查控措施。"


def _a_file_is_refused_and_comes_back(at: At, ref: str) -> None:
    """五(一): whoever refuses says why; the file is where it was, and is offered again."""
    clerk, officer = at("intake_clerk"), at("inquiry_officer")
    assert "等待对方接收" in clerk.hand(ref, "网络查控组")
    officer.open(f"/h/{ref}/")
    officer.page.locator("summary", has_text="退回").click()
    officer.page.get_by_role("button", name="退回").last.click()
    assert "理由" in officer.text()
    officer.page.locator("[name=reason]").fill("目录少一页")
    officer.page.get_by_role("button", name="退回").last.click()
    clerk.open(f"/cases/{ref}/")
    assert "初次接待窗口" in clerk.text()
    assert "等待对方接收" in clerk.hand(ref, "网络查控组")


def _import(officer: Person, ref: str, content: bytes, name: str = "反馈.xlsx") -> str:
    """Choose a file, look at the preview, confirm it where there is one."""
    officer.open(f"/inquiry/{ref}/import/")
    officer.page.locator("[name=file]").set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": content})
    officer.page.locator("main form button").first.click()
    confirm = officer.page.locator("form:has([name=token]) button")
    if confirm.count():
        confirm.first.click()
    return officer.text()


def _the_same_feedback_twice_and_a_broken_one(officer: Person, ref: str) -> None:
    """三(二)5–6: money is counted once; a file that cannot be read is told so; good lines beside bad ones come in."""
    officer.open(f"/inquiry/{ref}/")
    officer.page.locator("[name=query_no]").fill("Z1")
    officer.page.get_by_role("button", name="发起查询").click()
    assert "已对 1 名被执行人发起查询" in officer.text()
    form = feedback(deposit("6200000000000000001", "1200.50"), deposit("6200000000000000002", "-5"))
    assert "新增 1 项" in _import(officer, ref, form)
    assert "没有变化" in _import(officer, ref, form)
    officer.open(f"/inquiry/{ref}/")
    assert officer.page.locator("#assets tbody tr").count() == 1
    assert "1,200.50" in officer.text()
    broken = _import(officer, ref, b"PK\x03\x04 broken")
    assert "反馈" in broken
    assert "无法读取" in broken or "损坏" in broken, broken


def _a_letter_comes_back(offline: Person, ref: str) -> None:
    """三(三)2: called in vain, posted, returned: the next rung is offered, and service is not claimed."""
    offline.act(ref, "delivery_address_consulted", source="两者", address=DEBTOR["address"])
    offline.open(f"/offline/cases/{ref}/")
    offline.page.locator("[name=more]").fill("执行通知书|通知1号")
    offline.send()
    offline.page.locator("[data-next]").first.click()
    offline.page.locator("[name=result][value=未接通]").check()
    offline.send()
    assert offline.page.locator(".field-error").count(), "a call without its record is refused"
    _attach(offline)
    offline.page.locator("[data-next]").first.click()
    for name, value in {"tracking_no": "XA0000000001", "address": DEBTOR["address"]}.items():
        offline.put(name, value)
    offline.page.locator("[name=address_kind]").first.select_option(index=1)
    _attach(offline)
    offline.page.get_by_role("link", name="XA0000000001").first.click()
    offline.page.locator("[name=result][value=退回]").check()
    offline.put("on", today())
    _attach(offline, "proof")
    said = offline.text()
    assert "未送达" in said, said
    assert "直接" in offline.page.locator("[data-next]").first.inner_text()


def _attach(someone: Person, name: str = "act_proof") -> None:
    someone.page.locator(f"[name={name}]").set_input_files({"name": "scan.png", "mimeType": "image/png", "buffer": PNG})
    someone.page.locator("main [data-submit]").first.click()
