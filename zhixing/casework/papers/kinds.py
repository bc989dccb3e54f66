"""The kinds of papers: what each may and must say (`catalogue.yaml`), how it goes through the rulebook (`workflow.yaml`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
NAMES = re.compile(r"\{\{ (\w+) \}\}|\{% if (\w+) %\}")
TYPED = "typed"


@dataclass(frozen=True, slots=True)
class Field:
    """A value that a template may use. `source` is typed for what a clerk types (`usual` stands there already); all others come
    from the records."""

    name: str
    label: str
    source: str
    type: str = "text"
    required: bool = False
    usual: Any = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of paper. `needs` are the elements that it must have, `typed` what a clerk fills in; `signed` and `issued` are
    event kinds, `signing` and `tells` say what they are told of the paper. `under` is the action that lets somebody draft it who
    is not of the paper desk; `own_series` (id, form) are the numbers of its own that stand on it. `then` is the act (an event kind)
    that a person records once it went out, `knows` what the paper tells of it; `because` says why no act follows."""

    id: str
    title: str
    clause: str
    needs_panel: bool
    volume: str
    per_debtor: bool
    fields: tuple[Field, ...]
    needs: Mapping[str, str]
    recorded_as: str
    signed: str
    signing: Mapping[str, Any]
    issued: str
    tells: Mapping[str, Any]
    under: str = ""
    own_series: tuple[str, str] | None = None
    then: str = ""
    knows: Mapping[str, Any] = field(default_factory=dict)
    because: str = ""

    @property
    def template(self) -> Path:
        """The template that ships with the product."""
        return HERE / "templates" / f"{self.id}.docx"

    @property
    def typed(self) -> tuple[Field, ...]:
        """What a clerk has to type."""
        return tuple(f for f in self.fields if f.source == TYPED)


def _read(name: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    return data


@cache
def workflow() -> dict[str, Any]:
    """`workflow.yaml`, read once."""
    return _read("workflow.yaml")


@cache
def catalogue() -> dict[str, Any]:
    """`catalogue.yaml`, read once."""
    return _read("catalogue.yaml")


@cache
def kinds() -> dict[str, Kind]:
    """Every kind of paper by its id, in the order of the catalogue."""
    return {ident: _kind(ident, spec) for ident, spec in catalogue()["kinds"].items()}


def _kind(ident: str, spec: Mapping[str, Any]) -> Kind:
    said, needs = set(said_by(spec["text"])), spec.get("needs", {})
    fields = tuple(
        Field(name, f["label"], f["source"], f.get("type", "text"), name in needs or bool(f.get("required") and name in said), spec.get("usual", {}).get(name, f.get("usual")))
        for name, f in catalogue()["fields"].items() if f["source"] != TYPED or name in said
    )  # fmt: skip
    flow = {**workflow()["usual"], **workflow()["kinds"].get(ident, {})}
    return Kind(
        ident, spec["title"], spec["clause"], bool(spec.get("needs_panel")), spec.get("volume", "main"), not spec.get("case_paper"),
        fields, needs, flow["recorded_as"], flow["signed"], flow.get("signing", {"paper_no": "number"}), flow["issued"], flow["tells"],
        flow.get("under", ""), (flow["series"]["id"], flow["series"]["form"]) if "series" in flow else None,
        flow.get("then", ""), flow.get("knows", {}), flow.get("because", ""),
    )  # fmt: skip


def said_by(text: Any) -> list[str]:
    """The fields that a wording names, wherever they stand."""
    if isinstance(text, str):
        mark, _, name = text.partition(" ")
        found = [a or b for a, b in NAMES.findall(text)]
        if mark == "N":
            found.append("case_number")
        return found + ([name] if mark in ("F", "I") else ["paper_date"] if text == "R" else [])
    parts = text.values() if isinstance(text, dict) else text
    return [name for part in parts for name in said_by(part)]


@cache
def laws(on: date) -> dict[str, str]:
    """The articles as they are numbered on a day: the newest version in force."""
    found: dict[str, str] = {}
    for row in sorted(catalogue()["laws"], key=lambda r: str(r["from"])):
        if row["name"] not in found or date.fromisoformat(str(row["from"])) <= on:
            found[row["name"]] = row["says"]
    return found


def series() -> tuple[str, str]:
    """The register's number series: its id and its form."""
    row = workflow()["series"]
    return row["id"], row["form"]
