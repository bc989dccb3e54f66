"""Scans by folder (四(二)5): a scanner saves into `<drop>/<user name>/<案号>/[正卷|副卷]/<title>.pdf`; the worker files them.

A file goes in under the rights and the name of the person whose folder it is. What was filed moves to `已入卷/`, what was refused
to `退回/` with the reason beside it as a text file; a file that is still being written is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from django.core.files import File
from django.core.files.uploadedfile import UploadedFile

from zhixing.casework.case_numbers import parse_case_number
from zhixing.casework.facts import rules
from zhixing.casework.people.actors import Actor, actor_of
from zhixing.casework.people.models import Person
from zhixing.rulebook.refusals import Refusal

from ..cases.models import Case
from .actions import add_scan
from .checking import CLAUSE
from .models import Scan

FILED, REFUSED = "已入卷", "退回"
VOLUMES = {"正卷": Scan.MAIN, "副卷": Scan.SUPPLEMENTARY}
QUIET = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file lying in somebody's folder: whose, of which case and volume."""

    path: Path
    person: Person
    number: str
    volume: str


def take_in(*, root: Path, at: datetime) -> tuple[int, int]:
    """File everything that lies there. Returns how many were filed and how many sent back. Safe to be killed and run again: a
    file that was filed but not moved yet is known by its fingerprint. A file refused is sent back with the reason beside it."""
    filed = refused = 0
    for found in _lying(root, at):
        try:
            _file(found, actor_of(found.person, rules.rulebook(), at.date()), at)
        except Refusal as refusal:
            target = _move(found.path, root / found.person.username / REFUSED)
            target.with_suffix(".txt").write_text(f"{refusal}\n{'；'.join(r.now for r in refusal.reasons if r.now)}\n", encoding="utf-8")
            refused += 1
        else:
            _move(found.path, root / found.person.username / FILED / f"{at:%Y-%m-%d}")
            filed += 1
    return filed, refused


def _lying(root: Path, at: datetime) -> Iterator[Dropped]:
    """The files of every known person's folder, in order; what changed a moment ago waits for the next round."""
    people = {p.username: p for p in Person.objects.filter(is_active=True).select_related("court")}
    for own in sorted(root.iterdir()) if root.is_dir() else []:
        if own.name not in people or not own.is_dir():
            continue
        for path in sorted(own.rglob("*")):
            parts = path.relative_to(own).parts
            if path.is_symlink() or not path.is_file() or parts[0] in (FILED, REFUSED) or len(parts) < 2:
                continue
            if at.timestamp() - path.stat().st_mtime < QUIET.total_seconds():
                continue
            yield Dropped(path, people[own.name], parts[0], VOLUMES.get(parts[1], Scan.MAIN) if len(parts) > 2 else Scan.MAIN)


def _file(found: Dropped, by: Actor, at: datetime) -> None:
    try:
        number = parse_case_number(found.number).text
    except ValueError as error:
        raise Refusal.because("文件没有入卷", f"文件夹名“{found.number}”不是案号：{error}", clause=CLAUSE, now="请以案号命名文件夹") from error
    case_id = Case.objects.filter(court_id=by.court_id, number=number).values_list("pk", flat=True).first()
    if case_id is None:
        raise Refusal.because("文件没有入卷", f"本院没有{number}", clause=CLAUSE, now="请核对案号")
    content = found.path.read_bytes()
    if Scan.objects.filter(case_id=case_id, sha256=sha256(content).hexdigest(), title=found.path.stem[:120]).exists():
        return
    with found.path.open("rb") as file:
        upload = UploadedFile(File(file), found.path.name, size=len(content))
        add_scan(case_id=case_id, volume=found.volume, title=found.path.stem, upload=upload, by=by, at=at)


def _move(path: Path, folder: Path) -> Path:
    """Into the folder, under another name when that one is taken."""
    folder.mkdir(parents=True, exist_ok=True)
    target, n = folder / path.name, 1
    while target.exists():
        n += 1
        target = folder / f"{path.stem}（{n}）{path.suffix}"
    return path.rename(target)
