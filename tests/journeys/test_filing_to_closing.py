"""A case's whole life with eight people at their own browsers: filed, searched, served, paid, closed (二 to 四)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from tests.journeys.conftest import At
from tests.journeys.court import LiveCourt
from tests.journeys.paper import DEBTOR, file_case, fill_case, proof, receive
from tests.journeys.person import Person

CLAIM = "80000.00"


def today() -> str:
    return datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()


def test_a_wrong_identity_number_is_told_beside_its_field_and_nothing_else_is_lost(at: At) -> None:
    """Filing by hand (二(四)1(1)) with one wrong number: the page says which, and keeps everything that was right."""
    clerk = at("intake_clerk")
    clerk.open("/cases/new/")
    fill_case(clerk, filed_on=today(), claim_yuan=CLAIM)
    clerk.put("p-1-id_number", DEBTOR["id_number"][:-1] + ("0" if DEBTOR["id_number"][-1] != "0" else "1"))
    clerk.send()
    box = clerk.page.locator(".field", has=clerk.page.locator("[name='p-1-id_number']"))
    assert "校验" in box.locator(".field-error").inner_text()
    assert clerk.value("claim_yuan") == CLAIM
    assert clerk.value("p-0-name") == "韩甲一"
    clerk.put("p-1-id_number", DEBTOR["id_number"])
    clerk.send()
    assert clerk.page.locator("h1").inner_text().strip().startswith("（")


def test_a_case_goes_from_filing_to_closing_through_eight_hands(at: At, live_court: LiveCourt) -> None:
    """三(一) reception, 三(二) documents and online search, 三(三) delivery, 四(三) money, 四(二)3 closing; then the books agree."""
    ref = file_case(at("intake_clerk"), filed_on=today(), claim_yuan=CLAIM)
    _window(at, ref)
    _papers_and_search(at, ref)
    _delivery(at, ref)
    _money(at, ref)
    _closing(at, ref)
    _afterwards(at("quality_officer"), ref)
    assert live_court.verified() == {"ok": True, "differences": []}


def _window(at: At, ref: str) -> None:
    """三(一)3: nothing leaves the window before the record is written."""
    clerk = at("intake_clerk")
    refused = clerk.hand(ref, "网络查控组")
    assert clerk.refusals().count()
    assert "接待" in refused
    assert "三(一)3" in refused
    assert "三方已签名" in receive(clerk, ref)
    clerk.did(ref, "hotline_told", manner="当面")
    assert "等待对方接收" in clerk.hand(ref, "网络查控组")


def _papers_and_search(at: At, ref: str) -> None:
    """三(二): both inquiries, the feedback printed and handled, the papers issued, then the file may go on."""
    officer, documents = at("inquiry_officer"), at("document_clerk")
    assert "已接收" in officer.take(ref)
    officer.did(ref, "inquiry_started_zdz", query_no="Z1")
    officer.did(ref, "inquiry_started_ddd", query_no="D1")
    officer.did(ref, "inquiry_feedback_received", feedback_no="F1", asset_found=True, summary="存款一笔")
    officer.did(ref, "feedback_form_printed", feedback_no="F1")
    officer.did(ref, "feedback_assets_handled", feedback_no="F1", deposits="已冻结")
    refused = officer.hand(ref, "线下查控与送达组")
    assert "三(二)末段" in refused
    assert officer.refusals().count()
    documents.did(ref, "enforcement_notice_issued", number="通知1号")
    documents.did(ref, "property_report_ordered", number="报告令1号")
    documents.did(ref, "declaration_form_issued", number="申报表1号")
    officer.did(ref, "online_control_completed", result="完成")
    officer.did(ref, "online_stage_completed")
    assert "等待对方接收" in officer.hand(ref, "线下查控与送达组")


def _delivery(at: At, ref: str) -> None:
    """三(三): the offline stage is complete only when the papers are served, checked, and the search is registered."""
    offline = at("offline_officer")
    offline.take(ref)
    refused = offline.act(ref, "offline_stage_completed", asset_found=True)
    assert offline.refusals().count()
    assert "三(三)2" in refused
    offline.did(ref, "delivery_address_consulted", source="两者", address=DEBTOR["address"])
    offline.did(ref, "traditional_search_started", act="调查")
    _served_at_court(offline, ref)
    offline.did(ref, "delivery_legality_checked", checked="受送达人、方式、签收均合法", legal=True)
    offline.did(ref, "traditional_search_registered", result="已查不动产、车辆、股权", asset_covers_claim=True, asset_found=True)
    offline.did(ref, "offline_stage_completed", asset_found=True)
    assert "等待对方接收" in offline.hand(ref, "执行实施团队")


def _served_at_court(offline: Person, ref: str) -> None:
    """The notice is put down, the debtor called and served; with the last paper served the delivery is complete."""
    offline.open(f"/offline/cases/{ref}/")
    offline.put("more", "执行通知书|通知1号")
    offline.send()
    offline.page.locator("[data-next]").first.click()
    offline.page.get_by_label("来院领取", exact=True).check()
    offline.send()
    assert offline.page.locator(".field-error").count() == 1, offline.text()
    proof(offline)
    assert "送达完成已登记" in offline.send()


def _money(at: At, ref: str) -> None:
    """四(三)2: arrived, noticed, worked out, told; then asked, checked, approved and paid by four people, on the case's own account."""
    handler, funds, head, finance = at("handler"), at("funds_officer"), at("bureau_head"), at("finance_clerk")
    handler.take(ref)
    _with_money(funds, ref, "money_arrived", receipt_no="S1", amount_yuan=CLAIM, arrived_on=today(), payer=DEBTOR["name"])
    _with_money(funds, ref, "finance_notice_received", notice_no="N1")
    _with_money(handler, ref, "money_accounted")
    _with_money(handler, ref, "applicant_told_to_collect", told_on=today())
    handler.open(f"/funds/cases/{ref}/account/")
    party = handler.page.locator("[name=party] option", has_text="韩甲一").first.get_attribute("value")
    handler.page.locator("[name=party]").select_option(value=party)
    for name, value in {"holder": "韩甲一", "bank": "示例银行虚构支行", "account_no": "6200000000000000009", "evidence": "收款账户确认书"}.items():
        handler.put(name, value)
    handler.send()
    _with_money(handler, ref, "payout_requested", amount_yuan=CLAIM, basis="全部执行到位")
    _of_payout(funds, ref, "check", note="电话回访收款人")
    handler.open(f"/funds/cases/{ref}/")
    handler.page.locator("#payouts td.main a").first.click()
    assert not handler.page.locator("form[action$='/approve/']").count(), "who asks does not approve"
    _of_payout(head, ref, "approve")
    _of_payout(finance, ref, "send")
    _of_payout(finance, ref, "confirm", bank_ref="HD1")
    finance.open(f"/funds/cases/{ref}/")
    assert "已发放" in finance.text()


