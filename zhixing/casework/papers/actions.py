"""What is done with one paper (三(二)4): drafted, checked by another, signed by whoever may, sealed, issued; or cancelled.

Each step asks the authority table and the gates through `facts.record`, then moves the paper by compare-and-swap: two people
at once never both do it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.db.models import F

from zhixing.casework.facts import record, rules
from zhixing.casework.facts.forms import desk_for
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import allowed
from zhixing.outside.seal import Seal, SealError
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.refusals import Refusal

from ..approvals.actions import approve, ask
from ..approvals.models import Approval
from ..cases.models import Case, Party
from ..dossier.actions import add_scan
from . import signals
from .kinds import Kind, kinds, series
from .models import NumberSeries, Paper, PaperBatch
from .values import told

CLAUSE = "三(二)4"
DRAFT, PANEL_DRAFT, CHECK, SEAL = "paper_drafted", "panel_paper_made", "paper_checked", "paper_sealed"


def draft(
    *, kind: Kind, case: Case, party: Party | None, dated_on: date, values: Mapping[str, Any], word: Path, template_sha256: str,
    batch: PaperBatch | None = None, replaces: Paper | None = None, about: str = "", number: str = "", by: Actor, at: datetime,
) -> Paper:  # fmt: skip
    """Keep a paper that was just filled in (`word`), under the next number or the one that already stands on it. `about` says what
    it is about where that is no party. Refuses panel matters outside the team (三(二)3) and a second paper of the kind to the
    same recipient while one is on its way."""
    event = PANEL_DRAFT if kind.needs_panel and not allowed(rules.rulebook(), by, f"record:{DRAFT}") else DRAFT
    recipient = about[:120] or (party.name if party else "")
    try:
        with transaction.atomic():
            number = number or next_number(by.court_id, at.astimezone(CST).year)
            paper = Paper(
                court_id=by.court_id, case=case, kind=kind.id, number=number, party=party, recipient=recipient, dated_on=dated_on,
                values=dict(values), template_sha256=template_sha256, batch=batch, replaces=replaces, drafted_at=at,
                drafted_by_id=by.person_id,
            )  # fmt: skip
            payload = {"paper_no": number, "kind": kind.recorded_as, "needs_panel": kind.needs_panel, "template": kind.title}
            _record(event, paper, payload, by, at, under=kind.under or None)
            with word.open("rb") as content:
                paper.word.save(f"papers/{at:%Y/%m}/{paper.ref}.docx", File(content), save=False)
            paper.save(force_insert=True)
    except IntegrityError as error:
        raise Refusal.because(f"暂不能拟制{kind.title}", f"{recipient or '本案'}的{kind.title}正在制作中", clause=CLAUSE,
                              now="请先办完或作废前一份", status=409) from error  # fmt: skip
    return paper


def next_number(court_id: int, year: int, own: tuple[str, str] | None = None) -> str:
    """The next number of the year in the register's series (or one of its `own`), taken under lock inside the caller's
    transaction: what is rolled back is given again."""
    ident, form = own or series()
    NumberSeries.objects.get_or_create(court_id=court_id, series=ident, year=year)
    NumberSeries.objects.filter(court_id=court_id, series=ident, year=year).update(last=F("last") + 1)
    n = NumberSeries.objects.values_list("last", flat=True).get(court_id=court_id, series=ident, year=year)
    return form.format(year=year, n=n)


def keep_pdf(*, paper: Paper, pdf: bytes, pages: int, at: datetime) -> None:
    """Keep the PDF of a paper that has none yet (the worker makes it after the draft)."""
    paper.pdf.save(f"papers/{at:%Y/%m}/{paper.ref}.pdf", ContentFile(pdf), save=False)
    Paper.objects.filter(pk=paper.pk, state=Paper.DRAFTED).update(pdf=paper.pdf.name, pages=pages)


def check(*, ref: str, correct: bool, against: str, remark: str = "", by: Actor, at: datetime) -> Paper:
    """Check a paper against the file: right, and it goes on to be signed; wrong, and it is cancelled with the reason, to be
    made anew. The checker is never the drafter (三(二)4). For what the president signs the request is made at once.
    Refuses the drafter, a paper without its PDF, and "wrong" without a reason."""
    paper = _held(ref, by, Paper.DRAFTED, "核对")
    kind = kinds()[paper.kind]
    if not correct and not remark.strip():
        raise Refusal.because("暂不能退回文书", "没有写明哪里不对", clause=CLAUSE, field="remark", now="请写明不对的地方")
    if correct and not paper.pdf:
        raise Refusal.because("暂不能核对文书", "还没有生成 PDF", clause=CLAUSE, now="请等生成完成，或重新生成", status=409)
    if paper.drafted_by_id == by.person_id:
        raise Refusal.because("暂不能核对文书", "文书由本人拟制", clause=CLAUSE, now="请交给另一位同事核对", status=403)
    with transaction.atomic():
        _record(CHECK, paper, {"paper_no": paper.number, "against": against, "correct": correct}, by, at)
        if not correct:
            _move(paper, Paper.DRAFTED, state=Paper.CANCELLED, remark=remark.strip()[:400])
            return paper
        approval = _ask_president(paper, kind, by, at) if _waits_for_approval(kind) else None
        _move(paper, Paper.DRAFTED, state=Paper.CHECKED, checked_at=at, checked_by_id=by.person_id, approval=approval)
    return paper


def _waits_for_approval(kind: Kind) -> bool:
    row = rules.rulebook().authority.get(f"record:{kind.signed}")
    return bool(row and row.approvers)


def _ask_president(paper: Paper, kind: Kind, by: Actor, at: datetime) -> Approval:
    return ask(kind=kind.signed, case_id=paper.case_id, payload=told(kind.signing, paper), reason=f"{kind.title}已核对，请签发",
               desk=desk_for(rules.rulebook().events[kind.signed], by), by=by, at=at)  # fmt: skip


def sign(*, ref: str, by: Actor, at: datetime) -> Paper:
    """Sign a checked paper: the president by deciding the request, anybody else whom the authority table names.
    Refuses (409) when somebody was quicker."""
    paper = _held(ref, by, Paper.CHECKED, "签发")
    kind = kinds()[paper.kind]
    with transaction.atomic():
        if paper.approval is not None:
            approve(ref=paper.approval.ref, answer="同意签发", by=by, at=at)
        else:
            _record(kind.signed, paper, told(kind.signing, paper), by, at)
        _move(paper, Paper.CHECKED, state=Paper.SIGNED, signed_at=at, signed_by_id=by.person_id)
    return paper


def seal(*, ref: str, copies: int = 1, stamp: Seal, by: Actor, at: datetime) -> Paper:
    """Put the court's electronic seal on a signed paper. From here on the database refuses every change of it."""
    paper = _catch_up(_held(ref, by, (Paper.SIGNED, Paper.CHECKED), "用印"))
    kind = kinds()[paper.kind]
    if copies < 1:
        raise Refusal.because("暂不能用印", "份数至少一份", clause=CLAUSE, field="copies", now="请填写份数")
    with paper.pdf.open("rb") as file:
        plain = file.read()
    with transaction.atomic():
        _record(SEAL, paper, {"paper_no": paper.number, "kind": kind.recorded_as, "copies": copies}, by, at)
        try:
            sealed = stamp.put_on(plain, reason=f"{kind.title} {paper.number}")
        except SealError as error:
            raise Refusal.because("暂不能用印", str(error), clause=CLAUSE, now="请重新拟制这份文书") from error
        digest = _keep_sealed(paper, sealed, at)
        _move(paper, paper.state, state=Paper.SEALED, sealed_at=at, sealed_by_id=by.person_id, copies=copies, pdf=paper.pdf.name,
              pdf_sha256=digest, signed_at=paper.signed_at, signed_by_id=paper.signed_by_id)  # fmt: skip
    return paper


