"""A case with a handler, the court's letterhead, and a stand-in for the office program (a page of PDF for every Word file)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfWriter

from tests.cast import MONDAY, actor, make_cast, make_court
from zhixing.casework.cases.actions import NewCase, NewParty, file_case
from zhixing.casework.cases.models import Case
from zhixing.casework.papers import batches
from zhixing.casework.papers.models import Letterhead, Paper
from zhixing.outside.seal import Seal, seal_of

DATED = date(2026, 3, 2)


def a_pdf(pages: int = 1) -> bytes:
    writer, target = PdfWriter(), BytesIO()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    writer.write(target)
    return target.getvalue()


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def office(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Every Word file becomes one page, unless the test is marked to use the real program."""
    if "real_office" in request.fixturenames:
        return

    def to_pdf(files: Any, folder: Path, *, done: Callable[[int], None] = lambda n: None) -> dict[Path, Path]:
        made = {}
        for file in files:
            made[file] = folder / f"{file.stem}.pdf"
            made[file].write_bytes(a_pdf())
        done(len(files))
        return made

    monkeypatch.setattr(batches, "to_pdf", to_pdf)


@pytest.fixture
def real_office() -> None:
    """The test converts with the real office program."""


@pytest.fixture
def court(db: None) -> Any:
    made = make_court()
    Letterhead.objects.create(court=made, address="样板路1号", phone="0376-0000000", account_bank="示例银行", account_name="试验法院执行款专户",
                              account_number="000000000000")  # fmt: skip
    return made


@pytest.fixture
def cast(court: Any) -> Any:
    return make_cast(court)


@pytest.fixture
def who(cast: Any) -> Callable[[str], Any]:
    return lambda role: actor(cast[role])


@pytest.fixture
def stamp(tmp_path: Path, court: Any) -> Seal:
    return seal_of(court.name, tmp_path / "keys")


@pytest.fixture
def new_case(court: Any, cast: Any) -> Callable[..., Case]:
    made = iter(range(1, 1000))

    def make(debtor: str = "乙二", **more: Any) -> Case:
        n = next(made)
        parties = [NewParty("applicant", "甲一"), NewParty("debtor", debtor, id_kind="居民身份证", id_number="", address="浉河区样例街2号")]
        new = NewCase(f"（2026）豫1502执{n}号", 2026, "执", n, MONDAY.date(), parties, cause="买卖合同纠纷", basis_number="（2025）豫1502民初1号",
                      basis_court="试验区人民法院", claim_yuan=Decimal("80000.00"))  # fmt: skip
        case, _ = file_case(new=new, by=actor(cast["intake_clerk"]), at=MONDAY)
        Case.objects.filter(pk=case.pk).update(handler=cast["handler"], **more)
        return Case.objects.select_related("court", "handler").get(pk=case.pk)

    return make


@pytest.fixture
def drafted(new_case: Callable[..., Case], who: Callable[[str], Any]) -> Callable[..., Paper]:
    """A drafted paper with its PDF."""

    def make(kind: str = "enforcement_notice", case: Case | None = None, **typed: Any) -> Paper:
        case = case or new_case()
        party = case.parties.get(role="debtor")
        batch = batches.queue_drafts(tasks=[batches.Task(case.ref, kind, party.pk, typed)], dated_on=DATED, key=f"{case.ref}-{kind}",
                                     by=who("document_clerk"), at=MONDAY)  # fmt: skip
        batches.carry_out(batch_id=batch.pk, seal=lambda: None, by=who("document_clerk"), at=MONDAY)
        batch.refresh_from_db()
        assert batch.state == "done", batch.error
        assert not batch.results[0].get("refused"), batch.results
        return Paper.objects.get(ref=batch.results[0]["paper"])

    return make
