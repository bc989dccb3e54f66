"""The post over HTTP, as a list, and as a simulation that misbehaves (三(三)2)."""

from __future__ import annotations

import json
from datetime import timedelta
from random import Random
from typing import Any

import httpx
import pytest

from tests.real_court import MONDAY
from zhixing import clock
from zhixing.desks.offline.letters import hear
from zhixing.desks.offline.models import Attempt, Letter, LetterMessage
from zhixing.desks.offline.tracking import post_actor, track
from zhixing.outside.messages import TransientError
from zhixing.outside.post import HttpPost, ListPost, read_list, read_message
from zhixing.simulator import REQUEST, Request
from zhixing.simulator import post as simulated
from zhixing.simulator.server import Simulator


def port(answer: Any) -> HttpPost:
    """An adapter to a post that answers as `answer` does."""
    return HttpPost("http://post.invalid", "t", transport=httpx.MockTransport(answer))


GOOD = {"id": "1", "number": "XA0000000001", "status": "returned", "at": "2026-03-06T10:00:00+08:00", "reason": "refused"}


def test_a_letter_that_came_back_refused_is_refused_whatever_was_said_before() -> None:
    message = read_message(GOOD)
    assert message is not None
    assert message.result == "拒收"
    assert read_message({**GOOD, "reason": "unclaimed"}).result == "退回"  # type: ignore[union-attr]


@pytest.mark.parametrize("wrong", [
    None, [], {}, {**GOOD, "at": None}, {**GOOD, "at": "2026-03-06 10:00"}, {**GOOD, "status": "eaten"}, {**GOOD, "number": "X"},
    {**GOOD, "number": 7}, {**GOOD, "at": "9999-99-99"}, {**GOOD, "status": ["delivered"]},
])  # fmt: skip
def test_what_has_not_the_agreed_form_is_not_believed(wrong: Any) -> None:
    assert read_message(wrong) is None


def test_other_peoples_letters_and_broken_messages_are_passed_over() -> None:
    answer = {"messages": [GOOD, {**GOOD, "number": "XB0000000009"}, {"status": "delivered"}, None]}
    found = port(lambda request: httpx.Response(200, json=answer)).track(["XA0000000001"])
    assert [t.number for t in found] == ["XA0000000001"]


@pytest.mark.parametrize("answer", [
    httpx.Response(503), httpx.Response(200, content=b'{"messages": [{"id"'), httpx.Response(200, json={"messages": {}}),
    httpx.Response(200, json=[1]), httpx.Response(302, headers={"Location": "http://other.invalid"}),
])  # fmt: skip
def test_a_fault_of_the_post_is_asked_again_later(answer: httpx.Response) -> None:
    with pytest.raises(TransientError):
        port(lambda request: answer).track(["XA0000000001"])


def test_a_pasted_list_is_read_with_or_without_heads_and_says_which_lines_it_cannot_read() -> None:
    with_heads, wrong = read_list("状态\t邮件号\t时间\n妥投\tXA0000000001\t2026/3/6 10:30\n未妥投\tXA0000000002\t20260306\n")
    assert [(t.number, t.status) for t in with_heads] == [("XA0000000001", "delivered"), ("XA0000000002", "attempted")]
    assert (with_heads[0].happened_at.hour, wrong) == (10, [])
    plain, wrong = read_list("XA0000000003，退回，2026年3月6日\nXA0000000004,签收,2026-13-45\n")
    assert [t.result for t in plain] == ["退回"]
    assert wrong == ["第 2 行看不懂：XA0000000004、签收、2026-13-45"]


def test_without_an_interface_nothing_is_asked(desk: Any, row: Any) -> None:
    desk.try_(row, "phone", "未接通")
    desk.post(row)
    assert track(port=ListPost(), at=MONDAY)["asked"] == 0


