"""A court's cases as a register that the import reads back unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from zhixing.casework.facts import rules
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import require
from zhixing.rulebook import memory
from zhixing.rulebook.deadlines import CST
from zhixing.web.workbooks import workbook

from ..cases.models import Case, Party
from .sheets import MOMENT, vocabulary

SHEET = "执行案件台账"
BASIC = ("number", "filed_on", "cause", "case_type", "claim_yuan", "basis_number", "basis_court", "note")
PARTS = ("name", "id_number", "phone", "address")


def export_register(*, court_id: int, target: Path, by: Actor, at: datetime) -> int:
    """Write all cases of the court to an .xlsx file; returns how many. Text is written as text: no cell is a formula."""
    require(rules.rulebook(), by, "do:export_bulk" if by.person_id else "do:import_register", what="暂不能导出台账")
    known = vocabulary().fields
    milestones = [f for f in known.values() if f.kind == MOMENT]
    sides = [f"{side}_{part}" for side in ("applicant", "debtor") for part in PARTS]
    headers = [known[name].title for name in (*BASIC, *sides)] + [f.title for f in milestones]
    count = 0
    with workbook(target, by=by.name, at=at) as book:
        sheet = book.add_worksheet(SHEET)
        bold = book.add_format({"bold": True})
        for column, title in enumerate(headers):
            sheet.write_string(0, column, title, bold)
        for count, cells in enumerate(_rows(court_id, [f.event for f in milestones]), 1):
            for column, text in enumerate(cells):
                if text:
                    sheet.write_string(count, column, text)
    return count


def _rows(court_id: int, kinds: list[str]) -> Iterator[list[str]]:
    """Each case as its cells of text, a thousand cases to three statements."""
    cases = Case.objects.filter(court_id=court_id).exclude(stage="void").select_related("state_row").order_by("pk")
    last = 0
    while chunk := list(cases.filter(pk__gt=last)[:1000]):
        last = chunk[-1].pk
        parties: dict[int, dict[str, list[Party]]] = {}
        for party in Party.objects.filter(case__in=chunk).order_by("position"):
            parties.setdefault(party.case_id, {}).setdefault(party.role, []).append(party)
        for case in chunk:
            people = parties.get(case.pk, {})
            happened = memory.load(case.state_row.document).happened
            yield [
                *(_text(getattr(case, name)) for name in BASIC),
                *("\n".join(getattr(p, part) for p in people.get(side, [])).strip("\n")
                  for side in (Party.APPLICANT, Party.DEBTOR) for part in PARTS),
                *(_day(happened.get(kind)) for kind in kinds),
            ]  # fmt: skip


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _day(span: list[Any] | None) -> str:
    return f"{datetime.fromisoformat(span[0]).astimezone(CST):%Y-%m-%d}" if span else ""
