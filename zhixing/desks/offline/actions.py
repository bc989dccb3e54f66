"""What the desk writes about deliveries: what is to be served, every attempt, every rung passed over, what is given up (三(三)2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from zhixing.casework.cases.models import Party
from zhixing.casework.dossier.actions import record_with_proof
from zhixing.casework.dossier.models import Scan
from zhixing.casework.facts import record, rules
from zhixing.casework.facts.forms import desk_for
from zhixing.casework.papers.models import Paper
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import require
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.refusals import Refusal

from .delivery_models import Attempt, Delivery
from .keeping import CLAUSE, Trace, add, chosen, climb, complete, locked, newest_scan, not_later, repeated, said_of
from .ladder import Outcome, ladder, settle

KEEP = "do:delivery"
WHERE = ("place", "phone", "address")


@dataclass(frozen=True, slots=True)
class Doing:
    """One attempt: the rung, what came of it and on which day, the event's fields, its proof and a key that makes a repeat
    harmless. `on` empty is the day of the act. `filed` is the ref of a proof that stands in the dossier already."""

    rung: str
    result: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    on: date | None = None
    proof: UploadedFile | None = None
    key: str = ""
    filed: str = ""


def open_deliveries(
    *, case_id: int, papers: Sequence[tuple[str, str]], party_ids: Sequence[int] = (), others: Sequence[str] = (), by: Actor, at: datetime
) -> list[Delivery]:
    """Put down what is to be served on whom: every paper (title, its number) for every recipient; what is there stays as it is.
    Refuses without a paper or a recipient."""
    what = "暂不能登记待送文书"
    require(rules.rulebook(), by, KEEP, what=what)
    papers = list(dict.fromkeys((title.strip()[:120], ref.strip()[:60]) for title, ref in papers if title.strip()))
    with transaction.atomic():
        case = locked(case_id, by.court_id, what)
        parties = list(Party.objects.filter(case=case, pk__in=party_ids))
        names: list[tuple[int | None, str]] = [(p.pk, p.name) for p in parties] + [(None, o.strip()[:120]) for o in others if o.strip()]
        if not papers:
            raise Refusal.because(what, "没有写明送达什么文书", clause=CLAUSE, field="papers", now="请选择或填写文书名称")
        if not names or len(parties) != len(set(party_ids)):
            raise Refusal.because(what, "没有选择受送达人", clause=CLAUSE, field="recipients", now="请从本案当事人中选择")
        there = set(Delivery.objects.filter(case=case).values_list("paper", "paper_ref", "recipient"))
        made = dict(Paper.objects.filter(case=case, number__in=[ref for _, ref in papers if ref]).values_list("number", "pk"))
        rows = [
            Delivery(court_id=by.court_id, case=case, party_id=pk, recipient=name, paper=title, paper_ref=ref, source_id=made.get(ref),
                     opened_at=at, opened_by_id=by.person_id)
            for title, ref in papers for pk, name in names if (title, ref, name) not in there
        ]  # fmt: skip
        return Delivery.objects.bulk_create(rows)


def attempt(*, case_id: int, refs: Sequence[str], doing: Doing, by: Actor, at: datetime, recorded_at: datetime | None = None) -> bool:
    """One attempt at the given deliveries of one recipient: event, proof, rows, and the completion when nothing is left.

    Refuses a rung whose lower rungs were neither tried nor passed over, a result without its legal conditions, and whatever
    the rulebook refuses. Returns whether the case's delivery is complete now.
    """
    spec, written_at = ladder().rungs[doing.rung], recorded_at or at
    what = f"暂不能{rules.rulebook().events[spec.event].verb}"
    on = doing.on or at.astimezone(CST).date()
    not_later(on, written_at.astimezone(CST), what)
    outcome = settle(doing.rung, doing.result, doing.payload)
    with transaction.atomic():
        locked(case_id, by.court_id, what)
        if repeated(by.court_id, doing.key):
            return False
        rows = chosen(case_id, refs, what)
        climb(doing.rung, rows, what)
        payload = said_of(rows, {**doing.payload, "result": doing.result})
        common: dict[str, Any] = {"case_id": case_id, "payload": payload, "desk": desk_for(rules.rulebook().events[spec.event], by),
                                  "key": doing.key or None, "by": by, "at": at, "recorded_at": written_at}  # fmt: skip
        if doing.filed and Scan.objects.filter(case_id=case_id, ref=doing.filed).exists():
            done, scan = record(spec.event, court_id=by.court_id, **common), doing.filed
        else:
            done = record_with_proof(spec.event, proof=doing.proof, **common)
            scan = newest_scan(case_id, spec.event) if doing.proof else ""
        where = next((str(doing.payload[name]) for name in WHERE if doing.payload.get(name)), "")
        trace = Trace(on=on, where=where, mode=str(doing.payload.get("mode", "")), scan_ref=scan, seq=done.seq)
        add(rows, doing.rung, outcome, trace, by, written_at)
        return complete(case_id, f"record:{spec.event}", by, at, written_at)


def skip(*, case_id: int, refs: Sequence[str], rung: str, reason: str, key: str = "", by: Actor, at: datetime) -> None:
    """Pass a rung over, with the reason. A rung above it is not passed over before the ones below (三(三)2).
    Refuses a rung that the ladder does not let anybody skip."""
    spec = ladder().rungs[rung]
    if not spec.skip_event:
        raise Refusal.because("暂不能跳过", f"{spec.title}不能跳过", clause=spec.clause)
    what = f"暂不能{rules.rulebook().events[spec.skip_event].verb}"
    with transaction.atomic():
        locked(case_id, by.court_id, what)
        if repeated(by.court_id, key):
            return
        rows = chosen(case_id, refs, what)
        climb(rung, rows, what)
        payload = said_of(rows, {"reason": reason.strip()})
        done = record(spec.skip_event, court_id=by.court_id, case_id=case_id, payload=payload, key=key or None,
                      desk=desk_for(rules.rulebook().events[spec.skip_event], by), by=by, at=at)  # fmt: skip
        trace = Trace(on=at.astimezone(CST).date(), reason=reason.strip()[:400], seq=done.seq)
        add(rows, rung, Outcome(Attempt.SKIPPED), trace, by, at)


def end(*, ref: str, reason: str, by: Actor, at: datetime) -> None:
    """Give a delivery up, with the reason (the paper was withdrawn, the recipient is no party any more). Refuses without a reason."""
    what = "暂不能终止送达"
    require(rules.rulebook(), by, KEEP, what=what)
    if not reason.strip():
        raise Refusal.because(what, "没有写明理由", clause=CLAUSE, field="reason", now="请写明终止送达的理由")
    with transaction.atomic():
        found = Delivery.objects.filter(ref=ref, court_id=by.court_id).values_list("case_id", flat=True).first()
        if found is None:
            raise Refusal.because(what, "没有这项送达", status=404)
        locked(found, by.court_id, what)
        rows = chosen(found, [ref], what)
        trace = Trace(on=at.astimezone(CST).date(), reason=reason.strip()[:400])
        add(rows, "end", Outcome(Attempt.ENDED, Delivery.ENDED), trace, by, at)
        complete(found, KEEP, by, at, at)

