"""Working without the mouse, reading how a clock was counted, and many rows at once (一3, 三(二)6)."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.conftest import At
from tests.journeys.paper import file_case, receive
from tests.journeys.test_filing_to_closing import today


def test_a_clock_opens_how_it_was_counted(at: At) -> None:
    """一3: the limit's explanation opens beside the page, with its clause and its days, and closes again."""
    officer = at("inquiry_officer")
    officer.open("/")
    page = officer.page
    page.locator("a.clock[data-explain]").first.click()
    drawer = page.locator("dialog#explain")
    expect(drawer).to_be_visible()
    expect(drawer.locator(".clause").first).to_be_visible()
    expect(drawer).to_contain_text(re.compile("到期|届满"))
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()


def test_the_worklist_goes_by_the_keyboard(at: At) -> None:
    """`/` searches, j and k walk the rows, x picks one, Enter opens it; Esc lets go."""
    officer = at("termination_officer")
    officer.open("/")
    page = officer.page
    page.keyboard.press("/")
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.press("Escape")
    rows = page.locator("table#worklist tbody tr")
    for key, row in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        expect(rows.nth(row)).to_have_class(re.compile(r"\bhere\b"))
    page.keyboard.press("x")
    expect(rows.nth(1).locator("input[name=pick]")).to_be_checked()
    expect(page.locator("[data-bulk]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("[data-bulk]")).to_be_hidden()
    goes_to = rows.nth(1).locator("[data-open]").get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{goes_to}")


def test_control_enter_sends_the_form(at: At) -> None:
    """A form is sent from any of its fields by Ctrl+Enter; plain Enter goes to the next field."""
    ref = file_case(at("intake_clerk"), filed_on=today(), claim_yuan="60000")
    officer = at("inquiry_officer")
    officer.open(f"/cases/{ref}/act/inquiry_started_zdz/?by_hand=1")
    field = officer.page.locator("[name=query_no]")
    officer.page.locator("[name=debtor]").press("Enter")
    expect(field).to_be_focused()
    field.fill("Z-键盘")
    field.press("Control+Enter")
    expect(officer.page.locator(".message-success")).to_contain_text("总对总")


def test_one_refused_row_does_not_stop_the_others(at: At) -> None:
    """Three files handed on together: the one that wants its reception record is refused by name, the rest go (三(一)3)."""
    clerk = at("intake_clerk")
    ready = [file_case(clerk, filed_on=today(), claim_yuan="60000") for _ in range(2)]
    for ref in ready:
        receive(clerk, ref)
    bare = file_case(clerk, filed_on=today(), claim_yuan="60000")
    clerk.open("/")
    for ref in (*ready, bare):
        clerk.page.locator(f"table#worklist input[name=pick][value$='case:{ref}']").first.check()
    clerk.page.get_by_role("button", name="批量移交").click()
    clerk.put("to_desk", "网络查控组")
    said = clerk.send()
    assert said.count("已移交网络查控组") == 2, said
    assert "三(一)3" in said
