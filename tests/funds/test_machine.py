"""Any sequence of what people do with money keeps every invariant (I1–I7, I10–I12, I14, T1–T3): a machine of random acts, a plain
model beside it, everything compared after each act.

`FUNDS_STEPS` makes the walks longer (nightly), `FUNDS_WALKS` more of them.
"""

from __future__ import annotations

import os
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.cast import actor, make_cast, make_court
from tests.real_court import MONDAY
from zhixing.casework.cases.actions import NewCase, NewParty, file_case
from zhixing.casework.cases.models import Party
from zhixing.desks.funds import claims, corrections, paying, payouts, receipts
from zhixing.desks.funds.balances import trial_balance
from zhixing.desks.funds.check import differences
from zhixing.desks.funds.ledger import close_month
from zhixing.desks.funds.models import LedgerAccount, Line, PayeeAccount, Payout, Posting, Receipt
from zhixing.desks.funds.payouts import Wish
from zhixing.desks.funds.receipts import Money
from zhixing.rulebook.refusals import Refusal

STEPS, WALKS, EVERY = int(os.environ.get("FUNDS_STEPS", "30")), int(os.environ.get("FUNDS_WALKS", "3")), 5
RIGHT = "right"  # whoever the step belongs to: else most walks would end at the door
WHO = st.sampled_from([*[RIGHT] * 12, "handler", "team_leader", "funds_officer", "bureau_head", "president", "finance_clerk", "everybody"])
FEN = st.integers(1, 900_000)
PICK = st.integers(0, 50)


