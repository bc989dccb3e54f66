"""A member of the court's staff at a browser: opens pages, fills in forms, reads what the page answers."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page

from tests.journeys.court import PASSWORD

REF = re.compile(r"/cases/([a-z0-9]{12})/")


class Person:
    """Who is logged in, in a browser of their own."""

    def __init__(self, username: str, address: str, context: BrowserContext) -> None:
        self.username, self.address, self.context = username, address, context
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda said: self.complaints.append(f"{self.page.url} {said.text}") if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url} {error}"))

    def log_in(self) -> Person:
        """Through the log-in page, as everybody does."""
        self.open("/login/")
        self.page.fill("[name=username]", self.username)
        self.page.fill("[name=password]", PASSWORD)
        self.page.get_by_role("button", name="登录工作台").click()
        self.page.wait_for_url(lambda url: "/login/" not in url)
        return self

    def open(self, path: str) -> int:
        """Go to an address of the court; the HTTP status it answers with."""
        answer = self.page.goto(self.address + path)
        assert answer is not None
        return answer.status

    def put(self, name: str, value: Any) -> None:
        """Fill in one field of the form, whatever kind of control it is."""
        control = self.page.locator(f"main [name='{name}']:not([type=hidden])")
        if control.first.get_attribute("type") == "radio":
            self.page.locator(f"main [name='{name}'][value='{int(value)}']").check()
        elif control.first.evaluate("node => node.tagName") == "SELECT":
            control.select_option(label=str(value))
        else:
            control.fill(str(value))

    def value(self, name: str) -> str:
        """What stands in a field now."""
        return self.page.locator(f"main [name='{name}']").input_value()

    def send(self) -> str:
        """Press the form's one button; the text of the page that comes."""
        self.page.locator("main [data-submit]").first.click()
        return self.text()

    def act(self, ref: str, kind: str, *, at: str = "", **fields: Any) -> str:
        """Record an act on its page. `at` (court time, 2023-03-13T09:00) is a late entry. The text of the page that comes."""
        assert self.open(f"/cases/{ref}/act/{kind}/?by_hand=1") == 200, f"{kind}: {self.text()}"
        for name, value in fields.items():
            self.put(name, value)
        if at:
            if not self.page.locator("details.late-entry[open]").count():
                self.page.locator("details.late-entry summary").click()
            self.put("act_at", at)
            self.put("act_late_reason", "纸质卷宗补录")
        return self.send()

    def did(self, ref: str, kind: str, *, at: str = "", **fields: Any) -> None:
        """Record an act that must succeed."""
        said = self.act(ref, kind, at=at, **fields)
        assert self.page.locator(".message-success").count(), f"{self.username} {kind}：{said}"

    def hand(self, ref: str, to: str) -> str:
        """Offer the file to a desk; the text of the page that comes."""
        self.open(f"/h/{ref}/")
        self.put("to_desk", to)
        return self.send()

    def take(self, ref: str) -> str:
        """Accept the file that was offered to my desk."""
        self.open(f"/h/{ref}/")
        return self.send()

    def text(self) -> str:
        """The words of the page's body."""
        return self.page.locator("main").inner_text()

    def refusals(self) -> Locator:
        """The panels that say what cannot be done."""
        return self.page.locator(".refusal")

    def ref(self) -> str:
        """The case's public reference, from the page's address."""
        found = REF.search(self.page.url)
        assert found, self.page.url
        return found[1]
