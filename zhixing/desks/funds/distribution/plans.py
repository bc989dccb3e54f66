"""A plan's way: drawn up, checked by another, told to everybody with proof, final when the time to object is over (二(四)1(5))."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Sum

from zhixing.casework.cases.models import Case, Party
from zhixing.casework.dossier.actions import add_scan
from zhixing.casework.facts import record, rules
from zhixing.casework.papers.actions import next_number
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import allowed, require
from zhixing.rulebook.money.amounts import words
from zhixing.rulebook.refusals import Reason, Refusal

from ..keeping import day_of, desk_of, locked_case, text_of, what_of
from ..models import Receipt
from .holding import free_held
from .keeping import CLAUSE, PLANNED, TOLD, last_day, locked_plan, move
from .models import DistributionPlan, Participant, PlanClaim, PlanObjection, PlanPart, digest_of
from .sharing import Claimed, Shared, law_of, principle_of, scheme_of, share
from .standing import live_plan_of, rest_of, standings, used_by

SERIES = ("distribution", "分配〔{year}〕{n:04d}号")
WHAT = "没有制作分配方案"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a plan is made of: which part of which receipts (ref → fen), by which scheme, whose claims; `principle` in own words."""

    parts: Mapping[str, int]
    scheme: str
    claims: Sequence[Claimed]
    principle: str = ""
    law: str = ""


def draft(*, case_id: int, wanted: Draft, replaces: str = "", by: Actor, at: datetime) -> DistributionPlan:
    """Draw up a plan, or the next version of one (`replaces`), which then is used no more. Every fen of the pool is in a share or left
    over; a new version may not give anybody less than was paid already. Refuses to replace another case's plan, and a share less than was paid out."""
    require(rules.rulebook(), by, f"record:{PLANNED}", what=WHAT)
    with transaction.atomic():
        case = locked_case(case_id, by.court_id, WHAT)
        old = locked_plan(replaces, by.court_id, WHAT, *DistributionPlan.LIVE) if replaces else None
        if old is not None and old.case_id != case_id:
            raise Refusal.because(WHAT, "要代替的方案不是本案的", clause=CLAUSE, status=409)
        receipts = _receipts(case, wanted.parts, old)
        claims = _whole(case, wanted.claims)
        shared = share(sum(wanted.parts.values()), claims, wanted.scheme)
        before = list(old.participants.all()) if old else []
        stand = standings(old, before) if old else {}
        less = [p.name for p in before if shared.by_name.get(p.name, 0) < stand[p.pk].paid_fen + stand[p.pk].deposited_fen]
        if less:
            raise Refusal.because(WHAT, f"{'、'.join(less)}已经领取的比新方案多", clause=CLAUSE, now="请先追回，或调整债权", status=409)
        if old is not None:
            move(old, DistributionPlan.REPLACED, settled_by_id=by.person_id, settled_at=at)
            free_held(old, by, at)
        return _write(case, wanted, shared, receipts, old, by, at)


def check(*, plan_ref: str, by: Actor, at: datetime) -> DistributionPlan:
    """Another than its maker lets the plan pass: from now on it is to be told to everybody within the regulation's time.
    Refuses its maker."""
    what = what_of(PLANNED)
    with transaction.atomic():
        plan = locked_plan(plan_ref, by.court_id, what, DistributionPlan.DRAFTED)
        if plan.made_by_id == by.person_id:
            raise Refusal.because(what, "方案由本人制作，须由另一人审核", clause=CLAUSE, now="请交给另一位有权限的人员", status=403)
        collected = Receipt.objects.filter(case_id=plan.case_id, state=Receipt.BOOKED).aggregate(fen=Sum("amount_fen"))["fen"] or 0
        payload = {"plan_no": plan.no, "total_yuan": text_of(plan.pool_fen), "principle": plan.principle, "law": plan.law, "collected_yuan": text_of(collected)}
        record(PLANNED, court_id=by.court_id, case_id=plan.case_id, payload=payload, desk=desk_of(PLANNED, by), under="do:check_distribution",
               key=f"plan:{plan.ref}:checked", by=by, at=at)  # fmt: skip
        move(plan, DistributionPlan.CHECKED, checked_by_id=by.person_id, checked_at=at)
    return plan


