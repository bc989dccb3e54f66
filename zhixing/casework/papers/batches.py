"""Fifty papers at once, in the worker: drafted, turned into PDF, sealed; with progress, and a result for each.

A batch may be killed at any moment and run again: a paper that was kept is found and not made twice.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from pypdf import PdfReader

from zhixing.casework.facts import rules
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import allowed, require
from zhixing.outside.office import OfficeError, to_pdf
from zhixing.outside.seal import Seal
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.refusals import Refusal

from ..cases.models import Case, Party
from . import actions
from .kinds import Kind, kinds
from .models import Paper, PaperBatch
from .own_templates import current_template
from .rendering import Filler, filler, limits
from .values import values_of


@dataclass(frozen=True, slots=True)
class Task:
    """One paper to make: for which case (its ref), of what kind, to which debtor, with what was typed."""

    case: str
    kind: str
    party: int | None
    typed: Mapping[str, Any]


def queue_drafts(*, tasks: Sequence[Task], dated_on: date, key: str, by: Actor, at: datetime) -> PaperBatch:
    """Put a batch of drafts in the queue; the same form sent twice finds the first. Refuses an empty or too large one."""
    if not any(allowed(rules.rulebook(), by, f"record:{kind}") for kind in (actions.DRAFT, actions.PANEL_DRAFT)):
        require(rules.rulebook(), by, f"record:{actions.DRAFT}", what="暂不能拟制文书")
    listed = [{"case": t.case, "kind": t.kind, "party": t.party, "typed": dict(t.typed), "dated_on": dated_on.isoformat()} for t in tasks]
    return _queue(PaperBatch.DRAFT, listed, 2 * len(listed), key, by, at)


def queue_seals(*, refs: Sequence[str], copies: int, key: str, by: Actor, at: datetime) -> PaperBatch:
    """Put the sealing of many papers in the queue. Refuses none, and more than one batch holds."""
    require(rules.rulebook(), by, f"record:{actions.SEAL}", what="暂不能用印")
    listed = [{"paper": ref, "copies": copies} for ref in dict.fromkeys(refs)]
    return _queue(PaperBatch.SEAL, listed, len(listed), key, by, at)


def _queue(work: str, tasks: list[dict[str, Any]], total: int, key: str, by: Actor, at: datetime) -> PaperBatch:
    most = limits()["batch_most"]
    if not 0 < len(tasks) <= most:
        raise Refusal.because("暂不能提交", f"一次最多 {most} 份，现在是 {len(tasks)} 份" if tasks else "没有选中任何一份", now="请重新选择")
    try:
        with transaction.atomic():
            return PaperBatch.objects.create(court_id=by.court_id, work=work, key=key, tasks=tasks, total=total, made_at=at,
                                             made_by_id=by.person_id)  # fmt: skip
    except IntegrityError:
        return PaperBatch.objects.get(court_id=by.court_id, key=key)


def carry_out(*, batch_id: int, seal: Callable[[], Seal], by: Actor, at: datetime) -> None:
    """Do a queued batch. Repeating it after a crash goes on where it stopped."""
    batch = PaperBatch.objects.get(pk=batch_id)
    if batch.state in (PaperBatch.DONE, PaperBatch.FAILED):
        return
    PaperBatch.objects.filter(pk=batch_id).update(state=PaperBatch.RUNNING, progress=0)
    try:
        results = _draft_all(batch, by, at) if batch.work == PaperBatch.DRAFT else _seal_all(batch, seal(), by, at)
    except (Refusal, OfficeError) as error:
        PaperBatch.objects.filter(pk=batch_id).update(state=PaperBatch.FAILED, error=str(error)[:400], finished_at=at)
        return
    PaperBatch.objects.filter(pk=batch_id).update(state=PaperBatch.DONE, results=results, progress=batch.total, finished_at=at)


def _step(batch: PaperBatch, n: int = 1) -> None:
    PaperBatch.objects.filter(pk=batch.pk).update(progress=F("progress") + n)


def _draft_all(batch: PaperBatch, by: Actor, at: datetime) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="papers-") as folder, filler() as fill:
        for n, task in enumerate(batch.tasks):
            results.append(_draft_one(batch, n, task, fill, Path(folder), by, at))
            _step(batch)
    make_pdfs([p for p in batch.papers.all() if not p.pdf], at=at, done=lambda n: _step(batch, n))
    return results


def _draft_one(
    batch: PaperBatch, n: int, task: Mapping[str, Any], fill: Filler, folder: Path, by: Actor, at: datetime
) -> dict[str, Any]:
    case = Case.objects.select_related("court", "handler").filter(ref=task["case"], court_id=by.court_id).first()
    kind = kinds().get(task["kind"])
    if case is None or kind is None:
        return {"case": task["case"], "refused": ["没有这个案件或文书种类"]}
    party = Party.objects.filter(case=case, pk=task["party"]).first() if task["party"] else None
    done = {"case": case.ref, "number": case.number, "kind": kind.title, "recipient": party.name if party else ""}
    existing = batch.papers.filter(case=case, kind=kind.id, party=party).first()
    if existing is not None:
        return {**done, "paper": existing.ref}
    try:
        paper = draft_paper(case=case, kind=kind, party=party, typed=task["typed"], dated_on=date.fromisoformat(task["dated_on"]),
                            fill=fill, to=folder / f"{n}.docx", batch=batch, by=by, at=at)  # fmt: skip
    except Refusal as refusal:
        return {**done, "refused": [" ".join(filter(None, (r.why, r.clause, r.now))) for r in refusal.reasons]}
    return {**done, "paper": paper.ref}


def draft_paper(
    *, case: Case, kind: Kind, party: Party | None, typed: Mapping[str, Any], dated_on: date, fill: Filler, to: Path,
    batch: PaperBatch | None = None, replaces: Paper | None = None, about: str = "", by: Actor, at: datetime,
) -> Paper:  # fmt: skip
    """Gather the values from the records, fill in the court's template, keep the paper. Raises Refusal naming what is missing.
    A kind with numbers of its own takes the next one first: it stands on the paper."""
    values = values_of(case, kind, party, typed=typed, dated_on=dated_on)
    template = current_template(case.court_id, kind)
    with transaction.atomic() if kind.own_series else nullcontext():
        number = actions.next_number(case.court_id, at.astimezone(CST).year, kind.own_series) if kind.own_series else ""
        values["paper_number"] = number
        fill.fill(template.path, values, to)
        return actions.draft(kind=kind, case=case, party=party, dated_on=dated_on, values=values, word=to, template_sha256=template.sha256,
                             batch=batch, replaces=replaces, about=about, number=number, by=by, at=at)  # fmt: skip


def make_pdfs(papers: Sequence[Paper], *, at: datetime, done: Callable[[int], None] = lambda n: None) -> int:
    """The PDFs of papers that have none, many to one start of the office program. Returns how many it made."""
    made = 0
    with tempfile.TemporaryDirectory(prefix="pdf-") as folder:
        by_path = {Path(p.word.path): p for p in papers}
        for word, pdf in to_pdf(list(by_path), Path(folder), done=done).items():
            content = pdf.read_bytes()
            actions.keep_pdf(paper=by_path[word], pdf=content, pages=len(PdfReader(pdf).pages), at=at)
            made += 1
    return made


def _seal_all(batch: PaperBatch, seal: Seal, by: Actor, at: datetime) -> list[dict[str, Any]]:
    results = []
    for task in batch.tasks:
        paper = Paper.objects.select_related("case").filter(ref=task["paper"], court_id=by.court_id).first()
        done = {"paper": task["paper"], "number": paper.number if paper else "", "case": paper.case.ref if paper else "",
                "kind": kinds()[paper.kind].title if paper else "", "recipient": paper.recipient if paper else ""}  # fmt: skip
        try:
            if paper is None or paper.state not in (Paper.SEALED, Paper.ISSUED) or paper.sealed_by_id != by.person_id:
                actions.seal(ref=task["paper"], copies=task["copies"], stamp=seal, by=by, at=at)
            results.append(done)
        except Refusal as refusal:
            results.append({**done, "refused": [" ".join(filter(None, (r.why, r.clause, r.now))) for r in refusal.reasons]})
        _step(batch)
    return results
