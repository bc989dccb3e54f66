"""The cells of one side of a case (names, identity numbers, phones, addresses) → its parties."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from operator import gt
from typing import Any, NamedTuple

from ..identity import LOST_DIGITS, check_identity
from .opening import limits
from .parsing import UNUSUAL, split_parties, text_of, tidy_name, tidy_phone
from .sheets import ColumnMatch, vocabulary

PARTS = ("name", "id_number", "phone", "address")
# From here on a number in a cell has lost digits (2**53 ≈ 9.007e15); fifteen digits, an old identity number, are exact.
FIRST_INEXACT = 1e15


class PartyRow(NamedTuple):
    """An applicant or debtor of a row. `id_kind` is one of `identity.check_identity`'s kinds, "" without a number."""

    name: str
    id_number: str = ""
    id_kind: str = ""
    phone: str = ""
    address: str = ""


class Parties(NamedTuple):
    """One side of a row: who, and what is wrong with which column (errors refuse the row, warnings do not)."""

    people: tuple[PartyRow, ...]
    errors: tuple[tuple[ColumnMatch, str], ...] = ()
    warnings: tuple[tuple[ColumnMatch, str], ...] = ()


Note = Callable[[ColumnMatch, str], None]


class PartyReader:
    """Reads one side. `columns` are those the file has, by part; `read` takes their cells in the order of `PARTS`."""

    def __init__(self, columns: dict[str, ColumnMatch], today: date) -> None:
        self.today, self._columns = today, [columns.get(part) for part in PARTS]
        fields = vocabulary().fields
        self._longest = [fields[column.field].longest if column else 0 for column in self._columns]
        self._empty, self._special = vocabulary().empty_words, vocabulary().special_words
        self._most: int = limits()["values"]["parties"]
        self._short = min(self._longest)

    def read(self, cells: tuple[Any, ...]) -> Parties:
        """The parties that stand in these four cells ("" for a column the file has not). Never raises."""
        if (one := self._read_one(cells)) is not None:
            return one
        errors: list[tuple[ColumnMatch, str]] = []
        warnings: list[tuple[ColumnMatch, str]] = []
        names = [tidy_name(name) for name in self._values(0, cells[0], None, errors) if name not in self._empty]
        if not names:
            return Parties((), tuple(errors))
        places = len(names)
        numbers, kinds = self._identities(cells[1], places, errors, warnings)
        phones = [tidy_phone(phone) if phone else "" for phone in self._aligned(2, cells[2], places, errors, warnings)]
        addresses = self._aligned(3, cells[3], places, errors, warnings)
        people = tuple(map(PartyRow, names, numbers, kinds, phones, addresses))
        return Parties(people, tuple(errors), tuple(warnings))

    def _read_one(self, cells: tuple[Any, ...]) -> Parties | None:
        """The short way for what most rows hold: one party, plain text, nothing wrong. None sends the row the long way."""
        try:
            name, number, phone, address = map(str.strip, cells)
        except TypeError:  # a cell is a number
            return None
        whole = f"{name}{number}{phone}{address}"
        if not name or UNUSUAL.search(whole) or not self._special.isdisjoint((name, number, phone, address)):
            return None
        if len(whole) > self._short and any(map(gt, map(len, (name, number, phone, address)), self._longest)):
            return None
        kind = ""
        if number:
            check = check_identity(number, today=self.today)
            if not check.ok or check.warning:
                return None
            number, kind = check.normal, check.kind
        return Parties((PartyRow(tidy_name(name), number, kind, tidy_phone(phone), address),))

    def _values(self, part: int, cell: Any, places: int | None, errors: list[tuple[ColumnMatch, str]]) -> list[str]:
        """What stands in a cell, one value a party; too long and too many are errors."""
        column, longest = self._columns[part], self._longest[part]
        if column is None or cell == "":
            return []
        try:
            text = text_of(cell)
        except ValueError as problem:
            errors.append((column, str(problem)))
            return []
        # An address may hold separators of its own: with one party the whole cell is the address.
        values = [text] if text and part == 3 and places == 1 else split_parties(text, places)
        if part == 2 and places == 1 and len(values) > 1:
            values = ["/".join(values)]
        if len(values) > self._most:
            errors.append((column, f"有{len(values)}项，最多{self._most}项"))
        for value in values:
            if len(value) > longest:
                errors.append((column, f"“{value[:10]}…”有{len(value)}个字，最多{longest}个"))
        return values

    def _aligned(
        self,
        part: int,
        cell: Any,
        places: int,
        errors: list[tuple[ColumnMatch, str]],
        warnings: list[tuple[ColumnMatch, str]],
    ) -> list[str]:
        """One value for each party. Where the counts differ nothing is guessed: a warning, and no values."""
        values = self._values(part, cell, places, errors)
        if len(values) == places:
            return values if self._empty.isdisjoint(values) else ["" if v in self._empty else v for v in values]
        if part == 3 and len(values) == 1:
            return values * places  # one address under several names is everybody's
        column = self._columns[part]
        if values and column is not None:
            reason = f"有{len(values)}项，与人数{places}不一致，无法一一对应，这一列没有录入"
            warnings.append((column, reason))
        return [""] * places

    def _identities(
        self, cell: Any, places: int, errors: list[tuple[ColumnMatch, str]], warnings: list[tuple[ColumnMatch, str]]
    ) -> tuple[list[str], list[str]]:
        """Identity numbers and their kinds, each checked."""
        column = self._columns[1]
        if column is None or cell == "":
            return [""] * places, [""] * places
        if isinstance(cell, (int, float)) and cell >= FIRST_INEXACT:
            errors.append((column, LOST_DIGITS))
            return [""] * places, [""] * places
        numbers, kinds = [], []
        for value in self._aligned(1, cell, places, errors, warnings):
            check = check_identity(value, today=self.today) if value else None
            numbers.append(check.normal if check else "")
            kinds.append(check.kind if check else "")
            if check and check.error:
                errors.append((column, check.error))
            if check and check.warning:
                warnings.append((column, check.warning))
        return numbers, kinds
