"""What the officer brings back from outside by phone: filed once by its key, with the hash made where it was taken (三(三)3, 四(二)5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from zhixing.casework.dossier.actions import add_scan
from zhixing.casework.facts import rules
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import require
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.refusals import Refusal

from . import field_actions
from .actions import Doing, attempt
from .delivery_models import OPEN
from .field_actions import TASK
from .field_models import Evidence, FieldTask
from .settled import field

WHAT, CLAUSE, FAST_CLOCK = "没有收下", "三(三)3", timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Taken:
    """A photograph or signature as the phone sends it: its key, hash, moment and place (degrees; metres)."""

    key: str
    kind: str
    taken_at: datetime
    sha256: str
    upload: UploadedFile
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    accuracy_m: int | None = None


def keep(*, task_ref: str, taken: Taken, by: Actor, at: datetime) -> bool:
    """File it in the dossier of its case. False for a key that was filed before. Refuses content whose hash is not the phone's."""
    require(rules.rulebook(), by, TASK, what=WHAT)
    _check(taken, at)
    with transaction.atomic():
        task = _task(task_ref, by)
        before = Evidence.objects.filter(court_id=by.court_id, key=taken.key).first()
        if before is not None:
            if (before.sha256, before.task_id, before.by_id) != (taken.sha256, task.pk, by.person_id):
                raise Refusal.because(WHAT, "这个编号已经用于另一份材料", clause=CLAUSE, now="请重新拍摄", status=409)
            return False
        words = field()["photo"]["title"][taken.kind]
        title = f"{words} {task.what} {taken.taken_at.astimezone(CST):%Y-%m-%d %H:%M}"
        scan = add_scan(case_id=task.case_id, title=title, upload=taken.upload, by=by, at=at)
        Evidence.objects.create(
            court_id=by.court_id, key=taken.key, task=task, kind=taken.kind, taken_at=taken.taken_at, latitude=taken.latitude,
            longitude=taken.longitude, accuracy_m=taken.accuracy_m, sha256=taken.sha256, scan=scan, by_id=by.person_id, received_at=at,
        )  # fmt: skip
        return True


def _check(taken: Taken, at: datetime) -> None:
    limits = field()["photo"]
    if not 8 <= len(taken.key) <= 64 or taken.kind not in limits["title"]:
        raise Refusal.because(WHAT, "材料的编号或种类不对", clause=CLAUSE, now="请重新拍摄")
    if (taken.upload.size or 0) > limits["most_bytes"]:
        raise Refusal.because(WHAT, f"照片超过 {limits['most_bytes'] // 10**6} MB", clause=CLAUSE, now="请降低相机分辨率后重拍")
    if taken.taken_at > at + FAST_CLOCK:
        raise Refusal.because(WHAT, "手机的时间比法院的时间快", clause=CLAUSE, now="请校准手机时间后重拍")
    taken.upload.seek(0)
    digest = sha256()
    for chunk in taken.upload.chunks():
        digest.update(chunk)
    taken.upload.seek(0)
    if digest.hexdigest() != taken.sha256:
        raise Refusal.because(WHAT, "收到的内容与拍摄时的校验值不符，可能在传送中损坏或被改动", clause=CLAUSE, now="请重新发送；仍然不符的，请重拍")


def report(*, task_ref: str, done: bool, text: str, result: str = "", key: str = "", happened_at: datetime, by: Actor, at: datetime) -> bool:
    """Answer a task from outside; of a delivery also its result, with the photograph that was brought back as its proof.

    False when the same was said before. Refuses a result without its proof.
    """
    with transaction.atomic():
        task = _task(task_ref, by)
        happened_at = min(happened_at, at)
        said = f"{result}：{text}" if result and text else result or text
        if not field_actions.answer(ref=task_ref, done=done, text=said, by=by, at=happened_at, recorded_at=at):
            return False
        rows = [d.ref for d in task.deliveries.all() if d.state in OPEN]
        if done and result and rows:
            photos = Evidence.objects.filter(task=task).select_related("scan").order_by("kind", "-taken_at")
            if not photos:
                raise Refusal.because(WHAT, "没有照片或送达回证", clause="三(三)2", now="请先拍下送达回证或现场，再登记送达结果")
            payload = {"place": task.place, "photographed": any(p.kind == Evidence.PHOTO for p in photos)}
            doing = Doing("person", result, payload, happened_at.astimezone(CST).date(), None, key[:80], photos[0].scan.ref)
            attempt(case_id=task.case_id, refs=rows, doing=doing, by=by, at=happened_at, recorded_at=at)
        return True


def _task(ref: str, by: Actor) -> FieldTask:
    """The task, locked, of a day on which this person is outside."""
    task = FieldTask.objects.select_for_update().select_related("day").filter(ref=ref, court_id=by.court_id).first()
    if task is None:
        raise Refusal.because(WHAT, "没有这项外出事项", status=404)
    if not task.day.officers.filter(pk=by.person_id).exists():
        raise Refusal.because(WHAT, "不是这个班次的外出人员", clause=CLAUSE, now="请由班次里的人员办理", status=403)
    return task
