"""Batches by the connection: once, whatever happens on the way (四(三)2(2), I5, trust T1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.funds.stage import People, balances, ready
from tests.funds_bank.simulated import Wire
from tests.real_court import MONDAY
from zhixing.casework.cases.models import Case
from zhixing.desks.funds import paying
from zhixing.desks.funds.bank import keeping
from zhixing.desks.funds.bank.handing import ask_again, hand_in
from zhixing.desks.funds.bank.models import Handing
from zhixing.desks.funds.check import differences
from zhixing.desks.funds.models import Batch, Payout
from zhixing.outside.bank import FileBank, HttpBank, Payment
from zhixing.outside.messages import TransientError
from zhixing.rulebook.refusals import Refusal
from zhixing.simulator.server import Simulator

pytestmark = pytest.mark.django_db


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch, case: Case) -> Iterator[Wire]:
    """A connected bank."""
    made = Wire()
    monkeypatch.setattr("zhixing.desks.funds.bank.handing.the_bank", lambda: made.port)
    monkeypatch.setattr("zhixing.desks.funds.bank.handing.the_court", lambda: case.court)
    monkeypatch.setattr("zhixing.simulator.bank.RETURNED", 0.0)
    yield made
    made.port.system.close()


def sent(case: Case, people: People, fen: int = 500_000) -> Batch:
    return paying.send(payout_refs=[ready(case, people, fen).ref], by=people.finance, at=MONDAY)


def test_a_batch_goes_by_itself_and_each_payment_is_confirmed_by_the_banks_word(wire: Wire, case: Case, people: People) -> None:
    batch = sent(case, people)
    assert wire.turn(case.court_id, MONDAY)["taken"] == 1
    handing = Handing.objects.get(batch=batch)
    assert (handing.state, "银行受理号" in handing.proof) == (Handing.TAKEN, True)
    wire.turns(case.court_id, MONDAY, 3)
    row = Payout.objects.get(batch=batch)
    assert row.state == Payout.CONFIRMED
    assert row.settled_by.name == keeping.NAME
    assert wire.there.paid == {row.no: 1}
    assert balances(case) == (0, 0)
    assert list(differences(case.court_id)) == []


def test_an_answer_that_is_lost_after_the_bank_took_the_batch_is_no_second_payment(wire: Wire, case: Case, people: People) -> None:
    """The worst moment to be killed: the bank has it, and nobody wrote that down."""
    batch = sent(case, people)
    wire.lost = 3
    for n in range(4):
        wire.turn(case.court_id, MONDAY + timedelta(hours=n * 3))
    wire.turns(case.court_id, MONDAY + timedelta(hours=12), 3)
    row = Payout.objects.get(batch=batch)
    assert (row.state, wire.there.paid) == (Payout.CONFIRMED, {row.no: 1})


def test_a_bank_that_is_down_is_asked_again_after_growing_pauses_and_the_page_may_hurry(wire: Wire, case: Case, people: People) -> None:
    batch = sent(case, people)
    wire.down = True
    wire.turn(case.court_id, MONDAY)
    waiting = Handing.objects.get(batch=batch)
    assert (waiting.state, waiting.next_at > MONDAY, "503" in waiting.remark) == (Handing.WAITING, True, True)
    wire.down = False
    assert hand_in(bank=wire.port, at=MONDAY + timedelta(seconds=1))["taken"] == 0
    ask_again(batch=batch, at=MONDAY + timedelta(seconds=2))
    assert wire.turn(case.court_id, MONDAY + timedelta(seconds=2))["taken"] == 1
    with pytest.raises(Refusal, match="已经受理"):
        ask_again(batch=batch, at=MONDAY)


def test_a_batch_number_the_bank_knows_with_other_content_is_a_matter_for_a_person(wire: Wire, case: Case, people: People) -> None:
    batch = sent(case, people)
    wire.there.take({"batch": batch.no, "payments": []})
    assert wire.turn(case.court_id, MONDAY)["turned_down"] == 1
    batch.handing.refresh_from_db()
    assert (batch.handing.state, batch.handing.next_at) == (Handing.REFUSED, None)
    assert Payout.objects.get(batch=batch).state == Payout.SENT


def test_a_returned_payment_is_on_the_cases_account_again_and_its_clock_runs(wire: Wire, case: Case, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhixing.simulator.bank.RETURNED", 1.0)
    batch = sent(case, people)
    wire.turns(case.court_id, MONDAY, 4)
    row = Payout.objects.get(batch=batch)
    assert (row.state, "（模拟）" in row.outcome, balances(case)) == (Payout.RETURNED, True, (500_000, 0))
    assert wire.there.paid == {}


def test_without_a_connection_the_file_is_carried_by_hand_and_nothing_is_handed_in(case: Case, people: People, tmp_path: Any) -> None:
    batch = sent(case, people)
    assert not Handing.objects.exists()
    bank = FileBank(tmp_path)
    assert hand_in(bank=bank, at=MONDAY) == {"taken": 0, "refused": 0, "waiting": 0}
    assert (tmp_path / bank.submit(batch.no, paying.payments_of(batch), MONDAY)).read_bytes() == paying.batch_file(batch)


def test_the_connection_never_asks_for_checks_or_approves_a_payout(case: Case, people: People) -> None:
    """Trust R2, R3: what the bank's word may write down is money that came and payments that went or came back."""
    by = keeping.bank_actor(case.court_id, MONDAY)
    row = ready(case, people)
    for act in (lambda: paying.send(payout_refs=[row.ref], by=people.leader, at=MONDAY), lambda: paying.confirm(payout_ref=row.ref, bank_ref="1", by=by, at=MONDAY)):
        with pytest.raises(Refusal):
            act()
    assert by.person_id is not None
    assert keeping.bank_actor(case.court_id, MONDAY).person_id == by.person_id


