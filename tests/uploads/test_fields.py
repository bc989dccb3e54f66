"""四(二)5, trust T11: whatever page takes a file, a bad one is refused beside its field, what else was typed stays, nothing is kept."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.cast import MONDAY, actor, browser, make_cast, make_court
from tests.uploads.corpus import ASK_EVERYWHERE as BAD
from zhixing import clock
from zhixing.casework.cases.actions import NewCase, NewParty, file_case
from zhixing.casework.dossier.models import Scan
from zhixing.casework.facts import rules
from zhixing.casework.papers.models import Template
from zhixing.casework.register.models import ImportRun
from zhixing.shell.acts.subjects import also_by_hand, own_pages

ROOT = Path(__file__).resolve().parents[2] / "zhixing"
# A file that is no paper of the dossier is read by a reader of its own, which the corpus goes through.
OTHER_READERS = {"shell/register/views.py", "desks/inquiry/forms.py", "desks/documents/forms.py", "shell/acts/papers.py",
                 "casework/dossier/fields.py", "desks/funds/reconciling/forms.py"}  # fmt: skip
TYPED = "写了很久的一段话"


def file_fields() -> Iterator[tuple[str, int]]:
    """Where the product makes a plain file field."""
    for path in sorted(ROOT.rglob("*.py")):
        if "migrations" in path.parts or path.name == "models.py" or "models" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr == "FileField":
                yield str(path.relative_to(ROOT)), node.lineno


def test_every_file_field_is_one_that_looks_into_the_file_or_has_a_reader_that_the_corpus_went_through() -> None:
    plain = [(where, line) for where, line in file_fields() if where not in OTHER_READERS]
    assert plain == [], "use zhixing.casework.dossier.fields.ScanField, or add its reader to tests/uploads/test_corpus.py"


@pytest.fixture
def cast(db: None, settings: Any, tmp_path: Path) -> dict[str, Any]:
    settings.MEDIA_ROOT, settings.VAR, settings.STATIC_ROOT = tmp_path / "media", tmp_path / "var", tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    return make_cast(make_court())


@pytest.fixture
def case(cast: dict[str, Any]) -> Any:
    new = NewCase("（2026）豫1502执1号", 2026, "执", 1, MONDAY.date(), [NewParty("applicant", "甲一"), NewParty("debtor", "乙二")])
    return file_case(new=new, by=actor(cast["intake_clerk"]), at=MONDAY)[0]


def bad() -> SimpleUploadedFile:
    return SimpleUploadedFile(BAD.name, BAD.make(), "application/pdf")


def nothing_kept(tmp_path: Path) -> bool:
    """No row, and no file under any name."""
    files = [p for folder in ("media", "var") for p in (tmp_path / folder).rglob("*") if p.is_file() and "keys" not in p.parts]
    return not (files or Scan.objects.exists() or Template.objects.exists() or ImportRun.objects.exists())


def refused_on(answer: Any) -> str:
    """The page, which is shown again with a Chinese sentence about the file."""
    assert answer.status_code == 422, answer.status_code
    page = answer.content.decode()
    assert re.search("不能识别|不支持扩展名|损坏|内容却是|没有电子印章", page)
    return page


def test_every_act_of_a_case_refuses_a_bad_proof_beside_its_field_and_keeps_what_was_typed(cast: dict[str, Any], case: Any, tmp_path: Path) -> None:
    book, clients, walked = rules.rulebook(), dict[str, Client](), 0
    with clock.frozen(MONDAY):
        for spec in book.events.values():
            row = book.authority.get(f"record:{spec.kind}")
            if spec.subject != "case" or spec.opens or row is None or (spec.kind in own_pages() and spec.kind not in also_by_hand()):
                continue
            role = next((r for r in row.roles if r in cast), None)
            if role is None:
                continue
            client = clients.setdefault(role, browser(cast[role]))
            text = next((f.name for f in spec.fields if f.type in ("text", "longtext")), "act_late_reason")
            answer = client.post(f"/cases/{case.ref}/act/{spec.kind}/?by_hand", {text: TYPED, "act_key": "k", "act_proof": bad()})
            page = refused_on(answer)
            assert TYPED in page, spec.kind
            assert "不能识别文件内容" in page.split('name="act_proof"')[0][-3000:] + page.split('name="act_proof"')[1][:1500], spec.kind
            walked += 1
    assert walked > 100
    assert nothing_kept(tmp_path)


PAGES = [("intake_clerk", "/cases/{ref}/dossier/", "file", {"volume": "main", "title": TYPED}), ("document_clerk", "/papers/templates/summons/", "file", {}),
         ("document_clerk", "/papers/verify/", "file", {}), ("intake_clerk", "/register/", "file", {}),
         ("inquiry_officer", "/inquiry/{ref}/import/", "file", {"act_key": "k"})]  # fmt: skip


@pytest.mark.parametrize(("role", "address", "field", "more"), PAGES, ids=[p[1] for p in PAGES])
def test_a_page_with_a_reader_of_its_own_refuses_a_bad_file_and_keeps_nothing(
    cast: dict[str, Any], case: Any, tmp_path: Path, role: str, address: str, field: str, more: dict[str, str]
) -> None:
    with clock.frozen(MONDAY):
        page = refused_on(browser(cast[role]).post(address.format(ref=case.ref), {**more, field: bad()}))
    assert all(value in page for value in more.values() if value == TYPED)
    assert nothing_kept(tmp_path)
