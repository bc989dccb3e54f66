"""A statement's file → lines: opened in the limited process, header found by itself, totals checked before anything is booked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from zhixing.casework.register.opening import Cells, OpenFile, SheetHead, opened
from zhixing.rulebook.money.amounts import words
from zhixing.rulebook.refusals import Reason, Refusal

from .layout import NOTHING, Bank, Layout, Meanings, find_layout, guessed_layout, limits, nearest_layout, vocabulary
from .lines import IN, Line, LineReader, Remark

WHAT = "不能读取这份银行流水"


@dataclass(frozen=True, slots=True)
class Control:
    """What the clerk reads on the bank's own paper: how many lines, and how much came in and went out, in fen."""

    count: int
    in_fen: int
    out_fen: int | None = None


@dataclass(slots=True)
class Totals:
    """What was read so far."""

    count: int = 0
    in_fen: int = 0
    out_fen: int = 0

    def add(self, line: Line) -> None:
        """Count a line."""
        self.count += 1
        if line.direction == IN:
            self.in_fen += line.amount_fen
        else:
            self.out_fen += line.amount_fen


@dataclass(slots=True)
class Statement:
    """A statement that was read whole. Row numbers are as Excel shows them."""

    sheet: str
    bank: Bank
    header_row: int
    lines: list[Line]
    errors: list[Remark]
    warnings: list[Remark]
    skipped: list[tuple[int, str]]
    totals: Totals = field(default_factory=Totals)


class StatementStream:
    """The lines one by one; errors, warnings, skipped rows and totals are complete once it is exhausted."""

    def __init__(self, sheet: str, layout: Layout, chunks: Iterator[list[Cells]], reader: LineReader) -> None:
        self.sheet, self.bank, self.header_row = sheet, layout.bank, layout.row + 1
        self.errors, self.warnings, self.skipped = reader.errors, reader.warnings, reader.skipped
        self.totals = Totals()
        self._chunks, self._reader = chunks, reader

    def __iter__(self) -> Iterator[Line]:
        row = self.header_row + 1
        for chunk in self._chunks:
            for line in self._reader.read(row, chunk):
                self.totals.add(line)
                yield line
            row += len(chunk)


@contextmanager
def stream_statement(
    file: str | os.PathLike[str] | bytes, filename: str, *, today: date, bank: str = "", mapping: Meanings = NOTHING
) -> Iterator[StatementStream]:  # fmt: skip
    """Read a statement line by line; `filename` says what kind of file it claims to be, `mapping` how the court reads headers that
    `banks.yaml` does not know. Raises Refusal for what is no statement."""
    with opened(file, filename, limits()) as book:
        name, head, layout = _choose_sheet(book, bank, mapping)
        reader = LineReader(layout, today)
        yield StatementStream(name, layout, _after_header(book, head, layout), reader)


def read_statement(file: str | os.PathLike[str] | bytes, filename: str, *, today: date, bank: str = "") -> Statement:
    """Read a whole statement. Raises Refusal when the file or its header cannot be read, or holds no line at all."""
    with stream_statement(file, filename, today=today, bank=bank) as stream:
        lines = list(stream)
    if not lines and not stream.errors:
        raise Refusal.because(WHAT, "表头下面没有一行流水", now="请确认导出的日期范围")
    return Statement(stream.sheet, stream.bank, stream.header_row, lines, stream.errors, stream.warnings, stream.skipped, stream.totals)


@dataclass(frozen=True, slots=True)
class Look:
    """The head of a statement as a clerk sees it: the header's cells, what each column is taken for ("" unknown), the rows after
    it as text, and what a line needs that no column gives."""

    sheet: str
    bank: Bank
    header_row: int
    headers: list[str]
    fields: list[str]
    rows: list[list[str]]
    missing: list[str]