def _keep_sealed(paper: Paper, sealed: bytes, at: datetime) -> str:
    from hashlib import sha256

    paper.pdf.save(f"papers/{at:%Y/%m}/{paper.ref}-sealed.pdf", ContentFile(sealed), save=False)
    return sha256(sealed).hexdigest()


def _catch_up(paper: Paper) -> Paper:
    """A request that the president approved on the page of approvals is a signature too."""
    if paper.state == Paper.CHECKED:
        approval = paper.approval
        if approval is None or approval.state != Approval.APPROVED:
            raise Refusal.because("暂不能用印", "文书还没有签发", clause=CLAUSE, now="请先签发", status=409)
        paper.signed_at, paper.signed_by_id = approval.decided_at, approval.decided_by_id
    return paper


def issue(*, ref: str, by: Actor, at: datetime) -> Paper:
    """Send a sealed paper out: its event is recorded, the sealed PDF goes into the dossier (四(二)5).
    Refuses (409) when somebody was quicker."""
    paper = _held(ref, by, Paper.SEALED, "发出")
    kind = kinds()[paper.kind]
    with paper.pdf.open("rb") as file:
        content = file.read()
    with transaction.atomic():
        Case.objects.select_for_update().get(pk=paper.case_id)  # the case first, as every act of delivery
        _record(kind.issued, paper, told(kind.tells, paper), by, at)
        upload = SimpleUploadedFile(f"{paper.ref}.pdf", content, "application/pdf")
        title = f"{kind.title}（{paper.recipient}）" if paper.recipient else kind.title
        add_scan(case_id=paper.case_id, volume=kind.volume, title=title, upload=upload, event_kind=kind.issued, by=by, at=at)
        _move(paper, Paper.SEALED, state=Paper.ISSUED, issued_at=at, issued_by_id=by.person_id)
        signals.issued.send(sender=Paper, paper=paper, at=at)
    return paper


