"""Seventy bad files through every reader of the product (trust T11, G16): a sentence within two seconds, and nothing is left behind."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest

from tests import files
from tests.uploads.corpus import CORPUS, Bad, packed
from zhixing.casework.dossier.checking import KINDS, check
from zhixing.casework.papers.kinds import kinds
from zhixing.casework.papers.own_templates import tried
from zhixing.casework.register.opening import opened
from zhixing.casework.register.reading import stream_register
from zhixing.desks.funds.statements.reading import read_statement
from zhixing.desks.inquiry.feedback.reading import read_form
from zhixing.rulebook.refusals import Refusal

CHINESE = re.compile(r"[\u4e00-\u9fff]")
SECONDS = 2
TODAY = date(2026, 3, 2)


def dossier(content: bytes, name: str) -> None:
    check(BytesIO(content), name, len(content))


def template(content: bytes, name: str) -> None:
    dossier(content, name)
    tried(kinds()["enforcement_notice"], content)


def register(content: bytes, name: str) -> None:
    with stream_register(content, name, today=TODAY) as stream:
        list(stream)


def statement(content: bytes, name: str) -> None:
    read_statement(content, name, today=TODAY)


READERS: dict[str, Callable[[bytes, str], Any]] = {
    "dossier": dossier, "template": template, "register": register, "statement": statement, "feedback": read_form,
}  # fmt: skip


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("bad", CORPUS, ids=lambda b: b.id)
def test_a_bad_file_is_refused_in_a_chinese_sentence_and_soon(bad: Bad, reader: str) -> None:
    content, start = bad.make(), time.perf_counter()
    with pytest.raises(Refusal) as refused:
        READERS[reader](content, bad.name)
    assert time.perf_counter() - start < SECONDS
    assert all(len(CHINESE.findall(r.why)) >= 4 for r in refused.value.reasons)
    assert any(r.now for r in refused.value.reasons), "what to do instead is told"


def test_a_file_larger_than_its_kind_may_be_is_refused_before_it_is_read() -> None:
    class Never(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            assert size is not None
            assert 0 <= size <= 4096, "only the head of it"
            return super().read(size)

    for kind, content in (("PDF", files.pdf()), ("PNG 图片", files.png()), ("MP4 录像", files.mp4())):
        most = next(k for k in KINDS if k.title == kind)
        with pytest.raises(Refusal, match="最多"):
            check(Never(content), f"a{most.endings[0]}", most.most + 1)


def test_a_register_larger_than_the_cap_is_refused_by_its_size() -> None:
    with pytest.raises(Refusal, match="最多"), opened(b"x" * 2048, "a.csv", _small()):
        raise AssertionError("it was opened")


def _small() -> dict[str, Any]:
    from zhixing.casework.register.opening import limits

    return {**limits(), "file": {**limits()["file"], "bytes": 1024}}


GOOD = {"a.pdf": files.pdf(2), "a.png": files.png(), "a.jpg": files.jpeg(), "a.jpeg": files.jpeg(), "a.tif": files.tiff(), "a.mp4": files.mp4(),
        "a.docx": files.docx(), "a.xlsx": files.xlsx(), "扫描件（1）.PDF": files.pdf(),
        "packed.pdf": packed(b"9 0 <</Type/Page>>"), "telephone.jpg": files.jpeg() + files.mp4()}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_what_is_truly_what_it_says_is_taken(name: str) -> None:
    dossier(GOOD[name], name)


def test_the_bytes_of_a_picture_in_a_scan_are_not_taken_for_a_script() -> None:
    """A scan of ten megabytes holds the three bytes “/JS” by chance about once in two."""
    noise = b"\x10/JS\x8f\x01" * 50
    dossier(files.pdf(more=b"9 0 obj<</Length %d>>stream\n%s\nendstream endobj\n" % (len(noise), noise)), "scan.pdf")


@pytest.mark.parametrize(("content", "pages"), [
    (packed(b"9 0 " + b"<</Type/Page>>" * 7 + b"<</Type/Pages/Count 8>>"), 8),
    (files.pdf(2, more=b"3 0 obj<</Type/Page/Parent 2 0 R>>endobj\n"), 2),
    (files.pdf(2, more=b"8 0 obj<</Type/Outlines/Count 30>>endobj\n"), 2),
], ids=["packed", "sealed", "with bookmarks"])  # fmt: skip
def test_the_pages_of_a_pdf_are_counted(content: bytes, pages: int) -> None:
    """A seal writes a page once more; bookmarks have a count of their own."""
    assert check(BytesIO(content), "a.pdf", len(content)).pages == pages
