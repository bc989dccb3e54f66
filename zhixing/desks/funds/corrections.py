"""Money that stands on the wrong case: the funds desk asks, finance approves; reversed and booked anew, nothing is changed (四(三)1, I10)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from zhixing.casework.cases.models import Case
from zhixing.casework.facts import record
from zhixing.casework.people.actors import Actor
from zhixing.rulebook.refusals import Refusal

from .claims import IDENTIFIED
from .guarding import GUARDS
from .keeping import clause_of, day_of, derived, desk_of, locked_receipt, text_of, what_of
from .ledger import reverse
from .models import Posting, Receipt
from .payouts import spoken_for
from .receipts import arrive_on_case, case_key

ASKED, CORRECTED = "receipt_correction_asked", "receipt_corrected"


def ask_correction(*, receipt_ref: str, number: str = "", reason: str, key: str = "", by: Actor, at: datetime) -> Receipt:
    """Say that a receipt stands on the wrong case and, if known, on which it belongs. Nothing moves yet.
    Refuses a case of another court and the case it stands on."""
    with transaction.atomic():
        row = _held(receipt_ref, by.court_id, ASKED)
        right = Case.objects.filter(court_id=by.court_id, number=number.strip()).first() if number.strip() else None
        if number.strip() and (right is None or right.pk == row.case_id):
            raise Refusal.because(what_of(ASKED), "本院没有这个案件，或就是现在的案件", clause=clause_of(ASKED), field="number", now="请核对案号")
        record(ASKED, court_id=by.court_id, case_id=row.case_id, payload={"receipt_no": row.receipt_no, "number": number.strip(), "reason": reason},
               desk=desk_of(ASKED, by), key=key or None, by=by, at=at)  # fmt: skip
        row.correction_reason, row.correction_by_id, row.right_case = reason.strip()[:200], by.person_id, right
        row.save(update_fields=["correction_reason", "correction_by", "right_case"])
    return row


def correct(*, receipt_ref: str, by: Actor, at: datetime) -> Receipt:
    """Approve it, as somebody else: the posting is reversed; the money goes to the right case, back to suspense, or off the books
    when it was registered by mistake. Refuses who asked, and a receipt that nobody asked about."""
    what = what_of(CORRECTED)
    with transaction.atomic():
        row = _held(receipt_ref, by.court_id, CORRECTED)
        if not row.correction_reason:
            raise Refusal.because(what, "没有人申请更正这笔来款", clause=clause_of(CORRECTED), now="请先由案款管理专员申请", status=409)
        if row.correction_by_id == by.person_id:
            raise Refusal.because(what, "更正由本人申请，须由另一人批准", clause=clause_of(CORRECTED), now="请交给另一位有权限的人员", status=403)
        done = record(CORRECTED, court_id=by.court_id, case_id=row.case_id, desk=desk_of(CORRECTED, by), key=derived(row.ref, f"{CORRECTED}{row.corrections}"), by=by, at=at,
                      payload={"receipt_no": row.receipt_no, "reason": row.correction_reason, "amount_yuan": text_of(row.amount_fen)})  # fmt: skip
        posting = Posting.objects.get(court_id=by.court_id, key=case_key(row))
        reverse(posting_id=posting.pk, reason=row.correction_reason, business_on=day_of(at), event_seq=done.seq, by=by, at=at)
        _place(row, by, at)
    return row


def _place(row: Receipt, by: Actor, at: datetime) -> None:
    """Where the money is now: on the right case, in suspense, or nowhere."""
    right, reason = row.right_case, row.correction_reason
    row.corrections += 1
    row.correction_reason, row.correction_by, row.right_case, row.claimed_by, row.claim_reason, row.notice_on = "", None, None, None, "", None
    row.case = right
    if right is None:
        row.state = Receipt.IDENTIFIED if row.channel == Receipt.GENERAL else Receipt.WITHDRAWN
        row.basis, row.booked_by, row.booked_at = f"更正：{reason}"[:200], None, None
    row.save()
    if right is not None:
        arrive_on_case(row, None, CORRECTED, "", by, at, at)
    elif row.matter_id is not None:
        record(IDENTIFIED, court_id=by.court_id, matter_id=row.matter_id, payload={"basis": row.basis, "told": by.name}, desk=desk_of(IDENTIFIED, by),
               under=f"record:{CORRECTED}", by=by, at=at)  # fmt: skip


def _held(ref: str, court_id: int, kind: str) -> Receipt:
    """The receipt on a case's account of which nothing is spent or asked for, locked with both cases."""
    found = Receipt.objects.filter(ref=ref, court_id=court_id).values_list("case_id", "right_case_id").first()
    wanted = [c for c in found or () if c]
    list(Case.objects.select_for_update().filter(pk__in=wanted).order_by("pk").values_list("pk", flat=True))
    row = locked_receipt(ref, court_id, what_of(kind))
    if row.state != Receipt.BOOKED or row.channel == Receipt.ON_SITE or [c for c in (row.case_id, row.right_case_id) if c] != wanted:
        raise Refusal.because(what_of(kind), f"这笔来款{row.get_state_display()}，不能更正", clause=clause_of(kind), now="请刷新页面", status=409)
    if row.settled_fen or spoken_for(row):
        raise Refusal.because(what_of(kind), "这笔来款已经结算费用、申请发放或已经发放", clause=clause_of(kind), now="请先撤回发放；已发放的依法追回后另行登记", status=409)
    for guard in GUARDS:
        guard.stays(row, what_of(kind))
    return row
