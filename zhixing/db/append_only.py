"""Append-only tables: the database refuses UPDATE, DELETE and (PostgreSQL) TRUNCATE, whoever asks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import migrations

MESSAGE = "日志只能追加，不能修改或删除"
POSTGRES_FUNCTION = f"""CREATE OR REPLACE FUNCTION zhixing_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{MESSAGE}（%）', TG_TABLE_NAME USING ERRCODE = 'check_violation'; END $$"""


def guards(vendor: str, table: str) -> list[str]:
    """The statements that put the guard on a table."""
    if vendor == "postgresql":
        return [
            POSTGRES_FUNCTION,
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION zhixing_append_only()",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION zhixing_append_only()",
        ]
    return [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, '{MESSAGE}（{table}）'); END"
        for verb in ("UPDATE", "DELETE")
    ]  # fmt: skip


def unguards(vendor: str, table: str) -> list[str]:
    """The statements that take it off again: whoever owns the tables may, the product's own role may not."""
    if vendor == "postgresql":
        return [f"DROP TRIGGER {table}_{name} ON {table}" for name in ("append_only", "no_truncate")]
    return [f"DROP TRIGGER {table}_{name}" for name in ("no_update", "no_delete")]


def append_only(*tables: str) -> migrations.RunPython:
    """A migration operation that guards the tables."""

    def run(statements: Any) -> Any:
        def operate(apps: Any, editor: Any) -> None:
            execute_all(editor, (s for table in tables for s in statements(editor.connection.vendor, table)))

        return operate

    return migrations.RunPython(run(guards), run(unguards))


def execute_all(cursor: Any, statements: Iterable[str]) -> None:
    """Run them with a cursor or a schema editor. `params=None` keeps the % of the message."""
    for statement in statements:
        cursor.execute(statement, None)
