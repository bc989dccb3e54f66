"""The whole register in one file is everybody's data: who may, and that it is on record (trust 63, GB/T 35273 7.1)."""

from __future__ import annotations

import io

from openpyxl import load_workbook

from tests.cast import MONDAY, browser
from zhixing import clock
from zhixing.casework.journal.models import AccessEntry
from zhixing.casework.people.models import Person


def test_the_register_is_taken_away_by_a_button_by_those_who_may_and_leaves_a_trace(cast: dict[str, Person]) -> None:
    with clock.frozen(MONDAY):
        chief = browser(cast["bureau_head"])
        assert chief.get("/register/export/").status_code == 302
        assert not AccessEntry.objects.filter(action="do:export_bulk").exists()
        answer = chief.post("/register/export/")
        assert load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.cell(1, 1).value  # type: ignore[attr-defined]
        assert "导出台账 0 件" in AccessEntry.objects.get(action="do:export_bulk").detail
        assert browser(cast["handler"]).post("/register/export/").status_code == 403
