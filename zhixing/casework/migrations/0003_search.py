"""Name search from an index on every engine (`cases.search`), and cases by the number alone (执1203).

PostgreSQL: GIN on (court, tokens). SQLite: a full-text table over `party`, kept by triggers. A later migration that makes
SQLite rebuild the table `party` drops its triggers: it has to run `kept_by_triggers` again.
"""

from __future__ import annotations

from typing import Any

from django.db import DatabaseError, migrations, models, transaction

FULL_TEXT = (
    "CREATE VIRTUAL TABLE party_fts USING fts5(grams, content='party', content_rowid='id', tokenize=\"unicode61"
    " remove_diacritics 0\")",
    "INSERT INTO party_fts(party_fts) VALUES ('rebuild')",
)
FORGET = "INSERT INTO party_fts(party_fts, rowid, grams) VALUES ('delete', old.id, old.grams);"
LEARN = "INSERT INTO party_fts(rowid, grams) VALUES (new.id, new.grams);"
TRIGGERS = {
    "party_fts_insert": f"AFTER INSERT ON party BEGIN {LEARN} END",
    "party_fts_delete": f"AFTER DELETE ON party BEGIN {FORGET} END",
    "party_fts_update": f"AFTER UPDATE OF grams ON party BEGIN {FORGET} {LEARN} END",
}
WITHOUT_EXTENSION = (
    "  扩展 btree_gin 不可用（未安装 postgresql-contrib，或数据库用户无权建立）：姓名检索的索引不含法院一列，单个法院仍可正常使用；"
    "多法院共用数据库时请由数据库管理员执行 CREATE EXTENSION btree_gin 并重建索引 party_search。"
)


def kept_by_triggers(schema_editor: Any) -> None:
    for name, body in TRIGGERS.items():
        schema_editor.execute(f"CREATE TRIGGER IF NOT EXISTS {name} {body}")


def forwards(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "sqlite":
        for statement in FULL_TEXT:
            schema_editor.execute(statement)
        kept_by_triggers(schema_editor)
        return
    columns = "court_id, string_to_array(grams, ' ')" if has_btree_gin(schema_editor) else "string_to_array(grams, ' ')"
    schema_editor.execute(f"CREATE INDEX party_search ON party USING gin ({columns})")


def has_btree_gin(schema_editor: Any) -> bool:
    """Create the extension if it may be; else say what follows from its absence."""
    try:
        with transaction.atomic(using=schema_editor.connection.alias):
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gin")
    except DatabaseError as error:
        print(WITHOUT_EXTENSION, f"（{error}）")
        return False
    return True


def backwards(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "sqlite":
        for name in TRIGGERS:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}")
        schema_editor.execute("DROP TABLE IF EXISTS party_fts")
    else:
        schema_editor.execute("DROP INDEX IF EXISTS party_search")


class Migration(migrations.Migration):
    dependencies = [("casework", "0002_append_only")]

    operations = [
        migrations.AddIndex("case", models.Index(fields=["court", "seq"], name="case_court_seq")),
        migrations.RunPython(forwards, backwards),
    ]