def _with_money(someone: Person, ref: str, kind: str, **fields: str) -> None:
    """One act on the page of the case's money."""
    assert someone.open(f"/funds/cases/{ref}/{kind}/") == 200
    for name, value in fields.items():
        someone.put(name, value)
    someone.send()
    someone.page.locator(".message-success").first.wait_for()


def _of_payout(someone: Person, ref: str, step: str, **fields: str) -> None:
    """The next step of the case's one payout."""
    someone.open(f"/funds/cases/{ref}/")
    someone.page.locator("#payouts td.main a").first.click()
    form = someone.page.locator(f"form.panel[action$='/{step}/']").first
    for name, value in fields.items():
        form.locator(f"[name={name}]").fill(value)
    form.locator("button.btn-primary").click()
    someone.page.locator(".message-success").first.wait_for()


def _closing(at: At, ref: str) -> None:
    """四(二)3: reported by the handler, reviewed by the quality officer and nobody else, then closed."""
    handler, quality = at("handler"), at("quality_officer")
    amounts = {"claim_yuan": CLAIM, "closing_yuan": CLAIM, "waived_yuan": "0", "recovered_yuan": CLAIM}
    closing = {**amounts, "closed_on": today(), "way": "执行完毕", "ground": "全部履行"}
    refused = handler.act(ref, "case_closed", **closing)
    assert handler.refusals().count(), refused
    handler.did(ref, "closing_reported", **closing)
    assert handler.open(f"/cases/{ref}/act/closing_reviewed/") == 403
    quality.did(ref, "closing_reviewed", passed=True, legal_met=True, fields_right=True)
    handler.did(ref, "case_closed", **closing)


def _afterwards(someone: Person, ref: str) -> None:
    """The case page shows the line of nodes, all behind it, and that the case is closed."""
    someone.open(f"/cases/{ref}/")
    nodes = someone.page.locator("ol.nodes li")
    assert nodes.first.inner_text().startswith("立案")
    assert "结案" in nodes.last.inner_text()
    assert "已结" in someone.text()
    assert not someone.page.locator(".clock-late").count()
