"""A feedback between its preview and its import: kept for a while on the court's disk, named by what it contains."""

from __future__ import annotations

import re
import time
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import UploadedFile

from zhixing.rulebook.refusals import Refusal

from .feedback.columns import limits
from .feedback.reading import WHAT

SALT, KEPT_SECONDS = "inquiry.preview", 6 * 3600


def content_of(upload: UploadedFile) -> bytes:
    """What was uploaded. Raises Refusal for nothing and for too much."""
    most = limits()["file"]["bytes"]
    if (upload.size or 0) > most:
        raise Refusal.because(WHAT, f"文件有{(upload.size or 0) / 2**20:.1f}MB，最多{most // 2**20}MB", field="file", now="请分成几份导入")
    data = upload.read()
    if not data:
        raise Refusal.because(WHAT, "文件是空的", field="file", now="请重新下载后上传")
    return data


def keep(data: bytes, called: str, case_ref: str, person_id: int | None, received_at: datetime | None) -> str:
    """Keep a feedback that could be read; the token under which the same person may import it into the same case."""
    name = sha256(data).hexdigest()
    folder = _folder()
    (folder / name).write_bytes(data)
    return signing.dumps([name, (called or "反馈")[-120:], case_ref, person_id, received_at and received_at.isoformat()], salt=SALT)


def kept(token: str, case_ref: str, person_id: int | None) -> tuple[bytes, str, datetime | None]:
    """The file of a token, what it was called and when it came. Raises Refusal when it is gone or not this person's."""
    try:
        name, filename, for_case, for_person, stamp = signing.loads(token, salt=SALT, max_age=KEPT_SECONDS)
    except (signing.BadSignature, ValueError):
        name = filename = for_case = for_person = stamp = ""
    path = _folder() / str(name)
    if (for_case, for_person) != (case_ref, person_id) or not re.fullmatch(r"[0-9a-f]{64}", str(name)) or not path.is_file():
        raise Refusal.because(WHAT, "预览已经过期", field="file", now="请重新上传", status=409)
    return path.read_bytes(), filename, datetime.fromisoformat(stamp) if stamp else None


def _folder() -> Path:
    """Where previews are kept; what is older than a token's life is swept away."""
    folder = Path(settings.VAR) / "feedback-previews"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    oldest = time.time() - KEPT_SECONDS
    for path in folder.iterdir():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
    return folder
