"""Service from what is to be served to the last signature: by the desk's own pages, in few keystrokes (三(三)1-2)."""

from __future__ import annotations

from collections.abc import Callable

from tests.journeys.conftest import fits
from tests.journeys.court import LiveCourt
from tests.journeys.paper import file_case, proof
from tests.journeys.person import Person
from zhixing import clock

At = Callable[..., Person]


def today() -> str:
    return clock.now().date().isoformat()


def test_papers_go_up_the_ladder_until_they_are_served(at: At, live_court: LiveCourt) -> None:
    offline, ref = at("offline_officer"), file_case(at("intake_clerk"), filed_on=today(), claim_yuan="5000.00")
    offline.open(f"/offline/cases/{ref}/")
    offline.put("more", "执行通知书|通知1号\n报告财产令")
    assert "已登记 2 项送达" in offline.send()
    offline.did(ref, "delivery_address_consulted", source="两者", address="试验路一号")
    step(offline, ref, "未接通")
    offline.page.locator("[data-next]").first.click()
    assert "邮寄" in offline.text()
    offline.put("tracking_no", "XA1234567890")
    offline.put("address", "试验路一号")
    offline.put("address_kind", "户籍住所")
    proof(offline)
    assert "已邮寄" in offline.send()
    offline.page.locator("[data-next]").first.click()
    offline.page.get_by_label("退回", exact=True).check()
    assert "已登记邮件" in offline.send()
    assert "送达完成已登记" in step(offline, ref, "签收", place="试验路一号")
    offline.open(f"/offline/cases/{ref}/list/")
    assert "全部送达" in offline.text()
    assert "第88条" in offline.text()
    for page in ("", "list/", "receipt/", "confirmation/", "search/"):
        assert offline.open(f"/offline/cases/{ref}/{page}") == 200
        assert fits(offline.page)
    assert live_court.verified() == {"ok": True, "differences": []}


def step(offline: Person, ref: str, result: str, **fields: str) -> str:
    """The recipient's next rung with its result and proof; first without the proof, which is refused beside its field."""
    offline.open(f"/offline/cases/{ref}/")
    offline.page.locator("[data-next]").first.click()
    offline.page.get_by_label(result, exact=True).check()
    for name, value in fields.items():
        offline.put(name, value)
    offline.send()
    assert offline.page.locator(".field-error").count() == 1, offline.text()
    proof(offline)
    return offline.send()