def test_a_letter_is_asked_about_again_after_a_fault_and_settled_by_the_posts_own_word(desk: Any, row: Any) -> None:
    desk.try_(row, "phone", "未接通")
    letter = desk.post(row)
    assert track(port=port(lambda request: httpx.Response(500)), at=MONDAY) == {"asked": 1, "settled": 0, "failed": 1}
    assert track(port=port(lambda request: httpx.Response(500)), at=MONDAY + timedelta(minutes=1))["asked"] == 0

    def answer(request: httpx.Request) -> httpx.Response:
        assert json.loads(request.content) == {"numbers": [letter.tracking_no]}
        return httpx.Response(200, json={"messages": [{**GOOD, "number": letter.tracking_no}]})

    friday = MONDAY + timedelta(days=5)
    assert track(port=port(answer), at=friday)["settled"] == 1
    row.refresh_from_db()
    assert (row.state, row.served_on.isoformat()) == ("deemed", "2026-03-06")
    assert Attempt.objects.get(delivery=row, result="拒收").by is None
    assert track(port=port(answer), at=friday + timedelta(days=1))["asked"] == 0


def test_the_posts_own_word_may_end_letters_and_nothing_else(court: Any, book: Any) -> None:
    assert post_actor(court.pk).roles == set(book.authority["record:delivery_post_result"].roles)


@pytest.mark.parametrize("seed", range(12))
def test_the_same_seed_plays_the_same_life_with_one_last_message(seed: int) -> None:
    life = simulated.life("XA0000000001", seed, MONDAY)
    assert life == simulated.life("XA0000000001", seed, MONDAY)
    assert [m["status"] in ("delivered", "returned") for m in life] == [False] * (len(life) - 1) + [True]


def test_a_nasty_post_ends_each_letter_once(desk: Any, new_case: Any) -> None:
    rows = []
    for n in range(6):
        case = new_case("样乙公司")
        desk.consult(case)
        rows += desk.open(case)
        desk.try_(rows[-1], "phone", "未接通")
        desk.post(rows[-1], f"XN{n:010}")
    with clock.frozen(MONDAY), Simulator(seed=5) as simulator:
        adapter = HttpPost(f"{simulator.url}/post")
        with adapter.client:
            for hours in range(0, 24 * 20, 7):
                track(port=adapter, at=MONDAY + timedelta(hours=hours))
    assert not Letter.objects.filter(state=Letter.ON_THE_WAY).exists()
    for row in rows:
        assert Attempt.objects.filter(delivery=row, rung="post").count() == 2


def test_spoiled_messages_change_nothing_after_the_end(desk: Any, row: Any) -> None:
    desk.try_(row, "phone", "未接通")
    letter = desk.post(row)
    life = simulated.life(letter.tracking_no, 3, MONDAY)
    clean = port(lambda request: httpx.Response(200, json={"messages": life}))
    track(port=clean, at=MONDAY + timedelta(days=1))
    letter.refresh_from_db()
    row.refresh_from_db()
    before = (letter.state, letter.settled_on, row.state, row.step, row.served_on)
    Letter.objects.filter(pk=letter.pk).update(ask_at=None)
    for n in range(5):
        said = simulated.spoil(life, Random(n))
        for t in port(lambda request, said=said: httpx.Response(200, json={"messages": said})).track([letter.tracking_no]):
            hear(letter=letter, tracking=t, by=desk.officer, at=MONDAY + timedelta(days=9))
    letter.refresh_from_db()
    row.refresh_from_db()
    assert (letter.state, letter.settled_on, row.state, row.step, row.served_on) == before
    assert letter.contradicted
    assert LetterMessage.objects.filter(letter=letter).count() == len(life) + 1


def test_the_simulation_refuses_what_is_not_agreed_and_says_everything_twice_when_nasty() -> None:
    assert simulated.handle("GET", "/tracking", b"", 1)[0] == 404
    assert simulated.handle("POST", "/tracking", b"[]", 1)[0] == 400
    assert simulated.handle("POST", "/tracking", json.dumps({"numbers": ["x"] * 101}).encode(), 1)[0] == 422
    token = REQUEST.set(Request({}, True, 1))
    try:
        with clock.frozen(MONDAY):
            said = json.loads(simulated.handle("POST", "/tracking", b'{"numbers": ["XA0000000042"]}', 77)[2])["messages"]
    finally:
        REQUEST.reset(token)
    assert sum(m is not None and m.get("id") == "XA0000000042-0" and m.get("at") is not None and m["number"][:2] == "XA" for m in said) == 2
