"""Every act with money once, in an order in which each finds what it needs. Rows are found by their numbers, so that another
process may have done the act before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tests.cast import MONDAY
from zhixing.casework.cases.models import Case
from zhixing.casework.facts import record
from zhixing.desks.funds import claims, corrections, paying, payouts, receipts
from zhixing.desks.funds.adopting import adopt_money
from zhixing.desks.funds.importing import import_statement
from zhixing.desks.funds.ledger import close_month, reverse
from zhixing.desks.funds.models import LedgerAccount, PayeeAccount, Payout, Posting, Receipt
from zhixing.desks.funds.payouts import Wish
from zhixing.desks.funds.receipts import Money

from .statements import Line, without_a_process
from .world import World, proof

TODAY = MONDAY.date()
LATER = MONDAY + timedelta(days=40)


@dataclass(frozen=True, slots=True)
class Act:
    """One act. `whole`: all of it or nothing; a statement is whole line by line. `broken`: whether it is to be interrupted (an act
    that only prepares another is not). `aside`: tables that keep how often it was tried. `right`: whether it came to what it should,
    where an act is not refused when something of it is missing."""

    name: str
    run: Callable[[], Any]
    whole: bool = True
    broken: bool = True
    aside: tuple[str, ...] = ()
    right: Callable[[], bool] = lambda: True


def acts(world: World) -> Iterator[Act]:
    """Everything, in its order; the cases' own money of the world (L1, L2) is there already."""
    case, other = world.cases[:2]
    asks, checks, approves, pays, receives = (world.people[s][0] for s in ("asks", "checks", "approves", "pays", "receives"))

    def ref(no: str) -> str:
        return str(Receipt.objects.values_list("ref", flat=True).get(receipt_no=no))

    def out(no: str) -> str:
        return str(Payout.objects.values_list("ref", flat=True).get(no=no))

    def ask(no: str, fen: int) -> Callable[[], Any]:
        def run() -> Any:
            account = PayeeAccount.objects.get(number="6200000000000000009")
            wish = Wish(ref("A1"), Payout.CLAIM, fen, account.pk, "本案执行依据", account.party_id)
            return payouts.request(case_id=case, wish=wish, key=f"ask-{no}", by=asks, at=MONDAY)

        return run

    def ready(no: str, fen: int) -> Iterator[Act]:
        yield Act("request", ask(no, fen), broken=no == "A1-1")
        yield Act("check", lambda: payouts.check(payout_ref=out(no), note="已回访", by=checks, at=MONDAY), broken=no == "A1-1")
        yield Act("approve", lambda: payouts.approve(payout_ref=out(no), by=approves, at=MONDAY), broken=no == "A1-1")

    def name_account() -> Any:
        return payouts.name_account(case_id=case, party_id=world.parties[0], holder="样甲1", bank="样例银行", number="6200000000000000009", evidence="确认书", by=asks, at=MONDAY - timedelta(days=2))

    def came(no: str, fen: int) -> Money:
        return Money(no, fen, TODAY, payer="样乙公司", bank_serial=f"B{no}")

    yield Act("receive", lambda: receipts.receive(case_id=case, money=came("A1", 500_000), key="a1", by=receives, at=MONDAY))
    yield Act("notice", lambda: receipts.notice(receipt_ref=ref("A1"), notice_no="T1", key="t1", by=receives, at=MONDAY))
    yield Act("account", lambda: receipts.account_for(receipt_ref=ref("A1"), claim_fen=400_000_000, interest_fen=0, costs_fen=0, fee_fen=1_000, key="acc", by=asks, at=MONDAY))
    yield Act("name account", name_account)
    yield from ready("A1-1", 200_000)
    yield from ready("A1-2", 100_000)
    yield Act("send", lambda: paying.send(payout_refs=[out("A1-1"), out("A1-2")], by=pays, at=MONDAY))
    yield Act("confirm", lambda: paying.confirm(payout_ref=out("A1-1"), bank_ref="HD1", by=pays, at=MONDAY))
    yield Act("return what was sent", lambda: paying.give_back(payout_ref=out("A1-2"), reason="退汇", by=pays, at=MONDAY))
    yield Act("return what was paid", lambda: paying.give_back(payout_ref=out("A1-1"), reason="退汇", by=pays, at=MONDAY))
    yield from ready("A1-3", 50_000)
    yield Act("cancel", lambda: payouts.cancel(payout_ref=out("A1-3"), reason="撤回", by=asks, at=MONDAY))
    yield Act("dispute", lambda: receipts.set_dispute(case_id=case, amount_fen=1_000, reason="异议", key="d1", by=asks, at=MONDAY))
    yield Act("receive general", lambda: claims.receive_general(money=came("Z1", 7_000), key="z1", by=receives, at=MONDAY))
    yield Act("identify", lambda: claims.identify(receipt_ref=ref("Z1"), case_id=case, basis="附言", told="样某", key="i1", by=checks, at=MONDAY))
    yield Act("claim", lambda: claims.claim(receipt_ref=ref("Z1"), case_id=case, reason="是本案的", key="c1", by=asks, at=MONDAY))
    yield Act("refuse claim", lambda: claims.refuse_claim(receipt_ref=ref("Z1"), why="不是", by=checks, at=MONDAY))
    yield Act("claim", lambda: claims.claim(receipt_ref=ref("Z1"), case_id=case, reason="是本案的", key="c2", by=asks, at=MONDAY), broken=False)
    yield Act("book", lambda: claims.book(receipt_ref=ref("Z1"), key="b1", by=checks, at=MONDAY))
    number = Case.objects.values_list("number", flat=True).get(pk=other)
    yield Act("ask correction", lambda: corrections.ask_correction(receipt_ref=ref("Z1"), number=number, reason="看错", key="x1", by=checks, at=MONDAY))
    yield Act("correct to another case", lambda: corrections.correct(receipt_ref=ref("Z1"), by=receives, at=MONDAY))
    yield Act("receive", lambda: receipts.receive(case_id=case, money=came("A2", 9_000), key="a2", by=receives, at=MONDAY), broken=False)
    yield Act("ask correction", lambda: corrections.ask_correction(receipt_ref=ref("A2"), reason="登记错", key="x2", by=checks, at=MONDAY), broken=False)
    yield Act("correct off the books", lambda: corrections.correct(receipt_ref=ref("A2"), by=receives, at=MONDAY))
    yield Act("hand over on site", lambda: receipts.pay_on_site(case_id=case, money=Money("X1", 3_000, TODAY, payer="样乙"), payee="样甲", officers=("样一", "样二"),
                                                                proof=proof(), key="o1", by=asks, at=MONDAY))  # fmt: skip
    yield Act("book on site", lambda: receipts.book_on_site(receipt_ref=ref("X1"), amount_fen=3_000, key="o2", by=checks, at=MONDAY))
    yield Act("import", lambda: _import(world), whole=False, aside=("funds_statement_run",))
    yield Act("reverse", lambda: reverse(posting_id=Posting.objects.get(purpose="fee").pk, reason="费用算错", business_on=TODAY, by=pays, at=MONDAY))
    yield Act("arrive in the journal", lambda: record("money_arrived", court_id=world.court_id, case_id=other, key="j1", by=receives, at=MONDAY,
                                                      payload={"receipt_no": "J1", "amount_yuan": "12.34", "payer": "样乙", "channel": "一案一账号"}), broken=False)  # fmt: skip
    yield Act("adopt", lambda: adopt_money(court_id=world.court_id, since=MONDAY - timedelta(days=1), at=MONDAY))
    yield Act("close month", lambda: close_month(first_on=date(2026, 3, 1), bank_fen=-_bank(), by=pays, at=LATER))


def _import(world: World) -> Any:
    with without_a_process([Line(f"S{n}", 100 * n, TODAY) for n in (1, 2, 3)]):
        return import_statement(file=b"", filename="明细.csv", by=world.people["receives"][0], at=MONDAY)


def _bank() -> int:
    return int(LedgerAccount.objects.values_list("balance_fen", flat=True).get(kind=LedgerAccount.BANK))
