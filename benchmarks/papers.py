"""Papers: PDF from Word templates beside a cold office start for each; a catalogue beside WeasyPrint; 500 notices as a clerk makes them."""

from __future__ import annotations

import html
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from zhixing.casework.dossier.volumes import COVER
from zhixing.outside.office import program, to_pdf
from zhixing.outside.typesetting import typeset
from zhixing.rulebook.deadlines import CST

from .measuring import Line, Size, at_least, in_turn, rate

PEERS = Path(__file__).resolve().parent.parent / ".venv-bench"
ROWS = 30
AT = datetime(2026, 3, 2, 9, 0, tzinfo=CST)


def run(size: Size) -> list[Line]:
    """pdf / cold office, catalogue / WeasyPrint, 500 notices."""
    folder = Path(tempfile.mkdtemp(prefix="bench-papers-"))
    try:
        return [*_office(size, folder), _catalogue(), _notices(size)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _office(size: Size, folder: Path) -> list[Line]:
    if program() is None:
        return [Line("pdf / cold office", "", "LibreOffice", "", "≥ 6×", None, "没有安装 LibreOffice")]
    from zhixing.casework.papers.kinds import kinds
    from zhixing.casework.papers.rendering import filler
    from zhixing.casework.papers.values import sample_of

    kind, many, few = kinds()["enforcement_notice"], size.of(100, 25), size.of(4, 2)
    values = sample_of(kind)

    def ours(_: int) -> None:
        files = [folder / f"ours{n}.docx" for n in range(many)]
        with filler() as fill:
            for file in files:
                fill.fill(kind.template, values, file)
        assert len(to_pdf(files, folder / "ours")) == many

    def cold(_: int) -> None:
        for n in range(few):
            subprocess.run([str(program()), f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf", "--outdir",
                            str(folder / "cold"), str(folder / f"ours{n}.docx")], check=True, capture_output=True)  # fmt: skip

    times = in_turn(ours, cold, rounds=3)
    return [at_least("pdf / cold office", rate(many, times[0]), rate(few, times[1]), 6, unit="papers/s", beside="one soffice each")]


def _catalogue() -> Line:
    sys.path.append(str(PEERS))
    try:
        from weasyprint import HTML
    except (ImportError, OSError) as error:
        return Line("catalogue / WeasyPrint", "", "WeasyPrint", "", "≥ 8×", None, f"没有装 WeasyPrint：{error}")
    rows = [[str(n), "执行通知书（样例有限公司）", "2026-03-02", str(n), ""] for n in range(1, ROWS + 1)]
    facts = [["案号", "（2026）豫1502执1号"], ["案由", "买卖合同纠纷"], ["申请执行人", "甲某"], ["被执行人", "乙某"]]
    cells = "".join("<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in row) + "</tr>" for row in rows)
    page = (
        "<style>@page{size:A4;margin:30mm 28mm}body{font-family:'Noto Serif CJK SC'}td{border:1px solid;padding:2mm}.c{page-break-after:always}</style>"
        f"<div class=c><h1>执行卷宗</h1><table>{''.join(f'<tr><td>{a}<td>{b}' for a, b in facts)}</table></div><table>{cells}</table>"
    )
    n = iter(range(1 << 30))
    data: dict[str, Any] = {"court": "试验区人民法院", "volume": "正卷", "rows": rows, "facts": facts, "pages": ROWS}
    times = in_turn(lambda _: [typeset(COVER, {**data, "count": next(n)}) for _ in range(10)], lambda _: [HTML(string=page).write_pdf() for _ in range(2)])
    return at_least("catalogue / WeasyPrint", rate(10, times[0]), rate(2, times[1]), 8, unit="volumes/s", beside="WeasyPrint")


def _notices(size: Size) -> Line:
    """A day's notices as the worker makes them: numbered, journaled, filled in, turned into PDF, checked, signed, sealed, one print file."""
    from zhixing.casework.papers import actions, batches
    from zhixing.casework.papers.models import Letterhead, Paper
    from zhixing.casework.papers.printing import print_papers
    from zhixing.outside.seal import seal_of

    many = size.of(500, 20)
    court, who = _court()
    Letterhead.objects.update_or_create(court=court, defaults={"account_bank": "示例银行", "account_name": "户名", "account_number": "000"})
    tasks = [batches.Task(ref, "enforcement_notice", party, {}) for ref, party in _cases(many, who)]
    folder = Path(tempfile.mkdtemp(prefix="bench-seal-"))
    seal = seal_of(court.name, folder)
    start = time.perf_counter()
    batch = batches.queue_drafts(tasks=tasks, dated_on=AT.date(), key=f"bench{many}", by=who("document_clerk"), at=AT)
    batches.carry_out(batch_id=batch.pk, seal=lambda: seal, by=who("document_clerk"), at=AT)
    refs = list(Paper.objects.filter(batch=batch).order_by("pk").values_list("ref", flat=True))
    drafted = time.perf_counter() - start
    for ref in refs:
        actions.check(ref=ref, correct=True, against="立案信息", by=who("handler"), at=AT)
        actions.sign(ref=ref, by=who("team_leader"), at=AT)
    sealing = batches.queue_seals(refs=refs, copies=1, key=f"seal{many}", by=who("seal_keeper"), at=AT)
    batches.carry_out(batch_id=sealing.pk, seal=lambda: seal, by=who("seal_keeper"), at=AT)
    run = print_papers(refs=refs, by=who("document_clerk"), at=AT)
    whole = time.perf_counter() - start
    shutil.rmtree(folder, ignore_errors=True)
    shown = f"{whole:.0f} s, {drafted:.0f} s of it drafting and PDF"
    return Line(f"{many} notices", shown, "in the worker, progress every paper", f"{many / whole:.1f}/s", f"{many} printed", run.count == many)


def _court() -> tuple[Any, Any]:
    """A fresh court, and `who(role)`: somebody who holds that post alone."""
    from zhixing.casework.facts import rules
    from zhixing.casework.people.actors import Actor
    from zhixing.casework.people.models import Person

    from .world import court

    made, book = court(), rules.rulebook()

    def actor(role: str) -> Actor:
        person, _ = Person.objects.get_or_create(username=f"{made.code}-{role}", defaults={"name": f"样{role}", "court": made})
        return Actor(person.pk, person.name, made.pk, frozenset({role}), (book.roles[role].desk,))

    return made, actor


def _cases(many: int, who: Any) -> list[tuple[str, int]]:
    from zhixing.casework.cases.actions import NewCase, NewParty, file_case

    made = []
    for n in range(1, many + 1):
        number = 900_000 + n
        parties = [NewParty("applicant", "甲某"), NewParty("debtor", f"乙某{n}", address="样例路1号")]
        new = NewCase(f"（2026）豫1502执{number}号", 2026, "执", number, date(2026, 3, 2), parties, cause="买卖合同纠纷",
                      basis_number="（2025）豫1502民初1号", basis_court="试验区人民法院", claim_yuan=Decimal("80000"))  # fmt: skip
        case, _ = file_case(new=new, by=who("intake_clerk"), at=AT)
        made.append((case.ref, case.parties.get(role="debtor").pk))
    return made
