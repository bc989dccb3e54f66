"""A bank statement becomes receipts: each line once, whatever file it comes in and how often (四(三)1, 四(三)3, trust I8, I9).

The statement of a case's own account books itself to the case; that of the general account waits to be identified. Lines that
went out are counted and left: a payout is confirmed where it was made.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from zhixing.casework.facts import rules
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import require
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.money.amounts import words, yuan
from zhixing.rulebook.refusals import Refusal

from .claims import receive_general
from .models import Receipt
from .receipts import Money, receive
from .statements import IN, Control, Line, check_control, stream_statement
from .statements.layout import vocabulary

ACTION = "record:general_money_arrived"
STEP = 50


@dataclass(slots=True)
class Outcome:
    """What became of the lines. `rejected` names rows of the file (as Excel counts them) or bank serials, with the reason."""

    read: int = 0
    created: int = 0
    unchanged: int = 0
    outgoing: int = 0
    in_yuan: str = "0.00"
    rejected: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For `zhixing funds import-statement --json` and the page."""
        return asdict(self)


def import_statement(
    *, file: str | os.PathLike[str] | bytes, filename: str, bank: str = "", case_id: int | None = None, control: Control | None = None,
    progress: Callable[[int], None] = lambda done: None, by: Actor, at: datetime,
) -> Outcome:  # fmt: skip
    """Import a statement: `case_id` says that it is that case's own account. Raises Refusal when the file cannot be read, or when its
    count or sum is not what the clerk typed: then nothing at all is imported. A wrong row costs no other row."""
    require(rules.rulebook(), by, ACTION, what="暂不能导入银行流水")
    known = bank_of(bank)
    today = at.astimezone(CST).date()
    if control is not None:
        _agree(file, filename, known, today, control)
    found = Outcome()
    with stream_statement(file, filename, today=today, bank=known) as stream:
        for line in stream:
            _take(line, case_id, found, by, at)
            if found.read % STEP == 0:
                progress(found.read)
        found.read = stream.totals.count + len({e.row for e in stream.errors})
        found.in_yuan = f"{yuan(stream.totals.in_fen):f}"
        found.rejected = [{"row": e.row, "column": e.column, "reason": e.why} for e in stream.errors] + found.rejected
        found.warnings = [{"row": w.row, "column": w.column, "reason": w.why} for w in stream.warnings]
    if bank and not known:
        titles = "、".join(b.title for b in vocabulary().banks)
        found.warnings.append({"row": None, "column": "", "reason": f"没有“{bank[:20]}”的列名表，已按表头识别；现有：{titles}"})
    progress(found.read)
    return found


def bank_of(name: str) -> str:
    """The id of a bank by its id, its name or a part of it; "" for one that `banks.yaml` does not know."""
    wanted = name.strip()
    return next((b.id for b in vocabulary().banks if wanted and (wanted == b.id or wanted in b.title or b.title in wanted)), "")


def _agree(file: Any, filename: str, bank: str, today: date, control: Control) -> None:
    """Read it through once before anything is booked, and compare with what the clerk typed."""
    with stream_statement(file, filename, today=today, bank=bank) as stream:
        for _ in stream:
            pass
        check_control(stream, control)


def _take(line: Line, case_id: int | None, found: Outcome, by: Actor, at: datetime) -> None:
    """One line; what is refused is kept with its reason."""
    found.read += 1
    if line.direction != IN:
        found.outgoing += 1
        return
    there = Receipt.objects.filter(court_id=by.court_id, bank_serial=line.serial[:60]).values_list("amount_fen", flat=True).first()
    if there is not None:
        if there == line.amount_fen:
            found.unchanged += 1
        else:
            why = f"流水号 {line.serial} 已经登记过，金额是 {words(there)} 元，文件里是 {words(line.amount_fen)} 元"
            found.rejected.append({"row": None, "column": "流水号", "reason": why})
        return
    money = Money(line.serial, line.amount_fen, line.booked_at.astimezone(CST).date(), line.payer_name, line.payer_account, line.remark, line.serial)
    happened = min(line.booked_at, at)
    try:
        if case_id is None:
            receive_general(money=money, key=f"bank:{line.serial}"[:80], by=by, at=happened, recorded_at=at)
        else:
            receive(case_id=case_id, money=money, key=f"bank:{line.serial}"[:80], by=by, at=happened, recorded_at=at)
    except Refusal as refusal:
        found.rejected += [{"row": None, "column": f"流水号 {line.serial}", "reason": f"{r.why}{'，' + r.now if r.now else ''}"} for r in refusal.reasons]
    else:
        found.created += 1
