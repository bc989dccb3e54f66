"""The words of feedback forms: headers, kinds, what means nothing (`columns.yaml`)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from zhixing.casework.register.sheets import plain_header


@cache
def words() -> dict[str, Any]:
    """`columns.yaml`, read once."""
    data: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("columns.yaml").read_text(encoding="utf-8"))
    return data


@cache
def fields_by_header() -> dict[str, str]:
    """Plain header → field."""
    return {plain_header(h): f["id"] for f in words()["fields"] for h in f["headers"]}


@cache
def titles() -> dict[str, str]:
    """Field → what it is called."""
    return {f["id"]: f["title"] for f in words()["fields"]}


@cache
def limits() -> dict[str, Any]:
    """The caps, with the header words that the PDF reader cuts its columns by."""
    caps = words()["limits"]
    return {**caps, "file": {**caps["file"], "header_words": sorted(h for f in words()["fields"] for h in f["headers"])}}


@cache
def _kind_words() -> list[tuple[str, str]]:
    pairs = [(word, kind) for kind, found in words()["kinds"].items() for word in found]
    return sorted(pairs, key=lambda pair: -len(pair[0]))


def kind_in(text: str) -> str:
    """The kind that a title, a sheet's name or a cell names; "" where it names none."""
    return next((kind for word, kind in _kind_words() if word in text), "")


def says_nothing(text: str) -> bool:
    """Whether a cell says that nothing was found."""
    tidy = plain_header(text).rstrip("。.")
    return tidy in words()["nothing"] or tidy.startswith(("查无", "未查到", "未查询到"))
