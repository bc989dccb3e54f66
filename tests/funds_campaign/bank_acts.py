"""What the rooms of the bank, of reconciling and of reports do, once, in an order in which each act finds what it needs: a batch by the
connection, what the bank says of it, what it pushes, a kept statement, findings, a month that two sign (四(三)1, 四(三)2(2), 四(三)3).

What is told item by item is not one transaction: each item is, and whatever was interrupted is done by the next turn.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from django.db.models import Max

from tests.cast import MONDAY
from zhixing.casework.courts.models import Court
from zhixing.desks.funds import paying, payouts
from zhixing.desks.funds.bank import handing, hearing
from zhixing.desks.funds.bank.models import Handing
from zhixing.desks.funds.ledger import close_month
from zhixing.desks.funds.models import Batch, LedgerAccount, PayeeAccount, Payout, Receipt
from zhixing.desks.funds.payouts import Wish
from zhixing.desks.funds.reconciling import actions, runs
from zhixing.desks.funds.reconciling.comparing import compare
from zhixing.desks.funds.reconciling.models import StatementRun
from zhixing.desks.funds.reports import findings, monthly
from zhixing.desks.funds.reports.models import Finding
from zhixing.outside.bank import Entry, Fate, Payment
from zhixing.outside.messages import RejectedError
from zhixing.rulebook.refusals import Refusal

from .acts import Act
from .statements import Line, without_a_process
from .world import World

TODAY, MARCH, APRIL = MONDAY.date(), date(2026, 3, 1), date(2026, 4, 1)
CLOSES = MONDAY + timedelta(days=40)


class Bank:
    """A bank that takes a batch once. What it has is on the disk, so that it outlives whoever is killed while asking."""

    connected = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def submit(self, batch_no: str, payments: Sequence[Payment], at: datetime) -> str:
        said, path = json.dumps([[p.no, p.account_no, p.amount_fen] for p in payments]), self.folder / batch_no
        if path.exists() and path.read_text() != said:
            raise RejectedError("这个批号已经受理过，内容不同")
        path.write_text(said)
        return f"受理 {batch_no}"

    def fates(self, batch_no: str, at: datetime) -> tuple[list[Fate], list[str]]:
        """The first is paid, the second comes back, of the third nothing is known yet."""
        one, two, _ = json.loads((self.folder / batch_no).read_text())
        return [Fate(one[0], "paid", one[2], "HD-1", "", MONDAY), Fate(two[0], "returned", two[2], "", "账户已销户", MONDAY)], []

    def entries(self, after: str, at: datetime) -> tuple[list[Entry], list[str], str]:
        return ([], [], after) if after else ([Entry("E1", "in", 7_000, MONDAY, "样乙公司", balance_fen=7_000), _own("E2", 9_000, 9_000)], [], "2")


def _own(serial: str, fen: int, balance_fen: int) -> Entry:
    return Entry(serial, "in", fen, MONDAY, "样乙2公司", balance_fen=balance_fen, case="（2026）豫1502执2号")


@contextmanager
def by_the_connection(world: World, bank: Bank) -> Iterator[None]:
    """The court's batches go to this bank."""
    court = Court.objects.get(pk=world.court_id)
    with patch.object(handing, "the_bank", lambda: bank), patch.object(handing, "the_court", lambda: court):
        yield


def turn() -> datetime:
    """The next turn of the worker: whatever was put off is due."""
    return max(MONDAY, Handing.objects.aggregate(at=Max("next_at"))["at"] or MONDAY)


def bank_acts(world: World, folder: Path) -> Iterator[Act]:
    """Three payouts by the bank's connection, money it tells of, a statement, findings, the month's end."""
    yield from _found_out(world)
    yield from _by_connection(world, Bank(folder))
    yield from _imported(world)
    yield from _month_ends(world)


def _asked(world: World, no: int, fen: int) -> str:
    """A payout of the case with that number, asked for; its ref."""
    account = PayeeAccount.objects.get(pk=world.accounts[no - 1])
    wish = Wish(Receipt.objects.get(receipt_no=f"L{no}").ref, Payout.CLAIM, fen, account.pk, "本案执行依据", account.party_id)
    return payouts.request(case_id=world.cases[no - 1], wish=wish, by=world.people["asks"][0], at=MONDAY).ref


def _found_out(world: World) -> Iterator[Act]:
    """Two payouts a little below what a bureau head may approve stand out."""
    first, officer = _asked(world, 1, 99_000_000), world.people["checks"][1]

    def tell() -> Any:
        return findings.tell_anomalies(by=findings.watch_actor(world.court_id), at=MONDAY)

    def note(step: str, **more: str) -> Callable[[], Any]:
        return lambda: findings.note(finding_ref=Finding.objects.latest("pk").ref, step=step, reason="已向承办人核实", by=officer, at=MONDAY, **more)

    yield Act("tell an anomaly", tell)
    yield Act("see an anomaly", note(Finding.SEEN))
    yield Act("explain an anomaly", note(Finding.EXPLAINED))
    payouts.cancel(payout_ref=first, reason="撤回", by=world.people["asks"][0], at=MONDAY)
    second = _asked(world, 1, 98_500_000)
    yield Act("tell an anomaly", tell, broken=False)
    yield Act("hand an anomaly on", note(Finding.HANDED, to="纪检组"))
    payouts.cancel(payout_ref=second, reason="撤回", by=world.people["asks"][0], at=MONDAY)


