"""The cast for every test, and clearing the tables after tests of several connections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.testcases import TransactionTestCase

from tests.cast import book, cast, court, monday, sister_cast
from zhixing.casework.duties import kept
from zhixing.casework.facts import rules
from zhixing.db.append_only import execute_all, guards, unguards

__all__ = ["book", "cast", "court", "monday", "sister_cast"]
GUARDED = {  # the tables whose guard stands in the database
    "postgresql": r"SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%\_append\_only'",
    "sqlite": "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name = tbl_name || '_no_update'",
}


@pytest.fixture(autouse=True)
def _calendars_of_this_test_only() -> None:
    """A court's calendar version never changes in the product; tests give the same numbers to different ones."""
    rules.calendar.cache_clear()


@pytest.fixture(autouse=True)
def _counts_of_this_test_only() -> None:
    """After a test is rolled back, the next one's court may have its number and its history, but not its clocks."""
    kept.forget()


@pytest.fixture(autouse=True, scope="session")
def _clearing_lifts_the_guards() -> Iterator[None]:
    """After a test that really commits, Django empties every table: the guards are off for that moment, and only here.

    The product knows no way around its guards, so the tests, who own their database, drop and make them again.
    """
    clear = TransactionTestCase._fixture_teardown

    def lifted(self: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(GUARDED[connection.vendor])
            guarded = [table for (table,) in cursor.fetchall()]
            execute_all(cursor, (s for t in guarded for s in unguards(connection.vendor, t)))
        try:
            clear(self)
        finally:
            with connection.cursor() as cursor:
                execute_all(cursor, (s for t in guarded for s in guards(connection.vendor, t)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lifted)
        yield
