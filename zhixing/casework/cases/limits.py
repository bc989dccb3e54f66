"""Caps of the case pages: data beside the code (`limits.yaml`)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml


@cache
def limits() -> dict[str, Any]:
    """The caps, read once."""
    data: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("limits.yaml").read_text(encoding="utf-8"))
    return data
