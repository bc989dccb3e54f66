"""What happened in a case or matter, and why its clocks show what they show: both read from the journal."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import partial
from typing import Any

from zhixing.db.reading import read
from zhixing.rulebook.model import PayloadField, Rulebook

from ..duties.explanations import DutyExplanation, Happening, explain_duty, replay
from ..duties.models import Duty
from ..facts import rules
from ..journal.models import JournalEntry
from .limits import limits

READ = ("seq", "kind", "at", "recorded_at", "person_name", "payload", "calendar_version")
SHOWN = ("seq", "kind", "at", "recorded_at", "person_name", "desk", "clause", "payload")
DUTY = ("pk", "rule", "key", "n", "clause", "desk", "started_at", "started_seq", "due_at", "provisional", "extended_until",
        "met_at", "met_seq", "stopped_at", "late_at", "suspended_at", "is_open")  # fmt: skip

decode = json.JSONDecoder().decode


def entries_of(court_id: int, *, case_id: int | None = None, matter_id: int | None = None) -> list[Happening]:
    """Everything that happened in a case or matter, in the order it was recorded: one statement."""
    about = {"case_id": case_id} if matter_id is None else {"matter_id": matter_id}
    rows = JournalEntry.objects.filter(court_id=court_id, stream="casework", **about).order_by("seq")
    return [Happening(*r[:5], json.loads(r[5]), r[6]) for r in rows.values_list(*READ)]


def journal_page(court_id: int, case_id: int, *, before: int | None = None, limit: int) -> list[dict[str, Any]]:
    """Entries of a case, newest first; `before` is the `seq` of the last one seen. `payload` comes as a dict."""
    older, places = ("", ()) if before is None else (" AND seq < %s", (before,))
    sql = f"SELECT {', '.join(SHOWN)} FROM journal_entry WHERE court_id = %s AND case_id = %s{older} ORDER BY seq DESC LIMIT %s"
    found = [dict(zip(SHOWN, row, strict=True)) for row in read(sql, (court_id, case_id, *places, limit), moments=(2, 3))]
    for row in found:
        row["payload"] = decode(row["payload"])
    return found


def payload_lines(book: Rulebook, kind: str, payload: dict[str, Any]) -> list[tuple[str, str]]:
    """A payload in the words of its form, empty values left out: [(label, value)]."""
    spec = book.events.get(kind)
    lines = []
    for field in spec.fields if spec else ():
        value = payload.get(field.name)
        if value not in (None, "", []) and field.name != "handler_id":  # whose name stands beside it
            lines.append((field.label, _said(book, field, value)))
    return lines


def _said(book: Rulebook, field: PayloadField, value: Any) -> str:
    if field.name.endswith("_desk") and value in book.desks:
        return book.desks[value].title
    if field.type == "yuan":
        return f"{Decimal(str(value)):,.2f}"
    return _words(book, value)


def _words(book: Rulebook, value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(_words(book, v) for v in value)
    if isinstance(value, dict):
        return _moved(book, value) if "rule" in value else "、".join(_words(book, v) for v in value.values())
    words = limits()["words"]
    return str(words["track"].get(value) or words["volume"].get(value, value))


def _moved(book: Rulebook, clock: dict[str, Any]) -> str:
    """A clock that a new calendar moved: its title, the old and the new moment (`-` where it was or is suspended)."""
    rule = book.duties.get(clock["rule"])
    old, new = ((clock.get(k) or "-")[:16].replace("T", " ") for k in ("old", "new"))
    return f"{rule.title if rule else clock['rule']} {old} → {new}"


def explanation_of(
    court_id: int, duty_id: int, book: Rulebook, *, case_ref: str | None = None, matter_ref: str | None = None
) -> tuple[Duty, DutyExplanation] | None:
    """The clock of that case or matter with its story; None when there is no such clock there. Two statements."""
    about = {"case__ref": case_ref} if case_ref is not None else {"matter__ref": matter_ref}
    row = Duty.objects.filter(court_id=court_id, pk=duty_id, **about).select_related("case", "matter").first()
    if row is None or row.rule not in book.duties:
        return None
    entries = entries_of(court_id, case_id=row.case_id, matter_id=row.matter_id)
    state, calendar, ended_by = replay(book, partial(rules.calendar, court_id), entries, row)
    return row, explain_duty(row, state, book, calendar, entries=entries, ended_by=ended_by)

