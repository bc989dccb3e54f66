"""Outside systems as simulations over real HTTP: for demonstrations, tests and a court's own try-out. Nothing leaves here.

A system is a module of this package with `TITLE` (Chinese) and

    handle(method: str, path: str, body: bytes, seed: int) -> tuple[int, dict[str, str], bytes]

and answers under `/<module name>/…`; `path` is what follows the module's name, with its query (`/messages?after=3`). The
same seed plays the same play. What a system must know beyond that (headers, nastiness) it reads from `REQUEST`.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Request:
    """What came with the request. Header names are in lower case; `n` counts the requests of this system from 1."""

    headers: Mapping[str, str] = field(default_factory=dict)
    nasty: bool = False
    n: int = 0


REQUEST: ContextVar[Request] = ContextVar("REQUEST", default=Request())  # noqa: B039  frozen: nobody changes the default
