"""A file passes from the desk that holds it to another that acknowledges it (一1). Nobody else can make it move."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from zhixing.casework.facts import record, rules
from zhixing.casework.people.actors import Actor
from zhixing.rulebook.refusals import Refusal

from .models import Custody, Handoff

CLAUSE = "一1"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row of a bulk: its ref, and the refusal when it was refused."""

    ref: str
    refusal: Refusal | None = None


def offer_handoff(
    *, case_id: int, to_desk: str, contents: Sequence[str], override: str = "", key: str | None = None, by: Actor, at: datetime
) -> Handoff:
    """Offer a file to another desk with the list of what is in it. Only the holding desk may; its gates are asked.
    Refuses a file that is elsewhere or already offered, a desk it never goes to, and an empty list."""
    book = rules.rulebook()
    listed = [line.strip() for line in contents if line.strip()]
    if not listed:
        raise Refusal.because("暂不能移交", "移交清单是空的", clause=CLAUSE, field="contents", now="请写明移交的材料")
    with transaction.atomic():
        held = _held(case_id, by.court_id)
        if held.desk not in by.desks:
            raise Refusal.because("暂不能移交", f"卷宗在{_title(held.desk)}，不在{by.name}的岗位组", clause=CLAUSE,
                                  who=_title(held.desk), now="请由卷宗所在的岗位组移交", status=403)  # fmt: skip
        targets = book.desks[held.desk].hands_to
        if to_desk not in targets:
            raise Refusal.because("暂不能移交", f"{_title(held.desk)}的卷宗不交给{_title(to_desk)}", clause=CLAUSE, field="to_desk",
                                  now=f"可以交给：{'、'.join(_title(d) for d in targets) or '无'}")  # fmt: skip
        payload = {"from_desk": held.desk, "to_desk": to_desk, "contents": listed}
        done = record("handoff_offered", court_id=by.court_id, case_id=case_id, payload=payload, desk=held.desk,
                      under="do:handoff", override=override, key=key, by=by, at=at)  # fmt: skip
        waiting = Handoff.objects.filter(case_id=case_id, state=Handoff.OFFERED).first()
        if waiting is not None:
            if done.repeated:
                return waiting
            raise _already_offered()
        try:
            with transaction.atomic():
                return Handoff.objects.create(
                    court_id=by.court_id, case_id=case_id, from_desk=held.desk, to_desk=to_desk, contents=listed,
                    offered_at=at, offered_by_id=by.person_id,
                )  # fmt: skip
        except IntegrityError:
            raise _already_offered() from None


def accept_handoff(*, ref: str, by: Actor, at: datetime) -> Handoff:
    """Take over a file: handoff answered, custody swapped and event recorded, or nothing of it. One of two wins.
    Refuses when the file is no longer with the desk that offered it."""
    with transaction.atomic():
        handoff = _answer(ref, Handoff.ACCEPTED, "", "接收", by, at)
        ended = Custody.objects.filter(case_id=handoff.case_id, until_at=None, desk=handoff.from_desk).update(until_at=at)
        if ended != 1:
            raise Refusal.because("暂不能接收", f"卷宗已经不在{_title(handoff.from_desk)}", clause=CLAUSE, status=409)
        Custody.objects.create(court_id=by.court_id, case_id=handoff.case_id, desk=handoff.to_desk, since_at=at)
        _record_answer("handoff_accepted", handoff, {}, by, at)
    return handoff


def refuse_handoff(*, ref: str, reason: str, by: Actor, at: datetime) -> Handoff:
    """Send a file back unaccepted; the reason is shown to the desk that offered it, which still holds it.
    Refuses to do so without a reason."""
    if not reason.strip():
        raise Refusal.because("暂不能退回", "没有写明理由", clause=CLAUSE, field="reason", now="请写明退回的理由")
    with transaction.atomic():
        handoff = _answer(ref, Handoff.REFUSED, reason.strip(), "退回", by, at)
        _record_answer("handoff_refused", handoff, {"reason": handoff.reason}, by, at)
    return handoff


def offer_many(
    *, case_ids: Iterable[tuple[str, int]], to_desk: str, contents: Sequence[str], by: Actor, at: datetime
) -> list[Outcome]:
    """Offer several files, given as (case ref, case id); a refused one does not stop the others."""
    return [
        _try(ref, lambda i=ident: offer_handoff(case_id=i, to_desk=to_desk, contents=contents, by=by, at=at))
        for ref, ident in case_ids
    ]


def accept_many(*, refs: Iterable[str], by: Actor, at: datetime) -> list[Outcome]:
    """Accept several handoffs; a refused one does not stop the others."""
    return [_try(ref, lambda r=ref: accept_handoff(ref=r, by=by, at=at)) for ref in refs]


def _try(ref: str, act: Callable[[], Handoff]) -> Outcome:
    try:
        act()
    except Refusal as refusal:
        return Outcome(ref, refusal)
    return Outcome(ref)


def _held(case_id: int, court_id: int) -> Custody:
    """The open custody, locked where the engine can lock rows: acts on one file then stand in a queue. Asked twice,
    because the row one waited for may have ended meanwhile, and only a new statement sees its successor."""
    rows = Custody.objects.select_for_update().filter(court_id=court_id, case_id=case_id, until_at=None)
    held = rows.first() or rows.all().first()
    if held is None:
        raise Refusal.because("暂不能移交", "这个案件没有卷宗去向记录", clause=CLAUSE, now="请联系信息管理员核对", status=409)
    return held


def _already_offered() -> Refusal:
    return Refusal.because("暂不能移交", "这个案件已有一次移交等待接收", clause=CLAUSE, now="请等对方接收或退回", status=409)


def _answer(ref: str, state: str, reason: str, verb: str, by: Actor, at: datetime) -> Handoff:
    """Answer an offered handoff by compare-and-swap: whoever comes second is told who was first."""
    handoff = Handoff.objects.filter(ref=ref, court_id=by.court_id).select_related("answered_by").first()
    if handoff is None:
        raise Refusal.because(f"暂不能{verb}", "没有这次移交", clause=CLAUSE, status=404)
    if handoff.to_desk not in by.desks:
        raise Refusal.because(f"暂不能{verb}", f"这次移交是给{_title(handoff.to_desk)}的", clause=CLAUSE,
                              who=_title(handoff.to_desk), now=f"请由接收的岗位组{verb}", status=403)  # fmt: skip
    swapped = Handoff.objects.filter(pk=handoff.pk, state=Handoff.OFFERED).update(
        state=state, reason=reason, answered_at=at, answered_by_id=by.person_id
    )
    if swapped != 1:
        handoff = Handoff.objects.select_related("answered_by").get(pk=handoff.pk)
        done = "接收" if handoff.state == Handoff.ACCEPTED else "退回"
        who = handoff.answered_by.name if handoff.answered_by else "他人"
        raise Refusal.because(f"暂不能{verb}", f"{who}已经{done}了这次移交", clause=CLAUSE, now="请刷新页面", status=409)
    handoff.state, handoff.reason, handoff.answered_at = state, reason, at
    return handoff


def _record_answer(kind: str, handoff: Handoff, more: dict[str, str], by: Actor, at: datetime) -> None:
    payload = {"from_desk": handoff.from_desk, "to_desk": handoff.to_desk, "contents": handoff.contents, **more}
    record(kind, court_id=by.court_id, case_id=handoff.case_id, payload=payload, desk=handoff.to_desk, under="do:accept",
           by=by, at=at)  # fmt: skip


def _title(desk: str) -> str:
    found = rules.rulebook().desks.get(desk)
    return found.title if found else desk
