"""Papers go into the dossier when they come into being (四(二)5), each checked, counted and fingerprinted."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max

from zhixing.casework.facts import Recorded, record, rules
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import require
from zhixing.rulebook.refusals import Refusal

from ..cases.models import Case
from ..matters.models import Matter
from .checking import CLAUSE, check
from .models import Scan


def add_scan(
    *, case_id: int | None = None, matter_id: int | None = None, volume: str = Scan.MAIN, title: str, upload: UploadedFile,
    event_kind: str = "", replaces: str = "", by: Actor, at: datetime,
) -> Scan:  # fmt: skip
    """Check and file one paper at the end of its volume, under a random name. Raises `Refusal` about field `file`."""
    require(rules.rulebook(), by, "do:upload", what="暂不能上传")
    if volume not in (Scan.MAIN, Scan.SUPPLEMENTARY):
        raise Refusal.because("文件没有入卷", "没有这一卷", clause=CLAUSE, field="volume", now="请选择正卷或副卷")
    found = check(upload, upload.name or "", upload.size or 0)  # type: ignore[arg-type]
    with transaction.atomic():
        where = _where(case_id, matter_id, by.court_id)
        old = _replaced(replaces, where)
        last = Scan.objects.filter(**where, volume=volume).aggregate(n=Max("position"))["n"] or 0
        scan = Scan(
            **where, volume=volume, title=title.strip()[:120] or (upload.name or "")[:120], event_kind=event_kind,
            position=last + 1, pages=found.pages, media_type=found.kind.media_type, size=found.size, sha256=found.sha256,
            added_at=at, added_by_id=by.person_id, replaces=old,
        )  # fmt: skip
        upload.seek(0)
        scan.file.save(f"{secrets.token_hex(16)}{found.kind.endings[0]}", upload, save=False)
        try:
            scan.save()
        except Exception:  # the row did not stand: no orphan on disk
            scan.file.storage.delete(scan.file.name)
            raise
        record("scan_added", court_id=by.court_id, case_id=case_id, matter_id=matter_id, under="do:upload", by=by, at=at,
               payload={"title": scan.title, "volume": volume, "sha256": found.sha256, "scan": scan.ref})  # fmt: skip
        return scan


def move_scan(
    *, case_id: int | None = None, matter_id: int | None = None, ref: str, up: bool, by: Actor,
) -> None:  # fmt: skip
    """Swap a paper with its neighbour in the volume. At the end of the volume nothing happens.
    Refuses a paper that is not in this dossier."""
    require(rules.rulebook(), by, "do:upload", what="暂不能调整顺序")
    with transaction.atomic():
        where = _where(case_id, matter_id, by.court_id)
        scan = Scan.objects.filter(**where, ref=ref).first()
        if scan is None:
            raise Refusal.because("暂不能调整顺序", "没有这份材料", clause=CLAUSE, status=404)
        rest = Scan.objects.filter(**where, volume=scan.volume)
        beside = (
            rest.filter(position__lt=scan.position).order_by("-position") if up else rest.filter(position__gt=scan.position).order_by("position")
        ).first()
        if beside is None:
            return
        last = rest.aggregate(n=Max("position"))["n"]
        for row, place in ((scan, last + 1), (beside, scan.position), (scan, beside.position)):
            Scan.objects.filter(pk=row.pk).update(position=place)  # three steps: no two papers are ever in one place


def record_with_proof(
    kind: str, *, proof: UploadedFile | None, case_id: int | None = None, matter_id: int | None = None,
    payload: Mapping[str, Any], desk: str, key: str, override: str = "", by: Actor, at: datetime, recorded_at: datetime,
) -> Recorded:  # fmt: skip
    """Record an event with the paper that proves it: both or neither. A repeated key files nothing twice.
    Refuses without the paper where the regulation requires one."""
    spec = rules.rulebook().events[kind]
    if proof is None and spec.proof is not None and spec.proof.required:
        raise Refusal.because(f"暂不能{spec.verb}", f"没有上传{spec.proof.label}", clause=spec.clause, field="proof",
                              now=f"请上传{spec.proof.label}")  # fmt: skip
    with transaction.atomic():
        done = record(kind, court_id=by.court_id, case_id=case_id, matter_id=matter_id, payload=payload, desk=desk, key=key,
                      override=override, by=by, at=at, recorded_at=recorded_at)  # fmt: skip
        if proof is not None and not done.repeated:
            title, volume = (spec.proof.label, spec.proof.volume) if spec.proof else (spec.title, Scan.MAIN)
            try:
                add_scan(case_id=case_id, matter_id=matter_id, volume=volume, title=title, upload=proof, event_kind=kind,
                         by=by, at=recorded_at)  # fmt: skip
            except Refusal as refusal:
                raise _beside_proof(refusal) from None
    return done


def _beside_proof(refusal: Refusal) -> Refusal:
    return Refusal(refusal.what, [replace(r, field="proof") for r in refusal.reasons], refusal.status)


def _where(case_id: int | None, matter_id: int | None, court_id: int) -> dict[str, Any]:
    """The dossier's owner, locked so that two uploads do not take the same place; other courts' are not found."""
    owners = Case.objects if matter_id is None else Matter.objects
    owner = owners.select_for_update().filter(pk=case_id if matter_id is None else matter_id, court_id=court_id)
    if not owner.values_list("pk", flat=True).first():
        raise Refusal.because("文件没有入卷", "没有这个案件或事项", status=404)
    return {"court_id": court_id, "case_id": case_id, "matter_id": matter_id}


def _replaced(ref: str, where: Mapping[str, Any]) -> Scan | None:
    if not ref:
        return None
    old = Scan.objects.filter(**where, ref=ref).first()
    if old is None:
        raise Refusal.because("文件没有入卷", "没有被替换的材料", clause=CLAUSE, field="replaces", now="请刷新页面")
    return old


def download_name(scan: Scan) -> str:
    """The file name a reader saves: title and the right ending, never what the uploader called it."""
    safe = "".join(c for c in scan.title if c.isalnum() or c in "（）()-_· ")[:80].strip() or "材料"
    return f"{safe}{PurePosixPath(scan.file.name).suffix}"
