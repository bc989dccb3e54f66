"""Every address of the product, found by walking the root; and arguments that name nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from zhixing.web.pages import PUBLIC

NOTHING = "nothing00000"
MADE_UP = {
    "ref": "nothing00000", "kind": "no_such_kind", "desk": "no_such_desk", "n": 999999, "duty": 999999, "scan": "nothing00000",
    "clause": "九(九)9", "role": "debtor", "position": 99, "what": "identity", "username": "nobody-here",
}  # fmt: skip


def addresses(patterns: list[Any] | None = None) -> Iterator[URLPattern]:
    """Every pattern of the product's root, included ones too."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns)
        else:
            yield pattern


def parameters(pattern: URLPattern) -> list[str]:
    return list(pattern.pattern.converters) or list(pattern.pattern.regex.groupindex)


EVERY = sorted(addresses(), key=lambda p: p.name)
PLAIN = [p for p in EVERY if not parameters(p)]
GUARDED = [p for p in EVERY if p.callback.action != PUBLIC]


def status_of(answer: Any) -> int:
    """The status, with a file that is being sent read to its end (which closes it)."""
    if answer.streaming:
        b"".join(answer)
    return int(answer.status_code)


def address(pattern: URLPattern) -> str:
    return reverse(pattern.name, kwargs={name: MADE_UP.get(name, NOTHING) for name in parameters(pattern)})
