"""Letters: fifty posted at once, and what the post says of them. A final state is final (三(三)2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from zhixing.casework.dossier.actions import record_with_proof
from zhixing.casework.facts import rules
from zhixing.casework.facts.forms import desk_for
from zhixing.casework.people.actors import Actor
from zhixing.outside.post import Tracking
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.refusals import Refusal

from .delivery_models import Delivery, Letter, LetterMessage
from .keeping import Trace, add, chosen, climb, complete, locked, newest_scan, not_later, repeated, said_of
from .ladder import ladder, settle

RUNG = "post"


@dataclass(frozen=True, slots=True)
class Posting:
    """One letter to one recipient with the papers in it (refs of deliveries)."""

    refs: Sequence[str]
    tracking_no: str
    address: str
    address_kind: str
    posted_on: date | None = None
    proof: UploadedFile | None = None
    key: str = ""


def post(*, case_id: int, posting: Posting, by: Actor, at: datetime, recorded_at: datetime | None = None) -> Letter | None:
    """Give a letter to the post: event with its receipt, the letter, an attempt at each paper in it. None for a repeat.
    Refuses a number that is registered."""
    spec, written_at = ladder().rungs[RUNG], recorded_at or at
    what, on = f"暂不能{rules.rulebook().events[spec.event].verb}", posting.posted_on or at.astimezone(CST).date()
    not_later(on, written_at.astimezone(CST), what)
    number = posting.tracking_no.strip()
    with transaction.atomic():
        locked(case_id, by.court_id, what)
        if repeated(by.court_id, posting.key):
            return None
        rows = chosen(case_id, posting.refs, what)
        climb(RUNG, rows, what)
        if Letter.objects.filter(court_id=by.court_id, tracking_no=number).exists():
            raise Refusal.because(what, f"邮件号 {number} 已经登记过", clause=spec.clause, field="tracking_no", now="请核对邮件号")
        payload = said_of(rows, {"tracking_no": number, "address": posting.address, "address_kind": posting.address_kind,
                                 "result": Letter.ON_THE_WAY, "posted_on": on})  # fmt: skip
        done = record_with_proof(spec.event, proof=posting.proof, case_id=case_id, payload=payload, key=posting.key or None,  # type: ignore[arg-type]
                                 desk=desk_for(rules.rulebook().events[spec.event], by), by=by, at=at, recorded_at=written_at)  # fmt: skip
        if done.repeated:
            return None
        letter = Letter.objects.create(
            court_id=by.court_id, case_id=case_id, tracking_no=number, recipient=rows[0].recipient, address=posting.address[:200],
            address_kind=posting.address_kind, posted_on=on, ask_at=written_at,
        )  # fmt: skip
        scan = newest_scan(case_id, spec.event) if posting.proof else ""
        trace = Trace(on=on, where=posting.address, mode=posting.address_kind, letter=letter, scan_ref=scan, seq=done.seq)
        add(rows, RUNG, settle(RUNG, Letter.ON_THE_WAY, {}), trace, by, written_at)
        return letter


def hear(*, letter: Letter, tracking: Tracking, by: Actor, at: datetime) -> bool:
    """Take in what the post says of a letter. What was said before, or comes after the final word, changes nothing.

    Returns whether the letter became final by it.
    """
    key = sha256("\n".join((tracking.ident, tracking.status, tracking.happened_at.isoformat())).encode()).hexdigest()
    with transaction.atomic():
        locked(letter.case_id, letter.court_id, "暂不能登记投递信息")  # the case first, as every other act of delivery
        now = Letter.objects.select_for_update().get(pk=letter.pk)
        said = LetterMessage(letter=now, message_key=key, status=tracking.status, happened_at=tracking.happened_at,
                             place=tracking.place[:80], remark=tracking.remark[:200], received_at=at)  # fmt: skip
        if LetterMessage.objects.filter(letter=now, message_key=key).exists():
            return False
        said.save(force_insert=True)
        result = tracking.result
        if not result:
            return False
        if now.state != Letter.ON_THE_WAY:
            if now.state != result and not now.contradicted:
                Letter.objects.filter(pk=now.pk).update(contradicted=True)  # for a person to look at; the state is final
            return False
        settle_letter(letter=now, result=result, on=tracking.happened_at.astimezone(CST).date(), by=by, at=at)
        return True


def settle_letter(
    *, letter: Letter, result: str, on: date, remark: str = "", proof: UploadedFile | None = None, key: str = "", by: Actor, at: datetime
) -> bool:
    """Write down how a letter ended, once: the event, and what it means for every paper in it by the ladder's articles.
    Refuses a second end, and one from before it was posted."""
    spec = ladder().rungs[RUNG]
    kind = rules.rulebook().events[spec.result_event]
    what = f"暂不能{kind.verb}"
    not_later(on, at.astimezone(CST), what)
    if result not in Letter.FINAL:
        raise Refusal.because(what, "没有选择签收、拒收或者退回", clause=spec.clause, field="result", now="请选择投递结果")
    if on < letter.posted_on:
        raise Refusal.because(what, "投递结果的日期早于交寄日期", clause=spec.clause, field="on", now="请更正日期")
    with transaction.atomic():
        locked(letter.case_id, by.court_id, what)
        if not Letter.objects.filter(pk=letter.pk, state=Letter.ON_THE_WAY).update(state=result, settled_on=on, ask_at=None):
            raise Refusal.because(what, "这封邮件已有最终结果", clause=spec.clause, now="请刷新页面", status=409)
        payload = {"debtor": letter.recipient, "tracking_no": letter.tracking_no, "result": result, "settled_on": on, "remark": remark}
        done = record_with_proof(kind.kind, proof=proof, case_id=letter.case_id, payload=payload, key=key or f"letter:{letter.pk}",
                                 desk=desk_for(kind, by) or kind.desks[0], by=by, at=at, recorded_at=at)  # fmt: skip
        scan = newest_scan(letter.case_id, kind.kind) if proof else ""
        rows = list(Delivery.objects.filter(attempts__letter=letter).distinct().order_by("pk"))
        letter.state, letter.settled_on = result, on
        outcome = settle(RUNG, result, {"address_kind": letter.address_kind})
        trace = Trace(on=on, where=letter.address, mode=letter.address_kind, letter=letter, scan_ref=scan, seq=done.seq)
        add(rows, RUNG, outcome, trace, by, at)
        return complete(letter.case_id, f"record:{kind.kind}", by, at, at)


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of one message: its letter when it is the court's, and a sentence."""

    tracking: Tracking
    letter: Letter | None
    words: str
    settled: bool = False


def hear_all(said: Sequence[Tracking], *, by: Actor, at: datetime) -> list[Heard]:
    """Take in many messages, oldest first; one that cannot be believed does not stop the others."""
    known = Letter.objects.filter(court_id=by.court_id, tracking_no__in={t.number for t in said}).select_related("case")
    by_number = {letter.tracking_no: letter for letter in known}
    return [_heard(t, by_number.get(t.number), by, at) for t in sorted(said, key=lambda t: t.happened_at)]


def _heard(tracking: Tracking, letter: Letter | None, by: Actor, at: datetime) -> Heard:
    if letter is None:
        return Heard(tracking, None, "本院没有登记过这个邮件号")
    try:
        if hear(letter=letter, tracking=tracking, by=by, at=at):
            return Heard(tracking, letter, f"已登记：{tracking.result}", True)
    except Refusal as refusal:
        return Heard(tracking, letter, str(refusal))
    letter.refresh_from_db()
    if letter.state == Letter.ON_THE_WAY:
        return Heard(tracking, letter, "已记下，尚无最终结果")
    return Heard(tracking, letter, f"早已登记为{letter.state}，没有变动")
