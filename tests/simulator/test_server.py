"""The simulator's server: says what it is, keeps its limits, misbehaves the same way for the same seed."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from types import ModuleType

import httpx
import pytest

from zhixing.simulator.faults import NASTY, NONE, Faults, luck
from zhixing.simulator.server import NOTICE, Simulator, marked, systems


@pytest.fixture
def simulator():
    with Simulator(seed=3) as running:
        yield running


def odd(answer) -> ModuleType:
    module = ModuleType("odd")
    module.handle = lambda method, path, body, seed: answer(method, path, body, seed)
    return module


def test_the_index_names_every_system_and_says_that_all_are_simulated(simulator):
    page = httpx.get(simulator.url + "/").text
    assert NOTICE in page
    for name, module in systems().items():
        assert f"/{name}/" in page
        assert module.TITLE in page


def test_a_system_gets_what_follows_its_name_with_the_query_and_the_seed(simulator):
    seen = []

    def answer(*request):
        seen.append(request)
        return 200, {"Content-Type": "application/json"}, b'{"ok": 1}'

    simulator.systems["odd"] = odd(answer)
    got = httpx.post(f"{simulator.url}/odd/a/b?c=1", content=b"x")
    assert seen == [("POST", "/a/b?c=1", b"x", 3)]
    assert got.json() == {"ok": 1, "simulated": True}
    assert httpx.get(simulator.url + "/nobody/").status_code == 404


def test_pages_and_answers_carry_the_mark():
    page = marked((200, {"Content-Type": "text/html; charset=utf-8"}, b"<html><body>x</body></html>"))
    assert NOTICE in page[2].decode()
    assert marked((200, {"Content-Type": "application/pdf"}, b"%PDF"))[2] == b"%PDF"


def test_a_system_that_breaks_answers_that_it_broke(simulator):
    def answer(*_):
        raise LookupError("样")

    simulator.systems["odd"] = odd(answer)
    got = httpx.get(simulator.url + "/odd/")
    assert (got.status_code, got.headers["X-Simulation"]) == (500, "true")
    assert "LookupError" in got.json()["error"]


def test_the_same_seed_misbehaves_in_the_same_way_and_about_as_often_as_it_says():
    first, again, other = ([luck(NASTY, seed, "sms", n) for n in range(1, 3001)] for seed in (1, 1, 2))
    assert first == again != other
    lost = Counter(fate.lost for fate in first)[True] / 3000
    assert lost == pytest.approx(NASTY.after, abs=0.02)
    assert all(fate.refused for n, fate in enumerate(first, start=1) if 200 <= n % 600 <= 259), "the outage"
    assert not any(luck(NONE, 1, "sms", n).refused for n in range(1, 100))


def test_a_lost_answer_was_worked_on_and_a_refused_one_was_not():
    worked = []

    def answer(*_):
        worked.append(1)
        return 200, {"Content-Type": "application/json"}, b"{}"

    for faults, status, times in ((Faults(after=1.0), 502, 1), (Faults(before=1.0), 503, 0)):
        worked.clear()
        with Simulator(seed=1, faults=faults) as running:
            running.systems["odd"] = odd(answer)
            assert httpx.get(running.url + "/odd/").status_code == status
        assert len(worked) == times


def test_the_command_starts_it_on_a_port_of_ones_own():
    running = subprocess.Popen([sys.executable, "-m", "zhixing.simulator", "--port", "0", "--seed", "5"], stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout.readline().strip() == NOTICE
        address = running.stdout.readline().split()[0]
        assert httpx.get(address).headers["X-Simulation"] == "true"
    finally:
        running.terminate()
        running.wait(timeout=10)
        running.stdout.close()
