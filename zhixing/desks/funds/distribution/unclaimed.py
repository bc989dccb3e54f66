"""Money that nobody takes: on cases, in suspense, in deposit; what is to be done with it at which age, and what was done (四(三)2(3))."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from zhixing.casework.cases.models import Case
from zhixing.casework.facts import rules
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import require
from zhixing.rulebook.refusals import Reason, Refusal

from ..keeping import day_of
from ..models import Payout, Receipt
from .keeping import limits
from .models import Deposit, UnclaimedStep
from .standing import COUNTED

CASE, SUSPENSE, DEPOSIT = "case", "suspense", "deposit"
KINDS = ((CASE, "案件账户"), (SUSPENSE, "不明款项"), (DEPOSIT, "提存款"))


@dataclass(frozen=True, slots=True)
class Idle:
    """A sum that lies there: since when, whose it may be, what was done, and the next step with the day from which it is due."""

    kind: str
    ref: str
    no: str
    case: Case | None
    whose: str
    fen: int
    since: date
    done: Sequence[UnclaimedStep]
    step: dict[str, Any] | None
    due_on: date | None

    def days(self, today: date) -> int:
        """How long."""
        return (today - self.since).days

    def is_due(self, today: date) -> bool:
        """Whether the next step is to be taken."""
        return self.due_on is not None and self.due_on <= today


def steps_of(kind: str) -> list[dict[str, Any]]:
    """The steps about money of a kind, by age."""
    return [row for row in limits()["unclaimed"]["rows"] if kind in row["of"]]


def idle(court_id: int, kind: str, *, on: date, after: int = 0, limit: int) -> list[Idle]:
    """Sums of a kind that are old enough for the first step, the oldest first, from a place on. Two statements."""
    edge = on - timedelta(days=steps_of(kind)[0]["days"])
    sums = {CASE: _receipts, SUSPENSE: _waiting, DEPOSIT: _deposits}[kind](court_id, edge if kind != DEPOSIT else on)[after : after + limit]
    owner = "deposit_id" if kind == DEPOSIT else "receipt_id"
    done: dict[int, list[UnclaimedStep]] = {}
    for step in UnclaimedStep.objects.filter(**{f"{owner}__in": [s.pk for s in sums]}).select_related("by").order_by("pk"):
        done.setdefault(getattr(step, owner), []).append(step)
    return [_idle(kind, row, done.get(row.pk, [])) for row in sums]


def _idle(kind: str, row: Any, done: Sequence[UnclaimedStep]) -> Idle:
    taken = {s.step for s in done}
    step = next((s for s in steps_of(kind) if s["id"] not in taken), None)
    since = day_of(row.approved_at) if kind == DEPOSIT else row.arrived_on
    due_on = since + timedelta(days=step["days"]) if step else None
    if kind == DEPOSIT:
        return Idle(kind, row.ref, row.no, row.case, row.creditor, row.fen, since, done, step, due_on)
    return Idle(kind, row.ref, row.receipt_no, row.case, row.case.applicants if row.case else row.payer, row.rest_fen, since, done, step, due_on)


def _receipts(court_id: int, edge: date) -> Any:
    spoken = Payout.objects.filter(receipt=OuterRef("pk"), state__in=COUNTED).order_by().values("receipt").annotate(fen=Sum("amount_fen")).values("fen")
    rows = Receipt.objects.filter(court_id=court_id, state=Receipt.BOOKED, arrived_on__lte=edge).exclude(channel=Receipt.ON_SITE)
    left = rows.annotate(rest_fen=F("amount_fen") - F("settled_fen") - Coalesce(Subquery(spoken), 0))
    return left.filter(rest_fen__gt=0).select_related("case", "case__handler").order_by("arrived_on", "pk")


def _waiting(court_id: int, edge: date) -> Any:
    rows = Receipt.objects.filter(court_id=court_id, state__in=Receipt.WAITING, arrived_on__lte=edge).annotate(rest_fen=F("amount_fen"))
    return rows.select_related("case", "case__handler").order_by("arrived_on", "pk")


def _deposits(court_id: int, edge: date) -> Any:
    return Deposit.objects.filter(court_id=court_id, state=Deposit.HELD).select_related("case", "case__handler").order_by("approved_at", "pk")


def take_step(*, kind: str, ref: str, step: str, done_on: date, note: str, by: Actor, at: datetime) -> UnclaimedStep:
    """Keep what was done about a sum. It moves no money: paying, setting aside and handing over have their own acts.
    Refuses a step that does not fit the sum, and the same once more."""
    what = "没有登记办理情况"
    require(rules.rulebook(), by, "do:settle_unclaimed", what=what)
    clause, reasons = limits()["unclaimed"]["clause"], []
    rows: Any = Deposit.objects if kind == DEPOSIT else Receipt.objects
    with transaction.atomic():
        row = rows.select_for_update().filter(ref=ref, court_id=by.court_id).first()
        if row is None or kind not in dict(KINDS):
            raise Refusal.because(what, "没有这笔款", clause=clause, status=404)
        about = {"step": step, "done_on": done_on, "note": note.strip()[:400]}
        if step not in {s["id"] for s in steps_of(kind)}:
            reasons.append(Reason("没有这一步", clause, "请选择要办的一步", field="step"))
        if done_on > day_of(at):
            reasons.append(Reason("办理日期不能晚于今天", clause, "请更正日期", field="done_on"))
        if not about["note"]:
            reasons.append(Reason("没有写明办理情况", clause, "请写明怎样办的，有什么凭证", field="note"))
        elif (row.steps if kind == DEPOSIT else row.unclaimed_steps).filter(**about).exists():
            reasons.append(Reason("同样的办理情况已经登记", clause, "请刷新页面查看", field="note"))
        if reasons:
            raise Refusal(what, reasons)
        owner = {"deposit": row} if kind == DEPOSIT else {"receipt": row}
        return UnclaimedStep.objects.create(**owner, **about, at=at, by_id=by.person_id)
