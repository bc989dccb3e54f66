"""Last year's register comes in from its spreadsheet: looked at first, imported by the worker, again without change, undone."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.conftest import At
from tests.journeys.person import Person

SAMPLES = Path(__file__).parents[1] / "register" / "samples"
TRUTH = json.loads((SAMPLES / "register-2023.truth.json").read_text("utf-8"))
WORKER_MS = 60_000


def upload(officer: Person) -> None:
    """Choose the register and look at its preview."""
    officer.open("/register/")
    officer.page.locator("main input[type=file]").set_input_files(SAMPLES / "register-2023.xlsx")
    officer.send()


def start(officer: Person) -> None:
    """Import what the preview shows; the page follows the worker until it is done."""
    officer.page.get_by_role("button", name="导入这份台账").click()
    expect(officer.page.locator("dl.definitions", has_text="读到")).to_be_visible(timeout=WORKER_MS)


def outcome(officer: Person) -> dict[str, str]:
    """The figures of the finished import."""
    pairs = officer.page.locator("dl.definitions").first.locator("div")
    return {pair.locator("dt").inner_text(): pair.locator("dd").inner_text() for pair in pairs.all()}


def test_a_register_is_previewed_imported_again_and_undone(at: At) -> None:
    """四(二)5: the wrong rows are told by line, the right ones become cases, a second time changes nothing, undoing takes back."""
    officer = at("quality_officer")
    upload(officer)
    assert "预览" in officer.text()
    for row in TRUTH["bad"]:
        assert officer.page.locator("table#remarks-会退回的行 td.num", has_text=str(row["row"])).count(), row
    start(officer)
    first = outcome(officer)
    assert first["新立"] == str(len(TRUTH["good"])), first
    assert first["退回"] == str(len(TRUTH["bad"])), first
    address = officer.page.url
    _the_case_is_there(officer, TRUTH["good"][0]["number"], True)
    upload(officer)
    start(officer)
    again = outcome(officer)
    assert (again["新立"], again["更新"]) == ("0", "0"), again
    assert again["未变"] == str(len(TRUTH["good"])), again
    officer.page.goto(address)
    officer.page.fill("#reason", "测试导入，撤销")
    officer.page.get_by_role("button", name="撤销导入").click()
    expect(officer.page.locator("dl.definitions").first).to_contain_text("撤销")
    _the_case_is_there(officer, TRUTH["good"][0]["number"], False)


def _the_case_is_there(officer: Person, number: str, wanted: bool) -> None:
    officer.open("/cases/?stage=open&year=2023")
    rows = officer.page.locator("main table", has_text=number).count()
    officer.open(f"/search/?q={number}")
    found = "未结" in officer.text() or rows > 0
    assert found is wanted, officer.text()
