"""The simulated bank in this process: the same requests over the same protocol, without a wire."""

from __future__ import annotations

from contextvars import copy_context
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import httpx

from zhixing import clock
from zhixing.desks.funds.bank.handing import hand_in
from zhixing.desks.funds.bank.hearing import ask
from zhixing.outside.bank import HttpBank
from zhixing.outside.signed import signature_of
from zhixing.simulator import REQUEST, Request
from zhixing.simulator import bank as simulation

SEEDS = count(1000)
SECRET = "simulation-only"


class Wire:
    """A bank of its own; `nasty` as the simulator is; `lost` answers are worked on and never arrive; `down` answers nothing."""

    def __init__(self, *, nasty: bool = False) -> None:
        self.seed, self.nasty, self.lost, self.down, self.n = next(SEEDS), nasty, 0, False, 0
        self.port = HttpBank("http://bank.invalid", SECRET, transport=httpx.MockTransport(self._answer))

    @property
    def there(self) -> simulation.SimulatedBank:
        """What the bank knows."""
        return simulation.bank(self.seed)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.n += 1
        if self.down:
            return httpx.Response(503, json={"error": "维护"})

        def handle() -> Any:
            REQUEST.set(Request({k.lower(): v for k, v in request.headers.items()}, self.nasty, self.n))
            return simulation.handle(request.method, request.url.raw_path.decode(), request.content, self.seed)

        status, headers, body = copy_context().run(handle)
        if self.lost:
            self.lost -= 1
            raise httpx.ReadTimeout("lost")
        return httpx.Response(status, headers=headers, content=body)

    def turn(self, court_id: int, at: datetime) -> dict[str, Any]:
        """One turn of the worker."""
        with clock.frozen(at):
            handed = hand_in(bank=self.port, at=at)
            return {**ask(bank=self.port, court_id=court_id, at=at).as_json(), "taken": handed["taken"], "turned_down": handed["refused"]}

    def turns(self, court_id: int, at: datetime, n: int, minutes: int = 6) -> datetime:
        """Several, some minutes apart; the moment of the last."""
        for _ in range(n):
            at += timedelta(minutes=minutes)
            self.turn(court_id, at)
        return at


NONCES = count(1)


def push_headers(body: bytes, at: datetime, *, secret: str = SECRET, path: str = "/bank/push/", nonce: str = "") -> dict[str, str]:
    """The signature of a push."""
    stamp, nonce = str(int(at.timestamp())), nonce or f"nonce-{next(NONCES):06}"
    return {"X-Timestamp": stamp, "X-Nonce": nonce, "X-Signature": signature_of(secret.encode(), stamp, "POST", f"{path}\n{nonce}", body)}
