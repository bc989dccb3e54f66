"""The bureau head changes the calendar; the security administrator gives and takes posts (一2, 一3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.journeys.conftest import At
from tests.journeys.paper import file_case
from tests.journeys.person import Person
from tests.journeys.test_filing_to_closing import today


def next_working_day() -> str:
    """The next weekday: a day that running clocks count."""
    day = datetime.now(ZoneInfo("Asia/Shanghai")).date() + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day.isoformat()


def test_a_calendar_edit_is_previewed_and_then_moves_the_clocks(at: At) -> None:
    """一3: declaring a day off shows which limits move, and moves them only when confirmed."""
    ref = file_case(at("intake_clerk"), filed_on=today(), claim_yuan="60000")
    head, colleague, day = at("bureau_head"), at("inquiry_officer"), next_working_day()
    before = _due(colleague, ref)
    head.open("/calendar/")
    for name, value in {"first": day, "name": "演示放假", "source": "演示文件1号", "reason": "演示"}.items():
        head.put(name, value)
    head.put("kind", "休息日")
    head.page.get_by_role("button", name="预览影响").click()
    preview = head.page.locator("section.panel", has_text="受影响的未办结时限")
    expect(preview.locator("li").first).to_be_visible()
    assert _due(colleague, ref) == before, "a preview moved a clock"
    head.page.get_by_role("button", name="修改并重新计算").click()
    expect(head.page.locator(".message-success")).to_be_visible()
    assert _due(colleague, ref) != before


def _due(someone: Person, ref: str) -> str:
    """The row of the case page that says when the online queries are due."""
    someone.open(f"/cases/{ref}/")
    return someone.page.locator("main table tr", has_text="启动点对点和总对总查询").first.inner_text()


def test_a_post_opens_a_page_at_once_and_its_revocation_closes_it_at_once(at: At) -> None:
    """一2: what is given and taken acts on the person's very next request, without logging in again."""
    clerk, security = at("document_clerk2"), at("security_admin")
    assert clerk.open("/register/") == 403
    security.open("/people/")
    name = clerk.page.locator("body").get_attribute("data-person") or ""
    security.page.locator("main [name=person]").select_option(label=_option(security, "person", name))
    security.page.locator("main [name=role]").select_option(label=_option(security, "role", "案件质量管理专员"))
    security.send()
    assert clerk.open("/register/") == 200
    security.open("/people/")
    security.page.on("dialog", lambda asked: asked.accept())
    security.page.locator("main tr", has_text="document_clerk2").filter(has=security.page.locator("button")).last.get_by_role("button", name="收回").click()
    assert clerk.open("/register/") == 403


def _option(someone: Person, name: str, words: str) -> str:
    """The whole text of the option with these words."""
    return someone.page.locator(f"main [name={name}] option", has_text=words).first.inner_text()
