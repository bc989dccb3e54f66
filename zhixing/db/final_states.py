"""Final states are final: the database refuses to take a row out of one, whoever asks (trust I35)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import migrations

from .append_only import execute_all

MESSAGE = "已经是最终状态，不能再改"
POSTGRES_FUNCTION = f"""CREATE OR REPLACE FUNCTION zhixing_final_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{MESSAGE}（%）', TG_TABLE_NAME USING ERRCODE = 'check_violation'; END $$"""


def final_states(table: str, states: Sequence[str]) -> migrations.RunPython:
    """A migration operation that keeps rows of `table` whose `state` is one of `states` in that state."""
    listed = ", ".join(f"'{state}'" for state in states)
    when = f"OLD.state IN ({listed}) AND NEW.state <> OLD.state"

    def guard(apps: Any, editor: Any) -> None:
        begin = f"CREATE TRIGGER {table}_final BEFORE UPDATE OF state ON {table} FOR EACH ROW WHEN ({when})"
        postgresql = [POSTGRES_FUNCTION, f"{begin} EXECUTE FUNCTION zhixing_final_state()"]
        sqlite = [f"{begin} BEGIN SELECT RAISE(ABORT, '{MESSAGE}（{table}）'); END"]
        execute_all(editor, postgresql if editor.connection.vendor == "postgresql" else sqlite)

    def unguard(apps: Any, editor: Any) -> None:
        on = f" ON {table}" if editor.connection.vendor == "postgresql" else ""
        execute_all(editor, [f"DROP TRIGGER {table}_final{on}"])

    return migrations.RunPython(guard, unguard)
