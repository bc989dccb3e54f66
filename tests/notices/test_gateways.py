"""The message gateway over real HTTP (the simulator), and answers that are not to be believed."""

from __future__ import annotations

import json
from datetime import timedelta

import httpx
import pytest
from django.core import mail

from tests.notices.stage import MINUTE, misordered, owe, work
from tests.small_court import MONDAY
from zhixing import clock
from zhixing.casework.notices.models import Gateway as Line
from zhixing.casework.notices.models import Notice
from zhixing.casework.notices.receipts import fetch_receipts
from zhixing.outside.gateways import EmailChannel, HttpChannel
from zhixing.outside.messages import Message, RejectedError, TransientError
from zhixing.outside.signed import ANSWER_BYTES
from zhixing.simulator import sms
from zhixing.simulator.faults import NASTY, Faults
from zhixing.simulator.server import Simulator

TEXT = Message("k1", "19900000001", "您好", "试验法院")


LINES: list[HttpChannel] = []


@pytest.fixture
def simulator():
    sms.GATEWAYS.clear()
    with clock.frozen(MONDAY), Simulator(seed=7) as running:
        yield running
        for line in LINES:
            line.close()
        LINES.clear()


def channel(simulator, secret: str = sms.SECRET) -> HttpChannel:
    LINES.append(HttpChannel(f"{simulator.url}/sms", secret))
    return LINES[-1]


def test_a_message_is_taken_once_and_says_that_it_is_simulated(simulator):
    line = channel(simulator)
    first, again = line.send(TEXT, MONDAY), line.send(TEXT, MONDAY)
    assert first == again
    assert first.simulated
    assert sms.gateway(7).messages["k1"]["times"] == 2
    receipts, following = line.receipts("", MONDAY)
    assert [r.key for r in receipts] == ["k1"]
    assert following == "1"
    assert line.receipts(following, MONDAY) == ([], "1")


def test_one_key_with_another_content_is_refused_for_good(simulator):
    line = channel(simulator)
    line.send(TEXT, MONDAY)
    with pytest.raises(RejectedError, match="内容不同"):
        line.send(Message("k1", "19900000002", "您好"), MONDAY)


def test_a_wrong_signature_or_an_old_one_is_not_believed(simulator):
    with pytest.raises(TransientError, match="签名"):
        channel(simulator, "another-secret").send(TEXT, MONDAY)
    with pytest.raises(TransientError, match="签名"):
        channel(simulator).send(TEXT, MONDAY - timedelta(minutes=6))
    assert not sms.gateway(7).messages


def test_every_answer_of_the_simulator_says_what_it_is(simulator):
    for path in ("/", "/sms/messages", "/nothing/"):
        answer = httpx.get(simulator.url + path)
        assert answer.headers["X-Simulation"] == "true"
    assert "模拟系统" in httpx.get(simulator.url + "/").text


def test_a_body_that_is_too_long_is_not_read(simulator):
    assert httpx.post(simulator.url + "/sms/messages", content=b"x" * 2_000_001).status_code == 413


def test_the_whole_outbox_goes_through_a_nasty_gateway_once_and_in_order(court, simulator):
    """P17 over real HTTP: errors before and after the work, broken answers, an outage, repeated and reversed receipts."""
    simulator.faults = Faults(NASTY.before, NASTY.after, NASTY.malformed, outage=(40, 70, 600))
    keys, line, at = owe(court, people=60, each=3, at=MONDAY), channel(simulator), MONDAY
    while Notice.objects.exclude(state__in=Notice.FINAL).exists():
        with clock.frozen(at):
            work(line, at)
            fetch_receipts(channels={"sms": line}, at=at)
        at += MINUTE
        assert at < MONDAY + timedelta(hours=6)
    taken = sms.gateway(7).messages
    assert sorted(taken) == sorted(keys)

    class Seen:
        def order(self):
            found: dict[str, list[str]] = {}
            for key, message in taken.items():
                found.setdefault(message["phone"], []).append(key)
            return found

    assert misordered(Seen(), keys) == []
    assert Notice.objects.filter(state=Notice.FAILED).exclude(error="空号或停机").count() == 0
    assert Line.objects.get(channel="sms").simulated


ODD = {
    "残缺": (200, b'{"key": "k1"'), "不是约定的格式": (200, b'{"key": "another", "state": "accepted"}'), "过长": (200, b"x" * (ANSWER_BYTES + 1)),
    "答复 302": (302, b""), "答复 503：忙": (503, '{"error": "忙"}'.encode()), "答复 401": (401, b"[]"), "答复 429": (429, b""),
}  # fmt: skip


@pytest.mark.parametrize("words", ODD)
def test_an_odd_answer_means_try_again(words):
    status, body = ODD[words]
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=body, headers={"Location": "http://elsewhere.invalid/"}))
    with pytest.raises(TransientError, match=words):
        HttpChannel("http://gateway.invalid", "s", transport=transport).send(TEXT, MONDAY)


def test_a_gateway_that_is_not_there_means_try_again():
    with pytest.raises(TransientError, match="连接不上"):
        HttpChannel("http://127.0.0.1:9", "s").send(TEXT, MONDAY)


def test_receipts_of_another_form_are_passed_over():
    rows = [{"key": "k1", "state": "delivered"}, {"key": 3, "state": "delivered"}, "x", {"key": "k2", "state": "lost"}, None]
    body = json.dumps({"receipts": rows, "next": 5}).encode()
    line = HttpChannel("http://gateway.invalid", "s", transport=httpx.MockTransport(lambda _: httpx.Response(200, content=body)))
    receipts, following = line.receipts("0", MONDAY)
    assert ([r.key for r in receipts], following) == (["k1"], "5")


def test_an_address_that_is_no_web_address_is_refused():
    with pytest.raises(ValueError, match="http"):
        HttpChannel("file:///etc/passwd", "s")


def test_a_mail_goes_to_one_person_and_its_repeat_can_be_recognised():
    line = EmailChannel("court@example.invalid")
    message = Message("k1", "yang@example.invalid", "您好", "试验法院")
    line.send(message, MONDAY)
    line.send(message, MONDAY)
    first, second = mail.outbox
    assert first.to == ["yang@example.invalid"]
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
    with pytest.raises(RejectedError):
        line.send(Message("k2", "yang@example.invalid\nBcc: x@example.invalid", "您好", "试验法院"), MONDAY)


def test_a_mail_server_that_is_not_there_means_try_again(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    with pytest.raises(TransientError, match="邮件服务器"):
        EmailChannel("court@example.invalid").send(Message("k1", "yang@example.invalid", "您好"), MONDAY)
