"""The desk's own data about days outside (`field.yaml`)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml


@cache
def field() -> dict[str, Any]:
    """Kinds of field days and what they start, limits of a photograph."""
    data: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("field.yaml").read_text("utf-8"))
    return data
