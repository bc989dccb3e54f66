"""Reading a clerk's case register (执行案件台账): file in, cases and reasons out. No database, no clock."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from zhixing.db.many import collector_paused
from zhixing.rulebook.refusals import Refusal

from .opening import Cells, OpenFile, SheetHead, limits, opened
from .rows import ParsedRow, Remark, RowReader
from .sheets import ColumnMatch, Header, find_header, missing_fields, nearest_header, vocabulary

WHAT = "不能读取这个台账"


@dataclass(slots=True)
class RegisterFile:
    """A register that was read. `header_row` and every row number are as Excel shows them (1-based)."""

    sheet: str
    header_row: int
    columns: list[ColumnMatch]
    rows: list[ParsedRow]
    rejected: list[Remark]
    warnings: list[Remark]
    skipped: list[tuple[int, str]]

    @property
    def rejected_rows(self) -> int:
        """How many rows were refused (a row may have several reasons)."""
        return len({remark.row for remark in self.rejected})


class RegisterStream:
    """The rows of a register one by one; `rejected`, `warnings` and `skipped` are complete once it is exhausted."""

    def __init__(self, sheet: str, header: Header, chunks: Iterator[list[Cells]], reader: RowReader) -> None:
        self.sheet, self.columns, self.header_row = sheet, header.columns, header.row_index + 1
        self.rejected, self.warnings, self.skipped = reader.rejected, reader.warnings, reader.skipped
        self._chunks, self._reader = chunks, reader

    def __iter__(self) -> Iterator[ParsedRow]:
        row = self.header_row + 1
        for chunk in self._chunks:
            # A chunk makes thousands of small objects and no cycles: searched for cycles once, not every 700 objects.
            with collector_paused():
                parsed = list(self._reader.read(row, chunk))
            yield from parsed
            row += len(chunk)
        if self._reader.without_claim:
            count = self._reader.without_claim
            why = f"有{count}行没有标的额；如果这一列是公式，请在 Excel 中打开并保存一次再导入"
            self.warnings.append(Remark(None, vocabulary().fields["claim_yuan"].title, why))


def read_register(
    file: str | os.PathLike[str] | bytes,
    filename: str,
    *,
    today: date,
    sheet: str | None = None,
    mapping: Mapping[str, str] | None = None,
    court_code: str | None = None,
) -> RegisterFile:
    """Read a whole register: `filename` says what kind of file it claims to be, `today` which dates are in the future.

    `mapping` is a court's own header → field id ("" for a column to leave alone) and goes before `columns.yaml`;
    another `court_code` in a number is a warning. Raises Refusal when the file or its header cannot be read.
    """
    with stream_register(file, filename, today=today, sheet=sheet, mapping=mapping, court_code=court_code) as stream:
        rows = list(stream)
    return RegisterFile(
        stream.sheet, stream.header_row, stream.columns, rows, stream.rejected, stream.warnings, stream.skipped
    )


@contextmanager
def stream_register(
    file: str | os.PathLike[str] | bytes,
    filename: str,
    *,
    today: date,
    sheet: str | None = None,
    mapping: Mapping[str, str] | None = None,
    court_code: str | None = None,
) -> Iterator[RegisterStream]:
    """The same without holding all rows in memory: `with stream_register(…) as stream: for row in stream: …`.
    Raises Refusal as `read_register` does."""
    with opened(file, filename) as book:
        name, head, header = _choose_sheet(book, sheet, mapping)
        reader = RowReader(header.columns, today=today, court_code=court_code)
        reader.warnings += _notices(book, name, head, header)
        yield RegisterStream(name, header, _after_header(book, head, header), reader)


def _after_header(book: OpenFile, head: SheetHead, header: Header) -> Iterator[list[Cells]]:
    yield head.rows[header.row_index + 1 :]
    yield from book.rest()


def _choose_sheet(
    book: OpenFile, wanted: str | None, mapping: Mapping[str, str] | None
) -> tuple[str, SheetHead, Header]:
    """The sheet asked for, or the first with a register's header (visible sheets first)."""
    names = [name for name, _ in book.sheets]
    if wanted is not None and wanted not in names:
        raise Refusal.because(WHAT, f"没有名为“{wanted}”的工作表", now=f"可选的工作表：{'、'.join(names)}")
    candidates = (
        [names.index(wanted)] if wanted is not None else sorted(range(len(names)), key=lambda i: book.sheets[i][1])
    )
    nearest: tuple[str, Header | None] | None = None
    for index in candidates:
        head = book.open_sheet(index)
        header = find_header(head.rows, mapping)
        if header is not None:
            return names[index], head, header
        nearest = nearest if nearest and nearest[1] else (names[index], nearest_header(head.rows, mapping))
    raise _no_header(nearest)


def _no_header(nearest: tuple[str, Header | None] | None) -> Refusal:
    now = "请确认表头有这些列；列名不同时，请在导入页面指定对应的列"
    if nearest is None:
        return Refusal.because(WHAT, "文件里没有工作表", now=now)
    name, header = nearest
    missing = "、".join(missing_fields(header))
    if header is None:
        return Refusal.because(
            WHAT, f"工作表“{name}”前{limits()['header_rows']}行没有找到表头（需要{missing}）", now=now
        )
    return Refusal.because(WHAT, f"工作表“{name}”第{header.row_index + 1}行像是表头，但缺少{missing}", now=now)


def _notices(book: OpenFile, name: str, head: SheetHead, header: Header) -> list[Remark]:
    """What the clerk may not see: hidden columns and sheets, sheets that were not read, doubled columns."""
    notices = []
    headers = {column.index: column.header for column in header.columns}
    for index in head.hidden:
        letter = column_letter(index + head.first_column)
        title = headers.get(index, "")
        notices.append(Remark(None, title, f"{letter}列{f'（{title}）' if title else ''}是隐藏列，内容照样读取"))
    for sheet, hidden in book.sheets:
        if sheet != name:
            notices.append(Remark(None, "", f"{'隐藏的' if hidden else ''}工作表“{sheet}”没有读取"))
        elif hidden:
            notices.append(Remark(None, "", f"读取的工作表“{sheet}”是隐藏的"))
    for column in header.doubled:
        title = vocabulary().fields[column.field].title
        notices.append(Remark(None, column.header, f"“{column.header}”与前面的列都是{title}，只采用前面的列"))
    return notices


def column_letter(index: int) -> str:
    """The letters Excel shows over a zero-based column: 0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
