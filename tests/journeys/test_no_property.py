"""The no-property branch: 终本 only when everything is there, never too early, and then six-monthly queries (四(二)4, 四(四))."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.journeys.conftest import At
from tests.journeys.paper import DEBTOR, file_case, receive

FILED = datetime.now(ZoneInfo("Asia/Shanghai")) - timedelta(days=150)


def moment(days: int, hour: int = 10) -> str:
    """Court time so many days after filing, as a form's moment."""
    return (FILED + timedelta(days=days)).strftime(f"%Y-%m-%dT{hour:02}:00")


def day(days: int) -> str:
    return moment(days)[:10]


def test_a_case_without_property_is_terminated_only_when_all_is_there(at: At) -> None:
    """四(二)4(1)(2): the gate lists what is missing with the desks; each is entered late (补录) from paper; then it opens."""
    ref = file_case(at("intake_clerk"), filed_on=day(0), claim_yuan="120000")
    _window_and_search(at, ref)
    termination = at("termination_officer")
    termination.open(f"/cases/{ref}/act/procedure_terminated/")
    listed = termination.text()
    for missing in ("确无财产可供执行或财产不能处置", "已进行终本约谈", "已发布限制消费令", "三个月"):
        assert missing in listed, listed
    for desk in ("终本案件管理组", "文书制作组", "网络查控组", "质效管理"):
        assert desk in listed, listed
    termination.did(ref, "termination_reviewed", no_disposable_asset=True, investigation_papers=True, sanction_fits=False)
    termination.did(ref, "termination_talk_held", at=moment(60), talked_on=day(60), told="已告知查控情况", views="无异议", agrees="同意")
    termination.did(ref, "termination_agreed", way="申请执行人签字确认")
    _papers(at, ref)
    refused = termination.act(ref, "procedure_terminated", ruling_no="裁1号", terminated_on=day(150))
    assert termination.refusals().count()
    assert "三个月" in refused
    at("inquiry_officer").did(ref, "inquiry_started_zdz", query_no="Z2")
    at("quality_officer").did(ref, "termination_checked", passed=True, four_nodes=True)
    termination.did(ref, "procedure_terminated", ruling_no="裁1号", terminated_on=day(150))
    termination.open(f"/cases/{ref}/")
    assert "六个月" in termination.text()
    assert "四(四)3(1)" in termination.text()


def test_a_case_filed_today_cannot_be_terminated_today(at: At) -> None:
    """四(二)4(2) and its statute: the gate of a young case names the first lawful day."""
    ref = file_case(at("intake_clerk"), filed_on=day(150), claim_yuan="9000")
    termination = at("termination_officer")
    refused = termination.act(ref, "procedure_terminated", ruling_no="裁2号", terminated_on=day(150))
    assert termination.refusals().count()
    assert "最早" in refused, refused


def _window_and_search(at: At, ref: str) -> None:
    """Everything before 终本 as it happened months ago, entered now with its own moments."""
    clerk, inquiry, offline = at("intake_clerk"), at("inquiry_officer"), at("offline_officer")
    assert "三方已签名" in receive(clerk, ref, at=moment(1))
    inquiry.did(ref, "inquiry_started_zdz", at=moment(2), query_no="Z1")
    inquiry.did(ref, "inquiry_feedback_received", at=moment(3), feedback_no="F1", asset_found=False)
    offline.did(ref, "traditional_search_started", at=moment(4), act="调查")
    offline.did(ref, "traditional_search_registered", at=moment(10), result="均未查到", asset_covers_claim=False, asset_found=False)


def _papers(at: At, ref: str) -> None:
    """三(二)2: the papers of that time, and the restriction that the president signs before it is issued."""
    documents, president = at("document_clerk"), at("president")
    documents.open(f"/cases/{ref}/act/restriction_order_signed/")
    documents.put("paper_no", "限消1号")
    documents.put("debtor", DEBTOR["name"])
    documents.put("act_reason", "未履行")
    assert "等待审批" in documents.send()
    president.open("/approvals/")
    president.page.locator("section.panel", has_text=f"（{day(0)[:4]}）").filter(has_text="限消1号").get_by_role("button", name="批准", exact=True).click()
    for kind in ("enforcement_notice_issued", "property_report_ordered", "declaration_form_issued"):
        documents.did(ref, kind, at=moment(3), number="1号")
    documents.did(ref, "consumption_restriction_issued", number="限消1号")
