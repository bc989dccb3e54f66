"""Tests of the ledger and the funds desk stand on a court under the real regulation."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.funds.stage import People
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
from zhixing.casework.cases.models import Case
from zhixing.casework.people.actors import Actor

__all__ = ["actor", "book", "clerk", "client_of", "court", "monday_morning", "new_case", "other_court", "person"]


@pytest.fixture
def people(actor: Callable[..., Actor]) -> People:
    return People(actor("handler"), actor("funds_officer"), actor("bureau_head"), actor("president"), actor("finance_clerk"))


@pytest.fixture
def case(new_case: Callable[..., Case]) -> Case:
    return new_case("样乙公司", claim_yuan=Decimal("5000.00"))


@pytest.fixture(autouse=True)
def papers_on_their_own_disk(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
