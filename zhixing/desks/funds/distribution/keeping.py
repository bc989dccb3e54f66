"""What every act of distribution shares: the numbers of `limits.yaml`, the locked plan, when a period ends."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from zhixing.rulebook.deadlines import CST, due
from zhixing.rulebook.periods import Period
from zhixing.rulebook.refusals import Refusal

from ..keeping import locked_case
from ..queries import calendar_of
from .models import DistributionPlan

CLAUSE = "二(四)1(5)"
PLANNED, TOLD, HEARD = "distribution_planned", "distribution_told", "distribution_hearing_held"
OBJECTED, SETTLED = "distribution_objected", "distribution_objection_settled"


@cache
def limits() -> dict[str, Any]:
    """The numbers (`limits.yaml`)."""
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("limits.yaml").read_text("utf-8"))
    return found


def last_day(name: str, since: date, court_id: int) -> date:
    """The last day of a period of `limits.yaml` that began on a day: the day itself is not counted, a rest day moves the end on."""
    begun = datetime.combine(since, time(), CST)
    ended = due(begun, Period.parse(limits()[name]["period"]), calendar_of(court_id)).due_at
    assert ended is not None  # only an exclusion makes a clock stand still
    return ended.astimezone(CST).date()


def locked_plan(ref: str, court_id: int, what: str, *states: str) -> DistributionPlan:
    """The plan of this court with its case locked, in one of the states; else refused with where it stands."""
    case_id = DistributionPlan.objects.filter(ref=ref, court_id=court_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise Refusal.because(what, "没有这个分配方案", clause=CLAUSE, status=404)
    locked_case(case_id, court_id, what)
    plan = DistributionPlan.objects.select_for_update().get(ref=ref)
    if states and plan.state not in states:
        raise Refusal.because(what, f"分配方案 {plan} {plan.get_state_display()}", clause=CLAUSE, now="请刷新页面", status=409)
    return plan


def move(plan: DistributionPlan, state: str, **changes: Any) -> None:
    """Take the plan to its next state, if it still is where it was read: one statement, so it happens once.
    Refuses (409) when somebody was quicker."""
    if not DistributionPlan.objects.filter(pk=plan.pk, state=plan.state).update(state=state, **changes):
        raise Refusal.because("没有办理", f"分配方案 {plan} 刚刚有变化", clause=CLAUSE, now="请刷新页面", status=409)
    plan.state = state
    for name, value in changes.items():
        setattr(plan, name, value)