@pytest.mark.parametrize("state", ["waiting", "taken"])
def test_the_database_wants_the_proof_of_a_taken_batch(wire: Wire, case: Case, people: People, state: str) -> None:
    from django.db import IntegrityError, transaction

    handing = sent(case, people).handing
    if state == "taken":
        with pytest.raises(IntegrityError), transaction.atomic():
            Handing.objects.filter(pk=handing.pk).update(state=state)
    else:
        Handing.objects.filter(pk=handing.pk).update(state=state)


def test_over_a_real_wire_the_simulated_bank_says_that_it_is_one(actor: Callable[..., Any]) -> None:
    from zhixing import clock

    now = clock.now()
    with Simulator(seed=7) as simulator:
        bank = HttpBank(f"{simulator.url}/bank", "simulation-only")
        assert bank.submit("B1", [Payment("N1", "样甲", "样例银行", "6200", 100, "执行案款")], now).endswith("（模拟）")
        assert bank.fates("B1", now) == ([], [])
        [fate], wrong = bank.fates("B1", now)
        assert (fate.no, fate.amount_fen, wrong) == ("N1", 100, [])
        bank.system.close()
        stranger = HttpBank(f"{simulator.url}/bank", "another secret")
        with pytest.raises(TransientError, match="401"):
            stranger.fates("B1", now)
        stranger.system.close()


def test_the_simulated_bank_pushes_what_moves_rightly_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    from http.server import BaseHTTPRequestHandler, HTTPServer
    from threading import Thread

    from zhixing import clock
    from zhixing.outside.bank import rightly_signed
    from zhixing.simulator import bank as simulation

    taken: list[tuple[dict[str, str], bytes]] = []

    class Court(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(({k.lower(): v for k, v in self.headers.items()}, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Court)
    listening = Thread(target=server.handle_request)
    listening.start()
    monkeypatch.setenv("ZHIXING_BANK_PUSH", f"http://127.0.0.1:{server.server_address[1]}/bank/push/")
    simulation.bank(4242).deposit({"amount_fen": 100, "name": "样乙公司"})
    listening.join(10)
    server.server_close()
    [(headers, body)] = taken
    assert b'"amount_fen": 100' in body
    assert rightly_signed(secret="simulation-only", stamp=headers["x-timestamp"], nonce=headers["x-nonce"], signature=headers["x-signature"], path="/bank/push/", body=body,
                          at=clock.now(), window_seconds=60)  # fmt: skip
