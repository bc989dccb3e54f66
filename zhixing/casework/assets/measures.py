"""Freezes, seals and seizures of assets: made, tried in vain, renewed before they lapse, risen from waiting, released
(三(二)6(1), 三(三)1, 四(四)3(2)(4); cpl_interp 第485条, ckd 第26条)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from zhixing.casework.cases.models import Case
from zhixing.casework.dossier.actions import record_with_proof
from zhixing.casework.facts import Recorded, rules
from zhixing.casework.facts.forms import desk_for
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.people.actors import Actor
from zhixing.rulebook.refusals import Reason, Refusal

from .kinds import Kind, Term, kinds, measure_titles, results
from .models import Asset, Measure
from .numbering import free_number
from .totals import STANDING

MADE, FAILED, TAKEN, RENEWED, RELEASED = "online_freeze_made", "online_freeze_failed", "measure_taken", "measure_renewed", "measure_released"
WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Done:
    """What was done to an asset and how it ended. `result`: controlled, waiting or not_controlled; whether it is partly or
    over follows from the amounts (yuan). Dates are those printed on the notice or the answer; empty `expires_on`: the longest term."""

    kind: str
    result: str
    online: bool = True
    reason: str = ""
    ruling_no: str = ""
    waiting_order: int = 0
    effective_on: date | None = None
    expires_on: date | None = None
    limit_yuan: Decimal | None = None
    controlled_yuan: Decimal | None = None
    noted_on_form: bool | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """The paper that proves it and the key that makes a repeat harmless."""

    scan: UploadedFile | None = None
    key: str = ""


def take_measure(
    *, case_id: int, asset_ref: str, done: Done, proof: Proof, by: Actor, at: datetime, recorded_at: datetime | None = None
) -> Measure:
    """Record a measure on an asset with its row. Refuses a kind that the asset does not allow, a term that is too long,
    a second measure beside a standing one, and a failure without its reason."""
    what = "暂不能登记措施"
    with transaction.atomic():
        asset = _asset(case_id, asset_ref, by.court_id, what)
        if again := _repeated(case_id, proof.key):
            return again
        kind = kinds()[asset.kind]
        effective_on = done.effective_on or at.date()
        expires_on = done.expires_on or kind.term.last_day(effective_on)
        reasons = [*_kind_reasons(kind, done), *_term_reasons(kind.term, effective_on, expires_on)]
        if done.result != Measure.NOT_CONTROLLED and asset.measures.filter(state__in=STANDING).exists():
            reasons.append(Reason(f"{asset.no}已有有效或轮候的措施", kind.clause, "要延长请续行，要更换请先解除", field="kind"))
        if reasons:
            raise Refusal(what, reasons, 409 if not any(r.field for r in reasons) else 422)
        measure = Measure(
            court_id=by.court_id, case_id=case_id, asset=asset, number=free_number(case_id, "措"), kind=done.kind, online=done.online,
            ruling_no=done.ruling_no.strip(), reason=done.reason.strip(), limit_yuan=done.limit_yuan, controlled_yuan=done.controlled_yuan,
            result=_result(done), state=_state(done), waiting_order=done.waiting_order if done.result == WAITING else 0,
            made_at=at, made_by_id=by.person_id,
        )  # fmt: skip
        if measure.state != Measure.FAILED:
            measure.effective_on, measure.expires_on = effective_on, expires_on
        event, payload = _event(measure, kind, done)
        measure.seq = _record(event, case_id, payload, proof, by, at, recorded_at or at).seq
        measure.save(force_insert=True)
    return measure


def _kind_reasons(kind: Kind, done: Done) -> list[Reason]:
    reasons = []
    if done.kind not in kind.measures:
        allowed = "、".join(measure_titles()[m]["title"] for m in kind.measures)
        reasons.append(Reason(f"{kind.title}不能用这种措施", kind.clause, f"可以：{allowed}", field="kind"))
    if done.result not in results():
        reasons.append(Reason("没有写明结果", kind.clause, "请选择已控、轮候或未控", field="result"))
    if done.result == Measure.NOT_CONTROLLED and not done.reason.strip():
        reasons.append(Reason("未控没有写明原因", kind.clause, "请照反馈填写未能控制的原因", field="reason"))
    if done.result == WAITING and done.waiting_order < 1:
        reasons.append(Reason("轮候没有写明顺位", kind.clause, "请照回执填写轮候顺位，首位轮候填 1", field="waiting_order"))
    for name, words in (("limit_yuan", "限额"), ("controlled_yuan", "控制金额")):
        if (value := getattr(done, name)) is not None and value < 0:
            reasons.append(Reason(f"{words}不能为负数", kind.clause, f"请更正{words}", field=name))
    return reasons


def _term_reasons(term: Term, effective_on: date, expires_on: date) -> list[Reason]:
    """The article's longest term; expiry is a calendar day and does not roll."""
    last = term.last_day(effective_on)
    if expires_on < effective_on:
        return [Reason("到期日早于生效日", field="expires_on", now="请照协助执行通知书更正")]
    if expires_on > last:
        return [Reason(f"{term.title}的期限不得超过{term.years}年，自{effective_on}起最晚到{last}", f"民诉法解释{term.article}",
                       f"请把到期日改为{last}或更早", field="expires_on")]  # fmt: skip
    return []


