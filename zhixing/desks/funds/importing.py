"""A bank statement becomes receipts: each line once, whatever file it comes in and how often (四(三)1, 四(三)3(2), trust I8, I9).

The statement of a case's own account books itself to the case; that of the general account waits to be identified. Lines that
went out are kept for reconciling and booked by nobody here: a payout is confirmed where it was made.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db import IntegrityError, transaction

from zhixing.casework.facts import rules
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import require
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.money.amounts import words, yuan
from zhixing.rulebook.refusals import Reason, Refusal

from .claims import receive_general
from .models import Receipt
from .receipts import Money, receive
from .reconciling.booking import receive_many
from .reconciling.keeping import Survey, begun, keep_lines, limits, saved_mappings
from .reconciling.models import BankLine, StatementRun
from .statements import IN, Control, Line, check_control, stream_statement
from .statements.layout import Meanings, vocabulary

ACTION = "record:general_money_arrived"
WHAT = "暂不能导入银行流水"


@dataclass(slots=True)
class Outcome:
    """What became of the lines: read = created + unchanged + outgoing + rejected, one entry in `rejected` for each such line, by its
    row of the file (as Excel counts) with the reason. `skipped` rows are none: totals, headers that come again."""

    read: int = 0
    created: int = 0
    unchanged: int = 0
    outgoing: int = 0
    in_yuan: str = "0.00"
    rejected: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    skipped: int = 0

    def as_json(self) -> dict[str, Any]:
        """For `zhixing funds import-statement --json` and the page."""
        return asdict(self)

    def reject(self, line: Line, why: str, column: str = "流水号") -> None:
        """One line that is not booked, with the reason."""
        self.rejected.append({"row": line.row or None, "column": f"{column} {line.serial}", "reason": why})


@dataclass(frozen=True, slots=True)
class _Source:
    """The file, and how it is to be read."""

    file: str | os.PathLike[str] | bytes
    name: str
    bank: str
    mapping: Meanings
    today: date

    def stream(self) -> Any:
        return stream_statement(self.file, self.name, today=self.today, bank=self.bank, mapping=self.mapping)


def import_statement(
    *, file: str | os.PathLike[str] | bytes, filename: str, bank: str = "", case_id: int | None = None, control: Control | None = None,
    closing_fen: int | None = None, progress: Callable[[int], None] = lambda done: None, run: StatementRun | None = None, by: Actor, at: datetime,
) -> Outcome:  # fmt: skip
    """Import a statement: `case_id` says that it is that case's own account. Raises Refusal when the file cannot be read to its
    end, or when its count, sum or closing balance is not what the clerk typed: then nothing at all is imported. A wrong row costs
    no other row. `run` is the row the page made; without one a new row keeps what was imported."""
    require(rules.rulebook(), by, ACTION, what=WHAT)
    source = _Source(file, filename, bank_of(bank), saved_mappings(by.court_id), at.astimezone(CST).date())
    run = run or begun(file=file, filename=filename, bank=source.bank, case_id=case_id, by=by, at=at)
    try:
        survey = _survey(source, control, closing_fen)
        StatementRun.objects.filter(pk=run.pk).update(total=survey.count, first_on=survey.first_on, last_on=survey.last_on, opening_fen=survey.opening_fen,
                                                      closing_fen=closing_fen if survey.closing_fen is None else survey.closing_fen)  # fmt: skip
        found = _book(source, run, progress, by, at)
    except Refusal as refusal:
        StatementRun.objects.filter(pk=run.pk).update(state=StatementRun.FAILED, error=str(refusal)[:400], finished_at=at)
        raise
    if survey.broken:
        found.warnings.append({"row": None, "column": "余额", "reason": "余额没有逐笔接上：可能缺了几行，或有行退回；请对照银行对账单"})
    if bank and not source.bank:
        titles = "、".join(b.title for b in vocabulary().banks)
        found.warnings.append({"row": None, "column": "", "reason": f"没有“{bank[:20]}”的列名表，已按表头识别；现有：{titles}"})
    StatementRun.objects.filter(pk=run.pk).update(state=StatementRun.DONE, outcome=found.as_json(), progress=found.read, total=found.read, finished_at=at)
    return found


def book_lines(*, lines: Sequence[Line], name: str, content: bytes, case_id: int | None = None, by: Actor, at: datetime) -> Outcome:
    """Lines that came without a file (the bank's connection): kept and booked as those of a statement are. `content` is what they
    were made of, for the fingerprint; amounts in fen. Kept and booked in one transaction, so that no line is taken for known whose
    money was never booked. Nothing is kept of an answer without a new line."""
    require(rules.rulebook(), by, ACTION, what=WHAT)
    with transaction.atomic():
        known = _known([line.serial for line in lines], by.court_id)
        fresh = [line for line in lines if (line.direction, line.serial, line.amount_fen) not in known]
        found = Outcome(read=len(lines), unchanged=len(lines) - len(fresh))
        if fresh:
            run = begun(file=content, filename=name, bank="", case_id=case_id, by=by, at=at)
            keep_once(run, fresh, found)
            _take(run, [line for line in fresh if line.direction == IN], found, by, at)
            days = sorted(line.booked_at.astimezone(CST).date() for line in fresh)
            StatementRun.objects.filter(pk=run.pk).update(state=StatementRun.DONE, outcome=found.as_json(), progress=found.read, total=found.read,
                                                          first_on=days[0], last_on=days[-1], finished_at=at)  # fmt: skip
    return found


def _known(serials: Sequence[str], court_id: int) -> set[tuple[str, str, int]]:
    """(direction, serial, fen) of what needs no more booking: lines that went out and are kept, lines that came in and have their receipt."""
    out = BankLine.objects.filter(court_id=court_id, direction=BankLine.OUT, serial__in=serials).values_list("direction", "serial", "amount_fen")
    came = Receipt.objects.filter(court_id=court_id, bank_serial__in=serials).values_list("bank_serial", "amount_fen")
    return {*out, *((IN, serial, fen) for serial, fen in came)}


def bank_of(name: str) -> str:
    """The id of a bank by its id, its name or a part of it; "" for one that `banks.yaml` does not know."""
    wanted = name.strip()
    return next((b.id for b in vocabulary().banks if wanted and (wanted == b.id or wanted in b.title or b.title in wanted)), "")


def survey(file: str | os.PathLike[str] | bytes, filename: str, *, bank: str = "", today: date) -> Survey:
    """Read a statement to its end and check every line, without booking any. Raises Refusal when it cannot be read."""
    return _survey(_Source(file, filename, bank_of(bank), {}, today), None, None)


def _survey(source: _Source, control: Control | None, closing_fen: int | None) -> Survey:
    """Read it through once before anything is booked, and compare with what the clerk typed."""
    found = Survey()
    with source.stream() as stream:
        for line in stream:
            found.add(line)
        if control is not None:
            check_control(stream, control)
        if not found.count and not stream.errors:
            raise Refusal.because("没有导入", "表头下面没有一行流水", now="请确认导出的日期范围")
    if closing_fen is not None and found.closing_fen not in (None, closing_fen):
        why = f"期末余额：文件里是 {words(found.closing_fen or 0)} 元，填写的是 {words(closing_fen)} 元"
        raise Refusal("核对数不符，一行也没有导入", [Reason(why, now="请对照银行对账单核对文件和填写的数", field="closing")])
    return found


def _book(source: _Source, run: StatementRun, progress: Callable[[int], None], by: Actor, at: datetime) -> Outcome:
    """Book it piece by piece; each piece is a transaction of its own."""
    found = Outcome()
    with source.stream() as stream:
        for lines in _pieces(stream, limits()["chunk"]):
            found.read += len(lines)
            keep_once(run, lines, found)
            _take(run, [line for line in lines if line.direction == IN], found, by, at)
            progress(found.read)
        found.read += len(stream.errors)
        found.in_yuan = f"{yuan(stream.totals.in_fen):f}"
        found.rejected = [{"row": e.row, "column": e.column, "reason": e.why} for e in stream.errors] + found.rejected
        found.warnings = [{"row": w.row, "column": w.column, "reason": w.why} for w in stream.warnings]
        found.skipped = len(stream.skipped)
    progress(found.read)
    return found


def _pieces(stream: Iterator[Line], size: int) -> Iterator[list[Line]]:
    lines = iter(stream)
    while piece := list(islice(lines, size)):
        yield piece


def keep_once(run: StatementRun, lines: Sequence[Line], found: Outcome) -> None:
    """Keep the bank's lines; count those that went out, and refuse one that says another amount than it did before."""
    keep_lines(run, lines)
    out = {line.serial: line for line in lines if line.direction != IN}
    rows = BankLine.objects.filter(court_id=run.court_id, direction=BankLine.OUT, serial__in=out) if out else ()
    for row in rows:
        line = out[row.serial]
        if row.amount_fen == line.amount_fen:
            found.outgoing += 1
        else:
            found.reject(line, f"流水号 {line.serial} 以前导入的支出是 {words(row.amount_fen)} 元，文件里是 {words(line.amount_fen)} 元")


def _take(run: StatementRun, lines: Sequence[Line], found: Outcome, by: Actor, at: datetime) -> None:
    """Lines that came in: those that are new all together where together they can."""
    there = dict(Receipt.objects.filter(court_id=by.court_id, bank_serial__in=[line.serial for line in lines]).values_list("bank_serial", "amount_fen"))
    fresh = []
    for line in lines:
        if line.serial not in there:
            fresh.append(line)
        elif there[line.serial] == line.amount_fen:
            found.unchanged += 1
        else:
            known, read = words(there[line.serial]), words(line.amount_fen)
            found.reject(line, f"流水号 {line.serial} 已经登记过，金额是 {known} 元，文件里是 {read} 元")
    if run.case_id is not None or len(fresh) < 2:
        for line in fresh:
            _take_one(run, line, found, by, at)
        return
    try:
        with transaction.atomic():
            receive_many([(_money(line), min(line.booked_at, at), _key(line)) for line in fresh], by=by, at=at)
    except (Refusal, IntegrityError):  # one of them cannot be booked, or somebody booked it a moment ago: the halves, down to that one
        middle = len(fresh) // 2
        _take(run, fresh[:middle], found, by, at)
        _take(run, fresh[middle:], found, by, at)
    else:
        found.created += len(fresh)


def _take_one(run: StatementRun, line: Line, found: Outcome, by: Actor, at: datetime, tries: int = 5) -> None:
    """One line; what is refused is kept with its reason, unless somebody booked the same line at this very moment."""
    if _booked_fen(line, by) == line.amount_fen:
        found.unchanged += 1
        return
    happened = min(line.booked_at, at)
    try:
        if run.case_id is None:
            receive_general(money=_money(line), key=_key(line), by=by, at=happened, recorded_at=at)
        else:
            receive(case_id=run.case_id, money=_money(line), key=_key(line), by=by, at=happened, recorded_at=at)
    except Refusal as refusal:
        if _booked_fen(line, by) == line.amount_fen:
            found.unchanged += 1
        elif tries and any(r.field == "number" for r in refusal.reasons):  # many others take the next numbers at this moment
            _take_one(run, line, found, by, at, tries - 1)
        else:
            found.reject(line, "；".join(f"{r.why}{'，' + r.now if r.now else ''}" for r in refusal.reasons))
    else:
        found.created += 1


def _booked_fen(line: Line, by: Actor) -> int | None:
    """The amount that the line was booked with; None while it is not."""
    return Receipt.objects.filter(court_id=by.court_id, bank_serial=line.serial).values_list("amount_fen", flat=True).first()


def _money(line: Line) -> Money:
    day = line.booked_at.astimezone(CST).date()
    return Money(line.serial, line.amount_fen, day, line.payer_name, line.payer_account, line.remark, line.serial)


def _key(line: Line) -> str:
    return f"bank:{line.serial}"
