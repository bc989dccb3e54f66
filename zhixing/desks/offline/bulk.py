"""Fifty letters at once: pasted numbers are matched to letters, one scan is cut into a page for each (三(三)2)."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

from zhixing.casework.cases.models import Case
from zhixing.casework.people.actors import Actor
from zhixing.outside.post import NUMBER
from zhixing.rulebook.refusals import Refusal

from .delivery_models import Delivery
from .letters import Posting, post

MOST, SCAN_BYTES = 200, 30 << 20
WHAT = "暂不能批量邮寄"


@dataclass(slots=True)
class Envelope:
    """One letter to be: a recipient of a case with the papers that wait to be posted, and its number once known."""

    case: Case
    recipient: str
    address: str
    rows: list[Delivery] = field(default_factory=list)
    number: str = ""
    refusal: Refusal | None = None

    @property
    def papers(self) -> str:
        """What is in it."""
        return "、".join(row.paper for row in self.rows)


def envelopes(rows: Sequence[Delivery]) -> list[Envelope]:
    """Papers of one recipient of one case go into one letter, in the order they were picked."""
    found: dict[tuple[int, str], Envelope] = {}
    for row in rows[:1000]:
        address = row.party.address if row.party else ""
        found.setdefault((row.case_id, row.recipient), Envelope(row.case, row.recipient, address)).rows.append(row)
    return list(found.values())[:MOST]


def assign(letters: Sequence[Envelope], text: str) -> None:
    """Give each letter its number. A line that names case or recipient belongs to that letter, the others come in order.

    Raises `Refusal` about field `numbers` when lines and letters do not match one to one.
    """
    wrong, waiting = [], []
    for n, cells in enumerate(_lines(text), 1):
        number = next((c for c in cells if NUMBER.fullmatch(c) and any(d.isdigit() for d in c)), "")
        words = [c for c in cells if c != number]
        if not number:
            wrong.append(f"第 {n} 行没有邮件号")
            continue
        fits = [e for e in letters if not e.number and any(w in (e.case.number, e.recipient) for w in words)]
        exact = [e for e in fits if all(w in (e.case.number, e.recipient) or w in e.address for w in words)] or fits
        if words and exact:
            exact[0].number = number
        else:
            waiting.append(number)
    rest = [e for e in letters if not e.number]
    if len(waiting) != len(rest):
        wrong.append(f"有 {len(letters)} 封信，贴了 {len(_lines(text))} 个邮件号")
    if len({*waiting, *(e.number for e in letters if e.number)}) != len(letters) and not wrong:
        wrong.append("邮件号有重复")
    if wrong:
        raise Refusal.because(WHAT, "；".join(wrong[:5]), clause="三(三)2", field="numbers", now="请核对后重新粘贴")
    for envelope, number in zip(rest, waiting, strict=True):
        envelope.number = number


def _lines(text: str) -> list[list[str]]:
    plain = text.lstrip("\ufeff").replace("\t", ",").replace("，", ",").replace(";", ",").replace(" ", ",")
    rows = ([c.strip() for c in row if c.strip()] for row in csv.reader(io.StringIO(plain)))
    return [row for row in rows if row and not {"邮件号", "单号", "运单号"} & set(row)]


def pages_of(scan: UploadedFile, wanted: int) -> list[SimpleUploadedFile]:
    """The scan cut into single pages. Raises `Refusal` about field `proof` unless there is a page for each letter."""
    try:
        if (scan.size or 0) > SCAN_BYTES or not scan.read(5).startswith(b"%PDF-"):
            raise ValueError
        scan.seek(0)
        pages = list(PdfReader(scan).pages)
    except (PyPdfError, ValueError, RecursionError, KeyError, TypeError):
        raise Refusal.because(WHAT, "邮寄回执不是可以读取的 PDF，或者超过 30 MB", clause="三(三)2", field="proof", now="请扫描成一份 PDF") from None
    if len(pages) != wanted:
        why = f"有 {wanted} 封信，扫描件有 {len(pages)} 页"
        raise Refusal.because(WHAT, why, clause="三(三)2", field="proof", now="请一页一封扫描，顺序与清单相同")
    return [_single(page) for page in pages]


def _single(page: object) -> SimpleUploadedFile:
    out, writer = io.BytesIO(), PdfWriter()
    writer.add_page(page)  # type: ignore[arg-type]
    writer.write(out)
    return SimpleUploadedFile("邮寄回执.pdf", out.getvalue(), "application/pdf")


def post_all(
    letters: Sequence[Envelope], scans: Sequence[UploadedFile], *, address_kind: str, on: date | None, key: str, by: Actor, at: datetime
) -> int:
    """Post every letter in a transaction of its own; what was refused says so in its envelope. How many went out."""
    for n, (envelope, scan) in enumerate(zip(letters, scans, strict=True)):
        posting = Posting([row.ref for row in envelope.rows], envelope.number, envelope.address, address_kind, on, scan, f"{key[:60]}-{n}")
        try:
            if not envelope.address:
                raise Refusal.because(WHAT, f"{envelope.recipient}没有登记地址", clause="三(三)2", now="请先补登当事人地址，或逐封邮寄")
            post(case_id=envelope.case.pk, posting=posting, by=by, at=at)
        except Refusal as refused:
            envelope.refusal = refused
    return sum(e.refusal is None for e in letters)
