"""Queries over an interface: asked once, fetched until done, taken in like a file (三(二)5-6)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.real_court import MONDAY
from zhixing.casework.assets.models import Asset, Feedback, Inquiry
from zhixing.casework.dossier.models import Scan
from zhixing.casework.journal.models import JournalEntry
from zhixing.desks.inquiry.actions import start_inquiry
from zhixing.desks.inquiry.polling import poll
from zhixing.outside.inquiry import FileInquiries, HttpInquiries, Query
from zhixing.outside.messages import RejectedError, TransientError
from zhixing.simulator.faults import Faults
from zhixing.simulator.server import Simulator

QUERY = Query("r1", "豫1502", "（2026）豫1502执1号", "zdz", "样乙公司", "")


def port(answer: Any, waits: list[float] | None = None) -> HttpInquiries:
    """An adapter to a system that answers as `answer` does."""
    waited = waits if waits is not None else []
    return HttpInquiries("http://system.invalid", "t", transport=httpx.MockTransport(answer), pause=waited.append)


@contextmanager
def over(simulator: Simulator) -> Iterator[HttpInquiries]:
    """An adapter to a running simulator, its connections closed afterwards."""
    adapter = HttpInquiries(f"{simulator.url}/inquiry", pause=lambda seconds: None)
    with adapter.client:
        yield adapter


def run_out(adapter: Any, case: Any, hours: int = 30) -> None:
    """The worker's minutes, one after another, until nothing waits."""
    for minute in range(0, hours * 60, 2):
        if not Inquiry.objects.filter(case=case, state=Inquiry.ASKED).exists():
            return
        poll(port=adapter, at=MONDAY + timedelta(minutes=minute))


def test_a_system_at_fault_is_asked_again_after_growing_pauses_with_the_same_request() -> None:
    seen, waits = [], []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(json.loads(request.content)["request_id"])
        if len(seen) < 3:
            return httpx.Response(503)
        return httpx.Response(200, json={"request_id": "r1", "number": "N1", "state": "accepted"})

    assert port(answer, waits).submit(QUERY, MONDAY) == "N1"
    assert seen == ["r1"] * 3
    assert waits == [0.5, 1.0]


@pytest.mark.parametrize("said", [
    b"", b"{", b"[]", b'{"request_id": "r2", "state": "done"}', b'{"request_id": "r1", "state": "perhaps"}',
    b'{"request_id": "r1", "state": "done", "sections": {"a": 1}}', b'{"request_id": "r1", "state": "done", "sections": [{"title": "x"}]}',
    b'{"request_id": "r1", "state": "done", "sections": [{"title": "x", "columns": ["a"], "rows": [[{"b": 1}]]}]}',
    b'{"request_id": "r1", "state": "done", "sections": "' + b"x" * 9_000_000 + b'"}', b"[" * 100_000,
])  # fmt: skip
def test_what_does_not_keep_the_contract_is_not_believed(said: bytes) -> None:
    with pytest.raises(TransientError):
        port(lambda request: httpx.Response(200, content=said)).answer("r1", MONDAY)


def test_what_is_refused_for_good_is_not_asked_again() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(1)
        return httpx.Response(422, json={"error": "没有写明被查询人"})

    with pytest.raises(RejectedError, match="没有写明被查询人"):
        port(answer).submit(QUERY, MONDAY)
    assert asked == [1]


def test_money_stays_exact_on_its_way() -> None:
    said = b'{"request_id": "r1", "state": "done", "sections": [{"title": "x", "columns": ["a"], "rows": [[0.10], [100000000000000.01]]}]}'
    answer = port(lambda request: httpx.Response(200, content=said)).answer("r1", MONDAY)
    assert answer.sections[0].rows == (("0.10",), ("100000000000000.01",))


def test_the_simulators_answers_come_in_like_files_and_say_what_they_are(new_case: Any, officer: Any) -> None:
    case = new_case("样乙公司", "样丁公司")
    start_inquiry(case_id=case.pk, system="zdz", fetched=True, by=officer, at=MONDAY)
    start_inquiry(case_id=case.pk, system="ddd", fetched=True, by=officer, at=MONDAY)
    with Simulator(seed=3) as simulator, over(simulator) as adapter:
        run_out(adapter, case)
        assert httpx.get(f"{simulator.url}/inquiry/queries/x/feedback", trust_env=False).json()["notice"].startswith("模拟数据")
    assert set(Inquiry.objects.values_list("state", "remark")) == {("answered", "模拟系统的反馈")}
    received = JournalEntry.objects.filter(case=case, kind="inquiry_feedback_received")
    assert received.count() == Feedback.objects.filter(case=case).count() == Scan.objects.filter(case=case).count() > 3
    assert set(received.values_list("person_name", flat=True)) == {"网络查控接口"}
    assert Asset.objects.filter(case=case).exists()


def test_faults_slow_lost_and_broken_answers_cost_nothing_and_double_nothing(new_case: Any, officer: Any) -> None:
    """Hostile rows are refused one by one; whatever else was told arrives as from the well-behaved system."""
    calm, rough = new_case("样乙公司"), new_case("样乙公司")
    for case in (calm, rough):
        start_inquiry(case_id=case.pk, system="zdz", fetched=True, by=officer, at=MONDAY)
    waiting = Inquiry.objects.filter(case=rough)
    waiting.update(poll_at=None, state=Inquiry.FAILED)
    with Simulator(seed=5) as simulator, over(simulator) as adapter:
        run_out(adapter, calm)
    waiting.update(poll_at=MONDAY, state=Inquiry.ASKED)
    with Simulator(seed=5, faults=Faults(before=0.3, after=0.3, malformed=0.3)) as simulator, over(simulator) as adapter:
        run_out(adapter, rough)
    assert Inquiry.objects.get(case=rough).state == Inquiry.ANSWERED
    told = [set(Asset.objects.filter(case=c).values_list("kind", "mark", "amount_yuan")) for c in (calm, rough)]
    assert told[0] == told[1] != set()
    last = Feedback.objects.filter(case=rough).latest("pk")
    assert {r["column"] for r in json.loads(last.rejected)} == {"被查询人", "账号", "金额"}


def test_without_an_interface_the_clerk_gets_a_list_once(new_case: Any, officer: Any, tmp_path: Any) -> None:
    case = new_case("=样乙公司")
    start_inquiry(case_id=case.pk, system="zdz", by=officer, at=MONDAY)
    for _ in range(2):
        poll(port=FileInquiries(tmp_path), at=MONDAY)
        Inquiry.objects.update(poll_at=MONDAY, sent_at=None)
    lines = (tmp_path / "查控待发起-20260302.csv").read_text("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "'=样乙公司" in lines[1]
