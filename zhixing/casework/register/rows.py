"""Rows of a register → cases to be filed, or the reasons why not. Runs a hundred thousand times a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from ..case_numbers import CaseNumber, parse_case_number
from .columns import Column, Problem
from .opening import limits
from .parsing import parse_day, parse_moment, parse_yuan, text_of
from .parties import PARTS, Parties, PartyReader, PartyRow
from .sheets import IGNORED, MOMENT, MONEY, TEXT, ColumnMatch, Field, plain_header, vocabulary

Cells = list[Any]
CLEAN = ((), ())  # no errors, no warnings


class Remark(NamedTuple):
    """Something about a row (as Excel numbers it; None: the whole file) and a column (its header as written)."""

    row: int | None
    column: str
    reason: str

    def as_json(self) -> dict[str, Any]:
        """The form the commands and pages show: {"row", "column", "reason"}."""
        return self._asdict()


@dataclass(slots=True)
class ParsedRow:
    """A row that can be filed as a case. Money in yuan; `milestones` are event kind → day or aware moment."""

    row: int
    number: CaseNumber
    filed_on: date
    applicants: tuple[PartyRow, ...]
    debtors: tuple[PartyRow, ...]
    claim_yuan: Decimal | None = None
    cause: str = ""
    case_type: str = ""
    basis_number: str = ""
    basis_court: str = ""
    note: str = ""
    milestones: dict[str, date | datetime] = field(default_factory=dict)
    payloads: dict[str, dict[str, str | Decimal]] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)


class RowReader:
    """Reads the rows of one file, some hundreds at a time. What is no case ends in `rejected` or `skipped`."""

    def __init__(self, columns: list[ColumnMatch], *, today: date, court_code: str | None = None) -> None:
        self.today, self.court_code = today, court_code
        self.rejected: list[Remark] = []
        self.warnings: list[Remark] = []
        self.skipped: list[tuple[int, str]] = []
        self.without_claim = 0
        known = vocabulary().fields
        by_field = {column.field: column for column in columns if column.field}
        matched = [(column, known[column.field]) for column in columns if column.field]
        self._number = Column(by_field["number"], lambda cell: parse_case_number(text_of(cell)), keep=0)
        self._filed = Column(by_field["filed_on"], parse_day)
        claim = by_field.get("claim_yuan")
        self._claim = Column(claim, partial(parse_yuan, unit=claim.unit)) if claim else None
        self._texts = {f.id: Column(c, _text(f.longest)) for c, f in matched if f.kind == TEXT and not f.event}
        self._extras = [Column(c, _text(limits()["values"]["extra_chars"])) for c in columns if not c.field]
        self._extra_names = _distinct([column for column in columns if not column.field])
        self._moments = {f.event: Column(c, partial(_moment, today=today)) for c, f in matched if f.kind == MOMENT}
        self._payloads = [(Column(c, _payload(f, c.unit)), f) for c, f in matched if f.payload]
        self._sides = [_Side(side, by_field, today) for side in ("applicant", "debtor")]
        self._debtor_name = by_field["debtor_name"]
        self._content = [c.index for c, f in matched if f.kind != IGNORED and f.id != "note"]
        self._width = max(column.index for column in columns) + 1
        self._seen: dict[CaseNumber, int] = {}
        self._text_problems = False

    def read(self, first_row: int, rows: list[Cells]) -> Iterator[ParsedRow]:
        """The cases among `rows`, the first of which Excel numbers `first_row`."""
        for cells in rows:
            if len(cells) < self._width:
                cells += [""] * (self._width - len(cells))
        # Cells by column. Rows of a text file may differ in length; none is shorter than the columns that are read.
        by_column = list(zip(*rows, strict=False)) if rows else [()] * self._width
        count = len(rows)
        texts = [column.values_of(by_column[column.index]) for column in self._texts.values()]
        extras = [column.values_of(by_column[column.index]) for column in self._extras]
        self._text_problems = any(column.has_problems for column in (*self._texts.values(), *self._extras))
        moments = [column.values_of(by_column[column.index]) for column in self._moments.values()]
        claims = [None] * count if self._claim is None else self._claim.values_of(by_column[self._claim.index])
        for row, cells, number, day, claim, applicants, debtors, text, extra, moment in zip(
            range(first_row, first_row + count),
            rows,
            self._number.values_of(by_column[self._number.index]),
            self._filed.values_of(by_column[self._filed.index]),
            claims,
            *(side.values_of(by_column, count) for side in self._sides),
            zip(*texts, strict=True) if texts else [()] * count,
            zip(*extras, strict=True) if extras else [()] * count,
            zip(*moments, strict=True) if moments else [()] * count,
            strict=True,
        ):
            if number.__class__ is Problem and (why := self._no_case(cells)) is not None:
                self.skipped.append((row, why))
                continue
            before = len(self.rejected)
            self._check_case(row, number, day, claim)
            if applicants[1:] != CLEAN or debtors[1:] != CLEAN or not debtors.people:
                self._check_parties(row, applicants, debtors)
            if self._text_problems:
                self._check_texts(row, text, extra)
            if len(self.rejected) > before:
                continue
            if claim is None:
                self.without_claim += 1
            parsed = ParsedRow(
                row, number, day, applicants.people, debtors.people, claim, **dict(zip(self._texts, text, strict=True))
            )
            if self._extras:
                parsed.extra = {name: v for name, v in zip(self._extra_names, extra, strict=True) if v}
            if self._moments:
                self._add_milestones(parsed, moment, cells)
            yield parsed

    def _no_case(self, cells: Cells) -> str | None:
        """Why a row without a case number is passed over: blank, a total, the header again; None if it may be a case."""
        words = ["".join(cell.split()).strip(":：") for cell in cells if cell.__class__ is str and cell.strip()]
        number = cells[self._number.index]
        if isinstance(number, str) and plain_header(number) == plain_header(self._number.header) != "":
            return "重复的表头"
        totals = vocabulary().total_words
        if (number == "" or "".join(str(number).split()).strip(":：") in totals) and not totals.isdisjoint(words[:3]):
            return "合计行"
        if any(str(cells[index]).strip() for index in self._content if cells[index] is not None):
            return None
        return "没有可登记的内容" if words else "空行"

    def _check_case(self, row: int, number: Any, day: Any, claim: Any) -> None:
        if number.__class__ is Problem:
            self._reject(row, self._number.match, number.reason)
        else:
            first = self._seen.setdefault(number, row)
            if first != row:
                self._reject(row, self._number.match, f"案号{number.text}与第{first}行重复")
            if self.court_code and number.court_code != self.court_code:
                why = f"案号的法院代字是{number.court_code}，与本院{self.court_code}不同"
                self.warnings.append(Remark(row, self._number.header, why))
        if day.__class__ is Problem:
            self._reject(row, self._filed.match, day.reason)
        elif day > self.today:
            self._reject(row, self._filed.match, f"立案日期{day}晚于今天（{self.today}）")
        elif number.__class__ is CaseNumber and number.year != day.year:
            why = f"立案日期{day}与案号的年度{number.year}不一致，请核对"
            self.warnings.append(Remark(row, self._filed.header, why))
        if claim.__class__ is Problem and self._claim is not None:
            self._reject(row, self._claim.match, claim.reason)

    def _check_parties(self, row: int, applicants: Parties, debtors: Parties) -> None:
        for side in (applicants, debtors):
            for column, reason in side.errors:
                self._reject(row, column, reason)
            for column, reason in side.warnings:
                self.warnings.append(Remark(row, column.header, reason))
        if not debtors.people and not debtors.errors:
            self._reject(row, self._debtor_name, "没有被执行人")

    def _check_texts(self, row: int, texts: tuple[Any, ...], extras: tuple[Any, ...]) -> None:
        for columns, values in ((self._texts.values(), texts), (self._extras, extras)):
            for column, value in zip(columns, values, strict=True):
                if value.__class__ is Problem:
                    self._reject(row, column.match, value.reason)

    def _add_milestones(self, parsed: ParsedRow, moments: tuple[Any, ...], cells: Cells) -> None:
        """A milestone that cannot be read costs the case nothing but that milestone, and says so."""
        for (event, column), moment in zip(self._moments.items(), moments, strict=True):
            if moment is None:
                continue
            if moment.__class__ is Problem:
                self.warnings.append(Remark(parsed.row, column.header, f"{moment.reason}，这一项没有录入"))
                continue
            parsed.milestones[event] = moment
            day = moment.date() if moment.__class__ is datetime else moment
            if day < parsed.filed_on:
                why = f"日期{day}早于立案日期{parsed.filed_on}，请核对"
                self.warnings.append(Remark(parsed.row, column.header, why))
        for column, known in self._payloads:
            self._add_payload(parsed, column, known, column[cells[column.index]])

    def _add_payload(self, parsed: ParsedRow, column: Column, known: Field, value: Any) -> None:
        if value is None or value == "":
            return
        if value.__class__ is Problem:
            self.warnings.append(Remark(parsed.row, column.header, f"{value.reason}，这一项没有录入"))
        elif known.event not in parsed.milestones:
            self.warnings.append(Remark(parsed.row, column.header, "对应的日期没有录入，这一项也没有录入"))
        else:
            parsed.payloads.setdefault(known.event, {})[known.payload] = value

    def _reject(self, row: int, column: ColumnMatch, reason: str) -> None:
        self.rejected.append(Remark(row, column.header, reason))


class _Side:
    """The columns of one side of the cases, read together: a bank's name, code and phone come as one."""

    def __init__(self, side: str, by_field: dict[str, ColumnMatch], today: date) -> None:
        columns = {part: by_field[f"{side}_{part}"] for part in PARTS if f"{side}_{part}" in by_field}
        self._indexes = [columns[part].index if part in columns else None for part in PARTS]
        any_column = next(iter(columns.values()), ColumnMatch("", "", 0))
        self._column = Column(any_column, PartyReader(columns, today).read)

    def values_of(self, by_column: list[tuple[Any, ...]], count: int) -> list[Parties]:
        parts = [by_column[index] if index is not None else ("",) * count for index in self._indexes]
        return self._column.values_of(list(zip(*parts, strict=True)))


def _distinct(columns: list[ColumnMatch]) -> list[str]:
    """A name for each of these columns; one whose header stands twice is told by its place."""
    headers = [column.header for column in columns]
    return [h if headers.count(h) == 1 else f"{h}（第{c.index + 1}列）" for c, h in zip(columns, headers, strict=True)]


def _text(longest: int) -> Any:
    def parse(cell: Any) -> str:
        text = text_of(cell)
        if len(text) > longest:
            raise ValueError(f"内容有{len(text)}个字，最多{longest}个")
        return text

    return parse


def _moment(cell: Any, today: date) -> date | datetime | None:
    if isinstance(cell, str) and text_of(cell) == "":
        return None
    moment = parse_moment(cell)
    day = moment.date() if isinstance(moment, datetime) else moment
    if day > today:
        raise ValueError(f"日期{day}晚于今天")
    return moment


def _payload(known: Field, unit: str) -> Any:
    return partial(parse_yuan, unit=unit) if known.kind == MONEY else _text(known.longest)
