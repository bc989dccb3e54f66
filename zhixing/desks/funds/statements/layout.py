"""Which column of a statement is which (`banks.yaml`): finds the header row and the bank whose words fit best."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from zhixing.casework.register.sheets import BRACKETED, plain_header

IGNORED = "ignored"
Meanings = Mapping[str, Mapping[str, str]]
NOTHING: Meanings = {}
HERE = Path(__file__)


class Bank(NamedTuple):
    """A bank and its headers: plain header → field. `verify` is 待核 where nobody tried a real export yet."""

    id: str
    title: str
    headers: Mapping[str, str]
    own: frozenset[str]
    verify: str


class Layout(NamedTuple):
    """The header found: its row (0-based), field → indexes of its columns, the bank whose words fitted best."""

    row: int
    columns: dict[str, list[int]]
    bank: Bank


class Vocabulary:
    """`banks.yaml`, ready to look headers up in."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.titles: dict[str, str] = {f["id"]: f["title"] for f in data["fields"]}
        self.longest: dict[str, int] = {f["id"]: f["longest"] for f in data["fields"] if "longest" in f}
        self.joined = frozenset(f["id"] for f in data["fields"] if f.get("joined"))
        self.need: list[list[list[str]]] = data["need"]
        self.common = self._headers("common", data["common"])
        self.banks = [self._bank(entry) for entry in data["banks"]]
        self.directions = {word: side for side, words in data["direction_words"].items() for word in words}
        self.yuan_words = frozenset(data["yuan_words"])
        self.total_words = frozenset(data["total_words"])
        self.earliest: date = data["earliest"]
        self.serial_digits: int = data["serial_digits"]

    def _headers(self, where: str, columns: Mapping[str, list[str]]) -> dict[str, str]:
        found: dict[str, str] = {}
        for field, headers in columns.items():
            if field not in self.titles:
                raise ValueError(f"banks.yaml, {where}: unknown field {field}; known are {sorted(self.titles)}")
            for header in headers:
                other = found.setdefault(plain_header(header), field)
                if other != field:
                    raise ValueError(f"banks.yaml, {where}: header {header} stands for both {other} and {field}")
        return found

    def _bank(self, entry: dict[str, Any]) -> Bank:
        own = self._headers(entry["id"], entry["columns"])
        return Bank(entry["id"], entry["title"], {**self.common, **own}, frozenset(own), entry.get("verify", ""))

    def missing(self, fields: Sequence[str]) -> list[str]:
        """What a line needs and these fields do not give, in words."""
        return [
            "或".join("和".join(self.titles[f] for f in group) for group in groups)
            for groups in self.need if not any(set(group) <= set(fields) for group in groups)
        ]  # fmt: skip


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary of `banks.yaml`, read once."""
    return Vocabulary(yaml.safe_load(HERE.with_name("banks.yaml").read_text(encoding="utf-8")))


@cache
def limits() -> dict[str, Any]:
    """`limits.yaml`: every cap on a statement."""
    data: dict[str, Any] = yaml.safe_load(HERE.with_name("limits.yaml").read_text(encoding="utf-8"))
    return data


def find_layout(rows: Sequence[Sequence[Any]], bank: str = "", mapping: Meanings = NOTHING) -> Layout | None:
    """The row and the bank (any, or the one named) that give the most columns, if nothing a line needs is missing. `mapping` is
    bank ("" for any) → header → field as clerks chose; it goes before the words of `banks.yaml`.
    Raises ValueError for a bank that there is not."""
    best: tuple[tuple[int, int], Layout] | None = None
    for found, score in _candidates(rows, bank, mapping):
        if not vocabulary().missing(list(found.columns)) and (best is None or score > best[0]):
            best = score, found
    return best[1] if best else None


def nearest_layout(rows: Sequence[Sequence[Any]], bank: str = "", mapping: Meanings = NOTHING) -> Layout | None:
    """The row most like a header, to tell the clerk what it lacks. Raises ValueError for a bank that there is not."""
    found = max(_candidates(rows, bank, mapping), key=lambda c: c[1], default=None)
    return found[0] if found and found[1][0] > 1 else None


def guessed_layout(rows: Sequence[Sequence[Any]], bank: str = "", mapping: Meanings = NOTHING) -> Layout | None:
    """The row most like a header even when hardly a word of it is known: the one with the most cells of text without a digit.
    Raises ValueError for a bank that there is not."""
    if (found := nearest_layout(rows, bank, mapping)) is not None:
        return found
    words = [sum(1 for c in row if isinstance(c, str) and c.strip() and not any(x.isdigit() for x in c)) for row in rows]
    if not words or max(words) < 3:
        return None
    number = words.index(max(words))
    return next((found for found, _ in _candidates(rows, bank, mapping) if found.row == number), None)


def _candidates(rows: Sequence[Sequence[Any]], bank: str, mapping: Meanings) -> list[tuple[Layout, tuple[int, int]]]:
    banks = [_taught(b, mapping) for b in vocabulary().banks if not bank or b.id == bank]
    if not banks:
        raise ValueError(f"unknown bank {bank}")
    return [_match(row, n, b) for n, row in enumerate(rows) for b in banks]


def _taught(bank: Bank, mapping: Meanings) -> Bank:
    """The bank with what the court's clerks chose for its headers."""
    chosen = {**mapping.get("", {}), **mapping.get(bank.id, {})}
    if not chosen:
        return bank
    own = {spellings(header)[0]: field for header, field in chosen.items() if spellings(header)}
    return bank._replace(headers={**bank.headers, **own}, own=bank.own | frozenset(own))


def _match(row: Sequence[Any], number: int, bank: Bank) -> tuple[Layout, tuple[int, int]]:
    columns: dict[str, list[int]] = {}
    own = 0
    for index, cell in enumerate(row):
        for plain in spellings(cell):
            field = bank.headers.get(plain)
            if field is None:
                continue
            own += plain in bank.own
            if field in vocabulary().joined or field not in columns:
                columns.setdefault(field, []).append(index)
            break
    useful = sum(1 for field in columns if field != IGNORED)
    return Layout(number, columns, bank), (useful, own)


def spellings(cell: Any) -> list[str]:
    """A header with, then without what stands in its brackets."""
    if not isinstance(cell, str) or not cell.strip() or len(cell) > 120:
        return []
    tidy = unicodedata.normalize("NFKC", cell)
    return [plain_header(tidy), plain_header(BRACKETED.sub("", tidy))]
