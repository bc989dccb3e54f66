"""Tests of the window stand on a court under the real regulation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.real_court import (
    MONDAY,
    actor,
    book,
    clerk,
    client_of,
    court,
    filled,
    monday_morning,
    new_case,
    other_court,
    person,
)
from zhixing.casework.people.models import Person
from zhixing.desks.intake.actions import Writing, record_reception

__all__ = ["actor", "book", "clerk", "client_of", "court", "monday_morning", "new_case", "other_court", "person"]

@pytest.fixture(autouse=True)
def papers_on_their_own_disk(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()


@pytest.fixture
def talk(book: Any) -> dict[str, Any]:
    """What is said and signed in a complete talk."""
    said = filled(book, "first_reception_recorded")
    return {k: v for k, v in said.items() if k not in ("interviewer", "recorder")}


@pytest.fixture
def two(person: Callable[..., Person]) -> tuple[Person, Person]:
    """An interviewer and a recorder."""
    return person("intake_clerk"), person("intake_clerk")


@pytest.fixture
def receive(talk: dict[str, Any], two: tuple[Person, Person], clerk: Any) -> Callable[..., Any]:
    """Record a talk on a case; anything may be said otherwise."""

    def act(case: Any, *, by: Any = clerk, at: Any = MONDAY, writing: Writing | None = None, interviewer: Any = None,
            recorder: Any = None, **otherwise: Any) -> Any:  # fmt: skip
        return record_reception(
            case_id=case.pk, payload={**talk, **otherwise}, interviewer_id=interviewer or two[0].pk,
            recorder_id=recorder or two[1].pk, writing=writing or Writing(), by=by, at=at,
        )  # fmt: skip

    return act
