"""What the database itself refuses: unbalanced postings, lines that do not follow, closed months, an account that changes whose it is.

PostgreSQL looks at the end of the transaction (deferred constraint triggers). SQLite has none, so there lines come first and
the posting seals them: it is refused unless they balance, and a sealed posting takes no more lines; lines without a posting
do not survive the commit (deferred foreign key).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import migrations

from zhixing.db.append_only import execute_all

UNBALANCED, GAP, CLOSED = "借贷不平，或行数不对，或跨了法院", "分录没有接着上一笔", "这个月已经结账"
SEALED, IDENTITY = "凭证已经封存，不能再加分录", "账户属于谁不能改"
BAD = "(SELECT count(*) = NEW.size AND sum(l.amount_fen) = 0 AND min(l.position) = 1 AND max(l.position) = NEW.size AND min(a.court_id) = NEW.court_id AND max(a.court_id) = NEW.court_id FROM funds_line l JOIN funds_account a ON a.id = l.account_id WHERE l.posting_id = NEW.id) IS NOT TRUE"
SHUT = "EXISTS (SELECT 1 FROM funds_month m WHERE m.court_id = NEW.court_id AND m.last_on >= NEW.business_on)"
BEFORE = "SELECT l.balance_fen FROM funds_line l WHERE l.account_id = NEW.account_id AND l.n = NEW.n - 1"
LOOSE = f"NEW.balance_fen <> NEW.amount_fen + coalesce(({BEFORE}), CASE WHEN NEW.n = 1 THEN 0 END, NEW.balance_fen - NEW.amount_fen + 1)"

POSTGRESQL = [
    f"""CREATE FUNCTION funds_posting_whole() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF {BAD} THEN RAISE EXCEPTION '{UNBALANCED}' USING ERRCODE = 'check_violation'; END IF;
    RETURN NULL; END $$""",
    f"""CREATE FUNCTION funds_posting_open_month() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF {SHUT} THEN RAISE EXCEPTION '{CLOSED}' USING ERRCODE = 'check_violation'; END IF;
    RETURN NEW; END $$""",
    f"""CREATE FUNCTION funds_line_follows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF {LOOSE} THEN RAISE EXCEPTION '{GAP}' USING ERRCODE = 'check_violation'; END IF;
    IF NEW.position > (SELECT size FROM funds_posting WHERE id = NEW.posting_id) THEN
      RAISE EXCEPTION '{SEALED}' USING ERRCODE = 'check_violation'; END IF;
    RETURN NULL; END $$""",
    f"""CREATE FUNCTION funds_account_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION '{IDENTITY}' USING ERRCODE = 'check_violation'; END $$""",
    "CREATE CONSTRAINT TRIGGER funds_posting_whole AFTER INSERT ON funds_posting DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION funds_posting_whole()",
    "CREATE TRIGGER funds_posting_open_month BEFORE INSERT ON funds_posting FOR EACH ROW EXECUTE FUNCTION funds_posting_open_month()",
    "CREATE CONSTRAINT TRIGGER funds_line_follows AFTER INSERT ON funds_line DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION funds_line_follows()",
    "CREATE TRIGGER funds_account_stays BEFORE UPDATE OF court_id, kind, case_id ON funds_account FOR EACH ROW EXECUTE FUNCTION funds_account_stays()",
]
SQLITE = [
    f"CREATE TRIGGER funds_posting_whole BEFORE INSERT ON funds_posting WHEN {BAD.replace('IS NOT TRUE', 'IS NOT 1')} BEGIN SELECT RAISE(ABORT, '{UNBALANCED}'); END",
    f"CREATE TRIGGER funds_posting_open_month BEFORE INSERT ON funds_posting WHEN {SHUT} BEGIN SELECT RAISE(ABORT, '{CLOSED}'); END",
    f"CREATE TRIGGER funds_line_follows BEFORE INSERT ON funds_line WHEN {LOOSE} BEGIN SELECT RAISE(ABORT, '{GAP}'); END",
    "CREATE TRIGGER funds_line_sealed BEFORE INSERT ON funds_line WHEN EXISTS (SELECT 1 FROM funds_posting WHERE id = NEW.posting_id)"
    f" BEGIN SELECT RAISE(ABORT, '{SEALED}'); END",
    "CREATE TRIGGER funds_account_stays BEFORE UPDATE OF court_id, kind, case_id ON funds_account"
    f" BEGIN SELECT RAISE(ABORT, '{IDENTITY}'); END",
]


def ledger_guards() -> migrations.RunPython:
    """The migration operation that puts them there."""

    def put(apps: Any, editor: Any) -> None:
        execute_all(editor, POSTGRESQL if editor.connection.vendor == "postgresql" else SQLITE)

    return migrations.RunPython(put, migrations.RunPython.noop)


FIXED = ("court_id", "ref", "no", "case_id", "receipt_id", "kind", "party_id", "payee", "account_id", "holder", "bank", "account_no", "amount_fen",
         "basis", "requested_by_id", "requested_at")  # fmt: skip
ONCE = ("checked_by_id", "approved_by_id", "approved_hash", "sent_by_id", "batch_id")
FIXED_MESSAGE, STEP_MESSAGE = "发放单的收款人、账户、金额和经手人不能改", "发放单不能这样变更状态，也不能删除"


def payout_guards(steps: Sequence[tuple[str, str]]) -> migrations.RunPython:
    """Who gets what never changes, who did a step neither, and only the given steps are taken (T1, T2, I6)."""

    def put(apps: Any, editor: Any) -> None:
        postgresql = editor.connection.vendor == "postgresql"
        differs, where = ("IS DISTINCT FROM", "FOR EACH ROW ") if postgresql else ("IS NOT", "")
        fixed = " OR ".join([*(f"OLD.{c} {differs} NEW.{c}" for c in FIXED),
                             *(f"(coalesce(CAST(OLD.{c} AS text), '') <> '' AND OLD.{c} {differs} NEW.{c})" for c in ONCE)])  # fmt: skip
        pairs = " OR ".join(f"(OLD.state = '{a}' AND NEW.state = '{b}')" for a, b in steps)
        wrong = {"fixed": (f"BEFORE UPDATE ON funds_payout {where}WHEN ({fixed})", FIXED_MESSAGE),
                 "steps": (f"BEFORE UPDATE ON funds_payout {where}WHEN (OLD.state <> NEW.state AND NOT ({pairs}))", STEP_MESSAGE),
                 "born": (f"BEFORE INSERT ON funds_payout {where}WHEN (NEW.state <> '{steps[0][0]}')", STEP_MESSAGE),
                 "kept": (f"BEFORE DELETE ON funds_payout {where}", STEP_MESSAGE)}  # fmt: skip
        for name, (when, message) in wrong.items():
            body = f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            if postgresql:
                function = f"funds_payout_{name}"
                execute_all(editor, [f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                                     f" RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END $$"])  # fmt: skip
                body = f"EXECUTE FUNCTION {function}()"
            execute_all(editor, [f"CREATE TRIGGER funds_payout_{name} {when} {body}"])

    return migrations.RunPython(put, migrations.RunPython.noop)
