"""Deliveries of the demo court on every rung of the ladder (三(三)2), for cases whose file lies with the offline desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfWriter

from zhixing.casework.cases.models import Case, Party
from zhixing.casework.courts.models import Court
from zhixing.casework.dossier.actions import record_with_proof
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.people.actors import Actor
from zhixing.desks.offline import actions, letters
from zhixing.desks.offline.actions import Doing
from zhixing.desks.offline.letters import Posting
from zhixing.desks.offline.models import Letter
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.refusals import Refusal

ONE_IN, MOST = 15, 24
LOOKED_UP = "delivery_address_consulted"
WAYS: tuple[tuple[str, ...], ...] = (
    (), ("phone 未接通",), ("phone 约定来院",), ("phone 空号", "post"), ("phone 未接通", "post", "letter 签收"), ("phone 未接通", "post", "letter 退回"),
    ("phone 未接通", "post", "letter 退回", "person 未遇"), ("phone 拒绝", "post", "letter 退回", "person 签收"), ("phone 来院领取",),
)  # fmt: skip


def make_deliveries(court: Court, who: Callable[[str], Actor], cases: int, at: datetime) -> None:
    """Put down what is to be served in some cases, and let each get as far as it did."""
    waiting = Case.objects.filter(court=court, closed_on__isnull=True, holder="offline").order_by("-pk")
    for n, case in enumerate(waiting[: min(MOST, cases // ONE_IN)]):
        try:
            _serve(case, WAYS[n % len(WAYS)], who("offline_officer"), n, at)
        except Refusal:  # what the regulation refuses ends the story of this delivery, as it would at the desk
            continue


def _serve(case: Case, way: tuple[str, ...], by: Actor, n: int, at: datetime) -> None:
    debtor = Party.objects.filter(case=case, role=Party.DEBTOR).order_by("position").first()
    if debtor is None:
        return
    if not JournalEntry.objects.filter(case=case, kind=LOOKED_UP).exists():
        record_with_proof(LOOKED_UP, proof=_scan(), case_id=case.pk, payload={"source": "两者", "address": debtor.address}, desk="offline",
                          key=f"demo-{case.ref}", by=by, at=at, recorded_at=at)  # fmt: skip
    papers = [("执行通知书", ""), ("报告财产令", "")]
    rows = actions.open_deliveries(case_id=case.pk, papers=papers, party_ids=[debtor.pk], by=by, at=at)
    refs = [row.ref for row in rows]
    for word in way:
        rung, _, result = word.partition(" ")
        if rung == "post":
            posting = Posting(refs, f"XA{880000000 + n:09d}", debtor.address, "户籍住所", proof=_scan())
            letters.post(case_id=case.pk, posting=posting, by=by, at=at)
        elif rung == "letter":
            letter = Letter.objects.get(case=case, tracking_no=f"XA{880000000 + n:09d}")
            letters.settle_letter(letter=letter, result=result, on=at.astimezone(CST).date(), remark="", proof=_scan(), key=f"demo-{n}", by=by, at=at)
        else:
            said = {"phone": debtor.phone} if rung == "phone" else {"place": debtor.address}
            actions.attempt(case_id=case.pk, refs=refs, doing=Doing(rung, result, said, proof=_scan()), by=by, at=at)


def _scan() -> SimpleUploadedFile:
    """A scanned page with nothing on it."""
    writer, target = PdfWriter(), BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(target)
    return SimpleUploadedFile("演示凭证.pdf", target.getvalue(), "application/pdf")
