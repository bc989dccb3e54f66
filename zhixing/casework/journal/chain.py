"""The hash chain: SHA-256 over the previous hash and every field, each prefixed by its length so that nothing can shift."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

GENESIS = "0" * 64


def link(previous: str, fields: Sequence[Any]) -> str:
    """The hash of an entry. `fields` in the fixed order of `entry_fields`; None and "" are told apart."""
    parts = ["-" if value is None else f"{len(text := str(value))}:{text}" for value in fields]
    return sha256((previous + "".join(parts)).encode()).hexdigest()
