"""Papers, statements, reports and findings stand on the funds desk's own stage."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

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
from zhixing.casework.people.models import Person

__all__ = ["actor", "book", "case", "clerk", "client_of", "court", "monday_morning", "new_case", "other_court", "papers_on_their_own_disk", "people", "person"]


@pytest.fixture
def as_(person: Callable[..., Person]) -> Callable[[str], Client]:
    """A browser of somebody who holds a post."""

    def login(role: str) -> Client:
        client = Client()
        client.force_login(person(role), backend="zhixing.shell.people.backend.PeopleBackend")
        return client

    return login
