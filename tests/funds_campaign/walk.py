"""A walk of random acts with money: each is tried by anybody, and either refused or done whole; a plain model walks beside it
(I1–I8, I10–I12, I14, T1–T3).

The dice are a `random.Random`: Hypothesis gives its own, which it can shrink, `reliability.py machine` a seeded one.
"""

from __future__ import annotations

import random
from calendar import monthrange
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from typing import Any

from tests.cast import MONDAY, make_person
from zhixing.casework.cases.models import Party
from zhixing.casework.courts.models import Court
from zhixing.casework.facts import rules
from zhixing.casework.people.actors import Actor, actor_of
from zhixing.desks.funds import claims, corrections, paying, payouts, receipts
from zhixing.desks.funds.importing import import_statement
from zhixing.desks.funds.ledger import close_month
from zhixing.desks.funds.models import PayeeAccount, Payout, Receipt
from zhixing.desks.funds.payouts import Wish
from zhixing.desks.funds.receipts import Money
from zhixing.rulebook.refusals import Refusal

from .looking import Looker
from .model import FEES, IN_TRANSIT, ON_SITE, SUSPENSE, Books, Came, Goes
from .statements import Line, without_a_process
from .walk_plans import SHARING, Sharing
from .world import make, proof

ACTS = {
    "money_arrives": 6, "general_money_arrives": 3, "general_money_moves_on": 9, "handler_accounts": 5, "part_is_disputed": 2, "account_is_named": 2,
    "payout_is_asked_for": 18, "payout_moves_on": 45, "payout_step_by_anybody": 8, "batch_is_sent": 3, "receipt_is_corrected": 6, "month_is_closed": 3,
    "cash_is_handed_over": 3, "cash_is_booked": 3, "statement_is_imported": 4, "days_go_by": 4, **SHARING,
}  # fmt: skip
NEXT = {"requested": "check", "checked": "approve", "approved": "send", "sent": "confirm", "confirmed": "return"}
AFTER = {"check": "checked", "approve": "approved", "send": "sent", "confirm": "confirmed", "return": "returned", "cancel": "cancelled"}
WHOSE = {"check": "checks", "approve": "approves", "send": "pays", "confirm": "pays", "return": "pays", "cancel": "asks"}
START, HOLD = 2_000_000, timedelta(hours=24)


DONE = {*AFTER, "correct", "replace", "object", "settle", "share", "plan: finish", "deposit: approve", "deposit: undo", "deposit: release", *(a for a in ACTS if a not in ("days_go_by", "payout_step_by_anybody"))}  # what walks must have come to


