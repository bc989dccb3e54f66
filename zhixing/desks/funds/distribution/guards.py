"""What the database itself refuses of plans: figures that change, steps that are not taken, payouts above a share (二(四)1(5))."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import migrations

from zhixing.db.append_only import execute_all

FIXED: Mapping[str, Sequence[str]] = {
    "distribution_plan": ("court_id", "ref", "case_id", "no", "version", "replaces_id", "scheme", "pool_fen", "surplus_fen", "principle", "law", "digest",
                          "made_by_id", "made_at"),
    "distribution_participant": ("plan_id", "position", "side", "name", "party_id", "share_fen"),
    "distribution_objection": ("plan_id", "participant_id", "ground", "objected_on", "made_by_id"),
    "distribution_deposit": ("court_id", "no", "case_id", "receipt_id", "creditor", "party_id", "fen", "ground", "reason", "asked_by_id"),
}  # fmt: skip
ONCE: Mapping[str, Sequence[str]] = {
    "distribution_plan": ("checked_by_id",), "distribution_participant": ("told_on", "told_by_id"), "distribution_objection": (), "distribution_deposit": ("approved_by_id",),
}  # fmt: skip
FIXED_MESSAGE, ABOVE_MESSAGE, KEPT_MESSAGE = "算定的内容不能改，请制作新的一稿", "发放超过了分配方案的份额", "不能删除"
PAID = """(SELECT coalesce(sum(o.amount_fen), 0) FROM distribution_participant p JOIN distribution_plan d ON d.id = p.plan_id
  JOIN distribution_plan e ON e.no = d.no AND e.court_id = d.court_id JOIN distribution_participant q ON q.plan_id = e.id AND q.name = p.name
  JOIN distribution_payout l ON l.participant_id = q.id JOIN funds_payout o ON o.id = l.payout_id AND o.state NOT IN ('returned', 'cancelled')
  WHERE p.id = NEW.participant_id)"""
ABOVE = f"""{PAID} + (SELECT amount_fen FROM funds_payout WHERE id = NEW.payout_id) > (SELECT share_fen FROM distribution_participant WHERE id = NEW.participant_id)"""


def plan_guards() -> migrations.RunPython:
    """The migration operation that puts them there."""

    def put(apps: Any, editor: Any) -> None:
        execute_all(editor, (s for table in FIXED for s in _fixed(editor.connection.vendor, table)))
        execute_all(editor, _above(editor.connection.vendor))

    return migrations.RunPython(put, migrations.RunPython.noop)


def _fixed(vendor: str, table: str) -> list[str]:
    postgresql = vendor == "postgresql"
    differs, where = ("IS DISTINCT FROM", "FOR EACH ROW ") if postgresql else ("IS NOT", "")
    changed = " OR ".join([*(f"OLD.{c} {differs} NEW.{c}" for c in FIXED[table]), *(f"(OLD.{c} IS NOT NULL AND OLD.{c} {differs} NEW.{c})" for c in ONCE[table])])
    statements = []
    for name, when, message in (("fixed", f"BEFORE UPDATE ON {table} {where}WHEN ({changed})", FIXED_MESSAGE), ("kept", f"BEFORE DELETE ON {table} {where}", KEPT_MESSAGE)):
        body = f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        if postgresql:
            function = f"{table}_{name}"
            statements.append(f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END $$")
            body = f"EXECUTE FUNCTION {function}()"
        statements.append(f"CREATE TRIGGER {table}_{name} {when} {body}")
    return statements


def _above(vendor: str) -> list[str]:
    """A payout that is tied to a share, with all before it, is no more than the share."""
    if vendor != "postgresql":
        return [f"CREATE TRIGGER distribution_payout_above BEFORE INSERT ON distribution_payout WHEN {ABOVE} BEGIN SELECT RAISE(ABORT, '{ABOVE_MESSAGE}'); END"]
    return [
        f"""CREATE FUNCTION distribution_payout_above() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF {ABOVE} THEN RAISE EXCEPTION '{ABOVE_MESSAGE}' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$""",
        "CREATE TRIGGER distribution_payout_above BEFORE INSERT ON distribution_payout FOR EACH ROW EXECUTE FUNCTION distribution_payout_above()",
    ]
