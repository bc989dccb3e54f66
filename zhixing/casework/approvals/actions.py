"""An act that needs approval is asked for by one person and decided by another; deciding records it.

The event is recorded in the name of the person who asked (separation of persons looks at who did the thing, trust R2);
its payload names who approved, when and with what answer. Rights of both are asked again at the moment of decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from zhixing.casework.facts import Recorded, record, rules
from zhixing.casework.facts.record import clean
from zhixing.casework.people.actors import Actor, actor_of
from zhixing.casework.people.authority import require
from zhixing.casework.people.models import Person
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.refusals import Refusal

from .models import Approval


def ask(
    *, kind: str, case_id: int | None = None, matter_id: int | None = None, payload: Mapping[str, Any], reason: str,
    desk: str = "", happened_at: datetime | None = None, override: str = "", by: Actor, at: datetime,
) -> Approval:  # fmt: skip
    """Ask for leave to record `kind`. Refuses a bad payload, a shut gate is told at the decision. Returns the request."""
    book = rules.rulebook()
    what = f"暂不能申请{book.events[kind].verb}"
    row = require(book, by, f"record:{kind}", what=what)
    if not row.approvers:
        raise Refusal.because(what, "这件事不需要审批", clause=row.clause, now="请直接办理")
    if not reason.strip():
        raise Refusal.because(what, "没有写明申请理由", clause=row.clause, field="reason", now="请写明理由")
    asked = {"payload": clean(book, kind, payload), "desk": desk, "override": override,
             "at": (happened_at or at).astimezone(CST).isoformat()}  # fmt: skip
    with transaction.atomic():
        same = Approval.objects.filter(court_id=by.court_id, case_id=case_id, matter_id=matter_id, kind=kind,
                                       state=Approval.ASKED, asked_by_id=by.person_id, payload=asked).first()  # fmt: skip
        return same or Approval.objects.create(
            court_id=by.court_id, case_id=case_id, matter_id=matter_id, kind=kind, payload=asked, reason=reason.strip()[:400],
            asked_at=at, asked_by_id=by.person_id,
        )  # fmt: skip


def approve(*, ref: str, answer: str = "", by: Actor, at: datetime) -> Recorded:
    """Approve a request and record its event, in one transaction. Nobody approves their own (trust R2).
    Refuses one that is decided (409)."""
    with transaction.atomic():
        approval = _decide(ref, Approval.APPROVED, answer, by, at)
        book = rules.rulebook()
        asker = actor_of(Person.objects.get(pk=approval.asked_by_id), book, at.astimezone(CST).date())
        asked = approval.payload
        approved = {"ref": approval.ref, "asked_by": asker.name, "asked_at": approval.asked_at.astimezone(CST).isoformat(),
                    "approved_by": by.name, "approver_id": by.person_id, "approved_at": at.astimezone(CST).isoformat(),
                    "answer": answer, "reason": approval.reason}  # fmt: skip
        return record(
            approval.kind, court_id=by.court_id, case_id=approval.case_id, matter_id=approval.matter_id,
            payload=asked["payload"], desk=asked["desk"], override=asked["override"], key=f"approval:{approval.ref}",
            approval=approved, by=asker, at=datetime.fromisoformat(asked["at"]), recorded_at=at,
        )  # fmt: skip


def decline(*, ref: str, answer: str, by: Actor, at: datetime) -> Approval:
    """Decline a request; the answer is shown to the person who asked. Refuses without a reason."""
    if not answer.strip():
        raise Refusal.because("暂不能退回申请", "没有写明不批准的理由", field="answer", now="请写明理由")
    with transaction.atomic():
        return _decide(ref, Approval.DECLINED, answer, by, at)


def withdraw(*, ref: str, by: Actor, at: datetime) -> Approval:
    """Take back one's own request before it is decided. Refuses somebody else's."""
    with transaction.atomic():
        approval = _waiting(ref, by)
        if approval.asked_by_id != by.person_id:
            raise Refusal.because("暂不能撤回", "只能撤回本人的申请", who=approval.asked_by.name, status=403)
        _swap(approval, Approval.WITHDRAWN, "", by, at)
    return approval


def _waiting(ref: str, by: Actor) -> Approval:
    approval = Approval.objects.select_related("asked_by").filter(ref=ref, court_id=by.court_id).first()
    if approval is None:
        raise Refusal.because("暂不能办理", "没有这项申请", status=404)
    return approval


def _decide(ref: str, state: str, answer: str, by: Actor, at: datetime) -> Approval:
    """Check that this person may decide this request, and swap its state once."""
    book = rules.rulebook()
    require(book, by, "do:decide_approval", what="暂不能审批")
    approval = _waiting(ref, by)
    row = book.authority[f"record:{approval.kind}"]
    who = "、".join(book.roles[r].title for r in row.approvers)
    if approval.asked_by_id == by.person_id:
        raise Refusal.because("暂不能审批", "不能审批自己提出的申请", clause=row.clause, who=who, now="请由另一位审批人办理", status=403)
    if not by.roles & set(row.approvers):
        raise Refusal.because("暂不能审批", f"{by.name}的岗位不是这件事的审批人", clause=row.clause, who=who, status=403)
    _swap(approval, state, answer, by, at)
    return approval


def _swap(approval: Approval, state: str, answer: str, by: Actor, at: datetime) -> None:
    done = Approval.objects.filter(pk=approval.pk, state=Approval.ASKED).update(
        state=state, answer=answer.strip()[:400], decided_at=at, decided_by_id=by.person_id
    )
    if done != 1:
        raise Refusal.because("暂不能审批", "这项申请已经有人处理", now="请刷新页面", status=409)
    approval.state, approval.answer, approval.decided_at = state, answer, at
