"""Played by `test_at_once` in processes of their own: payouts made ready, rivals that send them at once, one of them killed. JSON out.

`rivals.py make N` prepares, `rivals.py send SEED` sends everything in an order of its own, again and again, `rivals.py look` tells.
"""

from __future__ import annotations

import json
import random
import sys
from decimal import Decimal

import django

django.setup()

from tests.cast import MONDAY, actor, make_cast, make_court  # noqa: E402  Django must be set up first
from tests.funds.stage import People, ready  # noqa: E402
from zhixing.casework.cases.actions import NewCase, NewParty, file_case  # noqa: E402
from zhixing.casework.people.models import Person  # noqa: E402
from zhixing.desks.funds import paying  # noqa: E402
from zhixing.desks.funds.check import differences  # noqa: E402
from zhixing.desks.funds.models import LedgerAccount, Payout, Posting  # noqa: E402
from zhixing.rulebook.refusals import Refusal  # noqa: E402

ROUNDS = 3


def make(many: int) -> None:
    """A court with approved payouts that each empty a case."""
    cast = make_cast(make_court())
    people = People(*(actor(cast[r]) for r in ("handler", "funds_officer", "bureau_head", "president", "finance_clerk")))
    for seq in range(1, many + 1):
        new = NewCase(number=f"（2026）豫1502执{seq}号", year=2026, kind="执", seq=seq, filed_on=MONDAY.date(), claim_yuan=Decimal("5000.00"),
                      parties=[NewParty("applicant", f"样甲{seq}"), NewParty("debtor", f"样乙{seq}公司")])  # fmt: skip
        ready(file_case(new=new, by=actor(cast["intake_clerk"]), at=MONDAY)[0], people)


def send(seed: int) -> None:
    """Send every payout, in a random order, as if its button were pressed again and again."""
    by = actor(Person.objects.get(username="finance_clerk"))
    refs = list(Payout.objects.values_list("ref", flat=True)) * ROUNDS
    random.Random(seed).shuffle(refs)
    done = refused = 0
    for ref in refs:
        try:
            paying.send(payout_refs=[ref], by=by, at=MONDAY)
            done += 1
        except Refusal:
            refused += 1
    print(json.dumps({"done": done, "refused": refused}))


def look() -> None:
    court = Payout.objects.values_list("court_id", flat=True)[0]
    print(json.dumps({
        "payouts": Payout.objects.count(), "sent": Payout.objects.filter(state=Payout.SENT).count(), "postings": Posting.objects.filter(purpose="sent").count(),
        "left": sum(LedgerAccount.objects.filter(kind="case").values_list("balance_fen", flat=True)),
        "in_transit": LedgerAccount.objects.filter(kind="in_transit").values_list("balance_fen", flat=True).first() or 0,
        "differences": len(list(differences(court))),
    }))  # fmt: skip


if __name__ == "__main__":
    {"make": make, "send": send, "look": look}[sys.argv[1]](*(int(a) for a in sys.argv[2:]))
