"""Tests of triage stand on a court under the real regulation."""

from __future__ import annotations

from typing import Any

import pytest

from tests.real_court import actor, book, clerk, client_of, court, monday_morning, new_case, other_court, person

__all__ = ["actor", "book", "clerk", "client_of", "court", "monday_morning", "new_case", "other_court", "person"]


@pytest.fixture(autouse=True)
def static_on_its_own_disk(settings: Any, tmp_path: Any) -> None:
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
