"""What the inquiry desk writes besides feedbacks and measures: queries started, forms printed, assets handled and passed on
(三(二)5-6, 四(二)2(2))."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction

from zhixing.casework.assets.kinds import kinds
from zhixing.casework.assets.measures import lock_case
from zhixing.casework.assets.models import Asset, Feedback, Inquiry, Measure
from zhixing.casework.assets.totals import facts_of
from zhixing.casework.cases.models import Case, Party
from zhixing.casework.facts import Recorded, record, rules
from zhixing.casework.facts.forms import desk_for
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.people.actors import Actor
from zhixing.rulebook.refusals import Refusal

from .importing import holdings_of
from .settled import settled

STARTED = {Inquiry.NATIONAL: "inquiry_started_zdz", Inquiry.PROVINCIAL: "inquiry_started_ddd"}
PRINTED, HANDLED, COMPLETED = "feedback_form_printed", "feedback_assets_handled", "online_control_completed"
LOCATED, PASSED = "asset_located", "out_of_area_asset_passed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case of a bulk: the sentence, or the refusal."""

    ref: str
    words: str = ""
    refusal: Refusal | None = None


def start_inquiry(
    *, case_id: int, system: str, debtors: Sequence[str] = (), query_no: str = "", fetched: bool = False, key: str = "", by: Actor,
    at: datetime, recorded_at: datetime | None = None,
) -> list[Inquiry]:  # fmt: skip
    """Start a query about the debtors (names; none: all) in a system. `fetched`: the worker asks and fetches the answer; else a
    clerk enters it on the platform (and did, where `query_no` is given). Nobody but debtors of the case is queried.
    Refuses a second one on the same day while the first waits."""
    kind = STARTED[system]
    what = f"暂不能{rules.rulebook().events[kind].verb}"
    with transaction.atomic():
        case = lock_case(case_id, by.court_id, what)
        if key and _written(by.court_id, key):
            return list(Inquiry.objects.filter(case=case, request_id__startswith=_request(key)))
        asked = [p for p in Party.objects.filter(case=case, role=Party.DEBTOR).order_by("position") if not debtors or p.name in debtors]
        _may_ask(case, system, asked, at, what)
        first = Inquiry.objects.filter(case=case, system=system).count() + 1
        names = {p.pk: (query_no.strip() or f"{system.upper()}{at:%Y%m%d}-{first + n:02}") for n, p in enumerate(asked)}
        token = _request(key or f"{case.ref}:{system}:{at.isoformat()}")
        made = Inquiry.objects.bulk_create([
            Inquiry(court_id=by.court_id, case=case, debtor=p, system=system, number=names[p.pk], request_id=f"{token}-{p.position}",
                    started_at=at, started_by_id=by.person_id, by_file=not fetched, poll_at=at, sent_at=at if query_no.strip() else None)
            for p in asked
        ])  # fmt: skip
        payload = {"debtor": "、".join(p.name for p in asked)[:400], "query_no": "、".join(dict.fromkeys(names.values()))[:400]}
        _record(kind, case.pk, payload, key, by, at, recorded_at)
    return made


def _request(key: str) -> str:
    return sha256(f"inquiry:{key}".encode()).hexdigest()[:32]


def _may_ask(case: Case, system: str, asked: Sequence[Party], at: datetime, what: str) -> None:
    clause = rules.rulebook().events[STARTED[system]].clause
    if case.closed_on is not None and case.closing_way not in settled()["queried_when_closed"]["closing_ways"]:
        raise Refusal.because(what, "案件已经结案", clause=clause, status=409)
    if not asked:
        raise Refusal.because(what, "案件没有登记被执行人", clause=clause, now="请先在案件页面登记被执行人", status=409)
    waiting = Inquiry.objects.filter(case=case, system=system, debtor__in=asked, state=Inquiry.ASKED).select_related("debtor")
    today = [i for i in waiting if i.started_at.astimezone(at.tzinfo).date() == at.date()]
    if today:
        raise Refusal.because(what, f"今天已经对{today[0].debtor.name}发起过，正在等待反馈", clause=clause, now="请等待反馈，或导入已有的反馈", status=409)


