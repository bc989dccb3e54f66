"""The journal and the access trail only grow: the database itself refuses anything else, on both engines (trust T4, T25)."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from tests.cast import MONDAY, actor
from zhixing.casework.facts.replay import chain_differences
from zhixing.casework.journal.actions import note_session
from zhixing.casework.journal.append import append
from zhixing.casework.people.models import Person
from zhixing.db.append_only import MESSAGE, execute_all, guards, unguards


@pytest.fixture
def written(cast: dict[str, Person]) -> dict[str, Person]:
    """Three entries in the journal, one in the access trail."""
    for n in range(3):
        append(stream="people", kind="account_created", payload={"n": n}, by=actor(cast["system_admin"]), at=MONDAY)
    note_session(action="login", person=cast["handler"], address="192.0.2.1", at=MONDAY)
    return cast


@pytest.mark.parametrize("table", ["journal_entry", "access_entry"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET person_name = '另一人'", "DELETE FROM {}"])
def test_change_and_deletion_are_refused_in_the_readers_words(written: object, table: str, statement: str) -> None:
    with pytest.raises(DatabaseError, match=MESSAGE), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


@pytest.mark.parametrize("table", ["journal_entry", "access_entry"])
def test_emptying_the_whole_table_is_refused(written: object, table: str) -> None:
    connection.check_constraints()  # PostgreSQL truncates nothing while foreign keys wait to be checked
    statement = f"TRUNCATE {table} CASCADE" if connection.vendor == "postgresql" else f"DELETE FROM {table} WHERE 1"
    with pytest.raises(DatabaseError, match=MESSAGE), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def lifted(statement: str) -> None:
    """Whoever owns the database takes the guard off, does it, and puts the guard back."""
    with connection.cursor() as cursor:
        execute_all(cursor, [*unguards(connection.vendor, "journal_entry"), statement, *guards(connection.vendor, "journal_entry")])


def test_an_untouched_chain_is_whole(written: dict[str, Person]) -> None:
    assert list(chain_differences(written["handler"].court_id)) == []


@pytest.mark.parametrize(
    "change", ["payload = '{\"n\":9}'", "person_name = '另一人'", "at = '2026-03-01 00:00:00+00:00'", "seq = 7", "clause = '九'"]
)
def test_a_change_behind_the_guards_is_named_by_the_chain(written: dict[str, Person], change: str) -> None:
    lifted(f"UPDATE journal_entry SET {change} WHERE seq = 2")
    found = list(chain_differences(written["handler"].court_id))
    assert any(d.where in ("people #2", "people #7", "people #3") for d in found)


def test_a_missing_entry_is_named_by_the_chain(written: dict[str, Person]) -> None:
    lifted("DELETE FROM journal_entry WHERE seq = 2")
    assert "people #3" in [d.where for d in chain_differences(written["handler"].court_id)]


def test_entries_cut_off_at_the_end_are_named_by_the_chain(written: dict[str, Person]) -> None:
    lifted("DELETE FROM journal_entry WHERE seq = 3")
    assert [d.where for d in chain_differences(written["handler"].court_id)] == ["people 链尾"]


def test_checking_the_newest_only_still_joins_them_to_the_one_before(written: dict[str, Person]) -> None:
    court = written["handler"].court_id
    assert list(chain_differences(court, newest=1)) == []
    lifted("UPDATE journal_entry SET payload = '{}' WHERE seq = 1")
    assert list(chain_differences(court, newest=1)) == []
    assert list(chain_differences(court)) != []
    lifted("UPDATE journal_entry SET payload = '{}' WHERE seq = 3")
    assert next(d.where for d in chain_differences(court, newest=1)) == "people #3"
