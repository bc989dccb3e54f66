"""What a paper says, gathered from the records as plain values; only what the records do not know is typed (三(二)4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from ..cases.models import Case, Party
from .kinds import Kind
from .models import Paper


def values_of(case: Case, kind: Kind, party: Party | None, *, typed: Mapping[str, Any], dated_on: date) -> dict[str, Any]:
    raise NotImplementedError


def sample_of(kind: Kind) -> dict[str, Any]:
    raise NotImplementedError


def differences(paper: Paper) -> list[tuple[str, str, str]]:
    return []
