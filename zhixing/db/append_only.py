"""Append-only tables: the database refuses UPDATE, DELETE and (PostgreSQL) TRUNCATE, whoever asks."""

from __future__ import annotations

from typing import Any

from django.db import migrations

MESSAGE = "日志只能追加，不能修改或删除"
POSTGRES_FUNCTION = f"""CREATE OR REPLACE FUNCTION zhixing_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{MESSAGE}（%）', TG_TABLE_NAME USING ERRCODE = 'check_violation'; END $$"""


def append_only(*tables: str) -> migrations.RunPython:
    """A migration operation that guards the tables."""

    def forwards(apps: Any, editor: Any) -> None:
        vendor = editor.connection.vendor
        if vendor == "postgresql":
            editor.execute(POSTGRES_FUNCTION, params=None)
        for table in tables:
            if vendor == "postgresql":
                editor.execute(f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
                               " FOR EACH ROW EXECUTE FUNCTION zhixing_append_only()")  # fmt: skip
                editor.execute(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
                               " FOR EACH STATEMENT EXECUTE FUNCTION zhixing_append_only()")  # fmt: skip
            else:
                for verb in ("UPDATE", "DELETE"):
                    editor.execute(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
                                   f" BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END")  # fmt: skip

    def backwards(apps: Any, editor: Any) -> None:
        vendor = editor.connection.vendor
        for table in tables:
            names = ("append_only", "no_truncate") if vendor == "postgresql" else ("no_update", "no_delete")
            for name in names:
                on = f" ON {table}" if vendor == "postgresql" else ""
                editor.execute(f"DROP TRIGGER {table}_{name}{on}")

    return migrations.RunPython(forwards, backwards)
