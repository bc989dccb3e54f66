"""Tests of the ledger and the funds desk stand on a court under the real regulation."""

from __future__ import annotations

from tests.real_court import (
    actor,
    book,
    clerk,
    client_of,
    court,
    monday_morning,
    new_case,
    other_court,
    person,
)

__all__ = ["actor", "book", "clerk", "client_of", "court", "monday_morning", "new_case", "other_court", "person"]
