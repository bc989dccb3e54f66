"""The demo court has something in hand at every desk: papers on every step, deliveries on several rungs, money in every state."""

from __future__ import annotations

from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pypdf import PdfWriter

from zhixing.casework.papers import batches
from zhixing.casework.papers.models import Paper, PaperBatch
from zhixing.clock import CST
from zhixing.desks.funds.models import Payout, Receipt
from zhixing.desks.offline.models import Delivery, Letter
from zhixing.shell.demo import deliveries, money, papers
from zhixing.shell.demo.court import make_court

AT = datetime(2026, 11, 23, 15, 0, tzinfo=CST)


def page_for_each(files: Any, folder: Path, *, done: Any = None) -> dict[Path, Path]:
    """In place of the office program: an empty page for every Word file."""
    made = {}
    for file in files:
        made[file] = folder / f"{file.stem}.pdf"
        writer = PdfWriter()
        writer.add_blank_page(595, 842)
        writer.write(made[file])
    return made


@pytest.mark.django_db
def test_the_demo_court_shows_work_in_every_state_and_its_books_are_right(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.VAR, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    monkeypatch.setattr(batches, "to_pdf", page_for_each)
    for module in (papers, deliveries, money):
        monkeypatch.setattr(module, "ONE_IN", 6)
    make_court(cases=150, seed=1, at=AT)
    assert PaperBatch.objects.get().state == PaperBatch.DONE
    assert not [r for r in PaperBatch.objects.get().results if r.get("refused")]
    assert set(Paper.objects.values_list("state", flat=True)) == {s for s, _ in Paper.STATES}
    assert Delivery.objects.values("state").distinct().count() >= 3
    assert Letter.objects.exists()
    assert Receipt.objects.exclude(state=Receipt.BOOKED).values("state").distinct().count() >= 2
    assert Payout.objects.values("state").distinct().count() >= 2
    said = StringIO()
    call_command("verify", stdout=said)
    assert "核对一致" in said.getvalue()
