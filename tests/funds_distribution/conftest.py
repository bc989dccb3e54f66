"""Tests of distribution stand on a court under the real regulation, with the same people as the funds desk's tests."""

from __future__ import annotations

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

__all__ = ["actor", "book", "case", "clerk", "client_of", "court", "monday_morning", "new_case", "other_court", "papers_on_their_own_disk", "people", "person"]