def withdraw(*, plan_ref: str, reason: str, by: Actor, at: datetime) -> DistributionPlan:
    """Take a plan back that nobody was told of, or do not let it pass; its money is free again.
    Refuses without a reason, and once somebody was told."""
    what = "暂不能撤回分配方案"
    if not allowed(rules.rulebook(), by, "do:check_distribution"):
        require(rules.rulebook(), by, f"record:{PLANNED}", what=what)
    with transaction.atomic():
        plan = locked_plan(plan_ref, by.court_id, what, DistributionPlan.DRAFTED, DistributionPlan.CHECKED)
        if not reason.strip():
            raise Refusal.because(what, "没有写明理由", clause=CLAUSE, field="reason", now="请写明理由")
        if plan.participants.filter(told_on__isnull=False).exists():
            raise Refusal.because(what, "已经告知部分债权人", clause=CLAUSE, now="请制作新的一稿代替", status=409)
        move(plan, DistributionPlan.WITHDRAWN, settled_by_id=by.person_id, settled_at=at, remark=reason.strip()[:200])
    return plan


def tell(
    *, plan_ref: str, participants: Collection[int], told_on: date, how: str, proof: UploadedFile | None = None, by: Actor, at: datetime
) -> DistributionPlan:
    """Keep whom the plan was told to, when and how, with the proof of delivery in the dossier; when it is everybody the time to
    object runs for the last of them.
    Refuses days before the check and people who take no part."""
    what = what_of(TOLD)
    require(rules.rulebook(), by, f"record:{TOLD}", what=what)
    with transaction.atomic():
        plan = locked_plan(plan_ref, by.court_id, what, DistributionPlan.CHECKED)
        reasons = []
        if not how.strip():
            reasons.append(Reason("没有写明送达方式和凭证", CLAUSE, "请写明，如：邮寄，单号 EMS1；当面签收", field="how"))
        if told_on > day_of(at) or (plan.checked_at and told_on < day_of(plan.checked_at)):
            reasons.append(Reason("送达日期应在审核之后、今天以前", CLAUSE, "请更正日期", field="told_on"))
        chosen = plan.participants.filter(pk__in=list(participants), told_on__isnull=True)
        if not participants:
            reasons.append(Reason("没有勾选已经送达的人", CLAUSE, "请在表中勾选", field="pick"))
        elif chosen.count() != len(set(participants)):
            reasons.append(Reason("勾选的人有的已经登记过", CLAUSE, "请刷新页面再勾选", field="pick"))
        if reasons:
            raise Refusal(what, reasons)
        if proof is not None:
            add_scan(case_id=plan.case_id, title=f"分配方案 {plan} 送达凭证", upload=proof, event_kind=TOLD, by=by, at=at)
        chosen.update(told_on=told_on, told_how=how.strip()[:200], told_by_id=by.person_id)
        if not plan.participants.filter(told_on__isnull=True).exists():
            record(TOLD, court_id=by.court_id, case_id=plan.case_id, payload={"plan_no": plan.no}, desk=desk_of(TOLD, by), key=f"plan:{plan.ref}:told", by=by, at=at)
            move(plan, DistributionPlan.TOLD)
    return plan


def objecting_ends(plan: DistributionPlan) -> date | None:
    """The last day on which anybody may still object; None while not everybody was told. Two statements."""
    told = list(plan.participants.values_list("told_on", flat=True))
    return last_day("objection", max(told), plan.court_id) if told and None not in told else None


def finish(*, plan_ref: str, by: Actor, at: datetime) -> DistributionPlan:
    """The time to object is over: what nobody disputes may be paid. What is disputed stays held until its objection is settled.
    Refuses before the time is over, and while the plan has to be corrected."""
    what = "暂不能开始发放"
    require(rules.rulebook(), by, "do:finish_distribution", what=what)
    with transaction.atomic():
        plan = locked_plan(plan_ref, by.court_id, what, DistributionPlan.TOLD)
        ends = objecting_ends(plan)
        if ends is None or day_of(at) <= ends:
            raise Refusal.because(what, f"异议期到 {ends} 才届满", clause=CLAUSE, now="届满后再办；已有的异议照常登记", status=409)
        if plan.objections.filter(state=PlanObjection.CORRECTED).exists():
            raise Refusal.because(what, "异议成立，方案要修正", clause=CLAUSE, now="请制作新的一稿", status=409)
        move(plan, DistributionPlan.FINAL, settled_by_id=by.person_id, settled_at=at)
    return plan


