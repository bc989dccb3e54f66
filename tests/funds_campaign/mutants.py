"""The code broken on purpose, to see that something goes red: each mutant is one change of one module, in a process of its own.

Nothing on the disk changes: the module's text is read, changed, and put in the place of the module that was imported.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import orjson
from django.db import connection, connections, transaction

from zhixing.rulebook.refusals import Refusal

from . import walking
from .breaking import BEFORE, break_everything
from .campaign import campaign
from .world import make

FUNDS = "zhixing.desks.funds"
SEEDS = 8
PLACES = (FUNDS, "tests.funds_campaign", "zhixing.casework.facts")
LIVE = "receipt=receipt, state__in=[*Payout.PENDING, *Payout.GONE]"


@dataclass(frozen=True, slots=True)
class Mutant:
    """What is broken, and by whom it should be found: random walks, interruptions, or rivals. `changes`: module, text, other text."""

    name: str
    finder: str
    changes: tuple[tuple[str, str, str], ...]


def walk(name: str, module: str, old: str, new: str) -> Mutant:
    return Mutant(name, "walk", ((f"{FUNDS}.{module}", old, new),))


def broken(name: str, module: str, old: str, new: str) -> Mutant:
    return Mutant(name, "boundary", ((f"{FUNDS}.{module}", old, new),))


APART = ("zhixing.casework.facts.record", "if done is not None:", "if False:")  # the second guard behind some of these
MUTANTS = (
    walk("a person may do two steps of a payout", "payouts", "if by.person_id in done:", "if False:"),
    Mutant("a person may do two steps of a payout, for the journal too", "walk", ((f"{FUNDS}.payouts", "if by.person_id in done:", "if False:"), APART)),
    Mutant("a claimant books the claim, for the journal too", "walk", ((f"{FUNDS}.claims", "if row.claimed_by_id == by.person_id:", "if False:"), APART)),
    Mutant("who asks for a correction approves it, for the journal too", "walk", ((f"{FUNDS}.corrections", "if row.correction_by_id == by.person_id:", "if False:"), APART)),
    walk("a fen more than there is may be asked for", "payouts", "if row.amount_fen > bound:", "if row.amount_fen > bound + 1:"),
    walk("what is asked for does not count against the receipt", "payouts", f"Payout.objects.filter({LIVE})", "Payout.objects.filter(receipt=receipt, state__in=Payout.GONE)"),
    walk("approval reserves nothing", "payouts", "reserve(case_id=row.case_id, fen=row.amount_fen, what=what_of(APPROVED), clause=clause_of(APPROVED))", "pass"),
    walk("taking back an approved payout frees nothing", "payouts", "reserve(case_id=row.case_id, fen=-row.amount_fen, what=what_of(CANCELLED), clause=CLAUSE)", "pass"),
    walk("cash handed over does not count against what is owed", "payouts", "accounting.owed_fen - handed -", "accounting.owed_fen -"),
    walk("a claim may be paid to the debtor", "payouts", "(party is None or party.role != ROLES[wish.kind])", "(party is None)"),
    walk("an account that was replaced may be asked for", "payouts", "if PayeeAccount.objects.filter(replaces=account).exists():", "if False:"),
    walk("the payout's state is not asked", "payouts", "if row.state not in states:", "if False:"),
    walk("an amount of nothing may be asked for", "payouts", "if wish.amount_fen <= 0:", "if False:"),
    walk("sending frees nothing of what was reserved", "paying", "Move(row.case_id, -row.amount_fen, -row.amount_fen)", "Move(row.case_id, -row.amount_fen)"),
    walk("sending does not ask for approval", "paying", "if row.state != Payout.APPROVED:", "if False:"),
    walk("a changed account may be paid at once", "paying", "row.account.replaces_id and row.account.at + timedelta(hours=hours) > at", "False"),
    walk("what was paid comes back from the wrong place", "paying", "Move(ASIDE[row.state], -row.amount_fen)", "Move(LedgerAccount.IN_TRANSIT, -row.amount_fen)"),
    walk("a returned payout comes back a fen short", "paying", "Move(row.case_id, row.amount_fen), Move(ASIDE[row.state], -row.amount_fen)",
         "Move(row.case_id, row.amount_fen - 1), Move(ASIDE[row.state], 1 - row.amount_fen)"),
    walk("the fee is rounded to ten fen", "receipts", "moves=[Move(row.case_id, -fee_fen), Move(LedgerAccount.FEES, fee_fen)]",
         "moves=[Move(row.case_id, -(fee_fen // 10 * 10 or 10)), Move(LedgerAccount.FEES, fee_fen // 10 * 10 or 10)]"),
    walk("a correction is booked on the day of arrival", "receipts", "if claimed or row.corrections else", "if claimed else"),
    walk("the same form registers twice", "receipts", "if not repeated(court_id, key):", "if True:"),
    walk("one officer hands cash over", "receipts", "if len({n for n in names if n}) < 2:", "if False:"),
    walk("cash is booked with another amount", "receipts", "if amount_fen != row.amount_fen:\n            raise Refusal.because(what_of(BOOKED)", "if False:\n            raise Refusal.because(what_of(BOOKED)"),
    walk("more may be disputed than is free", "receipts", "account.balance_fen - account.reserved_fen < amount_fen", "False"),
    walk("a claim is booked whatever its state", "claims", "if row.state not in states:", "if False:"),
    walk("a claimant books the claim", "claims", "if row.claimed_by_id == by.person_id:", "if False:"),
    walk("spent money is corrected", "corrections", "if row.settled_fen or spoken_for(row):", "if False:"),
    walk("who asks for a correction approves it", "corrections", "if row.correction_by_id == by.person_id:", "if False:"),
    walk("a reversal repeats instead of mirroring", "ledger.posting", "-line.amount_fen) for line in lines", "line.amount_fen) for line in lines"),
    walk("the last closed day takes postings", "ledger.posting", "if business_on.isoformat() <= head.closed_to:", "if business_on.isoformat() < head.closed_to:"),
    walk("a posting may be of tomorrow", "ledger.posting", "if business_on > at.astimezone(CST).date():", "if False:"),
    walk("what is promised does not bind the account", "ledger.posting", "elif balance < reserved + account.disputed_fen or reserved < 0:", "elif balance < 0:"),
    walk("an account may be overdrawn", "ledger.posting", "elif balance < reserved + account.disputed_fen or reserved < 0:", "elif False:"),
    walk("promising does not look at what is free", "ledger.posting", 'balance_fen__gte=F("reserved_fen") + F("disputed_fen") + fen', "balance_fen__gte=0"),
    walk("a month closes a fen off", "ledger.months", "if ours != bank_fen:", "if abs(ours - bank_fen) > 1:"),
    walk("a month closes before its end", "ledger.months", "last_on >= at.astimezone(CST).date()", "False"),
    walk("months close out of turn", "ledger.months", "if expected is None or first_on != expected:", "if expected is None:"),
    walk("a known serial with another amount is taken for unchanged", "importing", "elif there[line.serial] == line.amount_fen:", "elif True:"),
    broken("receiving is no transaction", "receipts", 'with transaction.atomic():\n        locked_case(case_id, by.court_id, what_of(ARRIVED))', 'if True:\n        locked_case(case_id, by.court_id, what_of(ARRIVED))'),
    broken("confirming is no transaction", "paying", "with transaction.atomic():\n        row = locked_payout(payout_ref, by.court_id, PAID, Payout.SENT)",
           "if True:\n        row = locked_payout(payout_ref, by.court_id, PAID, Payout.SENT)"),
    broken("sending is no transaction", "paying", "with transaction.atomic():\n        cases =", "if True:\n        cases ="),
    broken("correcting is no transaction", "corrections", "with transaction.atomic():\n        row = _held(receipt_ref, by.court_id, CORRECTED)",
           "if True:\n        row = _held(receipt_ref, by.court_id, CORRECTED)"),
)  # fmt: skip

CASE_LOCK = (f"{FUNDS}.keeping", "Case.objects.select_for_update().filter(pk=case_id", "Case.objects.filter(pk=case_id")
PAYOUT_LOCK = (f"{FUNDS}.payouts", "Payout.objects.select_for_update().get(ref=ref)", "Payout.objects.get(ref=ref)")
JOURNAL_LOCK = ("zhixing.casework.facts.record", "return once(read(lock=True))", "return once(read(lock=False))")
LEDGER_LOCK = (f"{FUNDS}.ledger.rows", '" FOR UPDATE OF h"', '""')
STEP = (f"{FUNDS}.payouts", "filter(pk=row.pk, state=row.state).update(", "filter(pk=row.pk).update(")
RIVALS = (
    Mutant("no lock on case and payout", "rivals", (CASE_LOCK, PAYOUT_LOCK)),
    Mutant("no lock on the ledger's head", "rivals", (LEDGER_LOCK,)),
    Mutant("no lock on the journal's head", "rivals", (JOURNAL_LOCK,)),
    Mutant("no lock on case, payout, journal and ledger", "rivals", (CASE_LOCK, PAYOUT_LOCK, JOURNAL_LOCK, LEDGER_LOCK)),
    Mutant("no lock on case and payout, a step is taken wherever the payout stands", "rivals", (CASE_LOCK, PAYOUT_LOCK, STEP)),
)  # fmt: skip


def mutate(module_name: str, old: str, new: str) -> None:
    """Put the changed module in the place of the one that was imported, wherever its functions were taken to."""
    module = import_module(module_name)
    path = Path(str(module.__file__))
    source = path.read_text("utf-8")
    if source.count(old) != 1:
        raise LookupError(f"{module_name}: {source.count(old)} × {old}")
    before = dict(vars(module))
    exec(compile(source.replace(old, new), str(path), "exec"), vars(module))
    for name, other in list(sys.modules.items()):
        if name.startswith(PLACES) and other is not module:
            for key, value in list(vars(other).items()):
                of = getattr(value, "__name__", "")
                if of and value is before.get(of) and getattr(value, "__module__", "") == module_name:
                    setattr(other, key, vars(module)[of])


def found_by(mutant: Mutant, folder: Path, attempts: int) -> str:
    """What found the mutant, "" when nothing did; in this process, which is spoilt afterwards."""
    for change in mutant.changes:
        mutate(*change)
    finders: dict[str, Callable[[], str]] = {"walk": _by_walks, "boundary": _by_boundary, "rivals": lambda: _by_rivals(folder, attempts)}
    return finders[mutant.finder]()


def _by_walks() -> str:
    for seed in range(1, SEEDS + 1):
        try:
            walking.walked(seed)
        except Exception as error:
            connection.needs_rollback = False
            at = traceback.extract_tb(error.__traceback__)[-1]
            return f"walk {seed}: {type(error).__name__} {str(error).splitlines()[0][:90] if str(error) else at.line}"
    return ""


def _by_boundary() -> str:
    with transaction.atomic():
        try:
            faults = break_everything(make(cases=2), BEFORE, enough=1).faults
        except Refusal as refusal:  # what was left half done stands in the way of the next try
            faults = [f"left half done, then: {refusal}"]
        transaction.set_rollback(True)
    return faults[0][:120] if faults else ""


def _by_rivals(folder: Path, attempts: int) -> str:
    told = campaign(folder, attempts=attempts, kills=0, workers=6, cases=2)
    return "; ".join([f.strip().splitlines()[-1][:120] for f in told.faults[:2]])


def try_all(folder: Path, engine: str, attempts: int, only: str, fresh: Callable[[str], Any]) -> dict[str, Any]:
    """Each mutant in a process of its own. `fresh` makes a database for one, where they cannot share."""
    start, found = time.monotonic(), []
    for n, mutant in enumerate(m for m in (RIVALS if engine == "postgresql" else MUTANTS) if any(part in m.name for part in only.split(","))):
        path, acks = folder / f"{n}.json", folder / f"{n}"
        acks.mkdir()
        if engine == "postgresql":
            connections.close_all()
        pid = os.fork()
        if not pid:
            try:
                if engine == "postgresql":
                    fresh(f"mutant{n}")
                path.write_bytes(orjson.dumps(found_by(mutant, acks, attempts)))
            except BaseException:
                path.write_bytes(orjson.dumps(f"could not be tried: {traceback.format_exc()[-300:]}"))
            finally:
                os._exit(0)
        os.waitpid(pid, 0)
        found.append({"mutant": mutant.name, "finder": mutant.finder, "found": orjson.loads(path.read_bytes())})
    survivors = [f["mutant"] for f in found if not f["found"] or f["found"].startswith("could not")]
    return {"engine": engine, "mutants": len(found), "found": len(found) - len(survivors), "survivors": survivors, "seconds": round(time.monotonic() - start, 1),
            "each": found, "faults": [f["found"] for f in found if f["found"].startswith("could not")]}  # fmt: skip