def _result(done: Done) -> str:
    """Controlled in full, in part, or beyond the limit: by the amounts."""
    limit, held = done.limit_yuan, done.controlled_yuan
    if done.result != Measure.CONTROLLED or limit is None or held is None or held == limit:
        return done.result
    return Measure.PARTLY if held < limit else Measure.OVER


def _state(done: Done) -> str:
    return {Measure.NOT_CONTROLLED: Measure.FAILED, WAITING: Measure.WAITING}.get(done.result, Measure.ACTIVE)


def _event(measure: Measure, kind: Kind, done: Done) -> tuple[str, dict[str, Any]]:
    """The regulation's event for it and what it says."""
    if measure.state == Measure.FAILED:
        return FAILED, {"measure_no": measure.number, "asset_no": measure.asset.no, "kind": kind.freeze_kind, "reason": measure.reason}
    said = {"measure_no": measure.number, "expires_on": measure.expires_on,
            "amount_yuan": measure.controlled_yuan if measure.controlled_yuan is not None else measure.limit_yuan}  # fmt: skip
    if done.online:
        return MADE, {**said, "kind": kind.freeze_kind, "controlled": results()[measure.result]["event"], "noted_on_form": done.noted_on_form}
    return TAKEN, {**said, **_taken(measure, kind)}


def _taken(measure: Measure, kind: Kind) -> dict[str, Any]:
    """What 查封扣押冻结 says of the asset."""
    asset = measure.asset
    waits = measure.state == Measure.WAITING
    return {
        "kind": "轮候查封" if waits and measure.kind == "seal" else measure_titles()[measure.kind]["title"],
        "object": f"{asset.no} {asset.title}"[:400], "object_kind": kind.object_kind, "owner": asset.holder.name, "place": asset.place,
        "waiting_order": measure.waiting_order or None, "effective_on": measure.effective_on,
    }  # fmt: skip


def renew_measure(
    *, measure_ref: str, expires_on: date | None = None, proof: Proof, by: Actor, at: datetime, recorded_at: datetime | None = None
) -> Measure:
    """Renew a standing measure before it lapses, for no longer than its first term (cpl_interp 第485条第2款).
    Refuses a measure that has lapsed and a term beyond the longest."""
    what = "暂不能续行"
    with transaction.atomic():
        measure = _measure(measure_ref, by.court_id, what)
        if proof.key and _written(measure.case_id, proof.key):
            return measure
        kind = kinds()[measure.asset.kind]
        assert measure.expires_on is not None
        if at.date() > measure.expires_on:
            raise Refusal.because(what, f"措施已于{measure.expires_on}到期失效", clause="四(四)3(2)", status=409,
                                  now="期限届满前未续行的，效力消灭，请重新办理查封、扣押、冻结")  # fmt: skip
        start = measure.expires_on + timedelta(days=1)
        until = expires_on or kind.term.last_day(start)
        if reasons := _term_reasons(kind.term, start, until):
            raise Refusal(what, reasons)
        _record(RENEWED, measure.case_id, {"measure_no": measure.number, "expires_on": until}, proof, by, at, recorded_at or at)
        measure.expires_on, measure.renewed = until, measure.renewed + 1
        measure.save(update_fields=["expires_on", "renewed"])
    return measure


