"""What every act of delivery shares: the locked case, the rows of an attempt, where a delivery stands after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from zhixing.casework.cases.models import Case
from zhixing.casework.dossier.models import Scan
from zhixing.casework.facts import record, rules
from zhixing.casework.facts.forms import desk_for
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.people.actors import Actor
from zhixing.rulebook.refusals import Reason, Refusal

from .delivery_models import OPEN, SERVED, Attempt, Delivery, Letter
from .following import follow
from .ladder import Outcome, ladder, missing_before, next_rung

CLAUSE = "三(三)2"
COMPLETED = "delivery_completed"


@dataclass(frozen=True, slots=True)
class Trace:
    """What an attempt leaves behind: when, where, how, its letter, its proof, its place in the journal."""

    on: date
    where: str = ""
    mode: str = ""
    reason: str = ""
    letter: Letter | None = None
    scan_ref: str = ""
    seq: int | None = None


def locked(case_id: int, court_id: int, what: str) -> Case:
    """The case of this court, locked: two hands at one delivery then stand in a queue. Refuses (404) another court's."""
    case = Case.objects.select_for_update().filter(pk=case_id, court_id=court_id).first()
    if case is None:
        raise Refusal.because(what, "没有这个案件", status=404)
    return case


def chosen(case_id: int, refs: Sequence[str], what: str) -> list[Delivery]:
    """The open deliveries of a case that are meant, all of one recipient; the caller holds the case.
    Refuses none, several recipients, and those that are done."""
    rows = list(Delivery.objects.filter(case_id=case_id, ref__in=refs).order_by("pk"))
    if not refs or len(rows) != len(set(refs)):
        raise Refusal.because(what, "没有选择要送达的文书", clause=CLAUSE, field="papers", now="请勾选这一次送的文书")
    if len({row.recipient for row in rows}) > 1:
        raise Refusal.because(what, "一次只能登记一名受送达人", clause=CLAUSE, field="papers", now="请按受送达人分别登记")
    if shut := [row for row in rows if row.state not in OPEN]:
        why = "、".join(f"{row.paper}（{row.get_state_display()}）" for row in shut)
        raise Refusal.because(what, f"已经办结：{why}", clause=CLAUSE, field="papers", now="请刷新页面", status=409)
    return rows


def repeated(court_id: int, key: str) -> bool:
    """Whether the same form was recorded before: then nothing is to be done."""
    return bool(key) and JournalEntry.objects.filter(court_id=court_id, idempotency_key=key).exists()


def tried(rows: Iterable[Delivery]) -> dict[int, list[Attempt]]:
    """The attempts at the deliveries, oldest first. One statement."""
    found: dict[int, list[Attempt]] = {row.pk: [] for row in rows}
    for attempt in Attempt.objects.filter(delivery__in=list(found)).select_related("letter", "by").order_by("delivery", "position"):
        found[attempt.delivery_id].append(attempt)
    return found


def climb(rung: str, rows: Sequence[Delivery], what: str) -> dict[int, list[Attempt]]:
    """The attempts so far; refuses when a rung below was neither tried nor passed over with a reason (三(三)2)."""
    so_far = tried(rows)
    reasons = []
    for row in rows:
        for lower in missing_before(rung, (a.rung for a in so_far[row.pk])):
            now = f"请先{lower.title[3:]}送达，或写明跳过的理由"
            reasons.append(Reason(f"{row.paper}：“{lower.title}”没有办理，也没有跳过的理由", lower.clause, now))
    if reasons:
        raise Refusal(what, reasons)
    return so_far


def add(rows: Sequence[Delivery], rung: str, outcome: Outcome, trace: Trace, by: Actor, at: datetime) -> None:
    """An attempt at each delivery, and where it stands now. A delivery that is served already only keeps the trace."""
    so_far = tried(rows)
    for row in rows:
        before = so_far[row.pk]
        now = Attempt(
            delivery=row, position=len(before) + 1, rung=rung, result=outcome.result, on=trace.on, where=trace.where[:200],
            mode=trace.mode, reason=trace.reason, effect=outcome.state if row.state in OPEN else "", letter=trace.letter,
            scan_ref=trace.scan_ref, seq=trace.seq, at=at, by_id=by.person_id,
        )  # fmt: skip
        now.save(force_insert=True)
        if row.state in OPEN:
            stand(row, outcome, trace.on, [*before, now])
            if row.state in SERVED:
                follow(row, scan_ref=trace.scan_ref, under=f"record:{_served_by(rung)}", by=by, at=at)


def _served_by(rung: str) -> str:
    """The event that says that a paper was served on a rung."""
    spec = ladder().rungs[rung]
    return spec.result_event or spec.done_event or spec.event


def stand(row: Delivery, outcome: Outcome, on: date, attempts: Sequence[Attempt]) -> None:
    """Write state and next step of an open delivery after its last attempt."""
    if outcome.state in SERVED:
        row.state, row.step, row.mode, row.served_on = outcome.state, Delivery.NOTHING, outcome.mode, on
        row.why, row.articles = outcome.why, outcome.articles
    elif outcome.state == Delivery.ENDED:
        row.state, row.step, row.announcement = Delivery.ENDED, Delivery.NOTHING, None
    elif row.state == Delivery.ANNOUNCED or outcome.state == Delivery.ANNOUNCED:
        row.state, row.step = Delivery.ANNOUNCED, Delivery.RUNNING
    else:
        waits = any(a.letter is not None and a.letter.state == Letter.ON_THE_WAY for a in attempts)
        row.state = outcome.state or (Delivery.SERVING if any(a.result != Attempt.SKIPPED for a in attempts) else Delivery.TODO)
        row.step = Delivery.ON_THE_WAY if waits else next_rung(a.rung for a in attempts)
    row.save(update_fields=["state", "step", "mode", "served_on", "why", "articles", "announcement"])


def complete(case_id: int, under: str, by: Actor, at: datetime, recorded_at: datetime) -> bool:
    """Record that delivery is complete once nothing of the case is left to serve (三(三)1): with the last one served."""
    rows = list(Delivery.objects.filter(case_id=case_id).exclude(state=Delivery.ENDED))
    if not rows or any(row.state not in SERVED for row in rows):
        return False
    last = max(rows, key=lambda row: (row.served_on, row.pk))
    payload = {"mode": last.mode, "served_on": last.served_on, "papers": sorted({row.paper for row in rows}),
               "recipients": sorted({row.recipient for row in rows})}  # fmt: skip
    spec = rules.rulebook().events[COMPLETED]
    key = f"completed:{case_id}:{len(rows)}:{max(row.pk for row in rows)}"
    record(COMPLETED, court_id=by.court_id, case_id=case_id, payload=payload, desk=desk_for(spec, by) or spec.desks[0], under=under,
           key=key, by=by, at=at, recorded_at=recorded_at)  # fmt: skip
    return True


def newest_scan(case_id: int, kind: str) -> str:
    """The ref of the proof that was just filed for an event of the case."""
    return Scan.objects.filter(case_id=case_id, event_kind=kind).order_by("-pk").values_list("ref", flat=True).first() or ""


def said_of(rows: Sequence[Delivery], payload: Mapping[str, Any]) -> dict[str, Any]:
    """The event's fields with whom and what it was about."""
    return {**payload, "debtor": rows[0].recipient, "papers": [row.paper for row in rows], "deliveries": [row.ref for row in rows]}


def not_later(on: date, at: datetime, what: str) -> None:
    """A day of service lies not in the future. Refuses one that does."""
    if on > at.date():
        raise Refusal.because(what, "送达日期不能晚于今天", clause=CLAUSE, field="on", now="请更正日期")
