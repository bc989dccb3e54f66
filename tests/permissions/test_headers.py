"""Every page tells the browser what it may do: CSP without exceptions, no framing, no guessing (trust T15)."""

from __future__ import annotations

import re

import pytest
from django.conf import settings

from tests.cast import browser
from tests.permissions.addresses import PLAIN, status_of
from zhixing.casework.people.models import Person
from zhixing.web.pages import PUBLIC

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|\son[a-z]+=\"|\sstyle=\"|<style|javascript:", re.IGNORECASE)


def test_every_page_carries_the_headers_and_nothing_inline(cast: dict[str, Person], monday: object) -> None:
    seen = 0
    for role in ("bureau_head", "system_admin", "audit_admin", "intake_clerk"):
        client = browser(cast[role])
        for pattern in PLAIN:
            answer = client.get(f"/{pattern.pattern}")
            for name, value in HEADERS.items():
                assert answer.headers.get(name) == value, (pattern.name, name)
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'self'" in policy, pattern.name
            assert "frame-ancestors 'none'" in policy, pattern.name
            assert "unsafe" not in policy, pattern.name
            if status_of(answer) == 200 and answer["Content-Type"].startswith("text/html"):
                seen += 1
                assert not (found := INLINE.search(answer.content.decode())), (pattern.name, found)
    assert seen > 30


@pytest.mark.parametrize("address", ["/login/", "/nowhere/", "/cases/nothing00000/"])
def test_pages_for_strangers_and_errors_carry_them_too(cast: dict[str, Person], address: str) -> None:
    for client in (browser(), browser(cast["handler"])):
        answer = client.get(address)
        for name, value in HEADERS.items():
            assert answer.headers.get(name) == value
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(cast: dict[str, Person]) -> None:
    client = browser()
    client.get("/login/")
    client.post("/login/", {"username": "handler", "password": "Zhixing-2023-handler"})
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_pages_with_court_data_are_not_kept_by_caches_on_the_way(cast: dict[str, Person], monday: object) -> None:
    client = browser(cast["bureau_head"])
    for pattern in PLAIN:
        if pattern.callback.action != PUBLIC:
            answer = client.get(f"/{pattern.pattern}")
            status_of(answer)
            assert "private" in answer.headers.get("Cache-Control", "") or "no-store" in answer.headers.get("Cache-Control", ""), pattern.name