def skip_provincial(*, case_id: int, reason: str, key: str = "", by: Actor, at: datetime) -> Recorded:
    """点对点 has no interface for this court: said with its reason (四(二)2(2)). Refuses without one."""
    kind = STARTED[Inquiry.PROVINCIAL]
    if not reason.strip():
        raise Refusal.because("暂不能登记不适用", "没有写明不适用的理由", clause=rules.rulebook().events[kind].clause, field="reason")
    with transaction.atomic():
        lock_case(case_id, by.court_id, "暂不能登记不适用")
        return _record(kind, case_id, {"not_applicable": True, "reason": reason.strip()}, key, by, at)


def start_many(*, refs: Iterable[str], systems: Sequence[str], fetched: bool, key: str, by: Actor, at: datetime) -> list[Outcome]:
    """Start queries in many cases, each in a transaction of its own: a refused case stops no other."""
    wanted = list(dict.fromkeys(refs))
    ids = dict(Case.objects.filter(court_id=by.court_id, ref__in=wanted).values_list("ref", "pk"))
    done = []
    for ref in wanted:
        try:
            if ref not in ids:
                raise Refusal.because("暂不能发起查询", "没有这个案件", status=404)
            with transaction.atomic():
                made = [i for s in systems for i in start_inquiry(
                    case_id=ids[ref], system=s, fetched=fetched, key=f"{key[:40]}:{ref}:{s}", by=by, at=at)]  # fmt: skip
        except Refusal as refusal:
            done.append(Outcome(ref, refusal=refusal))
        else:
            done.append(Outcome(ref, f"已发起 {len(made)} 项查询"))
    return done


def print_form(*, feedback_ref: str, note: str = "", key: str = "", by: Actor, at: datetime) -> Feedback:
    """The feedback's form was printed, with what was noted on it (三(二)6). Refuses (404) another court's."""
    return _about(feedback_ref, PRINTED, {"note": note.strip()}, "printed_at", key, by, at)


def handle_feedback(*, feedback_ref: str, not_controlled: str = "", key: str = "", by: Actor, at: datetime) -> Feedback:
    """Every asset of the case has its next step: what was done with each kind goes on record (三(二)6). Refused while an asset
    that can be frozen online is not, or one lies nobody knows where."""
    return _about(feedback_ref, HANDLED, {"not_controlled": not_controlled.strip()}, "handled_at", key, by, at)


