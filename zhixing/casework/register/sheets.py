"""Finds a register's header row by what stands in it, and says which column is which field (`columns.yaml`)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

TEXT, NUMBER, DATE, MONEY, PARTY, MOMENT, IGNORED = "text", "number", "date", "money", "party", "moment", "ignored"
BRACKETED = re.compile(r"[(\[〔【][^)\]〕】]*[)\]〕】]")
MARKS = re.compile(r"[\s*:()\[\]〔〕【】/、,，或及和与]")


class Field(NamedTuple):
    """What a column can be. `longest` is in characters (0: not text); `event` is set for a milestone's columns."""

    id: str
    title: str
    kind: str
    longest: int = 0
    required: bool = False
    event: str = ""
    payload: str = ""


class ColumnMatch(NamedTuple):
    """A column of the file: its header as written, the field it is ("" for none), its index in a row, its money unit."""

    header: str
    field: str
    index: int
    unit: str = ""


class Header(NamedTuple):
    """The header found: index of its (last) row within the rows looked at, columns, headers of doubled fields."""

    row_index: int
    columns: list[ColumnMatch]
    doubled: list[ColumnMatch]


class Vocabulary:
    """`columns.yaml`, ready to look headers up in."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.fields: dict[str, Field] = {}
        self.by_header: dict[str, str] = {}
        self.units: dict[str, int] = data["units"]
        self.total_words = frozenset(data["total_words"])
        self.empty_words = frozenset(data["empty_words"])
        self.error_words = frozenset(data["error_words"])
        self.special_words = self.empty_words | self.error_words
        kinds = {"number": NUMBER, "filed_on": DATE, "claim_yuan": MONEY, "ignored": IGNORED}
        for entry in data["fields"]:
            kind = kinds.get(entry["id"], TEXT)
            field = Field(entry["id"], entry["title"], kind, entry.get("longest", 0), entry.get("required", False))
            self._add(field, entry["headers"])
        self._add_parties(data["parties"], data["party_columns"])
        self._add_milestones(data["milestones"])
        self.required = [field for field in self.fields.values() if field.required]

    def _add_parties(self, parties: list[dict[str, Any]], columns: list[dict[str, Any]]) -> None:
        for party in parties:
            for column in columns:
                name = f"{party['id']}_{column['id']}"
                title = party["words"][0] + column["endings"][0]
                required = party["required"] and column["id"] == "name"
                headers = [word + ending for word in party["words"] for ending in column["endings"]]
                self._add(Field(name, title, PARTY, column["longest"], required), headers)

    def _add_milestones(self, milestones: list[dict[str, Any]]) -> None:
        for entry in milestones:
            event, headers = entry["event"], entry["headers"]
            self._add(Field(event, headers[0], MOMENT, 0, False, event), headers)
            for part in entry.get("payload", []):
                name, longest = f"{event}.{part['field']}", part.get("longest", 0)
                title = part["headers"][0]
                self._add(Field(name, title, part["kind"], longest, False, event, part["field"]), part["headers"])

    def _add(self, field: Field, headers: list[str]) -> None:
        self.fields[field.id] = field
        for header in headers:
            other = self.by_header.setdefault(plain_header(header), field.id)
            if other != field.id:
                raise ValueError(f"columns.yaml: header {header!r} stands for both {other} and {field.id}")

    def field_of(self, header: str) -> str:
        """The field a header stands for, or "". Brackets count first with, then without what stands in them."""
        tidy = unicodedata.normalize("NFKC", header)
        for spelling in (plain_header(tidy), plain_header(BRACKETED.sub("", tidy))):
            if spelling in self.by_header:
                return self.by_header[spelling]
            for unit in self.units:
                if spelling.endswith(unit) and spelling.removesuffix(unit) in self.by_header:
                    return self.by_header[spelling.removesuffix(unit)]
        return ""

    def unit_of(self, header: str) -> str:
        """The money unit that a header names: 万元 in 标的额（万元）; "" where it names none."""
        tidy = unicodedata.normalize("NFKC", header)
        return next((unit for unit in sorted(self.units, key=len, reverse=True) if unit in tidy), "")


def plain_header(text: str) -> str:
    """A header without spaces, brackets, asterisks, colons and the words that only join (或 、 /)."""
    return MARKS.sub("", unicodedata.normalize("NFKC", text))


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary of `columns.yaml`, read once."""
    return Vocabulary(yaml.safe_load(Path(__file__).with_name("columns.yaml").read_text(encoding="utf-8")))


def find_header(rows: Sequence[Sequence[Any]], mapping: Mapping[str, str] | None = None) -> Header | None:
    """The row with the most known headers among `rows`, if it has every required one; else None.

    A header of two rows (被执行人 over 姓名 | 证件号码) is read as one. `mapping` is a court's own header → field.
    Raises ValueError for a mapping to fields that there are not.
    """
    best: tuple[int, Header] | None = None
    for index, row in enumerate(rows):
        for headers in (_texts(row), _joined(rows[index - 1] if index else (), row)):
            header = _match(headers, index, mapping or {})
            score = sum(1 for column in header.columns if column.field)
            if header_is_complete(header) and (best is None or score > best[0]):
                best = score, header
    return best[1] if best else None


def header_is_complete(header: Header) -> bool:
    """True when no required field is missing."""
    return not missing_fields(header)


def missing_fields(header: Header | None) -> list[str]:
    """Titles of the required fields that a header lacks (all of them without a header)."""
    found = {column.field for column in header.columns} if header else set()
    return [field.title for field in vocabulary().required if field.id not in found]


def nearest_header(rows: Sequence[Sequence[Any]], mapping: Mapping[str, str] | None = None) -> Header | None:
    """The row most like a header, complete or not: to tell the clerk what is missing.
    Raises ValueError for a mapping to fields that there are not."""
    candidates = [_match(_texts(row), index, mapping or {}) for index, row in enumerate(rows)]
    likeliest = max(candidates, key=lambda header: sum(1 for c in header.columns if c.field), default=None)
    return likeliest if likeliest and any(column.field for column in likeliest.columns) else None


def _texts(row: Sequence[Any]) -> list[str]:
    return [cell.strip() if isinstance(cell, str) else "" for cell in row]


def _joined(upper: Sequence[Any], lower: Sequence[Any]) -> list[str]:
    """Two rows as one: a group's title stands over its first column only and goes for those to its right."""
    above, below, group = _texts(upper), _texts(lower), ""
    above += [""] * (len(below) - len(above))
    below += [""] * (len(above) - len(below))
    joined = []
    for top, bottom in zip(above, below, strict=True):
        group = top or group
        joined.append(f"{group} {bottom}".strip() if bottom else top)
    return joined


def _match(headers: list[str], row_index: int, mapping: Mapping[str, str]) -> Header:
    known, columns, doubled, seen = vocabulary(), [], [], set()
    own = {plain_header(header): field for header, field in mapping.items()}
    if unknown := set(own.values()) - set(known.fields) - {""}:
        raise ValueError(f"mapping to unknown fields: {sorted(unknown)}; known are {sorted(known.fields)}")
    for index, header in enumerate(headers):
        if not header or len(header) > 80:
            continue
        plain = plain_header(header)
        field = own[plain] if plain in own else known.field_of(header)
        unit = known.unit_of(header) if field and known.fields[field].kind == MONEY else ""
        column = ColumnMatch(header, field, index, unit)
        if field in seen and field != IGNORED:
            doubled.append(column)
            column = column._replace(field="")
        if field:
            seen.add(field)
        columns.append(column)
    return Header(row_index, columns, doubled)
