"""`desk.yaml`, read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml


@cache
def settled() -> dict[str, Any]:
    """The desk's own rules."""
    data: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("desk.yaml").read_text(encoding="utf-8"))
    return data