def cancel(*, ref: str, reason: str, by: Actor, at: datetime) -> Paper:
    """Cancel a paper that has not gone out. What has gone out stays; a correction is a new paper. Refuses without a reason."""
    if not reason.strip():
        raise Refusal.because("暂不能作废文书", "没有写明理由", clause=CLAUSE, field="reason", now="请写明作废理由")
    paper = _held(ref, by, (Paper.DRAFTED, Paper.CHECKED, Paper.SIGNED, Paper.SEALED), "作废")
    with transaction.atomic():
        _record("paper_cancelled", paper, {"paper_no": paper.number, "reason": reason.strip()}, by, at)
        _move(paper, paper.state, state=Paper.CANCELLED, remark=reason.strip()[:400])
    return paper


def _held(ref: str, by: Actor, states: str | tuple[str, ...], verb: str) -> Paper:
    """The paper, which must be in one of the states."""
    paper = Paper.objects.select_related("case", "approval").filter(ref=ref, court_id=by.court_id).first()
    if paper is None:
        raise Refusal.because(f"暂不能{verb}文书", "没有这份文书", status=404)
    if paper.state not in (states if isinstance(states, tuple) else (states,)):
        raise Refusal.because(f"暂不能{verb}文书", f"{paper.number}现在是“{paper.get_state_display()}”", clause=CLAUSE,
                              now="请刷新页面看最新状态", status=409)  # fmt: skip
    return paper


def _move(paper: Paper, before: str, **after: Any) -> None:
    """Compare-and-swap of the state."""
    if Paper.objects.filter(pk=paper.pk, state=before).update(**after) != 1:
        raise Refusal.because("暂不能办理文书", "这份文书刚才已经有人处理", clause=CLAUSE, now="请刷新页面", status=409)
    for name, value in after.items():
        setattr(paper, name, value)


def _record(kind: str, paper: Paper, payload: Mapping[str, Any], by: Actor, at: datetime, under: str | None = None) -> None:
    desk = desk_for(rules.rulebook().events[kind], by)
    record(kind, court_id=by.court_id, case_id=paper.case_id, payload=payload, desk=desk, under=under, key=f"{kind}:{paper.ref}", by=by, at=at)
