"""The browser, the running court and its people. Every test in this folder is a journey in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.journeys.court import LiveCourt, running
from tests.journeys.person import Person

HERE = Path(__file__).parent
DESKTOP, PHONE = ViewportSize(width=1366, height=768), ViewportSize(width=390, height=844)
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-component-update",
        "--disable-sync"]  # fmt: skip
PATIENCE_MS = 10_000

At = Callable[..., Person]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs the browser."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. Closed with the folder's last test: its event loop must not stand in other tests' way."""
    found = shutil.which("chromium")
    if found is None:
        pytest.fail("浏览器测试需要 Chromium：请先运行 scripts/system-packages.sh，或 apt-get install chromium", pytrace=False)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=ARGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def live_court(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveCourt]:
    """One court for all journeys; each journey makes the cases it needs."""
    with running(tmp_path_factory.mktemp("court"), cases=40, seed=3) as court:
        yield court


@pytest.fixture(scope="package")
def logged_in() -> dict[str, dict[str, object]]:
    """The cookies of who has logged in, so that a password is hashed once a person."""
    return {}


@pytest.fixture
def at(browser: Browser, live_court: LiveCourt, logged_in: dict[str, dict[str, object]]) -> Iterator[At]:
    """`at("handler")` is that person at a browser of their own, logged in. No page may complain in its console."""
    with people_of(browser, live_court, logged_in) as person:
        yield person


@contextmanager
def people_of(browser: Browser, court: LiveCourt, logged_in: dict[str, dict[str, object]]) -> Iterator[At]:
    """The people of a court, each at a browser of their own once asked for. What a page complained of in its console fails at the end."""
    here: dict[tuple[object, ...], Person] = {}

    def person(username: str, *, viewport: ViewportSize = DESKTOP, bypass_csp: bool = False) -> Person:
        asked = (username, viewport["width"], bypass_csp)
        if asked in here:
            return here[asked]
        context = browser.new_context(viewport=viewport, locale="zh-CN", timezone_id="Asia/Shanghai", bypass_csp=bypass_csp,
                                      storage_state=logged_in.get(username))  # type: ignore[arg-type]  # fmt: skip
        context.set_default_timeout(PATIENCE_MS)
        someone = here[asked] = Person(username, court.address, context)
        if username not in logged_in:
            logged_in[username] = someone.log_in().context.storage_state()  # type: ignore[assignment]
        return someone

    yield person
    complaints = [c for someone in here.values() for c in someone.complaints if "the server responded with a status of 4" not in c]
    for someone in here.values():
        someone.context.close()
    assert not complaints, complaints


def fits(page: Page) -> bool:
    """Nothing of the page stands out of the screen sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
