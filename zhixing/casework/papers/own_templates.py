"""A court's own templates: checked when uploaded, versioned, never changed; without one the template that ships is used."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Max

from zhixing.casework.facts import rules
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import require
from zhixing.rulebook.refusals import Reason, Refusal

from ..dossier.checking import DOCX, check
from .kinds import Kind
from .models import Template
from .rendering import Filler, filler, limits
from .values import sample_of

CLAUSE = "三(二)4"
WHAT = "不能使用这个模板"


@dataclass(frozen=True, slots=True)
class InUse:
    """The template that a court's papers of a kind are made from now. `version` 0 is the one that ships."""

    path: Path
    sha256: str
    version: int


def current_template(court_id: int, kind: Kind) -> InUse:
    """The newest template of the court, else the shipped one."""
    own = Template.objects.filter(court_id=court_id, kind=kind.id).order_by("-version").first()
    if own is not None:
        return InUse(Path(own.file.path), own.sha256, own.version)
    return InUse(kind.template, _shipped_digest(kind.template), 0)


@cache
def _shipped_digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def add_template(*, kind: Kind, upload: UploadedFile, by: Actor, at: datetime) -> Template:
    """Keep a court's own template after trying it. Raises Refusal: not a plain Word file, fields that nobody fills, a required
    element left out, or a template that cannot be filled in."""
    require(rules.rulebook(), by, "do:upload_template", what=WHAT)
    size = upload.size or 0
    if size > limits()["template_bytes"]:
        raise _refused(f"模板有 {size / 2**20:.1f} MB，最多 {limits()['template_bytes'] / 2**20:.0f} MB", "请删去模板里的图片")
    try:
        found = check(upload, upload.name or "", size)  # type: ignore[arg-type]
    except Refusal as refusal:
        raise Refusal(WHAT, refusal.reasons, refusal.status) from None
    if found.kind is not DOCX:
        raise _refused(f"这是{found.kind.title}", "请用 Word 保存为 .docx 后上传")
    upload.seek(0)
    content = upload.read()
    used = tried(kind, content)
    with transaction.atomic():
        version = (Template.objects.filter(court_id=by.court_id, kind=kind.id).aggregate(n=Max("version"))["n"] or 0) + 1
        upload.seek(0)
        template = Template(court_id=by.court_id, kind=kind.id, version=version, file_name=(upload.name or "")[-200:],
                            sha256=sha256(content).hexdigest(), fields=used, added_at=at, added_by_id=by.person_id)  # fmt: skip
        template.file.save(f"{kind.id}-{version}.docx", upload, save=False)
        try:
            template.save(force_insert=True)
        except IntegrityError as error:
            raise _refused("刚才有人上传了这种文书的模板", "请刷新页面后再上传") from error
    return template


def tried(kind: Kind, content: bytes) -> list[str]:
    """The fields a template uses, after filling it in with samples. Raises Refusal naming everything that is wrong with it."""
    with tempfile.TemporaryDirectory(prefix="template-") as folder, filler() as fill:
        path = Path(folder) / "template.docx"
        path.write_bytes(content)
        used = examined(kind, path, fill)
        fill.fill(path, sample_of(kind), Path(folder) / "tried.docx")
    return used


def examined(kind: Kind, path: Path, fill: Filler) -> list[str]:
    """The fields a template uses. Raises Refusal for every field that nobody fills and every element that is left out."""
    used = fill.fields_of(path)
    known = {f.name for f in kind.fields}
    reasons = [Reason(f"模板里的字段“{name}”不在目录里", CLAUSE, "请改成字段目录里的写法", field="file") for name in used if _root(name, known)]
    reasons += [
        Reason(f"模板漏了必备内容“{label}”", kind.clause, f"请加上 {{{{ {name} }}}}", field="file")
        for name, label in kind.needs.items() if name not in used
    ]  # fmt: skip
    if reasons:
        raise Refusal(WHAT, reasons)
    return used


def _root(name: str, known: set[str]) -> bool:
    return name not in known and name.partition(".")[0] not in known


def _refused(why: str, now: str) -> Refusal:
    return Refusal.because(WHAT, why, clause=CLAUSE, now=now, field="file")
