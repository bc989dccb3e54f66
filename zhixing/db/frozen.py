"""Rows that stop changing: from a state on, the database refuses to change the named columns and to delete the row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import migrations

from .append_only import execute_all


def frozen(table: str, *, when: str, columns: Sequence[str], message: str) -> migrations.RunPython:
    """A migration operation: while `when` (an SQL condition on OLD) holds, `columns` keep their values; no row is ever deleted."""

    def put(apps: Any, editor: Any) -> None:
        execute_all(editor, _postgres(table, when, columns, message) if editor.connection.vendor == "postgresql"
                    else _sqlite(table, when, columns, message))  # fmt: skip

    def take(apps: Any, editor: Any) -> None:
        on = f" ON {table}" if editor.connection.vendor == "postgresql" else ""
        execute_all(editor, [f"DROP TRIGGER {table}_{name}{on}" for name in ("frozen", "no_delete")])

    return migrations.RunPython(put, take)


def _postgres(table: str, when: str, columns: Sequence[str], message: str) -> list[str]:
    changed = " OR ".join(f'OLD."{c}" IS DISTINCT FROM NEW."{c}"' for c in columns)
    return [
        f"CREATE OR REPLACE FUNCTION {table}_frozen() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END $$",
        f"CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table} FOR EACH ROW WHEN (({when}) AND ({changed}))"
        f" EXECUTE FUNCTION {table}_frozen()",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_frozen()",
    ]


def _sqlite(table: str, when: str, columns: Sequence[str], message: str) -> list[str]:
    changed = " OR ".join(f'OLD."{c}" IS NOT NEW."{c}"' for c in columns)
    return [
        f"CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table} WHEN ({when}) AND ({changed})"
        f" BEGIN SELECT RAISE(ABORT, '{message}'); END",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{message}'); END",
    ]
