"""The fixtures of the funds desk's tests."""

from tests.funds.conftest import (
    actor,
    book,
    case,
    clerk,
    court,
    new_case,
    papers_on_their_own_disk,
    people,
    person,
)

__all__ = ["actor", "book", "case", "clerk", "court", "new_case", "papers_on_their_own_disk", "people", "person"]