def _by_connection(world: World, bank: Bank) -> Iterator[Act]:
    checks, approves, pays = (world.people[s][0] for s in ("checks", "approves", "pays"))
    refs = [_asked(world, 2, fen) for fen in (30_000, 20_000, 10_000)]
    for ref in refs:
        payouts.check(payout_ref=ref, note="已回访", by=checks, at=MONDAY)
        payouts.approve(payout_ref=ref, by=approves, at=MONDAY)

    def send() -> Any:
        with by_the_connection(world, bank):
            return paying.send(payout_refs=refs, by=pays, at=MONDAY)

    def states() -> list[str]:
        return [Payout.objects.get(ref=ref).state for ref in refs]

    def booked(*serials: str) -> bool:
        return Receipt.objects.filter(bank_serial__in=serials).count() == len(serials)

    yield Act("send by the connection", send)
    yield Act("hand a batch in", lambda: handing.hand_in(bank=bank, at=turn()), whole=False, right=lambda: Handing.objects.get().state == Handing.TAKEN)
    yield Act("ask the bank", lambda: hearing.ask(bank=bank, court_id=world.court_id, at=turn()), whole=False, aside=("funds_bank_handing", "funds_bank_contact"),
              right=lambda: states() == [Payout.CONFIRMED, Payout.RETURNED, Payout.SENT] and booked("E1", "E2"))  # fmt: skip
    yield Act("hear what the bank pushes", lambda: _pushed(world), whole=False, aside=("funds_bank_push",),
              right=lambda: states()[2] == Payout.CONFIRMED and booked("E3", "E4", "E5"))  # fmt: skip
    assert len(list(bank.folder.iterdir())) == Batch.objects.count() == 1


def _pushed(world: World) -> Any:
    """The same message under a nonce of its own each time, as the bank pushes what had no answer."""
    no, moment = Payout.objects.get(amount_fen=10_000).no, MONDAY.isoformat()
    payment = {"no": no, "state": "paid", "amount_fen": 10_000, "bank_ref": "HD-3", "reason": "", "at": moment}
    entries = [{"serial": serial, "direction": "in", "amount_fen": fen, "at": moment, "name": "样乙公司", "account": "", "remark": "案款", "balance_fen": balance, "case": case}
               for serial, fen, balance, case in (("E3", 300, 7_300, ""), ("E4", 400, 7_700, ""), ("E5", 500, 9_500, "（2026）豫1502执2号"))]  # fmt: skip
    body = json.dumps({"id": "push-1", "payments": [payment], "entries": entries}).encode()
    return hearing.take_push(court_id=world.court_id, nonce=uuid4().hex, body=body, at=MONDAY + timedelta(hours=1))


def _imported(world: World) -> Iterator[Act]:
    """A statement that the page kept, queued and carried out by the worker."""
    by, day = world.people["receives"][0], TODAY + timedelta(days=1)
    run = StatementRun.objects.create(court_id=world.court_id, file="statements/明细.csv", file_name="明细.csv", sha256="-", typed_closing_fen=8_300,
                                      made_at=MONDAY, made_by_id=by.person_id, made_by_name=by.name)  # fmt: skip

    def carry_out() -> Any:
        with without_a_process([Line(f"T{n}", 100 * n, day) for n in (1, 2, 3)]):
            return runs.carry_out(run_id=run.pk, by=by, at=MONDAY + timedelta(days=2))

    def queue() -> None:
        with suppress(Refusal):  # one statement: interrupted after it, it is queued
            runs.queue(run=run, by=by)

    yield Act("queue a statement", queue, whole=False, right=lambda: StatementRun.objects.get(pk=run.pk).state == StatementRun.QUEUED)
    yield Act("carry a statement out", carry_out, whole=False,
              right=lambda: Receipt.objects.filter(bank_serial__startswith="T").count() == 3 and StatementRun.objects.get(pk=run.pk).state == StatementRun.DONE)  # fmt: skip


def _month_ends(world: World) -> Iterator[Act]:
    """March is reconciled, signed by two and closed with its report; April is closed without, its report is made up for."""
    bureau, finance, shown = world.people["checks"][0], world.people["pays"][0], compare(world.court_id, MARCH).sha256
    yield Act("sign for the bureau", lambda: actions.sign(first_on=MARCH, sha256=shown, by=bureau, at=CLOSES))
    yield Act("sign for finance", lambda: actions.sign(first_on=MARCH, sha256=shown, by=finance, at=CLOSES))
    signed = actions.balance_to_close(world.court_id, MARCH)
    assert signed is not None
    yield Act("close a signed month with its report", lambda: actions.close(first_on=MARCH, bank_fen=signed, by=finance, at=CLOSES))
    bank = -LedgerAccount.objects.values_list("balance_fen", flat=True).get(kind=LedgerAccount.BANK)
    later = MONDAY + timedelta(days=65)
    close_month(first_on=APRIL, bank_fen=bank, by=finance, at=later)
    yield Act("keep a report", lambda: monthly.keep_reports(court_id=world.court_id, at=later))
