"""Trust F4, F5, G17: nothing that a template says runs, reads more than its fields, hangs or fills the memory."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.cast import MONDAY
from tests.files import pdf
from zhixing.casework.papers.kinds import kinds
from zhixing.casework.papers.models import Template
from zhixing.casework.papers.own_templates import add_template, current_template, examined
from zhixing.casework.papers.rendering import filler, limits
from zhixing.rulebook.refusals import Refusal

KIND = kinds()["closing_notice"]
PAYLOADS = [
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}", "{{ ''.__class__.__mro__[1].__subclasses__() }}", "{{ self }}",
    "{{ self.__init__.__globals__ }}", "{{ config }}", "{{ request }}", "{{ lipsum.__globals__ }}", "{{ range(999999999) }}",
    "{{ dict() }}", "{{ namespace() }}", "{{ joiner() }}", "{{ case_number.__class__ }}", "{{ case_number.format('x') }}",
    "{{ case_number.upper() }}", "{{ case_number|upper }}", "{{ case_number|attr('__class__') }}", "{{ case_number[0] }}",
    "{{ ['a']|map('upper')|list }}", "{% include 'x' %}", "{% import 'os' as os %}", "{% from 'os' import system %}", "{% extends 'x' %}",
    "{% macro x() %}{% endmacro %}", "{% set x = cycler %}{{ x.__init__ }}", "{% call x() %}{% endcall %}", "{{ undeclared_name }}",
    "{% if %}", "{% for x in %}", "{{ case_number", "{% raw %}{{ x }}{% endraw %}{{ y }}",
]  # fmt: skip
PARTS = ["word/document.xml", "word/header1.xml", "word/footer1.xml", "word/footnotes.xml", "docProps/core.xml"]
HEADER = ('<?xml version="1.0"?><w:{0} xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
          "<w:p><w:r><w:t>{1}</w:t></w:r></w:p></w:{0}>")  # fmt: skip


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def poisoned(part: str, payload: str) -> bytes:
    """The shipped template with the payload in one of its parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(KIND.template) as before, zipfile.ZipFile(target, "w") as after:
        for name in before.namelist():
            text = before.read(name).decode("utf-8", "surrogateescape")
            if name == part == "word/document.xml":
                text = text.replace("特此通知。", escaped(payload))
            elif name == part:
                text = text.replace("</cp:coreProperties>", f"<dc:subject>{escaped(payload)}</dc:subject></cp:coreProperties>")
                text = text.replace("</w:ftr>", f"<w:p><w:r><w:t>{escaped(payload)}</w:t></w:r></w:p></w:ftr>")
            after.writestr(name, text.encode("utf-8", "surrogateescape"))
        if part.startswith("word/") and part not in before.namelist():
            root = {"h": "hdr", "f": "ftr"}[part[5]] if "footnotes" not in part else "footnotes"
            after.writestr(part, HEADER.format(root, escaped(payload)))
    return target.getvalue()


def upload(content: bytes, name: str = "模板.docx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.mark.parametrize("part", PARTS)
def test_no_payload_in_any_part_of_a_template_is_taken(part: str, tmp_path: Path):
    path, taken = tmp_path / "template.docx", []
    with filler() as fill:
        for payload in PAYLOADS:
            path.write_bytes(poisoned(part, payload))
            with suppress(Refusal):
                examined(KIND, path, fill)
                taken.append(payload)
    assert taken == []


@pytest.mark.django_db
def test_a_refused_template_is_not_kept_and_the_reason_stands_beside_the_field(who):
    with pytest.raises(Refusal) as refused:
        add_template(kind=KIND, upload=upload(poisoned("word/document.xml", PAYLOADS[0])), by=who("document_clerk"), at=MONDAY)
    assert refused.value.reasons[0].field == "file"
    assert not Template.objects.exists()


@pytest.mark.django_db
def test_nested_loops_end_by_themselves(who, tmp_path: Path):
    path = tmp_path / "loops.docx"
    path.write_bytes(poisoned("word/document.xml", "{% for a in debtor_list %}" * 7 + "x" * 100 + "{% endfor %}" * 7))
    values = {f.name: [{"name": "a", "about": ""}] * 60 if f.type == "list" else "x" for f in KIND.fields}
    with filler() as fill, pytest.raises(Refusal, match=r"用时过长|过大|中途停止"):
        fill.fill(path, values, tmp_path / "out.docx")


def test_what_is_filled_in_stays_text(tmp_path: Path):
    values = {f.name: [] if f.type == "list" else "</w:t><w:p>甲 & 乙 < {{ case_number }}" for f in KIND.fields}
    with filler() as fill:
        with pytest.raises(Refusal, match="没有填上"):
            fill.fill(KIND.template, values, tmp_path / "out.docx")
        fill.fill(KIND.template, {k: v and "</w:t><w:p>甲 & 乙" for k, v in values.items()}, tmp_path / "out.docx")
    from docx import Document

    assert any("</w:t><w:p>甲 & 乙" in p.text for p in Document(str(tmp_path / "out.docx")).paragraphs)


@pytest.mark.django_db
def test_a_good_template_becomes_the_next_version_and_papers_use_it(who, court):
    before = current_template(court.pk, KIND)
    made = add_template(kind=KIND, upload=upload(poisoned("word/document.xml", "特此通知，{{ handler }}。")), by=who("document_clerk"), at=MONDAY)
    after = current_template(court.pk, KIND)
    assert (before.version, made.version, after.version) == (0, 1, 1)
    assert after.sha256 == made.sha256 != before.sha256
    assert "handler" in made.fields


@pytest.mark.parametrize(("content", "name", "says"), [
    (b"MZ\x90", "a.docx", "不能识别"), (pdf(), "a.pdf", "这是PDF"),
    (b"PK\x03\x04" + b"\0" * 40, "a.docx", "损坏"), (b"", "a.docx", "空"),
])  # fmt: skip
@pytest.mark.django_db
def test_what_is_no_word_file_is_refused_in_a_sentence(who, content: bytes, name: str, says: str):
    with pytest.raises(Refusal, match=says):
        add_template(kind=KIND, upload=upload(content, name), by=who("document_clerk"), at=MONDAY)


@pytest.mark.django_db
def test_a_template_that_leaves_out_what_the_paper_must_say_names_all_of_it(who):
    with zipfile.ZipFile(KIND.template) as archive:
        text = archive.read("word/document.xml").decode()
    target = io.BytesIO()
    with zipfile.ZipFile(KIND.template) as before, zipfile.ZipFile(target, "w") as after:
        for name in before.namelist():
            after.writestr(name, text.replace("{{ result }}", "").replace("{{ paper_date }}", "") if name == "word/document.xml" else before.read(name))
    with pytest.raises(Refusal) as refused:
        add_template(kind=KIND, upload=upload(target.getvalue()), by=who("document_clerk"), at=MONDAY)
    assert {r.why for r in refused.value.reasons} == {"模板漏了必备内容“结果”", "模板漏了必备内容“日期”"}


@pytest.mark.django_db
def test_an_oversized_template_is_refused_before_it_is_opened(who):
    with pytest.raises(Refusal, match="最多"):
        add_template(kind=KIND, upload=upload(b"PK\x03\x04" + b"x" * (limits()["template_bytes"] + 1)), by=who("document_clerk"), at=MONDAY)


def test_only_the_limited_program_opens_word_templates():
    root = Path(__file__).resolve().parents[2] / "zhixing"
    found = [p.relative_to(root).as_posix() for p in root.rglob("*.py") if "docxtpl" in p.read_text(encoding="utf-8")]
    assert found == ["casework/papers/worker/__main__.py"]
