"""Objections to a plan: the disputed part is held, the rest goes out; opposed, sued, corrected, withdrawn or lapsed (二(四)1(5))."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from zhixing.casework.facts import record, rules
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import require
from zhixing.rulebook.money.amounts import words
from zhixing.rulebook.refusals import Reason, Refusal

from ..keeping import day_of, desk_of, what_of
from .holding import hold
from .keeping import CLAUSE, OBJECTED, SETTLED, last_day, limits, locked_plan
from .models import DistributionPlan, HeldShare, Participant, PlanObjection
from .standing import standings

NEXT = {  # where an objection may go from where it stands
    PlanObjection.OPEN: (PlanObjection.CORRECTED, PlanObjection.WITHDRAWN),
    PlanObjection.OPPOSED: (PlanObjection.SUED, PlanObjection.LAPSED, PlanObjection.WITHDRAWN),
    PlanObjection.SUED: (PlanObjection.CORRECTED, PlanObjection.DISMISSED, PlanObjection.WITHDRAWN),
}  # fmt: skip


def object_to(
    *, plan_ref: str, participant: int, ground: str, disputed: Mapping[int, int], objected_on: date, by: Actor, at: datetime
) -> PlanObjection:
    """Somebody who takes part objects in time and says which shares are disputed (participant → fen): so much is held.
    Refuses one that comes too late or disputes more than a share."""
    what = what_of(OBJECTED)
    with transaction.atomic():
        plan = locked_plan(plan_ref, by.court_id, what, DistributionPlan.CHECKED, DistributionPlan.TOLD)
        people = {p.pk: p for p in plan.participants.all()}
        who = people.get(participant)
        reasons = _wrong(who, ground, objected_on, plan.court_id, at)
        stand = standings(plan, list(people.values()))
        asked = {pk: fen for pk, fen in disputed.items() if fen and pk in people}
        if not asked:
            reasons.append(Reason("没有写明争议的是谁的多少份额", CLAUSE, "请填写争议金额；无争议的部分先行发放", field="disputed"))
        for pk, fen in asked.items():
            if fen < 0 or fen > stand[pk].payable_fen:
                reasons.append(Reason(f"{people[pk].name}没有争议的份额是 {words(stand[pk].payable_fen)} 元", CLAUSE, "请核对争议金额", field=f"disputed-{pk}"))
        if plan.objections.filter(participant_id=participant, ground=ground.strip()[:1000], objected_on=objected_on, state__in=NEXT).exists():
            reasons.append(Reason("同一异议已经登记", CLAUSE, "请刷新页面查看", field="ground"))
        if who is None or reasons:
            raise Refusal(what, reasons)
        row = PlanObjection.objects.create(plan=plan, participant=who, ground=ground.strip()[:1000], objected_on=objected_on, made_by_id=by.person_id, made_at=at)
        HeldShare.objects.bulk_create([HeldShare(objection=row, participant_id=pk, fen=fen) for pk, fen in asked.items()])
        record(OBJECTED, court_id=by.court_id, case_id=plan.case_id, payload={"plan_no": plan.no, "objector": who.name, "content": row.ground}, desk=desk_of(OBJECTED, by),
               key=f"objection:{row.ref}", by=by, at=at)  # fmt: skip
        hold(plan, sum(asked.values()), f"{who.name}对分配方案 {plan} 提出异议", by, at)
    return row


def oppose(*, objection_ref: str, opposed_by: str, told_on: date, by: Actor, at: datetime) -> PlanObjection:
    """Others oppose the objection: the objector was told on a day, and has the time of `limits.yaml` to sue.
    Refuses days before the objection, or an objection that is settled."""
    what = "暂不能登记反对意见"
    require(rules.rulebook(), by, f"record:{OBJECTED}", what=what)
    with transaction.atomic():
        row = _locked(objection_ref, by.court_id, what, PlanObjection.OPEN)
        reasons = []
        if not opposed_by.strip():
            reasons.append(Reason("没有写明反对人", CLAUSE, "请写明谁提出反对意见", field="opposed_by"))
        if not row.objected_on <= told_on <= day_of(at):
            reasons.append(Reason("通知日期应在异议之后、今天以前", CLAUSE, "请更正日期", field="told_on"))
        if reasons:
            raise Refusal(what, reasons)
        _move(row, PlanObjection.OPPOSED, opposed_by=opposed_by.strip()[:200], opposed_told_on=told_on)
    return row


def settle(*, objection_ref: str, outcome: str, settled_on: date, suit_no: str = "", by: Actor, at: datetime) -> PlanObjection:
    """How it ended. What it held stays held when it is sued or the plan is to be corrected; else it may go out as planned.
    Refuses an end that its state does not have."""
    what = what_of(SETTLED)
    with transaction.atomic():
        row = _locked(objection_ref, by.court_id, what, *NEXT)
        if outcome not in NEXT[row.state]:
            allowed = "、".join(dict(PlanObjection.STATES)[s] for s in NEXT[row.state])
            raise Refusal.because(what, f"这件异议{row.get_state_display()}，只能登记：{allowed}", clause=CLAUSE, field="outcome", now="请选择其中一种", status=409)
        _in_time(row, outcome, settled_on, suit_no, what, at)
        fen = sum(h.fen for h in row.held.all())
        _move(row, outcome, settled_on=settled_on, suit_no=suit_no.strip()[:80] or row.suit_no)
        if not row.plan.objections.filter(state__in=PlanObjection.PENDING).exists():
            record(SETTLED, court_id=by.court_id, case_id=row.plan.case_id, payload={"plan_no": row.plan.no, "result": row.get_state_display()},
                   desk=desk_of(SETTLED, by), key=f"objection:{row.ref}:{outcome}", by=by, at=at)  # fmt: skip
        else:
            require(rules.rulebook(), by, f"record:{SETTLED}", what=what)
        if outcome not in PlanObjection.HOLDING and row.plan.state in DistributionPlan.LIVE:
            hold(row.plan, -fen, f"{row.participant.name}的异议{row.get_state_display()}", by, at)
    return row


def suing_ends(row: PlanObjection) -> date | None:
    """The last day on which the objector may sue; None while nobody opposes."""
    return last_day("suit", row.opposed_told_on, row.plan.court_id) if row.opposed_told_on else None


def _wrong(who: Participant | None, ground: str, objected_on: date, court_id: int, at: datetime) -> list[Reason]:
    if who is None or who.told_on is None:
        return [Reason("异议人没有参加这个方案，或还没有收到方案", CLAUSE, "请选择已经告知的债权人或被执行人", field="participant")]
    reasons, ends = [], last_day("objection", who.told_on, court_id)
    if not ground.strip():
        reasons.append(Reason("没有写明异议", CLAUSE, "请写明异议和理由", field="ground"))
    if not who.told_on <= objected_on <= day_of(at):
        reasons.append(Reason("异议日期应在收到方案之后、今天以前", CLAUSE, "请更正日期", field="objected_on"))
    elif objected_on > ends:
        reasons.append(Reason(f"{who.name}的异议期到 {ends} 为止（{limits()['objection']['article']}）", CLAUSE, "逾期提出的不予登记", field="objected_on"))
    return reasons


def _in_time(row: PlanObjection, outcome: str, settled_on: date, suit_no: str, what: str, at: datetime) -> None:
    ends = suing_ends(row)
    if not row.objected_on <= settled_on <= day_of(at):
        raise Refusal.because(what, "处理日期应在异议之后、今天以前", clause=CLAUSE, field="settled_on", now="请更正日期")
    if outcome == PlanObjection.SUED and not suit_no.strip():
        raise Refusal.because(what, "没有写明起诉的案号", clause=CLAUSE, field="suit_no", now="请填写受理法院的案号")
    if outcome == PlanObjection.SUED and ends is not None and settled_on > ends:
        raise Refusal.because(what, f"起诉的期限到 {ends} 为止", clause=CLAUSE, field="settled_on", now="逾期的按原方案分配")
    if outcome == PlanObjection.LAPSED and ends is not None and day_of(at) <= ends:
        raise Refusal.because(what, f"异议人可以在 {ends} 以前起诉", clause=CLAUSE, field="outcome", now="届满后再登记", status=409)


def _locked(ref: str, court_id: int, what: str, *states: str) -> PlanObjection:
    found = PlanObjection.objects.filter(ref=ref, plan__court_id=court_id).values_list("plan__ref", flat=True).first()
    if found is None:
        raise Refusal.because(what, "没有这件异议", clause=CLAUSE, status=404)
    locked_plan(found, court_id, what)
    row = PlanObjection.objects.select_related("plan", "participant").get(ref=ref)
    if row.state not in states:
        raise Refusal.because(what, f"这件异议{row.get_state_display()}", clause=CLAUSE, now="请刷新页面", status=409)
    return row


def _move(row: PlanObjection, state: str, **changes: object) -> None:
    if not PlanObjection.objects.filter(pk=row.pk, state=row.state).update(state=state, **changes):
        raise Refusal.because("没有办理", "这件异议刚刚有变化", clause=CLAUSE, now="请刷新页面", status=409)
    row.state = state
    for name, value in changes.items():
        setattr(row, name, value)
