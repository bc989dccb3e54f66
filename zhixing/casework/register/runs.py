"""Imports as the page runs them: kept with their file, previewed, queued, followed, undone."""

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

from .importing import ACTION, import_register, undo_import
from .models import ColumnMapping, ImportRun
from .opening import WHAT as UNREADABLE
from .opening import limits
from .reading import stream_register
from .rows import ParsedRow, Remark
from .sheets import ColumnMatch

LOOKED_AT = 2000
SAMPLE = 8


@dataclass(slots=True)
class Preview:
    """What an import would read: the sheet, how each column is understood, the first rows, and what would be refused."""

    sheet: str = ""
    columns: list[ColumnMatch] = field(default_factory=list)
    rows: list[ParsedRow] = field(default_factory=list)
    rejected: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    seen: int = 0
    whole: bool = True


def remembered(court_id: int) -> dict[str, str]:
    """The court's own header → field, from earlier imports."""
    return dict(ColumnMapping.objects.filter(court_id=court_id).values_list("header", "field"))


def keep_upload(*, upload: UploadedFile[Any], by: Actor, at: datetime) -> ImportRun:
    """Keep an uploaded register for preview. Raises Refusal about field `file`, and keeps nothing, when it cannot be read as one."""
    require(rules.rulebook(), by, ACTION, what="暂不能导入台账")
    name, most = str(upload.name or "台账"), limits()["file"]["bytes"]
    if (upload.size or 0) > most:
        raise Refusal.because(UNREADABLE, f"文件有{(upload.size or 0) / 2**20:.1f}MB，最多{most / 2**20:.0f}MB", field="file", now="请分成几个文件后再导入")
    with transaction.atomic():
        run = ImportRun.objects.create(
            court_id=by.court_id, file=upload, file_name=name[-200:], mapping=remembered(by.court_id), made_at=at,
            made_by_id=by.person_id,
        )  # fmt: skip
        try:
            preview(run, at=at)
        except Refusal as refusal:
            run.file.storage.delete(run.file.name)
            raise Refusal(refusal.what, [replace(r, field="file") for r in refusal.reasons], refusal.status) from None
    return run


def preview(run: ImportRun, *, at: datetime) -> Preview:
    """Read the first rows of a kept register without filing anything. Raises Refusal when it cannot be read."""
    found = Preview()
    today = at.astimezone(CST).date()
    with stream_register(run.file.path, run.file_name, today=today, sheet=run.sheet or None, mapping=run.mapping) as stream:
        for row in islice(stream, LOOKED_AT):
            found.seen += 1
            if len(found.rows) < SAMPLE:
                found.rows.append(row)
        found.sheet, found.columns = stream.sheet, stream.columns
        found.rejected, found.warnings = list(stream.rejected), list(stream.warnings)
        found.whole = found.seen < LOOKED_AT
    return found


def set_mapping(*, run: ImportRun, mapping: Mapping[str, str], sheet: str, by: Actor) -> None:
    """How this file's columns are to be understood; remembered for the court's next import."""
    require(rules.rulebook(), by, ACTION, what="暂不能导入台账")
    with transaction.atomic():
        for header, name in mapping.items():
            ColumnMapping.objects.update_or_create(court_id=run.court_id, header=header[:80], defaults={"field": name})
        ImportRun.objects.filter(pk=run.pk, state="preview").update(mapping={**run.mapping, **mapping}, sheet=sheet[:80])


def queue_import(*, run: ImportRun, by: Actor) -> None:
    """Put the import in the queue once: a second click finds it queued already. Refuses one that began."""
    require(rules.rulebook(), by, ACTION, what="暂不能导入台账")
    if not ImportRun.objects.filter(pk=run.pk, state__in=["preview", "failed"]).update(state="queued", error=""):
        raise Refusal.because("不用再导入一次", "这次导入已经开始或完成", now="请查看进度", status=409)


def carry_out(*, run_id: int, by: Actor, at: datetime) -> None:
    """Do a queued import (in the worker). Repeating it after a crash is harmless: rows already filed are unchanged."""
    run = ImportRun.objects.get(pk=run_id)
    if run.state not in ("queued", "running"):
        return
    ImportRun.objects.filter(pk=run_id).update(state="running")

    def progress(done: int) -> None:
        ImportRun.objects.filter(pk=run_id).update(progress=done)

    try:
        outcome = import_register(file=run.file.path, filename=run.file_name, sheet=run.sheet or None, mapping=run.mapping,
                                  progress=progress, by=by, at=at)  # fmt: skip
    except Refusal as refusal:
        ImportRun.objects.filter(pk=run_id).update(state="failed", error=str(refusal)[:400], finished_at=at)
        return
    refs = [*run.created_refs, *outcome.created_refs]
    done = outcome.created + outcome.updated + outcome.unchanged
    ImportRun.objects.filter(pk=run_id).update(
        state="done", outcome=outcome.as_json(), created_refs=refs, progress=done, total=outcome.read, finished_at=at
    )


def undo(*, run: ImportRun, reason: str, by: Actor, at: datetime) -> tuple[int, list[str]]:
    """Void what the import created and nobody has worked on since; says how many, and which were kept.
    Refuses without a reason, and an import that is not done or undone already."""
    if not reason.strip():
        raise Refusal.because("暂不能撤销导入", "没有写明理由", field="reason", now="请写明撤销理由")
    if run.state != "done":
        raise Refusal.because("暂不能撤销导入", "这次导入没有完成，或已经撤销", status=409)
    done = undo_import(created_refs=run.created_refs, reason=reason, by=by, at=at)
    ImportRun.objects.filter(pk=run.pk).update(state="undone")
    return done
