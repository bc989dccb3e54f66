"""Imports as the page runs them: kept with their file, looked at, taught, queued, carried out (四(三)3(2))."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from zhixing.casework.facts import rules
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import require
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.refusals import Refusal

from ..importing import ACTION, WHAT, import_statement
from ..statements import IN, Control, Look, look_at, stream_statement
from ..statements.layout import vocabulary
from .keeping import digest, limits, saved_mappings
from .models import StatementMapping, StatementRun


@dataclass(slots=True)
class Preview:
    """What an import would read: the head of the file, and of its first lines how many come in, go out and would be refused."""

    look: Look
    count_in: int = 0
    count_out: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)
    whole: bool = True


def keep_upload(
    *, upload: UploadedFile[Any], bank: str, case_id: int | None, control: Control | None, closing_fen: int | None, by: Actor, at: datetime
) -> StatementRun:  # fmt: skip
    """Keep an uploaded statement for preview. Raises Refusal about field `file`, and keeps nothing, when it cannot be read as one."""
    require(rules.rulebook(), by, ACTION, what=WHAT)
    run = StatementRun(
        court_id=by.court_id, file=upload, file_name=str(upload.name or "流水")[-200:], bank=bank, case_id=case_id, control_count=control.count if control else None,
        control_in_fen=control.in_fen if control else None, typed_closing_fen=closing_fen, made_at=at, made_by_id=by.person_id, made_by_name=by.name[:40], sha256="-",
    )  # fmt: skip
    with transaction.atomic():
        run.save()
        run.sha256 = digest(run.file.path)
        run.save(update_fields=["sha256"])
        try:
            preview(run, at=at)
        except Refusal as refusal:
            run.file.storage.delete(run.file.name)
            raise Refusal(refusal.what, [replace(r, field="file") for r in refusal.reasons], refusal.status) from None
    return run


def preview(run: StatementRun, *, at: datetime) -> Preview:
    """Read the first rows of a kept statement without booking anything. Raises Refusal when it cannot be read."""
    mapping, today = saved_mappings(run.court_id), at.astimezone(CST).date()
    found = Preview(look_at(run.file.path, run.file_name, bank=run.bank, mapping=mapping, sample=limits()["sample"]))
    if found.look.missing:
        return found
    with stream_statement(run.file.path, run.file_name, today=today, bank=run.bank, mapping=mapping) as stream:
        for line in islice(stream, limits()["looked_at"]):
            if line.direction == IN:
                found.count_in += 1
            else:
                found.count_out += 1
        found.rejected = [{"row": e.row, "column": e.column, "reason": e.why} for e in stream.errors]
    found.whole = found.count_in + found.count_out < limits()["looked_at"]
    return found


def teach(*, run: StatementRun, meanings: Mapping[str, str], by: Actor) -> None:
    """What headers of this bank's statements mean: remembered for the court, used by the command line too."""
    require(rules.rulebook(), by, ACTION, what=WHAT)
    known = vocabulary().titles
    with transaction.atomic():
        for header, name in meanings.items():
            about = {"court_id": run.court_id, "bank": run.bank, "header": header[:120]}
            if name in known and header.strip():
                StatementMapping.objects.update_or_create(**about, defaults={"field": name})


def queue(*, run: StatementRun, by: Actor) -> None:
    """Put the import in the queue once: a second click finds it queued already. Refuses one that began."""
    require(rules.rulebook(), by, ACTION, what=WHAT)
    if not StatementRun.objects.filter(pk=run.pk, state__in=[StatementRun.PREVIEW, StatementRun.FAILED]).update(state=StatementRun.QUEUED, error=""):
        raise Refusal.because("不用再导入一次", "这份流水已经开始导入或完成", now="请查看进度", status=409)


def carry_out(*, run_id: int, by: Actor, at: datetime) -> None:
    """Do a queued import (in the worker). Repeating it after a crash is harmless: what is booked already is unchanged."""
    run = StatementRun.objects.get(pk=run_id)
    if run.state not in (StatementRun.QUEUED, StatementRun.RUNNING):
        return
    StatementRun.objects.filter(pk=run_id).update(state=StatementRun.RUNNING)

    def progress(done: int) -> None:
        StatementRun.objects.filter(pk=run_id).update(progress=done)

    control = None if run.control_count is None else Control(run.control_count, run.control_in_fen or 0)
    try:
        import_statement(file=run.file.path, filename=run.file_name, bank=run.bank, case_id=run.case_id, control=control, closing_fen=run.typed_closing_fen,
                         progress=progress, run=run, by=by, at=at)  # fmt: skip
    except Refusal as refusal:  # the row says so already, unless the person may no longer import
        StatementRun.objects.filter(pk=run_id, state=StatementRun.RUNNING).update(state=StatementRun.FAILED, error=str(refusal)[:400], finished_at=at)
