"""Distribution in the random walk: plans with objections and shares, deposits, refunds; the model knows who is to get how much
(二(四)1(5), 四(三)2(2), I14)."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from zhixing.casework.cases.models import Party
from zhixing.casework.people.actors import Actor
from zhixing.desks.funds.distribution import deposits, objections, paying_out, plans, refunds
from zhixing.desks.funds.distribution.models import Participant, PlanObjection
from zhixing.desks.funds.distribution.sharing import Claimed
from zhixing.desks.funds.models import PayeeAccount, Payout

from .looking import Looker
from .model import DEPOSIT, Books, Came, Goes
from .world import World

OTHER = "样丙"
HOLDING = (PlanObjection.OPEN, PlanObjection.CORRECTED)
SHARING = {"plan_is_drafted": 6, "plan_moves_on": 36, "deposit_is_asked_for": 4, "deposit_moves_on": 7, "refund_is_asked_for": 4}
STEPS = {"drafted": ("check",) * 5 + ("withdraw",), "checked": ("tell",) * 7 + ("withdraw",), "told": ("finish",) * 6 + ("object", "settle"),
         "final": ("pay", "pay", "pay", "settle")}  # fmt: skip


@dataclass(slots=True)
class Plan:
    """A live plan of one receipt (fen): shares by name, who takes part, objections by ref: [state, whose share, fen]."""

    ref: str
    no: int
    receipt: str
    case: int
    shares: dict[str, int]
    people: dict[str, int]
    maker: int
    state: str = "drafted"
    told_on: date = date.max
    objections: dict[str, list[Any]] = field(default_factory=dict)

    def held(self, name: str = "") -> int:
        return sum(fen for state, whose, fen in self.objections.values() if state in HOLDING and name in ("", whose))


@dataclass(slots=True)
class Aside:
    """A deposit. `plan`: the number of the plan it counts in."""

    ref: str
    receipt: str
    case: int
    fen: int
    creditor: str
    asker: int
    state: str = "asked"
    plan: int = 0


class Sharing:
    """What a walk does about distribution. `plans` live by ref; `planned`: payout → (plan number, whose share)."""

    world: World
    books: Books
    looker: Looker
    at: datetime
    refused: str
    done: Counter[str]
    who: Callable[[random.Random, str], Actor]
    attempt: Callable[[Callable[[], Any]], Any]
    _some: Callable[..., Came | None]
    _within: Callable[[Goes], None]

    def begin_sharing(self) -> None:
        self.plans: dict[str, Plan] = {}
        self.planned: dict[str, tuple[int, str]] = {}
        self.asides: dict[str, Aside] = {}
        self.applicants = {case: Party.objects.get(case_id=case, role=Party.APPLICANT).name for case in self.world.cases}

    def plan_of(self, receipt: str) -> Plan | None:
        return next((p for p in self.plans.values() if p.receipt == receipt), None)

    def held(self, case: int) -> int:
        """What objections hold of a case's money."""
        return sum(p.held() for p in self.plans.values() if p.case == case)

    def rest(self, receipt: str) -> int:
        row = self.books.receipts[receipt]
        return row.fen - row.settled - self.books.spoken_for(receipt)

    def gone(self, plan: Plan, name: str) -> int:
        """What went out, is asked for or lies in deposit of a share."""
        paid = sum(self.books.payouts[ref].fen for ref, about in self.planned.items() if about == (plan.no, name) and self.books.payouts[ref].state not in ("returned", "cancelled"))
        return paid + sum(a.fen for a in self.asides.values() if (a.plan, a.creditor, a.state) == (plan.no, name, "held"))

    def goes(self, row: Payout, by: Actor) -> None:
        """A payout that was asked for, by whatever way: within its receipt, its case and its plan."""
        model = Goes(row.ref, row.receipt.ref, row.case_id, row.kind, row.amount_fen, row.account_id, "requested", [by.person_id or 0])
        self.books.payouts[row.ref] = model
        plan = self.plan_of(model.receipt)
        if plan is not None:
            assert plan.state == "final", f"money of a plan that was {plan.state} was asked for"
            if row.payee in plan.shares:
                self.planned[row.ref] = plan.no, row.payee
            self.stands(plan)
        self._within(model)

    def stands(self, plan: Plan) -> None:
        """Nobody gets more than the share without what is held, and what the others are to get is still there."""
        for name, share in plan.shares.items():
            assert self.gone(plan, name) + plan.held(name) <= share, f"{name} gets more than {share} fen"
        still = sum(share - self.gone(plan, name) for name, share in plan.shares.items())
        assert still <= self.rest(plan.receipt), f"{still} fen are to go out of {self.rest(plan.receipt)}"

    def _claims(self, dice: random.Random, case: int) -> list[Claimed]:
        most = dice.choice([5_000, 300_000, 300_000, 2_000_000])
        mine = Claimed(self.applicants[case], Participant.APPLICANT, "ordinary", dice.randrange(1, most), "判决书")
        return [mine, Claimed(OTHER, Participant.OTHER_CASE, dice.choice(["ordinary", "execution_costs"]), dice.randrange(1, most), "调解书")]

    def plan_is_drafted(self, dice: random.Random) -> None:
        row = self._some(dice, "booked", "booked", "claimed")
        if row is not None:
            self._draft(dice, row, None)

    def _draft(self, dice: random.Random, row: Came, old: Plan | None) -> None:
        """A plan or its next version; a new version holds nothing any more and takes nothing back."""
        by, case = self.who(dice, "asks"), row.case or 0
        most = self.rest(row.ref) + (sum(self.gone(old, name) for name in old.shares) if old else 0)
        fen, claims = dice.choice([most] * 5 + [most + 1, row.fen, dice.randrange(1, row.fen + 1)]), self._claims(dice, case or self.world.cases[0])
        wanted = plans.Draft({row.ref: fen}, "participation", claims)
        made = self.attempt(lambda: plans.draft(case_id=case, wanted=wanted, replaces=old.ref if old else "", by=by, at=self.at))
        if made is None:
            return
        assert row.state == "booked"
        assert self.plan_of(row.ref) is old, "a receipt is in two plans"
        assert 0 < fen <= most, f"{fen} fen are shared of {most}"
        people = {p.name: p for p in made.participants.all()}
        shares = {p.name: p.share_fen for p in people.values() if p.side != Participant.DEBTOR}
        assert sum(shares.values()) + made.surplus_fen == fen
        assert all(shares[c.name] <= c.fen for c in claims)
        if old:
            self.books.disputed[case] -= old.held()
            del self.plans[old.ref]
            self.done["replace"] += 1
        plan = self.plans[made.ref] = Plan(made.ref, made.no, row.ref, case, shares, {n: p.pk for n, p in people.items()}, by.person_id or 0)
        self.stands(plan)

    def plan_moves_on(self, dice: random.Random) -> None:
        if not self.plans:
            return
        plan = dice.choice(list(self.plans.values())[-4:])
        step = dice.choice(STEPS[plan.state]) if dice.random() < 0.9 else dice.choice(["check", "tell", "finish", "pay", "withdraw", "replace", "replace"])
        if step == "replace":
            self._draft(dice, self.books.receipts[plan.receipt], plan)
        elif step in ("object", "settle"):
            (self._object if step == "object" else self._settle)(dice, plan)
        elif step == "pay":
            self._pay(dice, plan)
        else:
            self._take(plan, step, self.who(dice, "leads" if step == "check" else "asks"))

    def _take(self, plan: Plan, step: str, by: Actor) -> None:
        about: dict[str, Any] = {"plan_ref": plan.ref, "by": by, "at": self.at}
        acts: dict[str, Callable[[], Any]] = {
            "check": lambda: plans.check(**about),
            "withdraw": lambda: plans.withdraw(reason="有误", **about),
            "tell": lambda: plans.tell(participants=list(plan.people.values()), told_on=self.at.date(), how="当面签收", **about),
            "finish": lambda: plans.finish(**about),
        }
        if not self.attempt(acts[step]):
            return
        self.done[f"plan: {step}"] += 1
        allowed = {"check": ("drafted",), "withdraw": ("drafted", "checked"), "tell": ("checked",), "finish": ("told",)}[step]
        assert plan.state in allowed, f"{step} of a plan that was {plan.state}"
        if step == "check":
            assert by.person_id != plan.maker, "who made a plan checked it"
        if step == "finish":
            assert (self.at.date() - plan.told_on).days > 15, "before the time to object was over"
            assert all(state != PlanObjection.CORRECTED for state, _, _ in plan.objections.values())
        if step == "tell":
            plan.told_on = self.at.date()
        plan.state = {"check": "checked", "withdraw": "withdrawn", "tell": "told", "finish": "final"}[step]
        if step == "withdraw":
            del self.plans[plan.ref]

    def _object(self, dice: random.Random, plan: Plan) -> None:
        whose, fen = dice.choice(list(plan.shares)), dice.choice([1_000, dice.randrange(1, 300_000)])
        who = dice.choice(list(plan.people.values()))
        row = self.attempt(lambda: objections.object_to(plan_ref=plan.ref, participant=who, ground=f"对{whose}的份额有异议", disputed={plan.people[whose]: fen},
                                                        objected_on=self.at.date(), by=self.who(dice, "asks"), at=self.at))  # fmt: skip
        if row:
            assert (self.at.date() - plan.told_on).days <= 18, "after the time to object (15 days, moved on by days of rest)"
            plan.objections[row.ref] = [PlanObjection.OPEN, whose, fen]
            self.books.disputed[plan.case] += fen
            self.done["object"] += 1
            self.stands(plan)

    def _settle(self, dice: random.Random, plan: Plan) -> None:
        if not plan.objections:
            return
        ref, outcome = dice.choice(list(plan.objections)), dice.choice([PlanObjection.WITHDRAWN] * 4 + [PlanObjection.CORRECTED])
        state, _, fen = plan.objections[ref]
        if self.attempt(lambda: objections.settle(objection_ref=ref, outcome=outcome, settled_on=self.at.date(), by=self.who(dice, "asks"), at=self.at)):
            assert state == PlanObjection.OPEN
            plan.objections[ref][0] = outcome
            self.done["settle"] += 1
            if outcome == PlanObjection.WITHDRAWN:
                self.books.disputed[plan.case] -= fen

    def _pay(self, dice: random.Random, plan: Plan) -> None:
        by, chosen = self.who(dice, "asks"), dice.choice([[], [], [dice.choice(list(plan.people.values()))]])
        found = self.attempt(lambda: paying_out.request_payouts(plan_ref=plan.ref, participants=chosen, by=by, at=self.at))
        for row in found.made if found else ():
            assert row.payee in plan.shares
            self.goes(row, by)
            self.done["share"] += 1

    def deposit_is_asked_for(self, dice: random.Random) -> None:
        row = self._some(dice, "booked", "booked", "claimed")
        if row is None:
            return
        case, by = row.case or self.world.cases[0], self.who(dice, "asks")
        creditor, fen = dice.choice([self.applicants[case], self.applicants[case], OTHER]), dice.choice([dice.randrange(1, 100_000), self.rest(row.ref)])
        made = self.attempt(lambda: deposits.ask(receipt_ref=row.ref, creditor=creditor, fen=fen, ground="missing", reason="无法联系", by=by, at=self.at))
        if made:
            assert row.state == "booked"
            waiting = sum(a.fen for a in self.asides.values() if (a.receipt, a.state) == (row.ref, "asked"))
            assert 0 < fen <= self.rest(row.ref) - waiting or row.case is None
            self.asides[made.ref] = Aside(made.ref, row.ref, row.case or 0, fen, creditor, by.person_id or 0)

    def deposit_moves_on(self, dice: random.Random) -> None:
        live = [a for a in self.asides.values() if a.state in ("asked", "held")]
        if not live:
            return
        row = dice.choice(live[-6:])
        step = dice.choice(["approve", "approve", "refuse"] if row.state == "asked" else ["release", "undo"])
        by = self.who(dice, "asks" if step == "release" else "approves")
        account = PayeeAccount.objects.filter(case_id=row.case, replaced_by=None, holder=row.creditor).order_by("-pk").first()
        about = {"deposit_ref": row.ref, "by": by, "at": self.at}
        acts: dict[str, Callable[[], Any]] = {
            "approve": lambda: deposits.approve(**about), "refuse": lambda: deposits.refuse(reason="还能联系", **about),
            "undo": lambda: deposits.undo(reason="错误", **about),
            "release": lambda: deposits.release(account_id=account.pk if account else 0, reason="本人领取", **about),
        }  # fmt: skip
        done = self.attempt(acts[step])
        if not done:
            return
        self.done[f"deposit: {step}"] += 1
        receipt, sign = self.books.receipts[row.receipt], {"approve": 1, "refuse": 0}.get(step, -1)
        if step == "approve":
            assert row.asker != by.person_id, "who asked for a deposit approved it"
            assert (receipt.state, receipt.case) == ("booked", row.case), "money of a receipt that is no longer there was set aside"
        receipt.settled += sign * row.fen
        self.books.moved(row.case, -sign * row.fen)
        self.books.moved(DEPOSIT, sign * row.fen)
        row.state = {"approve": "held", "refuse": "refused", "undo": "undone", "release": "released"}[step]
        plan = self.plan_of(row.receipt)
        if step == "approve":
            assert receipt.settled + self.books.spoken_for(row.receipt) <= receipt.fen, "more than came in"
            if plan is not None:
                assert plan.state == "final"
                row.plan = plan.no
                self.stands(plan)
        if step == "release":
            self.goes(done, by)

    def refund_is_asked_for(self, dice: random.Random) -> None:
        """To the debtor; what is called left over is what no applicant may get."""
        row = self._some(dice, "booked")
        if row is None or row.case is None:
            return
        account = PayeeAccount.objects.filter(case_id=row.case, party__role=Party.DEBTOR, replaced_by=None).order_by("-pk")[0]
        ground, by, most = dice.choice(["surplus", "overpaid", "mistaken"]), self.who(dice, "asks"), self._left_over(row.case)
        fen = dice.choice([dice.randrange(1, 200_000), max(most, 1), most + 1])
        made = self.attempt(lambda: refunds.ask(receipt_ref=row.ref, account_id=account.pk, fen=fen, ground=ground, reason=f"第{self.steps}步", by=by, at=self.at))
        if made:
            assert made.kind == Payout.REFUND
            assert ground == "mistaken" or fen <= most, f"{fen} fen of {most} went back"
            self.goes(made, by)

    steps: int

    def _left_over(self, case: int) -> int:
        rests = sum(self.rest(r.ref) for r in self.books.receipts.values() if r.case == case and r.state == "booked" and r.channel != "现场交付补录")
        aside = sum(a.fen for a in self.asides.values() if (a.case, a.creditor, a.state) == (case, self.applicants[case], "held"))
        return max(rests - max(self.books.owed[case] - self.books.claimed(case) - aside, 0), 0)
