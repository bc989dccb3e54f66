"""One print file for many papers: each begins on the front of a sheet, the register says what was printed (三(二)4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from io import BytesIO

from django.core.files.base import ContentFile
from django.db import transaction
from pypdf import PdfReader, PdfWriter

from zhixing.casework.facts import rules
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import require
from zhixing.rulebook.refusals import Refusal

from .models import Paper, PrintRun
from .rendering import limits

CLAUSE = "三(二)4"
PRINTABLE = (Paper.SEALED, Paper.ISSUED)


def print_papers(*, refs: Sequence[str], duplex: bool = True, by: Actor, at: datetime) -> PrintRun:
    """Put sealed papers into one file, in the order given, each as many times as it has copies; both are kept in the register.

    Refuses papers that are not sealed: what is printed without a seal is no paper of the court.
    """
    require(rules.rulebook(), by, "do:print_papers", what="暂不能打印文书")
    wanted = list(dict.fromkeys(refs))
    most = limits()["batch_most"]
    if not 0 < len(wanted) <= most:
        raise Refusal.because("暂不能打印文书", f"一次最多 {most} 份" if wanted else "没有选中任何一份", clause=CLAUSE, now="请先勾选")
    found = {p.ref: p for p in Paper.objects.filter(court_id=by.court_id, ref__in=wanted)}
    unsealed = [found[ref].number for ref in wanted if ref in found and found[ref].state not in PRINTABLE]
    if unsealed or len(found) != len(wanted):
        why = f"没有用印：{'、'.join(unsealed[:5])}" if unsealed else "有的文书已经不在"
        raise Refusal.because("暂不能打印文书", why, clause=CLAUSE, now="请先用印，或刷新页面", status=409)
    papers = [found[ref] for ref in wanted]
    content, sheets = merged(papers, duplex=duplex)
    with transaction.atomic():
        run = PrintRun(court_id=by.court_id, count=len(papers), sheets=sheets, duplex=duplex, sha256=sha256(content).hexdigest(),
                       printed_at=at, printed_by_id=by.person_id)  # fmt: skip
        run.file.save(f"prints/{at:%Y/%m}/{run.ref}.pdf", ContentFile(content), save=False)
        run.save(force_insert=True)
        run.papers.set(papers)
    return run


def merged(papers: Sequence[Paper], *, duplex: bool) -> tuple[bytes, int]:
    """The print file and its number of sheets."""
    writer, sheets = PdfWriter(), 0
    for paper in papers:
        with paper.pdf.open("rb") as file:
            pages = PdfReader(BytesIO(file.read())).pages
            for _ in range(paper.copies):
                for page in pages:
                    writer.add_page(page)
                if duplex and len(pages) % 2:
                    writer.add_blank_page(pages[-1].mediabox.width, pages[-1].mediabox.height)
                sheets += (len(pages) + 1) // 2 if duplex else len(pages)
    target = BytesIO()
    writer.write(target)
    return target.getvalue(), sheets
