"""What the bank says, twice, late, in any order, by any way: one receipt an entry, one settlement a payment (I5, I8, I9, trust F7)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.funds.stage import People, account_of, accounted, approved, arrived, asked, balances
from tests.funds_bank.simulated import SECRET, Wire, push_headers
from tests.real_court import MONDAY
from zhixing import clock
from zhixing.casework.cases.models import Case
from zhixing.desks.funds import paying
from zhixing.desks.funds.balances import trial_balance
from zhixing.desks.funds.bank.hearing import hear
from zhixing.desks.funds.bank.keeping import bank_actor
from zhixing.desks.funds.bank.models import BankConnection, BankMessage, BankPush
from zhixing.desks.funds.check import differences
from zhixing.desks.funds.importing import import_statement
from zhixing.desks.funds.models import Payout, Receipt
from zhixing.outside.bank import read_entry, read_fate

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(hours=1)


@pytest.fixture
def push(settings: Any, case: Case, client: Client) -> Callable[..., Any]:
    """The bank pushes: `push(message)` answers (status, JSON)."""
    settings.BANK = {"url": "http://bank.invalid", "secret": SECRET, "court": case.court.code}

    def send(message: Any, *, at: datetime = LATER, off: timedelta = timedelta(0), **options: Any) -> tuple[int, dict[str, Any]]:
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        headers = push_headers(body, at + off, **options)
        with clock.frozen(at):
            answer = client.post("/bank/push/", body, content_type="application/json", headers=headers)
        return answer.status_code, answer.json()

    return send


def moved(serial: str, fen: int = 1_000, **more: Any) -> dict[str, Any]:
    return {"serial": serial, "direction": "in", "amount_fen": fen, "at": MONDAY.isoformat(), "name": "样乙公司", "remark": "执行款", **more}


def fate(no: str, state: str, fen: int, minutes: int = 1) -> dict[str, Any]:
    return {"no": no, "state": state, "amount_fen": fen, "bank_ref": "HD" if state == "paid" else "", "reason": "" if state == "paid" else "销户",
            "at": (MONDAY + timedelta(minutes=minutes)).isoformat()}  # fmt: skip


def with_the_bank(case: Case, people: People, fens: tuple[int, ...] = (1_000, 2_000)) -> list[Payout]:
    """Payouts of one receipt that the bank has."""
    receipt = arrived(case, people, sum(fens))
    accounted(receipt, people, sum(fens))
    account = account_of(case, people)
    rows = [approved(asked(receipt, account, people, fen), people) for fen in fens]
    paying.send(payout_refs=[row.ref for row in rows], by=people.finance, at=MONDAY)
    return rows


def test_a_push_books_what_came_and_said_again_it_is_nothing_new(push: Callable[..., Any], case: Case) -> None:
    said = {"id": "m1", "entries": [moved("S1"), moved("S2", case=case.number)]}
    assert push(said) == (200, {"state": "accepted", "paid": 0, "returned": 0, "received": 2, "known": 0, "refused": []})
    assert push(said)[1]["state"] == "repeated"
    assert push({**said, "id": "m2"})[1]["known"] == 2
    assert {(r.bank_serial, r.channel, r.case_id) for r in Receipt.objects.all()} == {("S1", Receipt.GENERAL, None), ("S2", Receipt.OWN, case.pk)}
    assert balances(case) == (1_000, 0)
    assert BankMessage.objects.count() == 2


@pytest.mark.parametrize(("options", "status"), [
    ({"secret": "wrong"}, 401), ({"path": "/bank/other/"}, 401), ({"off": timedelta(minutes=6)}, 401), ({"off": timedelta(minutes=-6)}, 401), ({"off": timedelta(minutes=4)}, 200),
])  # fmt: skip
def test_what_is_not_freshly_signed_is_not_read(push: Callable[..., Any], options: dict[str, Any], status: int) -> None:
    assert push({"id": "m1", "entries": [moved("S1")]}, **options)[0] == status
    assert Receipt.objects.count() == (status == 200)


@pytest.mark.parametrize("body", [
    b" ", b"{", b"[]", b"null", b'{"id": 1}', b'{"id": ""}', b'{"id": "a", "entries": {}}', b'{"id": "a", "payments": "x"}', b"[" * 5000, b"\xff\xfe",
    json.dumps({"id": "x" * 81}).encode(), b'{"entries": []}', b'{"id": "\\ud800"}', b'{"id": "a\\u0000"}', b'{"id": "a", "id": "b"}', b'{"id": "a", "other": 1}',
])  # fmt: skip
def test_what_has_not_the_agreed_form_is_refused_whole_with_the_reason(push: Callable[..., Any], body: bytes) -> None:
    status, answer = push(body)
    assert (status, answer["state"], bool(answer["error"])) == (400, "refused", True)
    assert (BankMessage.objects.get().refused, BankPush.objects.count(), Receipt.objects.count()) == (1, 1, 0)


def test_a_nonce_counts_once_and_without_one_nothing_is_read(push: Callable[..., Any]) -> None:
    """Trust F7: the same request sent again by a stranger is refused, and so is the same nonce under another content."""
    assert push({"id": "m1", "entries": [moved("S1")]}, nonce="once-only-1")[0] == 200
    for said in ({"id": "m1", "entries": [moved("S1")]}, {"id": "m2", "entries": [moved("S2")]}):
        assert push(said, nonce="once-only-1")[0] == 409
    for nonce in ("short", "with space", "n" * 65, "一次性编号一次性编号"):
        assert push({"id": "m3"}, nonce=nonce.encode().decode("latin-1"))[0] == 401
    assert (Receipt.objects.count(), BankPush.objects.count()) == (1, 1)


def test_an_id_used_again_for_something_else_is_refused_and_shown_not_lost(push: Callable[..., Any]) -> None:
    assert push({"id": "m1", "entries": [moved("S1")]})[0] == 200
    assert push({"id": "m1", "entries": [moved("S2")]})[0] == 409
    assert "内容不同" in BankMessage.objects.get(refused=1).outcome["refused"][0]


def test_a_push_is_stored_as_it_came_before_anything_is_made_of_it(push: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed in between, the words are there; pushed again they are taken in once."""
    from zhixing.desks.funds.bank import hearing

    said = {"id": "m1", "entries": [moved("S1")]}
    with monkeypatch.context() as broken:
        broken.setattr(hearing, "hear", lambda **_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            push(said)
    assert (json.loads(BankPush.objects.get().content), BankMessage.objects.count()) == (said, 0)
    assert push(said)[1]["received"] == 1


def test_too_much_is_refused_before_it_is_read(push: Callable[..., Any]) -> None:
    assert push(b" " * 1_000_001)[0] == 413
    assert push({"id": "m", "entries": [moved(f"S{n}") for n in range(1_001)]})[0] == 413
    assert not Receipt.objects.exists()


@pytest.mark.parametrize("bad", [
    None, "x", {}, moved("S9") | {"amount_fen": 1.5}, moved("S9") | {"amount_fen": True}, moved("S9", 0), moved("S9", -5), moved("S9", 10**16), moved("S9") | {"at": "昨天"},
    moved("S9") | {"at": "2026-03-02T09:00:00"}, moved("S9") | {"direction": "both"}, moved("'; DROP"), moved("S9") | {"name": 5}, moved("S9") | {"remark": "a\x00b"},
    moved("S9") | {"balance_fen": "1"}, moved("S9") | {"name": "\ud800"}, {"\ud800": "\x00"}, moved("S9") | {"unknown": 1}, moved("S9") | {"at": "0001-01-01T00:00:00+14:00"}, moved("S9", case="（2026）豫1502执99号"),
])  # fmt: skip
def test_an_item_that_cannot_be_believed_costs_no_other_and_is_told(push: Callable[..., Any], bad: Any) -> None:
    status, answer = push({"id": "m1", "entries": [bad, moved("S1")]})
    assert (status, answer["received"], len(answer["refused"])) == (200, 1, 1)
    assert list(Receipt.objects.values_list("bank_serial", flat=True)) == ["S1"]
    assert BankMessage.objects.get().refused == 1


def test_a_payment_is_settled_by_the_later_word_in_every_order(case: Case, people: People) -> None:
    """Six messages about two payments come to the same in every order that is tried: the first forty of the 720 and a seventh of the others."""
    from django.db import transaction

    one, two = with_the_bank(case, people)
    said = [fate(one.no, "paid", 1_000), fate(one.no, "paid", 1_000), fate(two.no, "paid", 2_000, 1), fate(two.no, "returned", 2_000, 5), fate(two.no, "returned", 2_000, 5),
            fate(one.no, "paid", 999)]  # fmt: skip
    by, seen = bank_actor(case.court_id, MONDAY), set()
    for n, order in enumerate(permutations(said)):
        if n % 7 and n > 40:  # a seventh of them here: each is six transactions
            continue
        with transaction.atomic():
            for message in order:
                hear(fates=[read_fate(message)], by=by, at=LATER)
            seen.add((tuple(Payout.objects.order_by("pk").values_list("state", flat=True)), balances(case)))
            assert list(differences(case.court_id)) == []
            transaction.set_rollback(True)
    assert seen == {((Payout.CONFIRMED, Payout.RETURNED), (2_000, 0))}


def test_another_amount_an_unknown_number_and_a_payment_never_sent_are_told_not_booked(case: Case, people: People) -> None:
    one, _ = with_the_bank(case, people)
    receipt = arrived(case, people, 500)
    accounted(receipt, people, 500)
    waiting = asked(receipt, account_of(case, people, role="debtor"), people, 500, kind=Payout.REFUND)
    said = [read_fate(fate(one.no, "paid", 1)), read_fate(fate("没有", "paid", 1)), read_fate(fate(waiting.no, "paid", 500))]
    heard = hear(fates=said, by=bank_actor(case.court_id, MONDAY), at=LATER)
    assert (heard.paid, len(heard.refused)) == (0, 3)
    assert Payout.objects.get(pk=one.pk).state == Payout.SENT


def test_paid_after_it_came_back_is_for_a_person_to_look_at(case: Case, people: People) -> None:
    one, _ = with_the_bank(case, people)
    by = bank_actor(case.court_id, MONDAY)
    hear(fates=[read_fate(fate(one.no, "returned", 1_000))], by=by, at=MONDAY + timedelta(minutes=2))
    heard = hear(fates=[read_fate(fate(one.no, "paid", 1_000, 30))], by=by, at=LATER)
    assert "银行后来又说已付" in heard.refused[0]
    assert Payout.objects.get(pk=one.pk).state == Payout.RETURNED


def test_an_entry_pushed_asked_for_and_imported_by_file_is_one_receipt_whatever_comes_first(push: Callable[..., Any], case: Case, people: People) -> None:
    wire = Wire()
    deposits = [wire.there.deposit({"amount_fen": 100 * n, "name": "样乙公司", "remark": "执行款"}) for n in (1, 2, 3)]
    assert all(status == 200 for status, _, _ in deposits)
    there = wire.there.page(0)[0]
    with clock.frozen(LATER):
        lines = "\n".join(f"{e['serial']},{LATER:%Y-%m-%d},贷,{e['amount_fen'] / 100:.2f},样乙公司,6200,执行款" for e in there)
        text = f"交易流水号,交易日期,借贷标志,交易金额,对方户名,对方账号,摘要\n{lines}\n"
    ways = [
        lambda: push({"id": "p", "entries": [e | {"at": MONDAY.isoformat()} for e in there]}),
        lambda: wire.turn(case.court_id, datetime.fromisoformat(there[-1]["at"]) + timedelta(minutes=1)),
        lambda: import_statement(file=text.encode(), filename="流水.csv", by=people.finance, at=datetime.fromisoformat(there[-1]["at"]) + timedelta(minutes=1)),
    ]
    from django.db import transaction

    for order in permutations(ways):
        with transaction.atomic():
            for way in order:
                way()
            assert sorted(Receipt.objects.values_list("amount_fen", flat=True)) == [100, 200, 300]
            transaction.set_rollback(True)
    wire.port.system.close()


def test_a_fault_while_asking_is_noted_and_the_next_turn_goes_on_where_it_stopped(case: Case) -> None:
    wire = Wire()
    with clock.frozen(MONDAY):
        wire.there.deposit({"amount_fen": 100})
    wire.down = True
    wire.turn(case.court_id, MONDAY)
    assert BankConnection.objects.get(court_id=case.court_id).failed_at == MONDAY
    wire.down = False
    assert wire.turn(case.court_id, LATER)["received"] == 1
    assert wire.turn(case.court_id, LATER)["received"] == 0
    contact = BankConnection.objects.get(court_id=case.court_id)
    assert (contact.place, contact.failed_at) == ("1", None)
    wire.port.system.close()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=st.lists(st.tuples(st.sampled_from(["push", "poll", "deposit", "lost", "down"]), st.integers(0, 5)), min_size=4, max_size=14), nasty=st.booleans())