def _about(ref: str, kind: str, payload: Mapping[str, Any], column: str, key: str, by: Actor, at: datetime) -> Feedback:
    what = f"暂不能{rules.rulebook().events[kind].verb}"
    case_id = Feedback.objects.filter(ref=ref, court_id=by.court_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise Refusal.because(what, "没有这份反馈", status=404)
    with transaction.atomic():
        lock_case(case_id, by.court_id, what)
        feedback = Feedback.objects.get(ref=ref)
        told = done_with(case_id, what) if kind == HANDLED and not getattr(feedback, column) else {}
        done = _record(kind, case_id, {"feedback_no": feedback.number, **told, **payload}, key, by, at)
        if getattr(feedback, column) is None and not done.repeated:
            setattr(feedback, column, at)
            feedback.save(update_fields=[column])
    return feedback


def done_with(case_id: int, what: str = "") -> dict[str, str]:
    """Column of the form → what was done with each of the assets of its kind. With `what`, refuses while something is undone."""
    told: dict[str, list[str]] = {}
    undone = []
    for holding in holdings_of(case_id):
        asset, last = holding.asset, holding.standing or holding.failed
        if asset.state == Asset.PASSED:
            words = "已移交委托"
        elif last is not None:
            words = f"{last.number}{last.get_result_display()}" + (f"（{last.reason}）" if last.state == Measure.FAILED else "")
        elif not holding.is_worth:
            words = "无可用余额"
        elif "online" in kinds()[asset.kind].traits:
            undone.append(f"{asset.no} {asset.title}还没有网络冻结，也没有登记未控原因")
            continue
        elif asset.area in (Asset.OUT, Asset.UNKNOWN):
            undone.append(f"{asset.no} {asset.title}" + ("在地级市外，还没有移交委托" if asset.area == Asset.OUT else "的所在地还没有查明"))
            continue
        else:
            words = "转线下查控"
        told.setdefault(kinds()[asset.kind].column, []).append(f"{asset.no} {asset.title}：{words}")
    if what and undone:
        raise Refusal.because(what, "；".join(undone[:5]), clause="三(二)6", now="请在财产清单逐项办理", status=409)
    return {column: "；".join(lines)[:2000] for column, lines in told.items()}


def complete_control(*, case_id: int, result: str = "", key: str = "", by: Actor, at: datetime) -> Recorded:
    """Online search and control of the case are done (四(二)2(2)). Refused while a query waits or a feedback is unhandled."""
    what = f"暂不能{rules.rulebook().events[COMPLETED].verb}"
    with transaction.atomic():
        lock_case(case_id, by.court_id, what)
        if Inquiry.objects.filter(case_id=case_id, state=Inquiry.ASKED).exists():
            raise Refusal.because(what, "还有查询在等待反馈", clause="四(二)2(2)", now="请导入反馈", status=409)
        left = Feedback.objects.filter(case_id=case_id, handled_at__isnull=True).values_list("number", flat=True)
        if left:
            raise Refusal.because(what, f"{'、'.join(left)}还没有处理完", clause="三(二)6", now="请先处理反馈的财产", status=409)
        return _record(COMPLETED, case_id, {"result": result.strip()}, key, by, at)


def locate_asset(*, case_id: int, asset_ref: str, area: str, place: str, key: str = "", by: Actor, at: datetime) -> Asset:
    """Somebody found out where an asset lies; feedbacks no longer say otherwise (三(二)6(2)). Refuses without an answer."""
    what = f"暂不能{rules.rulebook().events[LOCATED].verb}"
    with transaction.atomic():
        case = lock_case(case_id, by.court_id, what)
        asset = _asset(case_id, asset_ref, what)
        if area not in (Asset.IN, Asset.OUT):
            raise Refusal.because(what, "没有选择在不在本地级市内", clause="三(二)6(2)", field="area", now="请选择")
        asset.area, asset.area_said, asset.place = area, True, place.strip()[:200]
        asset.save(update_fields=["area", "area_said", "place"])
        out = facts_of(holdings_of(case_id), case.claim_yuan, {})["out_of_area"]
        _record(LOCATED, case_id, {"asset_no": asset.no, "place": asset.place, "out_of_area": out}, key, by, at)
    return asset


def pass_assets(*, case_id: int, asset_refs: Sequence[str], handed_to: str = "", key: str = "", by: Actor, at: datetime) -> list[Asset]:
    """Hand assets outside the city to the entrustment desk, one event for each (三(二)6(2)).
    Refuses those that lie inside, or nobody knows where."""
    what = f"暂不能{rules.rulebook().events[PASSED].verb}"
    passed = []
    with transaction.atomic():
        lock_case(case_id, by.court_id, what)
        for ref in dict.fromkeys(asset_refs):
            asset = _asset(case_id, ref, what)
            if asset.state == Asset.PASSED:
                continue
            if asset.area != Asset.OUT or not asset.place:
                raise Refusal.because(what, f"{asset.no}不是地级市外的财产，或没有写明所在地", clause="三(二)6(2)", now="请先登记财产所在地", status=409)
            payload = {"asset": f"{asset.no} {asset.title}"[:400], "place": asset.place, "handed_to": handed_to.strip()}
            _record(PASSED, case_id, payload, f"{key}:{ref}" if key else "", by, at)
            asset.state, asset.passed_on = Asset.PASSED, at.date()
            asset.save(update_fields=["state", "passed_on"])
            passed.append(asset)
        if not asset_refs:
            raise Refusal.because(what, "没有选择财产", clause="三(二)6(2)", now="请选择要移交的财产")
    return passed


def _asset(case_id: int, ref: str, what: str) -> Asset:
    asset = Asset.objects.filter(ref=ref, case_id=case_id).first()
    if asset is None:
        raise Refusal.because(what, "没有这项财产", status=404)
    return asset


def _written(court_id: int, key: str) -> bool:
    return JournalEntry.objects.filter(court_id=court_id, idempotency_key=key).exists()


def _record(
    kind: str, case_id: int, payload: Mapping[str, Any], key: str, by: Actor, at: datetime, recorded_at: datetime | None = None
) -> Recorded:
    desk = desk_for(rules.rulebook().events[kind], by)
    return record(kind, court_id=by.court_id, case_id=case_id, payload=payload, desk=desk, key=key or None, by=by, at=at,
                  recorded_at=recorded_at or at)  # fmt: skip