def take_effect(
    *, measure_ref: str, effective_on: date, expires_on: date | None = None, proof: Proof, by: Actor, at: datetime
) -> Measure:
    """A waiting measure rises to first in rank when those before it are released (ckd 第26条); its term counts from then.
    Refuses one that does not wait."""
    what = "暂不能登记轮候转正"
    with transaction.atomic():
        measure = _measure(measure_ref, by.court_id, what)
        if proof.key and _written(measure.case_id, proof.key):
            return measure
        if measure.state != Measure.WAITING:
            raise Refusal.because(what, f"{measure.number}不是轮候措施", clause="三(三)1", status=409)
        kind = kinds()[measure.asset.kind]
        until = expires_on or kind.term.last_day(effective_on)
        if reasons := _term_reasons(kind.term, effective_on, until):
            raise Refusal(what, reasons)
        measure.state, measure.result, measure.waiting_order = Measure.ACTIVE, Measure.CONTROLLED, 0
        measure.effective_on, measure.expires_on = effective_on, until
        payload = {"measure_no": measure.number, "expires_on": until, "amount_yuan": measure.controlled_yuan, **_taken(measure, kind)}
        _record(TAKEN, measure.case_id, payload, proof, by, at, at)
        measure.save()
    return measure


def release_measure(
    *, measure_ref: str, ruling_no: str, proof: Proof, by: Actor, at: datetime, recorded_at: datetime | None = None
) -> Measure:
    """Lift a measure, by a ruling (四(四)3(4)). Refuses one that no longer stands."""
    with transaction.atomic():
        measure = _measure(measure_ref, by.court_id, "暂不能解除")
        if proof.key and _written(measure.case_id, proof.key):
            return measure
        _record(RELEASED, measure.case_id, {"measure_no": measure.number, "ruling_no": ruling_no.strip()}, proof, by, at, recorded_at or at)
        measure.state = Measure.RELEASED
        measure.save(update_fields=["state"])
    return measure


def _asset(case_id: int, ref: str, court_id: int, what: str) -> Asset:
    """An asset of the court's case, the case locked."""
    lock_case(case_id, court_id, what)
    asset = Asset.objects.filter(ref=ref, case_id=case_id, court_id=court_id).select_related("holder").first()
    if asset is None:
        raise Refusal.because(what, "没有这项财产", status=404)
    return asset


def _measure(ref: str, court_id: int, what: str) -> Measure:
    """A standing measure of the court, locked with its case."""
    case_id = Measure.objects.filter(ref=ref, court_id=court_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise Refusal.because(what, "没有这项措施", status=404)
    lock_case(case_id, court_id, what)
    measure = Measure.objects.select_related("asset__holder").get(ref=ref)
    if measure.state not in STANDING:
        raise Refusal.because(what, f"{measure.number}{measure.get_state_display()}", clause="四(四)3(4)", status=409)
    return measure


def lock_case(case_id: int, court_id: int, what: str) -> Case:
    """The court's case, locked: two acts on its assets stand in a queue. Refuses (404) another court's."""
    case = Case.objects.select_for_update(of=("self",)).filter(pk=case_id, court_id=court_id).select_related("court__prefecture").first()
    if case is None:
        raise Refusal.because(what, "没有这个案件", status=404)
    return case


def _written(case_id: int, key: str) -> int | None:
    return JournalEntry.objects.filter(case_id=case_id, idempotency_key=key).values_list("seq", flat=True).first()


def _repeated(case_id: int, key: str) -> Measure | None:
    seq = _written(case_id, key) if key else None
    return Measure.objects.filter(case_id=case_id, seq=seq).first() if seq is not None else None


def _record(
    kind: str, case_id: int, payload: Mapping[str, Any], proof: Proof, by: Actor, at: datetime, recorded_at: datetime
) -> Recorded:
    desk = desk_for(rules.rulebook().events[kind], by)
    return record_with_proof(kind, proof=proof.scan, case_id=case_id, payload=payload, desk=desk, key=proof.key or None,
                             by=by, at=at, recorded_at=recorded_at)  # type: ignore[arg-type]  # fmt: skip