def test_whatever_a_bank_says_the_books_stay_even_and_no_payment_is_made_twice(case: Case, people: People, acts: list[tuple[str, int]], nasty: bool) -> None:
    from django.db import transaction

    from zhixing.desks.funds.bank.models import Handing

    with transaction.atomic():
        rows, wire, at = with_the_bank(case, people, (1_000, 2_000, 3_000)), Wire(nasty=nasty), LATER
        Handing.objects.create(batch=Payout.objects.get(pk=rows[0].pk).batch, next_at=MONDAY)
        for act, n in acts:
            at += timedelta(minutes=6)
            if act == "deposit":
                with clock.frozen(at):
                    wire.there.deposit({"amount_fen": 100 + n, "case": case.number if n % 2 else ""})
            elif act == "push":
                said = [read_entry(e) for e in wire.there.page(n)[0]]
                hear(entries=said, fates=[f for f in map(read_fate, wire.there.fates.values()) if f], by=bank_actor(case.court_id, at), at=at)
            elif act == "lost":
                wire.lost = 1
            else:
                wire.down = act == "down"
                wire.turn(case.court_id, at)
        wire.down, wire.lost = False, 0
        wire.turns(case.court_id, at + timedelta(hours=3), 4)
        assert trial_balance(case.court_id, on=at.date()).difference_fen == 0
        assert list(differences(case.court_id)) == []
        assert all(times == 1 for times in wire.there.paid.values())
        states = set(Payout.objects.values_list("state", flat=True))
        assert states <= {Payout.CONFIRMED, Payout.RETURNED}
        assert Receipt.objects.filter(bank_serial__startswith="SIM").count() == sum(e["direction"] == "in" for e in wire.there.entries)
        wire.port.system.close()
        transaction.set_rollback(True)


def test_the_page_says_how_the_connection_is(push: Callable[..., Any], person: Callable[..., Any], client_of: Callable[..., Client], case: Case) -> None:
    push({"id": "m1", "entries": [moved("S1"), None]})
    with clock.frozen(LATER):
        text = client_of(person("finance_clerk")).get("/funds/bank/").content.decode()
        assert "1 项" in text
        assert "m1" in text
        assert "1 笔，10.00 元" in text
        assert client_of(person("handler")).get("/funds/bank/").status_code == 403
