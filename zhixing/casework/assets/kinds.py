"""Kinds of assets, the longest terms of measures and the next steps: `kinds.yaml`, laid out once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Term:
    """The longest term of one measure, with the article that says so."""

    id: str
    title: str
    years: int
    statute: str
    article: str

    def last_day(self, effective_on: date) -> date:
        """The last day of a measure that takes effect on a day: the day before its anniversary. It never rolls."""
        try:
            return effective_on.replace(year=effective_on.year + self.years) - timedelta(days=1)
        except ValueError:  # from 29 February: the year has no such day, its last day of February is the last
            return date(effective_on.year + self.years, 2, 28)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of asset. `traits`: online, cash, sold, disposed, located (see kinds.yaml)."""

    id: str
    title: str
    traits: frozenset[str]
    term: Term
    measures: tuple[str, ...]
    freeze_kind: str
    object_kind: str
    column: str
    identity: tuple[tuple[str, ...], ...]
    next: tuple[str, ...]
    clause: str
    verify: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """The next thing to do with an asset."""

    id: str
    verb: str
    clause: str


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("kinds.yaml").read_text(encoding="utf-8"))
    return data


@cache
def terms() -> dict[str, Term]:
    """Every longest term by id (cpl_interp 第485条)."""
    rows = {k: v for k, v in _data()["terms"].items() if isinstance(v, dict)}
    return {k: Term(k, v["title"], v["years"], v["statute"], v["article"]) for k, v in rows.items()}


@cache
def kinds() -> dict[str, Kind]:
    """Every kind of asset by id, in the order of the regulation."""
    return {
        ident: Kind(
            ident, row["title"], frozenset(row["traits"]), terms()[row["term"]], tuple(row["measures"]), row["freeze_kind"],
            row["object_kind"], row["column"], tuple(tuple(group) for group in row["identity"]), tuple(row["next"]), row["clause"],
            row.get("verify", ""),
        )
        for ident, row in _data()["kinds"].items()
    }  # fmt: skip


@cache
def steps() -> dict[str, Step]:
    """Every next step by id."""
    return {ident: Step(ident, row["verb"], row["clause"]) for ident, row in _data()["steps"].items()}


@cache
def having(trait: str) -> frozenset[str]:
    """The kinds that have a trait."""
    return frozenset(k.id for k in kinds().values() if trait in k.traits)


def measure_titles() -> dict[str, dict[str, str]]:
    """Measure kind → {title, waiting, renew}."""
    return dict(_data()["measures"])


def results() -> dict[str, dict[str, Any]]:
    """Result of a measure → {title, event, controls}."""
    return dict(_data()["results"])


def region_codes() -> dict[str, int]:
    """Column → where its region code begins."""
    return dict(_data()["region_codes"])


def provinces() -> dict[str, str]:
    """First two digits of a region code → province."""
    return {str(code): name for code, name in _data()["provinces"].items()}


def found_outside() -> dict[str, dict[str, str]]:
    """Kind → {number, column}: what may be written down outside, what its number is called there, which identity it is (三(三)1)."""
    return dict(_data()["found_outside"])