class MoneyMachine(RuleBasedStateMachine):
    """Two cases and everybody who may touch their money; each act is tried by anybody and either refused or done whole."""

    @initialize()
    def open_court(self) -> None:
        self.court = make_court()
        cast = make_cast(self.court)
        self.people = {role: actor(cast[role]) for role in ("handler", "team_leader", "funds_officer", "bureau_head", "president", "finance_clerk")}
        everybody = cast["handler"]
        all_roles = frozenset(self.people)
        self.people["everybody"] = type(self.people["handler"])(everybody.pk, everybody.name, self.court.pk, all_roles, ("teams", "funds", "finance", "leaders"))
        self.cases = []
        for seq in (1, 2):
            new = NewCase(number=f"（2026）豫1502执{seq}号", year=2026, kind="执", seq=seq, filed_on=MONDAY.date(), claim_yuan=Decimal("5000.00"),
                          parties=[NewParty("applicant", f"样甲{seq}"), NewParty("debtor", f"样乙{seq}公司")])  # fmt: skip
            self.cases.append(file_case(new=new, by=actor(cast["intake_clerk"]), at=MONDAY)[0])
        self.serial, self.minutes, self.looked = count(1), 0, 0
        self.bank = 0
        self.held: dict[Any, int] = defaultdict(int)
        self.lines: list[tuple[int, ...]] = []
        for n, case in enumerate(self.cases):
            self.money_arrives(RIGHT, n, 2_000_000)
            self.handler_accounts(RIGHT, n, 5_000_000, 0)
            party = case.parties.get(role="applicant")
            payouts.name_account(case_id=case.pk, party_id=party.pk, holder=party.name, bank="样例银行", number=f"62{n:017d}", evidence="确认书",
                                 by=self.people["handler"], at=self.now())  # fmt: skip

    def now(self) -> Any:
        self.minutes += 30
        return MONDAY + timedelta(minutes=self.minutes)

    def by(self, who: str, right: str) -> Any:
        """Who acts: the person the step belongs to, or whoever was drawn."""
        return self.people[right if who == RIGHT else who]

    def attempt(self, act: Any) -> Any:
        """An act is done or refused; nothing else comes of it."""
        try:
            return act()
        except Refusal:
            return None

    def some(self, rows: Any, pick: int) -> Any:
        found = list(rows.order_by("pk"))
        return found[pick % len(found)] if found else None

    @rule(who=WHO, which=PICK, fen=FEN)
    def money_arrives(self, who: str, which: int, fen: int) -> None:
        case, at = self.cases[which % 2], self.now()
        money = Money(f"L{next(self.serial)}", fen, at.date())
        if self.attempt(lambda: receipts.receive(case_id=case.pk, money=money, by=self.by(who, "funds_officer"), at=at)):
            self.bank += fen
            self.held[case.pk] += fen

    @rule(who=WHO, fen=FEN)
    def general_money_arrives(self, who: str, fen: int) -> None:
        at = self.now()
        money = Money(f"Z{next(self.serial)}", fen, at.date(), payer="样乙1公司")
        if self.attempt(lambda: claims.receive_general(money=money, by=self.by(who, "finance_clerk"), at=at)):
            self.bank += fen
            self.held["suspense"] += fen

    @rule(who=WHO, which=PICK, to=PICK, step=st.sampled_from(["identify", "claim", "book", "refuse"]))
    def general_money_moves_on(self, who: str, which: int, to: int, step: str) -> None:
        row, at, by = self.some(Receipt.objects.filter(channel=Receipt.GENERAL), which), self.now(), self.by(who, "handler" if step == "claim" else "funds_officer")
        if row is None:
            return
        case = self.cases[to % 2]
        acts = {
            "identify": lambda: claims.identify(receipt_ref=row.ref, case_id=case.pk, basis="附言", told="样某", by=by, at=at),
            "claim": lambda: claims.claim(receipt_ref=row.ref, case_id=case.pk, reason="是我的", by=by, at=at),
            "book": lambda: claims.book(receipt_ref=row.ref, by=by, at=at),
            "refuse": lambda: claims.refuse_claim(receipt_ref=row.ref, why="不是", by=by, at=at),
        }
        done = self.attempt(acts[step])
        if done and step == "book":
            self.held["suspense"] -= row.amount_fen
            self.held[done.case_id] += row.amount_fen

    @rule(who=WHO, which=PICK, claim=st.sampled_from([500_000, 5_000_000, 1_000]), fee=st.sampled_from([0, 0, 1, 20_000]))
    def handler_accounts(self, who: str, which: int, claim: int, fee: int) -> None:
        row, at = self.some(Receipt.objects.filter(case__isnull=False), which), self.now()
        if row and self.attempt(lambda: receipts.account_for(receipt_ref=row.ref, claim_fen=claim, interest_fen=0, costs_fen=0, fee_fen=fee, by=self.by(who, "handler"), at=at)):
            self.held[row.case_id] -= fee
            self.held["fees"] += fee

    @rule(who=WHO, which=PICK, fen=st.integers(0, 900_000))
    def part_is_disputed(self, who: str, which: int, fen: int) -> None:
        at, case = self.now(), self.cases[which % 2]
        self.attempt(lambda: receipts.set_dispute(case_id=case.pk, amount_fen=fen, reason="异议", by=self.by(who, "handler"), at=at))

    @rule(who=WHO, which=PICK, fen=FEN, kind=st.sampled_from(["claim", "claim", "claim", "refund", "third"]), account=PICK, fresh=st.sampled_from([False] * 5 + [True]))
    def payout_is_asked_for(self, who: str, which: int, fen: int, kind: str, account: int, fresh: bool) -> None:
        row, at, by = self.some(Receipt.objects.filter(case__isnull=False), which), self.now(), self.by(who, "handler")
        if row is None:
            return
        case = row.case if account % 4 else self.cases[account % 2]
        if fresh or not PayeeAccount.objects.exists():
            party = self.some(Party.objects.filter(case=case), account)
            self.attempt(lambda: payouts.name_account(case_id=case.pk, party_id=party.pk, holder=party.name, bank="样例银行", number=f"62{next(self.serial):017d}",
                                                      evidence="确认书", by=by, at=at))  # fmt: skip
        chosen = self.some(PayeeAccount.objects.filter(case=case), account) or PayeeAccount.objects.first()
        if chosen is None:
            return
        wish = Wish(row.ref, kind, fen, chosen.pk, "判决书", chosen.party_id, "样某")
        self.attempt(lambda: payouts.request(case_id=row.case_id, wish=wish, by=by, at=at))

    @rule(which=PICK)
    def payout_takes_its_next_step(self, which: int) -> None:
        self.payout_moves_on(RIGHT, which, "next")

    @rule(who=WHO, which=PICK, step=st.sampled_from([*["next"] * 8, "check", "approve", "send", "confirm", "return", "return", "cancel"]))
    def payout_moves_on(self, who: str, which: int, step: str) -> None:
        row, at = self.some(Payout.objects.exclude(state__in=[Payout.CANCELLED, Payout.RETURNED]), which), self.now()
        if row is None or (step == "next" and row.state == Payout.CONFIRMED):
            return
        step = {"requested": "check", "checked": "approve", "approved": "send", "sent": "confirm"}.get(row.state, step) if step == "next" else step
        by = self.by(who, {"check": "funds_officer", "approve": "president", "cancel": "handler"}.get(step, "finance_clerk"))
        acts = {
            "check": lambda: payouts.check(payout_ref=row.ref, note="已回访", by=by, at=at),
            "approve": lambda: payouts.approve(payout_ref=row.ref, by=by, at=at),
            "send": lambda: paying.send(payout_refs=[row.ref], by=by, at=at),
            "confirm": lambda: paying.confirm(payout_ref=row.ref, bank_ref="HD", by=by, at=at),
            "return": lambda: paying.give_back(payout_ref=row.ref, reason="退汇", by=by, at=at),
            "cancel": lambda: payouts.cancel(payout_ref=row.ref, reason="撤回", by=by, at=at),
        }
        if not self.attempt(acts[step]):
            return
        fen = row.amount_fen
        if step == "send":
            self.held[row.case_id] -= fen
            self.held["in_transit"] += fen
        elif step == "confirm":
            self.held["in_transit"] -= fen
            self.bank -= fen
        elif step == "return":
            self.held[row.case_id] += fen
            if row.state == Payout.SENT:
                self.held["in_transit"] -= fen
            else:
                self.bank += fen

    @rule(who=WHO, which=PICK, to=PICK, step=st.sampled_from(["ask", "approve"]))
    def receipt_is_corrected(self, who: str, which: int, to: int, step: str) -> None:
        rows = Receipt.objects.filter(state=Receipt.BOOKED)
        row, at = self.some(rows.exclude(correction_reason="") if step == "approve" and to % 4 else rows, which), self.now()
        if row is None:
            return
        if step == "ask":
            number = self.cases[to % 2].number if to % 3 else ""
            self.attempt(lambda: corrections.ask_correction(receipt_ref=row.ref, number=number, reason="看错", by=self.by(who, "funds_officer"), at=at))
            return
        done = self.attempt(lambda: corrections.correct(receipt_ref=row.ref, by=self.by(who, "finance_clerk"), at=at))
        if done:
            self.held[row.case_id] -= row.amount_fen
            self.bank -= row.amount_fen if done.state == Receipt.WITHDRAWN else 0
            if done.state != Receipt.WITHDRAWN:
                self.held[done.case_id or "suspense"] += row.amount_fen

    @rule(months=st.integers(0, 2), off=st.integers(-1, 1))
    def month_is_closed(self, months: int, off: int) -> None:
        self.attempt(lambda: close_month(first_on=date(2026, 2 + months, 1), bank_fen=self.bank + off, by=self.people["finance_clerk"], at=self.now()))

    @invariant()
    def every_balance_is_the_models(self) -> None:
        if not hasattr(self, "court"):
            return
        found = {a.case_id or a.kind: a for a in LedgerAccount.objects.filter(court=self.court)}
        for name, fen in self.held.items():
            assert (found[name].balance_fen if name in found else 0) == fen, name
        assert all(a.balance_fen >= a.reserved_fen + a.disputed_fen for a in found.values() if a.kind == "case")
        assert -found["bank"].balance_fen == self.bank if "bank" in found else self.bank == 0
        books = trial_balance(self.court.pk, (MONDAY + timedelta(minutes=self.minutes)).date())
        assert (books.difference_fen, books.bank_fen) == (0, self.bank)

    @invariant()
    def the_ledger_agrees_with_itself_and_only_grows(self) -> None:
        if not hasattr(self, "court"):
            return
        self.looked += 1
        if self.looked % EVERY == 0:
            assert list(differences(self.court.pk)) == []
        lines = list(Line.objects.order_by("pk").values_list("pk", "account_id", "n", "amount_fen", "balance_fen"))
        assert lines[: len(self.lines)] == self.lines
        self.lines = lines

    @invariant()
    def payouts_have_four_people_a_payee_of_the_case_and_stay_within_bounds(self) -> None:
        if not hasattr(self, "court"):
            return
        for p in Payout.objects.select_related("party", "receipt"):
            done = [x for x in (p.requested_by_id, p.checked_by_id, p.approved_by_id, p.sent_by_id) if x]
            assert len(done) == len(set(done))
            assert p.party is None or p.party.case_id == p.case_id
            assert p.receipt.case_id == p.case_id
            assert not p.approved_hash or p.fingerprint() == p.approved_hash
            assert Posting.objects.filter(key=f"payout:{p.ref}:sent").count() == (p.state in ("sent", "confirmed", "returned"))
        for row in Receipt.objects.filter(state=Receipt.BOOKED):
            live = Payout.objects.filter(receipt=row, state__in=[*Payout.PENDING, *Payout.GONE])
            assert row.settled_fen + sum(p.amount_fen for p in live) <= row.amount_fen

    def teardown(self) -> None:
        if not hasattr(self, "court"):
            return
        assert list(differences(self.court.pk)) == []
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class TestMoney(TestCase):
    """Each walk in a transaction of its own, rolled back afterwards."""

    def test_random_acts_keep_every_invariant(self) -> None:
        case = self

        class Walk(MoneyMachine):
            def __init__(self) -> None:
                super().__init__()
                case.setup_example()

            def teardown(self) -> None:
                try:
                    super().teardown()
                finally:
                    case.teardown_example(None)

        run_state_machine_as_test(Walk, settings=settings(max_examples=WALKS, stateful_step_count=STEPS, deadline=None, database=None,
                                                          suppress_health_check=list(HealthCheck)))  # fmt: skip


pytestmark = pytest.mark.django_db
