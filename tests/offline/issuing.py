"""A sealed paper, issued the way the documents desk issues it."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from django.core.files.base import ContentFile

from tests.real_court import MONDAY
from zhixing.casework.cases.models import Case, Party
from zhixing.casework.papers import actions
from zhixing.casework.papers.models import Paper
from zhixing.casework.people.actors import Actor

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj " \
      b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"  # fmt: skip
SERIAL = count(1)


def sealed(case: Case, kind: str, by: Actor, checker: Actor, *, party: Party | None = None, at: datetime = MONDAY, **values: Any) -> Paper:
    """A paper that waits to be issued: drafted by one, checked and sealed by another."""
    paper = Paper(
        court_id=case.court_id, case=case, kind=kind, number=f"文〔2026〕{next(SERIAL):05d}号", party=party, recipient=party.name if party else "",
        dated_on=at.date(), values=values, template_sha256="0" * 64, state=Paper.SEALED, drafted_at=at, drafted_by_id=by.person_id,
        checked_at=at, checked_by_id=checker.person_id, signed_at=at, signed_by_id=checker.person_id, sealed_at=at, sealed_by_id=checker.person_id,
        pages=1, pdf_sha256="0" * 64,
    )  # fmt: skip
    paper.pdf.save(f"papers/{paper.ref}.pdf", ContentFile(PDF), save=False)
    paper.save()
    return paper


def issued(case: Case, kind: str, by: Actor, checker: Actor, **more: Any) -> Paper:
    """The same, gone out."""
    at = more.get("at", MONDAY)
    return actions.issue(ref=sealed(case, kind, by, checker, **more).ref, by=by, at=at)
