"""The court of a campaign: a few cases with money, several people for every step, and one who holds every post. Everybody is made up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.cast import MONDAY, make_court, make_person
from zhixing.casework.cases.actions import NewCase, NewParty, file_case
from zhixing.casework.facts import rules
from zhixing.casework.people.actors import Actor, actor_of
from zhixing.desks.funds import payouts, receipts
from zhixing.desks.funds.receipts import Money

STEPS = ("asks", "checks", "approves", "pays", "receives")
POSTS = {"asks": "handler", "checks": "funds_officer", "approves": "president", "pays": "finance_clerk", "receives": "finance_clerk"}
FEN = 100_000_000
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c63600000000200015e35d7a60000000049454e44ae426082")


def proof() -> SimpleUploadedFile:
    """A paper that proves something: a picture of one point."""
    return SimpleUploadedFile("receipt.png", PNG, "image/png")


@dataclass(frozen=True, slots=True)
class World:
    """What the rivals share: ids only, so that each process opens its own connection."""

    court_id: int
    cases: tuple[int, ...]
    accounts: tuple[int, ...]
    parties: tuple[int, ...]
    people: dict[str, tuple[Actor, ...]]

    def anybody(self) -> Sequence[Actor]:
        """Everybody who holds a post."""
        return [a for several in self.people.values() for a in several]


def make(cases: int = 6, each: int = 2, fen: int = FEN) -> World:
    """A court with `cases` cases, each with `fen` on its account, accounted for, and its applicant's account named."""
    court, book = make_court(), rules.rulebook()
    people = {step: tuple(actor_of(make_person(court, post, username=f"{step}{n}", name=f"样{step}{n}", team="执行一团队"), book, MONDAY.date())
                          for n in range(each)) for step, post in POSTS.items()}  # fmt: skip
    greedy = make_person(court, *dict.fromkeys(POSTS.values()), username="greedy", name="样贪", team="执行一团队")
    people["greedy"] = (actor_of(greedy, book, MONDAY.date()),)
    clerk = actor_of(make_person(court, "intake_clerk"), book, MONDAY.date())
    ids, accounts, parties = [], [], []
    for seq in range(1, cases + 1):
        new = NewCase(number=f"（2026）豫1502执{seq}号", year=2026, kind="执", seq=seq, filed_on=MONDAY.date(), claim_yuan=Decimal(fen) / 100,
                      parties=[NewParty("applicant", f"样甲{seq}"), NewParty("debtor", f"样乙{seq}公司")])  # fmt: skip
        case = file_case(new=new, by=clerk, at=MONDAY)[0]
        receipt = receipts.receive(case_id=case.pk, money=Money(f"L{seq}", fen, MONDAY.date(), payer=f"样乙{seq}公司"), by=people["receives"][0], at=MONDAY)
        receipts.account_for(receipt_ref=receipt.ref, claim_fen=fen, interest_fen=0, costs_fen=0, fee_fen=0, by=people["asks"][0], at=MONDAY)
        party = case.parties.get(role="applicant")
        account = payouts.name_account(case_id=case.pk, party_id=party.pk, holder=party.name, bank="样例银行", number=f"62{seq:017d}", evidence="确认书",
                                       by=people["asks"][0], at=MONDAY - timedelta(days=3))  # fmt: skip
        ids.append(case.pk)
        accounts.append(account.pk)
        parties.append(party.pk)
    return World(court.pk, tuple(ids), tuple(accounts), tuple(parties), people)
