"""The officer outside: photographs, a signature and an answer without a network, sent once when it is back (三(三)3, 四(二)5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.conftest import PHONE, fits
from tests.journeys.person import Person
from tests.offline.samples import PNG

At = Callable[..., Person]
OFFLINE_NOISE = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "Failed to fetch")
NUMBER = re.compile(r"（\d{4}）豫\d+执\d+号")


@pytest.fixture
def phone(at: At) -> Iterator[Person]:
    """The offline officer's phone. What a browser says of a missing network is no defect of a page."""
    someone = at("offline_officer", viewport=PHONE)
    yield someone
    someone.context.set_offline(False)
    someone.complaints[:] = [c for c in someone.complaints if not any(noise in c for noise in OFFLINE_NOISE)]


def sent_out(at: At, place: str) -> str:
    """A field day of today with one task at `place`; its address."""
    officer = at("offline_officer")
    officer.open("/cases/")
    found = NUMBER.search(officer.text())
    assert found
    officer.open("/offline/days/new/")
    officer.page.get_by_label("不动产").check()
    officer.put("stops", f"{found[0]}|{place}|查看{place}")
    officer.send()
    assert "/offline/days/" in officer.page.url
    return officer.page.url.removeprefix(officer.address)


def opened(phone: Person, place: str) -> Any:
    """The page on the phone with the worker at work; the task's card."""
    phone.open("/offline/today/")
    phone.page.evaluate("navigator.serviceWorker.ready")
    phone.page.wait_for_function("async () => (await caches.keys()).length > 0")
    card = phone.page.locator(".today-task", has_text=place)
    expect(card).to_be_visible()
    return card


def take_photo(card: Any, content: bytes = PNG) -> None:
    card.locator("[data-photo]").set_input_files({"name": "photo.png", "mimeType": "image/png", "buffer": content})


def queue(page: Page, words: str) -> None:
    expect(page.locator("[data-queue]")).to_contain_text(words, timeout=20_000)


def brought(at: At, day: str) -> str:
    """What the day's sheet says in the court."""
    officer = at("offline_officer")
    officer.open(day)
    return officer.text()


def test_everything_taken_without_a_network_is_written_once_when_it_is_back(at: At, phone: Person) -> None:
    day = sent_out(at, "试验路一号")
    card = opened(phone, "试验路一号")
    assert fits(phone.page)
    phone.context.set_offline(True)
    phone.page.reload()
    card = phone.page.locator(".today-task", has_text="试验路一号")
    expect(card).to_be_visible()
    take_photo(card)
    queue(phone.page, "待发送 1")
    card.get_by_role("button", name="签名").click()
    box = phone.page.locator("[data-canvas]").bounding_box()
    assert box
    phone.page.mouse.move(box["x"] + 20, box["y"] + 20)
    phone.page.mouse.down()
    phone.page.mouse.move(box["x"] + 120, box["y"] + 60, steps=4)
    phone.page.mouse.up()
    phone.page.get_by_role("button", name="保存签名").click()
    queue(phone.page, "待发送 2")
    card.locator("textarea").fill("房屋空置，已拍照")
    card.get_by_role("button", name="已办").click()
    queue(phone.page, "待发送 3")
    phone.page.reload()
    queue(phone.page, "待发送 3")
    assert "照片" not in brought(at, day)
    phone.context.set_offline(False)
    queue(phone.page, "待发送 0，已发送 3")
    told = brought(at, day)
    assert "房屋空置，已拍照" in told
    assert (told.count("照片 "), told.count("签名 ")) == (1, 1)
    phone.page.reload()
    queue(phone.page, "待发送 0，已发送 3")
    assert brought(at, day).count("照片 ") == 1


def test_an_answer_lost_on_the_way_back_is_asked_for_again_and_nothing_is_written_twice(at: At, phone: Person) -> None:
    day = sent_out(at, "试验路二号")
    card = opened(phone, "试验路二号")
    lost = []

    def lose(route: Route) -> None:
        """The court takes it; the phone never hears so."""
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch().status)
            route.abort()

    phone.page.route("**/offline/today/send/", lose)
    take_photo(card, PNG + b"two")
    expect(phone.page.locator("[data-warn]")).to_contain_text("留在本机")
    assert lost == [200]
    phone.page.get_by_role("button", name="现在发送").click()
    queue(phone.page, "待发送 0，已发送")
    assert brought(at, day).count("照片 ") == 1


def test_what_one_officer_took_is_not_sent_by_another_nor_by_nobody(at: At, phone: Person) -> None:
    day = sent_out(at, "试验路三号")
    card = opened(phone, "试验路三号")
    phone.context.set_offline(True)
    take_photo(card, PNG + b"three")
    queue(phone.page, "待发送 1")
    mine = phone.context.cookies()
    phone.context.clear_cookies()
    phone.context.set_offline(False)
    expect(phone.page.locator("[data-warn]")).to_contain_text("没有登录", timeout=20_000)
    phone.context.add_cookies(at("handler").context.cookies())  # type: ignore[arg-type]
    phone.page.reload()
    queue(phone.page, "另有 1 项由别人采集")
    expect(phone.page.get_by_text("试验路三号")).to_have_count(0)
    assert "照片 " not in brought(at, day)
    phone.context.clear_cookies()
    phone.context.add_cookies(mine)  # type: ignore[arg-type]
    phone.page.reload()
    queue(phone.page, "待发送 0")
    expect(phone.page.locator(".today-items")).to_contain_text("已发送")
    assert brought(at, day).count("照片 ") == 1
