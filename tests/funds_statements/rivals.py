"""Played by `test_at_once` in processes of their own: `rivals.py make` a court, `rivals.py take` import the same statement, `look` tells. JSON out."""

from __future__ import annotations

import json
import sys

import django

django.setup()

from django.db.models import Count  # noqa: E402  Django must be set up first

from tests.cast import MONDAY, actor, make_cast, make_court  # noqa: E402
from tests.funds_statements.making import running, table  # noqa: E402
from zhixing.casework.facts.replay import chain_differences, registered_differences, state_differences  # noqa: E402
from zhixing.casework.people.models import Person  # noqa: E402
from zhixing.desks.funds.importing import import_statement  # noqa: E402
from zhixing.desks.funds.models import Receipt  # noqa: E402
from zhixing.desks.funds.reconciling.keeping import limits  # noqa: E402
from zhixing.desks.funds.reconciling.models import BankLine  # noqa: E402

MANY = 120


def take() -> None:
    """Import the statement in small pieces, so that two who do meet often."""
    limits()["chunk"] = 7
    by = actor(Person.objects.get(username="funds_officer"))
    done = import_statement(file=table(*running(*["1.00"] * MANY)), filename="明细.csv", by=by, at=MONDAY)
    print(json.dumps({"created": done.created, "unchanged": done.unchanged, "rejected": done.rejected}))


def look() -> None:
    """How often each line was booked, and whether everything holds."""
    court_id = Receipt.objects.values_list("court_id", flat=True)[0]
    twice = Receipt.objects.values("bank_serial").annotate(n=Count("pk")).filter(n__gt=1).count()
    wrong = [*chain_differences(court_id), *state_differences(court_id, "matter"), *registered_differences(court_id)]
    print(json.dumps({"receipts": Receipt.objects.count(), "lines": BankLine.objects.count(), "twice": twice, "wrong": [str(w) for w in wrong]}))


if __name__ == "__main__":
    {"make": lambda: make_cast(make_court()), "take": take, "look": look}[sys.argv[1]]()
