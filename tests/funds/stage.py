"""A case with money and the people it takes to pay it out. Everybody is made up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from tests.real_court import MONDAY
from zhixing.casework.cases.models import Case, Party
from zhixing.casework.people.actors import Actor
from zhixing.desks.funds import paying, payouts, receipts
from zhixing.desks.funds.models import LedgerAccount, PayeeAccount, Payout, Receipt
from zhixing.desks.funds.payouts import Wish
from zhixing.desks.funds.receipts import Money

SERIAL = count(1)


@dataclass(frozen=True, slots=True)
class People:
    """One person for each step."""

    handler: Actor
    officer: Actor
    leader: Actor
    president: Actor
    finance: Actor


def arrived(case: Case, people: People, fen: int = 500_000, no: str = "", at: datetime = MONDAY, **more: Any) -> Receipt:
    """Money on the case's own account."""
    money = Money(no or f"L{next(SERIAL)}", fen, at.date(), payer="样乙公司", **more)
    return receipts.receive(case_id=case.pk, money=money, by=people.officer, at=at)


def accounted(receipt: Receipt, people: People, claim: int = 500_000, fee: int = 0, at: datetime = MONDAY) -> None:
    """The handler's accounting."""
    receipts.account_for(receipt_ref=receipt.ref, claim_fen=claim, interest_fen=0, costs_fen=0, fee_fen=fee, by=people.handler, at=at)


def account_of(case: Case, people: People, number: str = "6200000000000000001", at: datetime = MONDAY, role: str = Party.APPLICANT) -> PayeeAccount:
    """The account of the case's first applicant."""
    party = case.parties.get(role=role, position=1)
    return payouts.name_account(case_id=case.pk, party_id=party.pk, holder=party.name, bank="样例银行", number=number, evidence="收款账户确认书", by=people.handler, at=at)


def asked(receipt: Receipt, account: PayeeAccount, people: People, fen: int, at: datetime = MONDAY, **more: Any) -> Payout:
    wish = Wish(receipt.ref, more.pop("kind", Payout.CLAIM), fen, account.pk, "本案执行依据", more.pop("party_id", account.party_id), more.pop("payee", ""))
    return payouts.request(case_id=receipt.case_id, wish=wish, by=people.handler, at=at, **more)


def approved(payout: Payout, people: People, at: datetime = MONDAY) -> Payout:
    payouts.check(payout_ref=payout.ref, note="已电话回访收款人，账户一致", by=people.officer, at=at)
    return payouts.approve(payout_ref=payout.ref, by=people.leader, at=at)


def ready(case: Case, people: People, fen: int = 500_000, at: datetime = MONDAY) -> Payout:
    """A payout of everything, approved and not yet sent."""
    receipt = arrived(case, people, fen, at=at)
    accounted(receipt, people, fen, at=at)
    return approved(asked(receipt, account_of(case, people, at=at), people, fen, at), people, at)


def balances(case: Case) -> tuple[int, int]:
    """What lies on the case's account, and what of it is reserved."""
    row = LedgerAccount.objects.get(case=case)
    return row.balance_fen, row.reserved_fen


def paid(payout: Payout, people: People, at: datetime = MONDAY) -> Payout:
    paying.send(payout_refs=[payout.ref], by=people.finance, at=at)
    return paying.confirm(payout_ref=payout.ref, bank_ref="HD1", by=people.finance, at=at + timedelta(minutes=5))
