"""Tests of the inquiry desk stand on a court under the real regulation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.real_court import MONDAY, actor, book, clerk, client_of, court, monday_morning, new_case, other_court, person
from zhixing.casework.courts.models import Court
from zhixing.casework.people.actors import Actor
from zhixing.desks.inquiry.importing import Outcome, import_feedback

__all__ = ["actor", "book", "clerk", "client_of", "court", "monday_morning", "new_case", "other_court", "person"]


@pytest.fixture(autouse=True)
def papers_on_their_own_disk(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.VAR = tmp_path
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()


@pytest.fixture
def prefecture(court: Court) -> Court:
    """The court's prefecture-level city: 试验市."""
    court.prefecture = Court.objects.create(code="豫15", name="试验市中级人民法院", short_name="试验中院", region_code="411500")
    court.save()
    return court.prefecture


@pytest.fixture
def officer(actor: Callable[..., Actor]) -> Actor:
    """网络查控专员."""
    return actor("inquiry_officer")


@pytest.fixture
def take(officer: Actor) -> Callable[..., Outcome]:
    """Import a feedback into a case."""

    def act(case: Any, data: bytes, filename: str = "feedback.xlsx", **more: Any) -> Outcome:
        return import_feedback(case_id=case.pk, data=data, filename=filename, **{"by": officer, "at": MONDAY, **more})

    return act
