"""One of several processes that press every button of a payout again and again, until it is killed or told to stop.

What was acknowledged is written to a file of its own and flushed to the disk before the next button is pressed.
"""

from __future__ import annotations

import os
import random
import sys
import traceback
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
from django.db import OperationalError, connections

from tests.cast import MONDAY
from zhixing.casework.people.actors import Actor
from zhixing.desks.funds import paying, payouts, receipts
from zhixing.desks.funds.models import Payout, Receipt
from zhixing.desks.funds.payouts import Wish
from zhixing.desks.funds.receipts import Money
from zhixing.rulebook.refusals import Refusal

from .world import World

ATTEMPTS, DONE, REFUSED, BUSY, FAILED = range(5)
COLUMNS = 5
LIVE, HOT = (*Payout.PENDING, Payout.SENT), 8
NEXT = {Payout.REQUESTED: "check", Payout.CHECKED: "approve", Payout.APPROVED: "send", Payout.SENT: "confirm"}
WHOSE = {"check": "checks", "approve": "approves", "send": "pays", "confirm": "pays", "return": "pays", "cancel": "asks"}
BUTTONS = ("ask", "receive", "next", "again", "batch", "return", "cancel")
WEIGHTS = (16, 3, 60, 14, 3, 2, 2)

Ack = tuple[str, str, int, int]  # what was done, to what (ref or number), how much (fen), by whom


class Rival:
    """A process's own dice, memory of what it saw, and file of what was acknowledged."""

    def __init__(self, world: World, folder: Path, name: str, seed: int) -> None:
        self.world, self.name, self.dice = world, name, random.Random(seed)
        self.file = os.open(folder / f"{name}.acks", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.errors = folder / f"{name}.errors"
        self.seen: deque[tuple[str, str]] = deque(maxlen=20)
        self.asked: deque[tuple[int, Wish, str, Actor]] = deque(maxlen=5)
        self.came: deque[tuple[int, Money, str, Actor]] = deque(maxlen=5)
        self.n = 0

    def press(self) -> int:
        """One attempt. What came of it: DONE, REFUSED, BUSY (the database asked to try again) or FAILED (none of these)."""
        self.n += 1
        button = self.dice.choices(BUTTONS, WEIGHTS)[0]
        try:
            acks: list[Ack] = getattr(self, f"_{button}")()
        except Refusal:
            return REFUSED
        except OperationalError as busy:
            connections.close_all()
            self.errors.open("a").write(f"busy {busy}\n")
            return BUSY
        except Exception:
            self.errors.open("a").write(f"failed {button}\n{traceback.format_exc()}\n")
            connections.close_all()
            return FAILED
        if acks:
            os.write(self.file, b"".join(orjson.dumps(a) + b"\n" for a in acks))
            os.fsync(self.file)
        return DONE

    def _at(self) -> Any:
        return MONDAY + timedelta(seconds=self.n)

    def _who(self, step: str) -> Actor:
        """Whoever the step belongs to, or the one who holds every post."""
        return self.dice.choice(self.world.people["greedy" if self.dice.random() < 0.15 else step])

    def _key(self) -> str:
        return f"{self.name}-{self.n}"

    def _ask(self) -> list[Ack]:
        """Ask for a payout, or press the button of one asked for a moment ago once more."""
        if self.asked and self.dice.random() < 0.3:
            case_id, wish, key, by = self.dice.choice(self.asked)
        else:
            n = self.dice.randrange(len(self.world.cases))
            case_id, key, by = self.world.cases[n], self._key(), self._who("asks")
            receipt = self.dice.choice(list(Receipt.objects.filter(case_id=case_id).order_by("pk").values_list("ref", flat=True)[:3]))
            wish = Wish(receipt, Payout.CLAIM, self.dice.randrange(1, 50_000), self.world.accounts[n], "本案执行依据", self.world.parties[n])
            self.asked.append((case_id, wish, key, by))
        row = payouts.request(case_id=case_id, wish=wish, key=key, by=by, at=self._at())
        return [("ask", key, wish.amount_fen, by.person_id or 0), ("asked", row.ref, row.amount_fen, by.person_id or 0)]

    def _receive(self) -> list[Ack]:
        if self.came and self.dice.random() < 0.3:
            case_id, money, key, by = self.dice.choice(self.came)
        else:
            case_id, key, by = self.dice.choice(self.world.cases), self._key(), self._who("receives")
            money = Money(f"R{key}", self.dice.randrange(1, 50_000), MONDAY.date(), payer="样乙公司", bank_serial=f"B{key}")
            self.came.append((case_id, money, key, by))
        row = receipts.receive(case_id=case_id, money=money, key=key, by=by, at=self._at())
        return [("receive", row.receipt_no, row.amount_fen, by.person_id or 0)]

    def _next(self) -> list[Ack]:
        """The next step of one of the oldest that are under way: all rivals want the same few."""
        rows = list(Payout.objects.filter(court_id=self.world.court_id, state__in=LIVE).order_by("pk").values_list("ref", "state")[:HOT])
        if not rows:
            return self._ask()
        ref, state = self.dice.choice(rows)
        return self._step(NEXT[state], ref)

    def _again(self) -> list[Ack]:
        """A step that this process saw done or refused before."""
        return self._step(*self.dice.choice(self.seen)) if self.seen else self._ask()

    def _return(self) -> list[Ack]:
        return self._of(Payout.GONE, "return")

    def _cancel(self) -> list[Ack]:
        return self._of(Payout.PENDING, "cancel")

    def _of(self, states: tuple[str, ...], step: str) -> list[Ack]:
        refs = list(Payout.objects.filter(court_id=self.world.court_id, state__in=states).order_by("-pk").values_list("ref", flat=True)[:HOT])
        return self._step(step, self.dice.choice(refs)) if refs else self._ask()

    def _step(self, step: str, ref: str) -> list[Ack]:
        self.seen.append((step, ref))
        by, at = self._who(WHOSE[step]), self._at()
        acts: dict[str, Callable[[], Any]] = {
            "check": lambda: payouts.check(payout_ref=ref, note="已回访", by=by, at=at),
            "approve": lambda: payouts.approve(payout_ref=ref, by=by, at=at),
            "send": lambda: paying.send(payout_refs=[ref], by=by, at=at),
            "confirm": lambda: paying.confirm(payout_ref=ref, bank_ref=f"HD{self._key()}", by=by, at=at),
            "return": lambda: paying.give_back(payout_ref=ref, reason="退汇", by=by, at=at),
            "cancel": lambda: payouts.cancel(payout_ref=ref, reason="撤回", by=by, at=at),
        }
        acts[step]()
        return [(step, ref, 0, by.person_id or 0)]

    def _batch(self) -> list[Ack]:
        """Several at once, in any order; the rivals' batches overlap."""
        refs = list(Payout.objects.filter(court_id=self.world.court_id, state=Payout.APPROVED).order_by("pk").values_list("ref", flat=True)[:HOT])
        self.dice.shuffle(refs)
        chosen, by = refs[: self.dice.randrange(2, 6)], self._who("pays")
        paying.send(payout_refs=chosen, by=by, at=self._at())
        return [("send", ref, 0, by.person_id or 0) for ref in chosen]


def run(world: World, folder: Path, name: str, seed: int, counts: Any, slot: int, stop: Any) -> None:
    """Press buttons until told to stop; counts are kept in memory that outlives this process."""
    rival = Rival(world, folder, name, seed)
    while not stop.value:
        counts[slot * COLUMNS + ATTEMPTS] += 1
        counts[slot * COLUMNS + rival.press()] += 1
    connections.close_all()
    sys.stdout.flush()
