"""Anomalies kept: told once to the bureau head and the teams, then seen, explained or handed on by name (四(三)1)."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Prefetch

from zhixing.casework.facts import record, rules
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import require
from zhixing.rulebook.refusals import Refusal

from ..anomalies import Anomaly, anomalies
from ..keeping import CLAUSE, desk_of
from ..models import Payout
from .models import Finding, FindingNote

TOLD, EXPLAIN = "funds_anomaly_reported", "do:explain_anomaly"
WATCH = "案款异常检查"


def watch_actor(court_id: int) -> Actor:
    """Who tells of anomalies when nobody presses a button: may do that, and nothing that the regulation gives to other posts."""
    return Actor(None, WATCH, court_id, frozenset(rules.rulebook().authority[f"record:{TOLD}"].roles))


def untold(court_id: int, at: datetime) -> list[Anomaly]:
    """What stands out now with payouts that no finding of the same thing has yet. A fixed number of statements."""
    found = anomalies(court_id, at)
    known: dict[tuple[str, str], set[int]] = {}
    rows = Finding.objects.filter(court_id=court_id, subject__in={a.subject for a in found}).values_list("rule", "subject", "payouts")
    for rule, subject, payout in rows:
        known.setdefault((rule, subject), set()).add(payout)
    return [a for a in found if {p.pk for p in a.payouts} - known.get((a.rule, a.subject), set())]


def tell_anomalies(*, by: Actor, at: datetime) -> int:
    """Keep and tell everything that is not told yet; how many. Doing it twice, or on two machines at once, tells once."""
    require(rules.rulebook(), by, f"record:{TOLD}", what="暂不能报告案款异常")
    told = 0
    for anomaly in untold(by.court_id, at):
        with suppress(IntegrityError), transaction.atomic():
            _tell(anomaly, by, at)
            told += 1
    return told


def _tell(anomaly: Anomaly, by: Actor, at: datetime) -> None:
    """One finding, and one event in each case that it had not touched before: the rulebook then tells whom the clause names."""
    finding = Finding.objects.select_for_update().filter(court_id=by.court_id, rule=anomaly.rule, subject=anomaly.subject, state__in=Finding.LISTED).first()
    if finding is None:
        finding = Finding.objects.create(court_id=by.court_id, rule=anomaly.rule, subject=anomaly.subject, title=anomaly.title, why=anomaly.why[:200], found_at=at)
    elif finding.why != anomaly.why[:200]:
        finding.why = anomaly.why[:200]
        finding.save(update_fields=["why"])
    before = set(finding.payouts.values_list("case_id", flat=True))
    finding.payouts.add(*anomaly.payouts)
    for case_id in sorted({p.case_id for p in anomaly.payouts} - before):
        numbers = "、".join(p.no for p in anomaly.payouts if p.case_id == case_id)
        record(TOLD, court_id=by.court_id, case_id=case_id, desk=desk_of(TOLD, by), key=f"anomaly:{finding.ref}:{case_id}", by=by, at=at,
               payload={"anomaly": f"{anomaly.title}：{anomaly.why}（发放单 {numbers}）", "told": "执行局局长和承办团队"})  # fmt: skip


def note(*, finding_ref: str, step: str, reason: str, to: str = "", by: Actor, at: datetime) -> Finding:
    """Say what was found out. Explained and handed on take it off the list; nobody explains payouts that went through their own hands.
    Refuses them, an empty finding, the same once more, and one that is settled."""
    what = "没有记下异常的办理情况"
    require(rules.rulebook(), by, EXPLAIN, what=what)
    if step not in dict(Finding.STATES) or step == Finding.OPEN:
        raise Refusal.because(what, "没有选择怎样办理", clause=CLAUSE, field="step", now="请选择")
    if not reason.strip():
        raise Refusal.because(what, "没有写明查到的情况", clause=CLAUSE, field="reason", now="请写明情况和依据")
    if (step == Finding.HANDED) != bool(to.strip()):
        why = "移交要写明移交给谁" if step == Finding.HANDED else "只有移交才填写移交给谁"
        raise Refusal.because(what, why, clause=CLAUSE, field="to", now="请核对")
    with transaction.atomic():
        finding = Finding.objects.select_for_update().filter(ref=finding_ref, court_id=by.court_id).first()
        if finding is None:
            raise Refusal.because(what, "没有这项异常", clause=CLAUSE, status=404)
        if finding.state not in Finding.LISTED:
            raise Refusal.because(what, f"这项异常{finding.get_state_display()}", clause=CLAUSE, now="请刷新页面", status=409)
        if finding.notes.filter(step=step, reason=reason.strip()[:400], by_id=by.person_id).exists():
            raise Refusal.because(what, "同样的情况已经记下", clause=CLAUSE, field="reason", now="请刷新页面查看", status=409)
        if step == Finding.EXPLAINED and by.person_id in hands(finding):
            raise Refusal.because(what, f"{by.name}经手过这些发放，不能自己说明了结", clause=CLAUSE, field="step", now="请由未经手的人说明，或移交", status=403)
        FindingNote.objects.create(finding=finding, step=step, reason=reason.strip()[:400], to=to.strip()[:120], at=at, by_id=by.person_id)
        finding.state = step
        finding.save(update_fields=["state"])
    return finding


def hands(finding: Finding) -> set[int]:
    """Everybody who had a hand in its payouts. One statement."""
    names = ("requested_by", "checked_by", "approved_by", "sent_by", "settled_by")
    return {person for row in Payout.objects.filter(findings=finding).values_list(*names) for person in row if person}


def listed(court_id: int, *, closed: bool = False, before: int = 0, limit: int) -> list[Finding]:
    """The findings on the list (or those that left it), newest first, with their payouts and notes. Three statements."""
    rows = Finding.objects.filter(court_id=court_id, state__in=Finding.FINAL if closed else Finding.LISTED)
    if before:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk").prefetch_related("payouts__case", notes())[:limit])


def notes() -> Prefetch[str]:
    """What was noted, in its order, with who."""
    return Prefetch("notes", FindingNote.objects.select_related("by").order_by("pk"))
