"""Finding a case: by its number in any spelling, by an identity number, by two characters of a name or pinyin initials.

A name is found by its bigrams (`names.grams`): PostgreSQL by a GIN index on (court, tokens), SQLite by a full-text table that
triggers keep (migration 0003). Both answer from the index, however short the name and however many the cases; what the index
offers is compared with the name itself before it is shown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from django.db import connection

from ..case_numbers import case_kinds, parse_case_number
from ..identity import CREDIT, ORG, RESIDENT, RESIDENT_15, check_identity, normalise, resident_check_digit
from .limits import limits
from .names import KEPT, needed

LETTERS = re.compile(r"[\u3400-\u9fff]")


@cache
def numbered() -> re.Pattern[str]:
    """A case number of which only kind and seq need be there."""
    year, court = r"(?:[(\[〔【]?(?P<year>(?:19|20)\d\d)[)\]〕】年]?)?", r"(?:[\u4e00-\u9fff]?\d{2,4}(?=[\u4e00-\u9fff]))?"
    kinds = "|".join(sorted(case_kinds(), key=len, reverse=True))
    return re.compile(rf"{year}{court}(?P<kind>{kinds})?第?(?P<seq>\d{{1,8}})号?(?P<suffix>之[一二三四五六七八九十\d]+)?")


class Hit(NamedTuple):
    """A case found; `matched` is the party's name that matched, "" when it was found by number."""

    ref: str
    number: str
    applicants: str
    debtors: str
    filed_on: date
    closed_on: date | None
    holder: str
    track: str
    matched: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave. `by_number`: the text is a case number, whole or in part; `more`: there were more than are shown."""

    hits: list[Hit] = field(default_factory=list)
    by_number: bool = False
    more: bool = False
    hint: str = ""


def search(court_id: int, text: str) -> Found:
    """Cases of a court for what somebody typed: one statement, whatever it is."""
    typed = text.strip()
    if not typed:
        return Found(hint="请输入案号、当事人姓名（两个字以上）、姓名首字母或证件号码")
    try:
        whole = parse_case_number(typed)
    except ValueError:
        whole = None
    if whole is not None:
        return Found(_by_number(court_id, "c.number = %s", [whole.text]), by_number=True)
    numbers = identity_numbers(typed)
    if numbers:
        return _capped(_by_identity(court_id, numbers))
    parts = number_parts(typed)
    if parts is not None:
        year, kind, seq, suffix = parts
        clauses, params = ["c.seq = %s"], [seq]
        for column, value in (("c.year", year), ("c.kind", kind)):
            if value:
                clauses.append(f"{column} = %s")
                params.append(value)
        if suffix:
            clauses.append("c.number LIKE %s")
            params.append(f"%号{suffix}")
        return _capped(_by_number(court_id, " AND ".join(clauses), params), by_number=True)
    return by_name(court_id, typed)


def _capped(hits: list[Hit], by_number: bool = False) -> Found:
    most = limits()["search"]["results"]
    return Found(hits[:most], by_number, more=len(hits) > most)


def identity_numbers(text: str) -> list[str]:
    """The spellings under which an identity number may be stored: as given, and of the other length. [] when it is none."""
    if LETTERS.search(text):
        return []
    check = check_identity(text)
    normal = normalise(text)
    if check.kind == RESIDENT_15 and check.ok:
        longer = f"{normal[:6]}19{normal[6:]}"
        return [normal, longer + resident_check_digit(longer)]
    if check.kind == RESIDENT and check.ok and normal[6:8] == "19":
        return [normal, normal[:6] + normal[8:17]]
    return [normal] if len(normal) in (15, 18) or (check.kind in (CREDIT, ORG) and check.ok) else []


def number_parts(text: str) -> tuple[int | None, str, int, str] | None:
    """(year, kind, seq, suffix) of a case number written in part: 执1203 · 2026 1203 · 1203号; None when it is none."""
    tidy = unicodedata.normalize("NFKC", text)
    spaced = " ".join(tidy.split())
    if re.fullmatch(r"\d{4} \d{1,8}", spaced):
        year, seq = spaced.split()
        return int(year), "", int(seq), ""
    tight = spaced.replace(" ", "")
    if tight.isdigit():
        return (None, "", int(tight), "") if len(tight) <= 8 else None
    match = numbered().fullmatch(tight)
    if match is None:
        return None
    return int(match["year"]) if match["year"] else None, match["kind"] or "", int(match["seq"]), match["suffix"] or ""


CASE = "c.ref, c.number, c.applicants, c.debtors, c.filed_on, c.closed_on, c.holder, c.track"


def _by_number(court_id: int, where: str, params: Sequence[Any]) -> list[Hit]:
    return _hits(
        f"SELECT {CASE}, '' FROM case_file c WHERE c.court_id = %s AND {where} ORDER BY c.filed_on DESC, c.id DESC LIMIT %s",
        [court_id, *params, limits()["search"]["results"] + 1],
    )


def _by_identity(court_id: int, numbers: Sequence[str]) -> list[Hit]:
    marks = ", ".join(["%s"] * len(numbers))
    return _hits(
        f"SELECT {CASE}, p.name FROM party p JOIN case_file c ON c.id = p.case_id WHERE p.court_id = %s"
        f" AND p.id_number IN ({marks}) ORDER BY c.filed_on DESC, c.id DESC LIMIT %s",
        [court_id, *numbers, limits()["search"]["results"] + 1],
    )


# The index answers inside, as few rows as are shown; only these are joined to their cases.
BY_NAME = {
    "postgresql": f"""SELECT {CASE}, p.name, p.initials FROM (SELECT p.case_id, p.name, p.initials FROM party p
  WHERE p.court_id = %s AND string_to_array(p.grams, ' ') @> %s::text[] {{compared}} LIMIT %s) p
  JOIN case_file c ON c.id = p.case_id""",
    "sqlite": f"""SELECT {CASE}, p.name, p.initials FROM (SELECT p.case_id, p.name, p.initials
  FROM party_fts f CROSS JOIN party p ON p.id = f.rowid WHERE p.court_id = %s AND party_fts MATCH %s {{compared}} LIMIT %s) p
  JOIN case_file c ON c.id = p.case_id""",
}


def by_name(court_id: int, text: str) -> Found:
    """Cases with a party whose name, or whose pinyin initials, contain `text`."""
    kept = "".join(KEPT.findall(unicodedata.normalize("NFKC", text))).lower()
    caps = limits()["search"]
    if len(kept) < caps["shortest_name"]:
        return Found(hint=f"姓名请至少输入{caps['shortest_name']}个字，或输入案号、证件号码")
    grams = needed(kept)
    compared, patterns = _comparison(kept)
    tokens: Any = grams if connection.vendor == "postgresql" else " ".join(f'"{g}"' for g in grams)
    with connection.cursor() as cursor:
        sql = BY_NAME[connection.vendor].format(compared=compared)
        cursor.execute(sql, [court_id, tokens, *patterns, caps["results"] + 1])
        rows = cursor.fetchall()
    found: dict[str, Hit] = {}
    for row in rows:
        if not patterns or kept in row[9] or kept in "".join(KEPT.findall(row[8])).lower():
            found.setdefault(row[0], _hit(row))
    hits = sorted(found.values(), key=lambda h: (h.filed_on, h.number), reverse=True)
    return Found(hits[: caps["results"]], more=len(rows) > caps["results"])


def _comparison(kept: str) -> tuple[str, list[str]]:
    """What the database compares besides the index. Two characters are one token of it: there is nothing left to compare.
    Names hold points and brackets that nobody types, so the pattern lets anything stand between; the exact look follows."""
    if len(kept) <= 2:
        return "", []
    pattern = f"%{'%'.join(kept)}%"
    if LETTERS.search(kept):
        return "AND lower(p.name) LIKE %s", [pattern]
    return "AND (lower(p.name) LIKE %s OR p.initials LIKE %s)", [pattern, pattern]


def _hits(sql: str, params: Sequence[Any]) -> list[Hit]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows = cursor.fetchall()
    found: dict[str, Hit] = {}
    for row in rows:
        found.setdefault(row[0], _hit(row))
    return list(found.values())


def _hit(row: Sequence[Any]) -> Hit:
    """SQLite gives a raw statement's dates as text."""
    if isinstance(row[4], date):
        return Hit._make(row[:9])
    return Hit._make([*row[:4], date.fromisoformat(row[4]), row[5] and date.fromisoformat(row[5]), *row[6:9]])