def _receipts(case: Case, parts: Mapping[str, int], old: DistributionPlan | None) -> dict[int, int]:
    """Receipt id → fen. Refuses what is not booked on this case, is in another plan, or is no longer there."""
    rows = {r.ref: r for r in Receipt.objects.filter(case=case, state=Receipt.BOOKED, ref__in=parts)}
    mine = set(old.parts.values_list("receipt_id", flat=True)) if old else set()
    gone = sum(s.paid_fen + s.deposited_fen for s in standings(old).values()) if old else 0
    if not parts or len(rows) < len(parts):
        raise Refusal.because(WHAT, "没有选择来款，或不在本案账户", clause=CLAUSE, field="parts", now="请选择本案已入案的来款")
    for ref, fen in parts.items():
        row = rows[ref]
        other = live_plan_of(row.pk)
        if other is not None and (old is None or other.pk != old.pk):
            raise Refusal.because(WHAT, f"来款 {row.receipt_no} 已经在分配方案 {other} 里", clause=CLAUSE, field="parts", now="请制作那个方案的新一稿", status=409)
        most = rest_of(row) + (used_by(old, row.pk) if old and row.pk in mine else 0)
        if fen <= 0 or fen > most:
            raise Refusal.because(WHAT, f"来款 {row.receipt_no} 可分配 {words(most)} 元", clause=CLAUSE, field="parts", now="请核对金额", status=409)
    if sum(parts.values()) < gone:
        raise Refusal.because(WHAT, f"原方案已经发放 {words(gone)} 元", clause=CLAUSE, field="parts", now="可分配金额不能少于已发放的", status=409)
    return {rows[ref].pk: fen for ref, fen in parts.items()}


def _whole(case: Case, claims: Sequence[Claimed]) -> list[Claimed]:
    """The claims with the applicants tied to their parties. Refuses a name on two sides and an applicant who is none."""
    parties = {p.name: p.pk for p in case.parties.filter(role=Party.APPLICANT)}
    sides: dict[str, str] = {}
    for n, claim in enumerate(claims):
        if sides.setdefault(claim.name, claim.side) != claim.side:
            raise Refusal.because(WHAT, f"{claim.name}写了两种地位", clause=CLAUSE, field=f"claims-{n}", now="同一人的各笔债权请写同一种地位")
        if claim.side == Participant.APPLICANT and claim.name not in parties:
            raise Refusal.because(WHAT, f"{claim.name}不是本案申请执行人", clause=CLAUSE, field=f"claims-{n}", now="请改为另案申请人或参与分配的债权人")
    return [Claimed(c.name, c.side, c.rank, c.fen, c.basis, c.joined_on, c.turn, parties[c.name] if c.side == Participant.APPLICANT else None) for c in claims]


def _write(case: Case, wanted: Draft, shared: Shared, receipts: Mapping[int, int], old: DistributionPlan | None, by: Actor, at: datetime) -> DistributionPlan:
    scheme, pool = scheme_of(wanted.scheme), sum(receipts.values())
    plan = DistributionPlan.objects.create(
        court_id=by.court_id, case=case, no=old.no if old else next_number(by.court_id, day_of(at).year, SERIES), version=old.version + 1 if old else 1, replaces=old,
        scheme=scheme.id, pool_fen=pool, surplus_fen=shared.surplus_fen, principle=wanted.principle.strip()[:1000] or principle_of(scheme),
        law=wanted.law.strip()[:400] or law_of(scheme)[:400], steps=list(shared.steps), digest=fingerprint(pool, shared.surplus_fen, shared.shares),
        made_by_id=by.person_id, made_at=at,
    )  # fmt: skip
    PlanPart.objects.bulk_create([PlanPart(plan=plan, receipt_id=r, fen=fen) for r, fen in receipts.items()])
    people: dict[str, Participant] = {}
    for claim, _ in shared.shares:
        if claim.name not in people:
            people[claim.name] = Participant(plan=plan, position=len(people) + 1, side=claim.side, name=claim.name, party_id=claim.party_id, share_fen=shared.by_name[claim.name])
    for party in case.parties.filter(role=Party.DEBTOR).order_by("position"):
        if party.name not in people:
            people[party.name] = Participant(plan=plan, position=len(people) + 1, side=Participant.DEBTOR, name=party.name, party=party)
    made = {p.name: p for p in Participant.objects.bulk_create(people.values())}
    PlanClaim.objects.bulk_create(
        PlanClaim(participant=made[c.name], position=n, rank=c.rank, turn=c.turn, basis=c.basis, joined_on=c.joined_on, fen=c.fen, share_fen=fen)
        for n, (c, fen) in enumerate(shared.shares, 1)
    )  # fmt: skip
    return plan


def fingerprint(pool_fen: int, surplus_fen: int, shares: Sequence[tuple[Claimed, int]]) -> str:
    """Of who gets what in which rank."""
    return digest_of(pool_fen, surplus_fen, [[c.name, c.rank, c.turn, c.basis, c.fen, fen] for c, fen in shares])
