"""Statements and reconciliation stand on the funds desk's court."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.funds.conftest import (
    actor,
    book,
    case,
    clerk,
    client_of,
    court,
    monday_morning,
    new_case,
    other_court,
    papers_on_their_own_disk,
    people,
    person,
)
from zhixing.desks.funds.reconciling import statement_views

__all__ = ["actor", "book", "case", "clerk", "client_of", "court", "monday_morning", "new_case", "other_court", "papers_on_their_own_disk", "people", "person"]


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, int]]]:
    """What was handed to the worker."""
    found: list[tuple[str, int]] = []
    monkeypatch.setattr(statement_views, "async_task", lambda job, run_id: found.append((job, run_id)))
    return found


@pytest.fixture
def after_commit(django_capture_on_commit_callbacks: Callable[..., Any]) -> Callable[[], Any]:
    return lambda: django_capture_on_commit_callbacks(execute=True)
