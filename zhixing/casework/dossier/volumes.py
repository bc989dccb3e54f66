"""A volume as one PDF: cover, catalogue, every paper in its order with page numbers; and what should be in the dossier and is not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

from zhixing.outside.office import OfficeError, to_pdf
from zhixing.outside.typesetting import typeset
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.engine import State
from zhixing.rulebook.model import Rulebook

from ..cases.models import Case
from .checking import DOCX, JPEG, PDF, PNG
from .models import Scan

HERE = Path(__file__).parent
COVER, NUMBERS, PICTURE = HERE / "volume.typ", HERE / "numbers.typ", HERE / "picture.typ"
TITLES = {Scan.MAIN: "正卷", Scan.SUPPLEMENTARY: "副卷"}
NOT_PAGED = "另存，见目录"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A paper that an act should have left in the dossier: the act's title, the paper's, its clause, whether it is there."""

    act: str
    paper: str
    clause: str
    volume: str
    there: bool


def wanted_papers(book: Rulebook, state: State, scans: Iterable[Any]) -> list[Wanted]:
    """What the acts that happened in a case should have left in its dossier (四(二)5), in the order of the regulation."""
    kept = {s["event_kind"] if isinstance(s, dict) else s.event_kind for s in scans}
    return [
        Wanted(spec.title, spec.proof.label, spec.clause, spec.proof.volume, kind in kept)
        for kind, spec in book.events.items() if kind in state.happened and spec.proof is not None
    ]  # fmt: skip


def percent_there(wanted: list[Wanted]) -> int:
    """How much of what should be there is there, in whole percent; 100 when nothing is wanted yet."""
    return 100 * sum(w.there for w in wanted) // len(wanted) if wanted else 100


def volume_pdf(case: Case, volume: str) -> bytes:
    """The volume as one PDF. Papers that are replaced are left out; recordings and tables are listed and kept apart."""
    scans = list(Scan.objects.filter(case=case, volume=volume).order_by("position").select_related("replaces"))
    gone = {s.replaces_id for s in scans if s.replaces_id}
    kept = [s for s in scans if s.pk not in gone]
    body, rows, page = PdfWriter(), [], 0
    for n, scan in enumerate(kept, 1):
        pages = _pages_of(scan)
        place = f"{page + 1}—{page + len(pages)}" if len(pages) > 1 else str(page + 1)
        rows.append([str(n), scan.title, f"{scan.added_at.astimezone(CST):%Y-%m-%d}", place if pages else "—", "" if pages else NOT_PAGED])
        for one in pages:
            body.add_page(one)
        page += len(pages)
    data = {
        "court": case.court.name, "volume": TITLES[volume], "rows": rows, "count": len(kept), "pages": page,
        "facts": [["案号", case.number], ["案由", case.cause or "—"], ["申请执行人", case.applicants or "—"], ["被执行人", case.debtors or "—"],
                  ["立案日期", f"{case.filed_on:%Y年%m月%d日}"], ["结案日期", f"{case.closed_on:%Y年%m月%d日}" if case.closed_on else "—"],
                  ["结案方式", case.closing_way or "—"], ["承办人", case.handler.name if case.handler else "—"]],
    }  # fmt: skip
    whole = PdfWriter()
    for one in PdfReader(BytesIO(typeset(COVER, data))).pages:
        whole.add_page(one)
    if page:
        numbers = PdfReader(BytesIO(typeset(NUMBERS, {"pages": page}))).pages
        for one, number in zip(body.pages, numbers, strict=True):
            one.merge_page(number)
            whole.add_page(one)
    target = BytesIO()
    whole.write(target)
    return target.getvalue()


def _pages_of(scan: Scan) -> list[Any]:
    """The pages of a scan as PDF pages; none for what has no pages (recordings, tables) or cannot be read."""
    if not scan.file.storage.exists(scan.file.name):
        return []
    path = Path(scan.file.path)
    try:
        if scan.media_type == PDF.media_type:
            return list(PdfReader(BytesIO(path.read_bytes())).pages)
        if scan.media_type in (PNG.media_type, JPEG.media_type):
            return list(PdfReader(BytesIO(typeset(PICTURE, {"path": str(path.resolve())}))).pages)
        if scan.media_type == DOCX.media_type:
            with TemporaryDirectory(prefix="volume-") as folder:
                made = to_pdf([path], Path(folder))
                return list(PdfReader(BytesIO(made[path].read_bytes())).pages) if path in made else []
    except (PyPdfError, OfficeError, ValueError):
        return []
    return []