def look_at(
    file: str | os.PathLike[str] | bytes, filename: str, *, bank: str = "", mapping: Meanings = NOTHING, sample: int
) -> Look:  # fmt: skip
    """The header of a statement and the first rows under it, though its words may be unknown. Raises Refusal when nothing in the
    file looks like a header."""
    with opened(file, filename, limits()) as book:
        guess: tuple[str, SheetHead, Layout] | None = None
        for index, (name, hidden) in enumerate(book.sheets):
            if hidden:
                continue
            head = book.open_sheet(index)
            if (layout := find_layout(head.rows, bank, mapping)) is not None:
                return _look(name, head, layout, sample)
            close = guessed_layout(head.rows, bank, mapping)
            guess = guess or ((name, head, close) if close else None)
    if guess is None:
        raise Refusal.because(WHAT, f"前{limits()['header_rows']}行没有找到表头", now="请上传网银导出的账户明细，表头单独占一行")
    return _look(*guess, sample)


def _look(name: str, head: SheetHead, layout: Layout, sample: int) -> Look:
    header = head.rows[layout.row]
    known = {index: column for column, indexes in layout.columns.items() for index in indexes}
    rows = [[shown(c) for c in row] for row in head.rows[layout.row + 1 :] if any(c not in ("", None) for c in row)]
    return Look(name, layout.bank, layout.row + 1, [shown(c) for c in header], [known.get(n, "") for n in range(len(header))], rows[:sample],
                vocabulary().missing(list(layout.columns)))  # fmt: skip


def shown(cell: object) -> str:
    """A cell as a clerk reads it, cut where it is long."""
    return "" if cell is None else str(cell).lstrip("\x00").strip().replace("T00:00:00", "")[:60]


def check_control(found: Statement | StatementStream, control: Control) -> None:
    """Compare what was read with what the clerk typed. Raises Refusal beside each number that differs: then nothing is imported."""
    totals, reasons = found.totals, []
    if totals.count != control.count:
        reasons.append(_differs("control_count", "笔数", f"{totals.count} 笔", f"{control.count} 笔"))
    if totals.in_fen != control.in_fen:
        reasons.append(_differs("control_in", "收入合计", f"{words(totals.in_fen)} 元", f"{words(control.in_fen)} 元"))
    if control.out_fen is not None and totals.out_fen != control.out_fen:
        reasons.append(_differs("control_out", "支出合计", f"{words(totals.out_fen)} 元", f"{words(control.out_fen)} 元"))
    if reasons and found.errors:
        rows = "、".join(str(e.row) for e in found.errors[:10])
        reasons.append(Reason(f"有 {len(found.errors)} 行没有读出（第 {rows} 行{'等' if len(found.errors) > 10 else ''}）", now="请先改正这些行"))
    if reasons:
        raise Refusal("核对数不符，一行也没有导入", reasons)


def _differs(name: str, what: str, read: str, typed: str) -> Reason:
    return Reason(f"{what}：文件里是 {read}，填写的是 {typed}", now="请对照银行对账单核对文件和填写的数", field=name)


def _after_header(book: OpenFile, head: SheetHead, layout: Layout) -> Iterator[list[Cells]]:
    yield head.rows[layout.row + 1 :]
    yield from book.rest()


def _choose_sheet(book: OpenFile, bank: str, mapping: Meanings) -> tuple[str, SheetHead, Layout]:
    """The first visible sheet with a statement's header."""
    nearest: tuple[str, Layout] | None = None
    for index, (name, hidden) in enumerate(book.sheets):
        if hidden:
            continue
        head = book.open_sheet(index)
        layout = find_layout(head.rows, bank, mapping)
        if layout is not None:
            return name, head, layout
        close = nearest_layout(head.rows, bank, mapping)
        nearest = nearest or ((name, close) if close else None)
    if nearest is None:
        raise Refusal.because(WHAT, f"前{limits()['header_rows']}行没有找到表头（需要{'、'.join(vocabulary().missing([]))}）",
                              now="请上传网银导出的账户明细；表头叫法不同的，请在“银行流水”页上传并选择各列的含义")  # fmt: skip
    sheet, close = nearest
    missing = "、".join(vocabulary().missing(list(close.columns)))
    raise Refusal.because(WHAT, f"工作表“{sheet}”第{close.row + 1}行像是表头，但缺少{missing}", now="请导出带这些列的账户明细，或在“银行流水”页选择各列的含义")