class Walk(Sharing):
    """Two cases with money and everybody who may touch it."""

    def __init__(self) -> None:
        self.world = make(cases=2, fen=START)
        leader = make_person(Court.objects.get(pk=self.world.court_id), "team_leader", username="leads", name="样队长", team="执行一团队")
        self.world.people["leads"] = (actor_of(leader, rules.rulebook(), MONDAY.date()),)
        self.books = Books()
        self.serial, self.at, self.steps, self.act, self.refused = count(1), MONDAY, 0, "", ""
        self.done: Counter[str] = Counter()
        self.pool: list[Line] = []
        for n, case in enumerate(self.world.cases):
            row = Receipt.objects.get(case_id=case)
            self.books.receipts[row.ref] = Came(row.ref, row.channel, START, "booked", case)
            self.books.moved(case, START)
            self.books.banked(MONDAY.date(), START)
            self.books.owed[case] = START
            party = Party.objects.get(case_id=case, role=Party.DEBTOR)
            for ident, holder in ((party.pk, party.name), (None, "样丙")):
                payouts.name_account(case_id=case, party_id=ident, holder=holder, bank="样例银行", number=f"63{n:017d}", evidence="确认书",
                                     by=self.people("asks")[0], at=self.at)  # fmt: skip
        self.begin_sharing()
        self.looker = Looker(self.world.court_id, self.books)
        self.looker.complete(self.at.date())

    def step(self, dice: random.Random) -> None:
        """One act, then a look at what it changed; everything is looked at every fiftieth time."""
        self.steps += 1
        self.at += timedelta(minutes=30)
        self.act = dice.choices(list(ACTS), list(ACTS.values()))[0]
        getattr(self, self.act)(dice)
        self.looker.look()
        if self.steps % 50 == 0:
            self.looker.complete(self.at.date())

    def people(self, step: str) -> tuple[Actor, ...]:
        return self.world.people[step]

    def who(self, dice: random.Random, step: str) -> Actor:
        """Mostly somebody the step belongs to; now and then anybody, or the one who holds every post."""
        drawn = dice.random()
        return dice.choice(self.people(step) if drawn < 0.75 else self.people("greedy") if drawn < 0.92 else self.world.anybody())

    def attempt(self, act: Callable[[], Any]) -> Any:
        """An act is done or refused; nothing else comes of it."""
        self.refused = ""
        try:
            done = act()
        except Refusal as refusal:
            self.refused = str(refusal)
            return None
        self.done[self.act] += 1
        return done

    def _some(self, dice: random.Random, *states: str, newest: int = 12) -> Came | None:
        found = [r for r in self.books.receipts.values() if r.state in states]
        return dice.choice(found[-newest:]) if found else None

    def _day(self, dice: random.Random) -> date:
        """Mostly today; money is also entered late, and now and then with a day that is closed or has not come."""
        if dice.random() < 0.05 and self.books.closed_to > date.min:
            return self.books.closed_to + timedelta(days=dice.randrange(2))
        return self.at.date() - timedelta(days=dice.choice([0, 0, 0, 0, 1, 3, 20, -1]))

    def money_arrives(self, dice: random.Random) -> None:
        case, day = dice.choice(self.world.cases), self._day(dice)
        money = Money(f"L{next(self.serial)}x", dice.randrange(1, 900_000), day, bank_serial=f"B{next(self.serial)}")
        key, by = f"k{money.receipt_no}", self.who(dice, "receives")
        row = self.attempt(lambda: receipts.receive(case_id=case, money=money, key=key, by=by, at=self.at))
        if row is None:
            return
        assert self._open(day), "money was booked on a day that is closed or has not come"
        self._came(row, "booked", case, day)
        if dice.random() < 0.3:  # the form once more
            assert receipts.receive(case_id=case, money=money, key=key, by=by, at=self.at).pk == row.pk

    def general_money_arrives(self, dice: random.Random) -> None:
        day = self._day(dice)
        money = Money(f"Z{next(self.serial)}x", dice.randrange(1, 900_000), day, payer="样乙1公司")
        if row := self.attempt(lambda: claims.receive_general(money=money, by=self.who(dice, "receives"), at=self.at)):
            assert self._open(day)
            self._came(row, "arrived", None, day)

    def _came(self, row: Receipt, state: str, case: int | None, day: date) -> None:
        self.books.receipts[row.ref] = Came(row.ref, row.channel, row.amount_fen, state, case)
        self.books.moved(case or SUSPENSE, row.amount_fen)
        self.books.banked(day, row.amount_fen)
        if row.bank_serial:
            self.books.serials[row.bank_serial] = row.amount_fen

    def _open(self, day: date) -> bool:
        return self.books.closed_to < day <= self.at.date()

    def general_money_moves_on(self, dice: random.Random) -> None:
        """Identified, claimed by several, sent back, booked."""
        row = self._some(dice, "arrived", "identified", "claimed")
        if row is None:
            return
        case = dice.choice(self.world.cases)
        step = dice.choice(["book", "book", "refuse", "claim"] if row.state == "claimed" else ["identify", "claim", "claim", "book"])
        by = self.who(dice, "asks" if step == "claim" else "checks")
        acts = {
            "identify": lambda: claims.identify(receipt_ref=row.ref, case_id=case, basis="附言", told="样某", by=by, at=self.at),
            "claim": lambda: claims.claim(receipt_ref=row.ref, case_id=case, reason="是本案的", by=by, at=self.at),
            "book": lambda: claims.book(receipt_ref=row.ref, by=by, at=self.at),
            "refuse": lambda: claims.refuse_claim(receipt_ref=row.ref, why="不是", by=by, at=self.at),
        }
        if not self.attempt(acts[step]):
            return
        assert (row.state == "claimed") == (step in ("book", "refuse")), f"{step} of money that was {row.state}"
        row.state = {"identify": "identified", "claim": "claimed", "book": "booked", "refuse": "identified"}[step]
        row.case = {"identify": case, "claim": case, "refuse": None}.get(step, row.case)
        if step == "book":
            self.books.moved(SUSPENSE, -row.fen)
            self.books.moved(row.case or 0, row.fen)

    def handler_accounts(self, dice: random.Random) -> None:
        row = self._some(dice, "booked", "withdrawn", "claimed")
        if row is None:
            return
        claim, fee = dice.choice([START, *[50_000_000] * 3, *[self.books.claimed(row.case or 0) + dice.randrange(200_000)] * 2, 1_000, -1]), dice.choice([0, 0, 0, 1, 20_000, -1])
        if self.attempt(lambda: receipts.account_for(receipt_ref=row.ref, claim_fen=claim, interest_fen=0, costs_fen=0, fee_fen=fee, by=self.who(dice, "asks"), at=self.at)):
            assert row.state == "booked"
            assert not fee or self.plan_of(row.ref) is None, "a fee was taken out of a plan"
            row.settled += fee
            self.books.owed[row.case or 0] = claim
            self.books.moved(row.case or 0, -fee)
            self.books.moved(FEES, fee)

    def part_is_disputed(self, dice: random.Random) -> None:
        case = dice.choice(self.world.cases)
        fen = dice.choice([0, 0, 0, dice.randrange(0, 900_000), self.books.held[case] - self.books.reserved(case)])
        if self.attempt(lambda: receipts.set_dispute(case_id=case, amount_fen=fen, reason="异议", by=self.who(dice, "asks"), at=self.at)):
            assert fen >= self.held(case), "what an objection to a plan holds was let go"
            self.books.disputed[case] = fen

    def account_is_named(self, dice: random.Random) -> None:
        """A changed account, which may not be paid to for a while (T2)."""
        n = dice.randrange(len(self.world.cases))
        party = Party.objects.filter(case_id=self.world.cases[n]).order_by("pk")[dice.randrange(2)]
        self.attempt(lambda: payouts.name_account(case_id=self.world.cases[dice.choice([n, n, n, 0])], party_id=party.pk, holder=party.name, bank="样例银行",
                                                  number=f"64{next(self.serial):017d}", evidence="确认书", by=self.who(dice, "asks"), at=self.at))  # fmt: skip

    def payout_is_asked_for(self, dice: random.Random) -> None:
        row = self._some(dice, "booked", "booked", "claimed")
        if row is None:
            return
        kind = dice.choice([Payout.CLAIM] * 4 + [Payout.REFUND, Payout.THIRD])
        case = row.case if dice.random() < 0.9 else dice.choice(self.world.cases)
        role = {Payout.CLAIM: Party.APPLICANT, Payout.REFUND: Party.DEBTOR, Payout.THIRD: None}[kind if dice.random() < 0.95 else Payout.THIRD]
        if dice.random() < 0.05:
            role = dice.choice([Party.APPLICANT, Party.DEBTOR])
        accounts = PayeeAccount.objects.filter(case_id=case, party__role=role).order_by("-pk")[:2]
        if not accounts:
            return
        account = dice.choice([*accounts] + [accounts[0]] * 6)
        fen = dice.choice([*(dice.randrange(1, most) for most in (50_000, 200_000, 200_000, 900_000)), row.fen, row.fen - row.settled])
        wish = Wish(row.ref, kind, fen, account.pk, "判决书", account.party_id if dice.random() < 0.97 else None, "样丙")
        by = self.who(dice, "asks")
        done = self.attempt(lambda: payouts.request(case_id=row.case, wish=wish, by=by, at=self.at))
        if done:
            assert (row.state, case) == ("booked", row.case)
            assert account == accounts[0], "an account that was replaced was taken"
            assert kind == Payout.THIRD or role == {Payout.CLAIM: Party.APPLICANT, Payout.REFUND: Party.DEBTOR}[kind], "the wrong side gets money (I11)"
            assert (done.kind, done.amount_fen, done.account_id) == (kind, fen, account.pk)
            self.goes(done, by)

    def _within(self, payout: Goes) -> None:
        """The bounds at the moment a payout is asked for or approved (I14)."""
        row = self.books.receipts[payout.receipt]
        assert row.settled + self.books.spoken_for(payout.receipt) <= row.fen, "more than came in"
        if payout.kind == Payout.CLAIM:
            assert self.books.claimed(payout.case) <= self.books.owed[payout.case], "more than is owed"

    def payout_moves_on(self, dice: random.Random) -> None:
        """One of those under way takes its next step, or is taken back."""
        live = [p for p in self.books.payouts.values() if p.state in ("requested", "checked", "approved", "sent")]
        gone = [p for p in self.books.payouts.values() if p.state == "confirmed"]
        row = dice.choice(live[-8:]) if live and dice.random() < 0.97 else dice.choice(gone) if gone and dice.random() < 0.2 else None
        if row is not None:
            others = ["return"] if row.state in ("sent", "confirmed") else ["cancel"]
            self._step(dice, row, NEXT[row.state] if dice.random() < 0.9 else dice.choice(others))

    def payout_step_by_anybody(self, dice: random.Random) -> None:
        """Any step of any payout: most are refused."""
        if self.books.payouts:
            self._step(dice, dice.choice(list(self.books.payouts.values())[-20:]), dice.choice(list(AFTER)))

    def _step(self, dice: random.Random, row: Goes, step: str) -> None:
        by = self.who(dice, WHOSE[step])
        acts: dict[str, Callable[[], Any]] = {
            "check": lambda: payouts.check(payout_ref=row.ref, note="已回访", by=by, at=self.at),
            "approve": lambda: payouts.approve(payout_ref=row.ref, by=by, at=self.at),
            "send": lambda: paying.send(payout_refs=[row.ref], by=by, at=self.at),
            "confirm": lambda: paying.confirm(payout_ref=row.ref, bank_ref="HD", by=by, at=self.at),
            "return": lambda: paying.give_back(payout_ref=row.ref, reason="退汇", by=by, at=self.at),
            "cancel": lambda: payouts.cancel(payout_ref=row.ref, reason="撤回", by=by, at=self.at),
        }
        done = self.attempt(acts[step])
        assert done or step != "return" or row.state not in ("sent", "confirmed") or by not in self.people("pays"), f"the bank's return was refused: {self.refused}"
        if done:
            self._stepped(row, step, by)
            self.looker.payout(row)

    def _stepped(self, row: Goes, step: str, by: Actor) -> None:
        before, row.state = row.state, AFTER[step]
        self.done[step] += 1
        allowed = {"return": ("sent", "confirmed"), "cancel": ("requested", "checked", "approved")}.get(step, [s for s, n in NEXT.items() if n == step])
        assert before in allowed, f"{step} of a payout that was {before}"
        if step in ("check", "approve", "send"):
            assert by.person_id not in row.people, "one person did two steps"
            row.people.append(by.person_id)
        if step == "approve":
            self._within(row)
            assert (plan := self.plan_of(row.receipt)) is None or plan.state == "final", "a payout out of a plan that is not final was approved"
            assert row.kind != Payout.THIRD or by.roles & {"president", "vice_president"}
        if step == "send":
            account = PayeeAccount.objects.get(pk=row.account)
            assert not PayeeAccount.objects.filter(replaces=account).exists(), "money went to an account that was replaced"
            assert not account.replaces_id or account.at + HOLD <= self.at, "money went to an account that was changed a moment ago (T2)"
            self.books.moved(row.case, -row.fen)
            self.books.moved(IN_TRANSIT, row.fen)
        elif step == "confirm":
            self.books.moved(IN_TRANSIT, -row.fen)
            self.books.banked(self.at.date(), -row.fen)
        elif step == "return":
            self.books.moved(row.case, row.fen)
            if before == "sent":
                self.books.moved(IN_TRANSIT, -row.fen)
            else:
                self.books.banked(self.at.date(), row.fen)

    def batch_is_sent(self, dice: random.Random) -> None:
        """Several in one file, all or none."""
        ready = [p for p in self.books.payouts.values() if p.state == "approved" or dice.random() < 0.01]
        chosen = dice.sample(ready, min(len(ready), dice.randrange(1, 5)))
        by = self.who(dice, "pays")
        if self.attempt(lambda: paying.send(payout_refs=[p.ref for p in chosen], by=by, at=self.at)):
            for row in chosen:
                self._stepped(row, "send", by)
                self.looker.payout(row)

    def receipt_is_corrected(self, dice: random.Random) -> None:
        """Asked by one, approved by another: the posting is reversed and what it did is undone."""
        row = self._some(dice, "booked", newest=5)
        if row is None:
            return
        number = dice.choice(["（2026）豫1502执1号", "（2026）豫1502执2号", ""])
        asker = self.who(dice, "checks")
        if not self.attempt(lambda: corrections.ask_correction(receipt_ref=row.ref, number=number, reason="看错", by=asker, at=self.at)):
            return
        by = self.who(dice, "receives") if dice.random() < 0.9 else asker
        if not self.attempt(lambda: corrections.correct(receipt_ref=row.ref, by=by, at=self.at)):
            return
        self.done["correct"] += 1
        assert asker.person_id != by.person_id, "who asked for a correction approved it"
        assert not row.settled
        assert not self.books.spoken_for(row.ref)
        assert self.plan_of(row.ref) is None, "a receipt was taken out of its plan"
        self.books.moved(row.case or 0, -row.fen)
        row.case = {"": None}.get(number, self.world.cases[int(number[-2]) - 1] if number else None)
        if row.case is None and row.channel == Receipt.OWN:
            row.state = "withdrawn"
            self.books.banked(self.at.date(), -row.fen)
        else:
            row.state = "booked" if row.case else "identified"
            self.books.moved(row.case or SUSPENSE, row.fen)

    def cash_is_handed_over(self, dice: random.Random) -> None:
        """Two officers present, or it is refused (四(三)1)."""
        case, fen = dice.choice(self.world.cases), dice.randrange(1, 50_000)
        officers = dice.choice([("样一", "样二"), ("样一", "样二"), ("样一", "样一"), ("样一", "")])
        money, by = Money(f"X{next(self.serial)}x", fen, self.at.date(), payer="样乙"), self.who(dice, "asks")
        row = self.attempt(lambda: receipts.pay_on_site(case_id=case, money=money, payee="样甲", officers=officers, proof=proof(), key=money.receipt_no, by=by, at=self.at))
        if row:
            assert officers == ("样一", "样二")
            self.books.receipts[row.ref] = Came(row.ref, row.channel, fen, "handed", case)

    def cash_is_booked(self, dice: random.Random) -> None:
        row = self._some(dice, "handed")
        if row is None:
            return
        fen = dice.choice([row.fen] * 5 + [row.fen + 1])
        if self.attempt(lambda: receipts.book_on_site(receipt_ref=row.ref, amount_fen=fen, by=self.who(dice, "checks"), at=self.at)):
            assert fen == row.fen
            row.state, row.settled = "booked", fen
            self.books.held[ON_SITE] += 0

    def statement_is_imported(self, dice: random.Random) -> None:
        """Lines of the bank in any order, in pieces that overlap; now and then a known serial with another amount (I8)."""
        for _ in range(dice.randrange(0, 4)):
            self.pool.append(Line(f"S{next(self.serial)}", dice.randrange(1, 300_000), self._day(dice)))
        chosen = dice.sample(self.pool[-12:], min(len(self.pool), dice.randrange(0, 6)))
        if chosen and dice.random() < 0.1:
            chosen[0] = Line(chosen[0].serial, chosen[0].fen + 1, chosen[0].day)
        case, known = dice.choice([None, *self.world.cases]), dict(self.books.serials)
        with without_a_process(chosen):
            by = dice.choice(self.people("receives"))
            found = self.attempt(lambda: import_statement(file=b"", filename="明细.csv", case_id=case, by=by, at=self.at))
        assert (found is None) == (not chosen), f"a statement of {len(chosen)} lines came to {found} {self.refused}"
        if found is None:
            return
        fresh = [x for x in chosen if x.serial not in known and self._open(x.day)]
        assert (found.created, found.unchanged) == (len(fresh), sum(known.get(x.serial) == x.fen for x in chosen))
        for line in fresh:
            self._came(Receipt.objects.get(court_id=self.world.court_id, bank_serial=line.serial), "booked" if case else "arrived", case, line.day)

    def month_is_closed(self, dice: random.Random) -> None:
        """It closes in its turn, after its end, and to the fen; else it stays open."""
        due = self.looker.next_month()
        if due is None:
            return
        first = due if dice.random() < 0.8 else date(due.year, due.month % 12 + 1, 1)
        last, off = first.replace(day=monthrange(first.year, first.month)[1]), dice.choice([0, 0, 0, 1, -1])
        bank, by = self.books.bank_on(last) + off, self.who(dice, "pays")
        right = (first, off) == (due, 0) and last < self.at.date()
        done = self.attempt(lambda: close_month(first_on=first, bank_fen=bank, by=by, at=self.at))
        assert bool(done) == right, f"closing {first:%Y-%m} ({off} fen off) on {self.at.date()} came to {done} {self.refused}"
        if done:
            self.books.closed_to = last

    def days_go_by(self, dice: random.Random) -> None:
        self.at += timedelta(days=dice.randrange(1, 21))

