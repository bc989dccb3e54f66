"""Take the pictures of docs/pictures from a running demo court: `zhixing serve --demo`, then `python scripts/pictures.py http://127.0.0.1:8000 [name …]`.

Pages are opened as people of the demo court see them; nothing is written to it but their log-ins, two uploads that are not imported and a batch of drafts.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent))
from small_png import shrink

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "pictures"
REGISTER = ROOT / "tests" / "register" / "samples" / "register-2023.xlsx"
PASSWORD = "Yanshi-2023-zhixing"
DESKTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-component-update",
        "--disable-sync"]  # fmt: skip
MOST_BYTES = 150 * 1024


def first_case(page: Page, address: str) -> str:
    """The address of the first case in a worklist or case list."""
    page.goto(address)
    found = page.locator("main table a[href^='/cases/']").evaluate_all("links => links.map(a => a.getAttribute('href'))")
    return "/" + "/".join(str(found[0]).split("/")[1:3]) + "/"


def case_of(path: str, listed: str = "/") -> Callable[[Page, str], None]:
    """Opens a page of the first case of a list; `{case}` stands for its address, `{ref}` for its reference."""

    def opening(page: Page, base: str) -> None:
        case = first_case(page, base + listed)
        page.goto(base + path.format(case=case, ref=case.strip("/").split("/")[1]))

    return opening


def at(path: str) -> Callable[[Page, str], None]:
    """Opens an address."""

    def opening(page: Page, base: str) -> None:
        page.goto(base + path)

    return opening


def first_of(path: str, link: str) -> Callable[[Page, str], None]:
    """Opens what the first row of a list leads to."""

    def opening(page: Page, base: str) -> None:
        page.goto(base + path)
        page.locator(link).first.click()
        page.wait_for_load_state()
        page.wait_for_timeout(2000)  # the PDF inside the page is drawn by another process

    return opening


def drafted(page: Page, base: str) -> None:
    """The papers of every new case, drafted in one go, waiting to be checked."""
    page.goto(base + "/papers/?pile=wanting")
    if page.locator("[data-pick-all]").count():
        page.check("[data-pick-all]")
        page.locator("#papers-draft .btn-primary").click()
        page.get_by_text("完成。").wait_for(timeout=180_000)
    page.goto(base + "/papers/?pile=drafted")


def explained(page: Page, base: str) -> None:
    """A clock's explanation, open beside the worklist."""
    page.goto(base + "/")
    page.locator("a.clock[data-explain]").first.click()
    page.locator("dialog#explain .clause").first.wait_for()


def previewed(page: Page, base: str) -> None:
    """A register, uploaded and not imported."""
    page.goto(base + "/register/")
    page.locator("main input[type=file]").set_input_files(REGISTER)
    page.locator("main [data-submit]").click()
    page.get_by_role("button", name="导入这份台账").wait_for()


def statement(page: Page, base: str) -> None:
    """A bank's statement with a line that cannot be read, uploaded and not imported."""
    rows = ["交易流水号,交易日期,收入金额,支出金额,余额,对方户名,对方账号,摘要"]
    rows += [f"YS{n:04},2023-09-{n:02},{n * 1250}.00,,,演示缴款人{n},62000000000000000{n:02},（2023）豫1502执{n}号案款" for n in range(1, 9)]
    rows.append("YS0009,2023-09-09,12.3x,,,演示缴款人9,6200000000000000009,案款")
    page.goto(base + "/funds/statements/")
    page.locator("main input[type=file]").set_input_files({"name": "账户明细.csv", "mimeType": "text/csv", "buffer": "\r\n".join(rows).encode("gb18030")})
    page.locator("main [data-submit]").click()
    page.get_by_role("button", name="导入这份流水").wait_for()


PICTURES = [
    ("home", "inquiry_officer", DESKTOP, at("/")),
    ("board", "bureau_head", DESKTOP, at("/")),
    ("case", "inquiry_officer", DESKTOP, case_of("{case}")),
    ("clock", "inquiry_officer", DESKTOP, explained),
    ("act-gate", "termination_officer", DESKTOP, case_of("{case}act/procedure_terminated/", "/cases/?stage=open")),
    ("intake-record", "intake_clerk", DESKTOP, case_of("/intake/{ref}/reception/", "/cases/?holder=intake")),
    ("import-preview", "quality_officer", DESKTOP, previewed),
    ("clause", "inquiry_officer", DESKTOP, at("/rules/clauses/三(二)5/")),
    ("calendar", "bureau_head", DESKTOP, at("/calendar/")),
    ("papers-pile", "document_clerk", DESKTOP, drafted),
    ("paper", "handler", DESKTOP, first_of("/papers/?pile=drafted", "td.main a")),
    ("inquiry", "inquiry_officer", DESKTOP, at("/inquiry/")),
    ("delivery", "offline_officer", DESKTOP, first_of("/offline/", "main table a[href^='/offline/cases/']")),
    ("funds", "funds_officer", DESKTOP, at("/funds/")),
    ("triage-case", "triage_officer", DESKTOP, first_of("/triage/", "td.main a")),
    ("standing", "offline_officer", DESKTOP, at("/offline/standing/")),
    ("measures", "inquiry_officer", DESKTOP, at("/measures/")),
    ("dossier", "document_clerk", DESKTOP, case_of("{case}dossier/")),
    ("funds-case", "handler", DESKTOP, first_of("/funds/", "td.main a")),
    ("statement", "funds_officer", DESKTOP, statement),
    ("bank", "finance_clerk", DESKTOP, at("/funds/bank/")),
    ("phone-today", "offline_officer", PHONE, at("/offline/today/")),
    ("phone-home", "inquiry_officer", PHONE, at("/")),
    ("phone-case", "inquiry_officer", PHONE, case_of("{case}")),
]


def take(browser: Browser, base: str, name: str, username: str, size: dict[str, int], opening: Callable[[Page, str], None]) -> None:
    """One picture. Raises when it is too large to keep beside the text."""
    context = browser.new_context(viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(base + "/login/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="登录工作台").click()
    page.wait_for_url(lambda url: "/login/" not in url)
    opening(page, base)
    target = OUT / f"{name}.png"
    page.screenshot(path=target)
    context.close()
    shrink(target)
    if target.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{target.name}: {target.stat().st_size // 1024} KB, more than {MOST_BYTES // 1024}")
    print(f"{target.relative_to(ROOT)}  {target.stat().st_size // 1024} KB", flush=True)


def main() -> None:
    base = sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("需要 Chromium：apt-get install chromium")
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        for picture in PICTURES:
            if picture[0] in sys.argv[2:] or not sys.argv[2:]:
                take(browser, base, *picture)
        browser.close()


if __name__ == "__main__":
    main()
