"""The kinds of papers: what each says (`kinds.yaml`), how it goes through the rulebook (`workflow.yaml`), its shipped template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Field:
    """A value that a template may use. `source` is typed for what a clerk types; all others come from the records."""

    name: str
    label: str
    source: str
    type: str = "text"
    required: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of paper. `signed` and `issued` are event kinds; `signing` and `tells` say what they are told of the paper."""

    id: str
    title: str
    needs_panel: bool
    volume: str
    fields: tuple[Field, ...]
    recorded_as: str
    signed: str
    signing: Mapping[str, Any]
    issued: str
    tells: Mapping[str, Any]
    per_debtor: bool = True

    @property
    def template(self) -> Path:
        """The template that ships with the product."""
        return HERE / "templates" / f"{self.id}.docx"

    @property
    def typed(self) -> tuple[Field, ...]:
        """What a clerk has to type."""
        return tuple(f for f in self.fields if f.source == "typed")


@cache
def workflow() -> dict[str, Any]:
    """`workflow.yaml`, read once."""
    data: dict[str, Any] = yaml.safe_load((HERE / "workflow.yaml").read_text(encoding="utf-8"))
    return data


def series() -> tuple[str, str]:
    """The register's number series: its id and its form."""
    row = workflow()["series"]
    return row["id"], row["form"]


@cache
def catalogue() -> dict[str, Any]:
    """`kinds.yaml`, read once."""
    path = HERE / "kinds.yaml"
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {"kinds": {}}
    return data


@cache
def kinds() -> dict[str, Kind]:
    """Every kind of paper by its id, in the order of the catalogue."""
    return {}
