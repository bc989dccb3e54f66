"""What the desk writes about days outside: a batch is scheduled, each task answered, the day closed (三(三)3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from zhixing.casework.cases.models import Case, CaseState
from zhixing.casework.courts.models import Court
from zhixing.casework.facts import record, rules
from zhixing.casework.facts.forms import desk_for
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import require
from zhixing.casework.people.models import Person
from zhixing.rulebook import memory
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.refusals import Reason, Refusal

from .delivery_models import Delivery
from .field_models import FieldDay, FieldTask
from .settled import field as settled

SCHEDULED, DONE_KIND, STARTED = "field_day_scheduled", "field_day_done", "traditional_search_started"
TASK = "do:field_task"
MOST = 200


@dataclass(frozen=True, slots=True)
class Stop:
    """A place to go to for a case: what is to be done there, and the deliveries that are to be made (refs)."""

    case_id: int
    place: str
    what: str
    deliveries: Sequence[str] = field(default_factory=tuple)


def schedule(*, day: date, kind: str, officer_ids: Sequence[int], stops: Sequence[Stop], by: Actor, at: datetime) -> FieldDay:
    """Put one kind of matter on one day: the batch, its tasks by place, and the clock of every case in it (三(三)3).
    Refuses days gone by and an empty batch."""
    book, what = rules.rulebook(), "暂不能排班"
    require(book, by, f"record:{SCHEDULED}", what=what)
    reasons = _wrong(day, kind, stops, at)
    officers = list(Person.objects.filter(court_id=by.court_id, is_active=True, pk__in=officer_ids).order_by("pk"))
    if not officers or len(officers) != len(set(officer_ids)):
        reasons.append(Reason("没有选择外出人员", settled()["clause"], "请从本院人员中选择", field="officers"))
    if reasons:
        raise Refusal(what, reasons)
    with transaction.atomic():
        Court.objects.select_for_update().get(pk=by.court_id)  # two batches of one day never take the same number
        cases = {c.pk: c for c in Case.objects.select_for_update().filter(court_id=by.court_id, pk__in=[s.case_id for s in stops]).order_by("pk")}
        if len(cases) != len({s.case_id for s in stops}):
            raise Refusal.because(what, "没有这个案件", status=404)
        made = FieldDay.objects.create(court_id=by.court_id, batch_no=_number(by.court_id, day, kind), day=day, kind=kind, made_at=at, made_by_id=by.person_id)
        made.officers.set(officers)
        for n, stop in enumerate(sorted(stops, key=lambda s: s.place), 1):
            _add(made, stop, n)
        payload = {"day": day, "batch_no": made.batch_no, "kind": kind, "officers": "、".join(o.name for o in officers)}
        for case_id in cases:
            record(SCHEDULED, court_id=by.court_id, case_id=case_id, payload=payload, desk=desk_for(book.events[SCHEDULED], by),
                   key=f"{made.batch_no}:{case_id}", by=by, at=at)  # fmt: skip
        return made


def _wrong(day: date, kind: str, stops: Sequence[Stop], at: datetime) -> list[Reason]:
    clause, reasons = settled()["clause"], []
    if kind not in settled()["kinds"]:
        reasons.append(Reason("没有选择事项种类", clause, "一个班次只排一种事项", field="kind"))
    if day < at.astimezone(CST).date():
        reasons.append(Reason("排班日期已经过去", clause, "请选择今天或以后的日期", field="day"))
    if not stops or len(stops) > MOST:
        reasons.append(Reason("没有要去的地方，或者太多", clause, f"请填写一到 {MOST} 项", field="stops"))
    if any(not s.place.strip() or not s.what.strip() for s in stops):
        reasons.append(Reason("有的事项没有写地点或者要办什么", clause, "请补全", field="stops"))
    if len({(s.case_id, s.what) for s in stops}) != len(stops):
        reasons.append(Reason("同一案件的同一件事写了两遍", clause, "请删去一行", field="stops"))
    return reasons


def _number(court_id: int, day: date, kind: str) -> str:
    """The batch's number: day, and the next serial of that day."""
    start = f"{day:%Y%m%d}-"
    last = FieldDay.objects.filter(court_id=court_id, batch_no__startswith=start).aggregate(n=Max("batch_no"))["n"]
    return f"{start}{int(last.rpartition('-')[2]) + 1 if last else 1:03}"


def _add(day: FieldDay, stop: Stop, n: int) -> FieldTask:
    task = FieldTask.objects.create(court_id=day.court_id, day=day, case_id=stop.case_id, position=n, place=stop.place.strip()[:200],
                                    what=stop.what.strip()[:200])  # fmt: skip
    if stop.deliveries:
        task.deliveries.set(Delivery.objects.filter(case_id=stop.case_id, ref__in=stop.deliveries))
    return task


def reorder(*, ref: str, order: Sequence[str], by: Actor, at: datetime) -> None:
    """Put the tasks of a day in the order of the route: refs, first to last; those not named come after.
    Refuses once the day is reported."""
    what = "暂不能调整路线"
    require(rules.rulebook(), by, f"record:{SCHEDULED}", what=what)
    with transaction.atomic():
        day = _open_day(ref, by, what)
        place = {task: n for n, task in enumerate(order, 1)}
        for task in day.tasks.all():
            FieldTask.objects.filter(pk=task.pk).update(position=place.get(task.ref, len(order) + task.position))


def answer(*, ref: str, done: bool, text: str, by: Actor, at: datetime, recorded_at: datetime | None = None) -> bool:
    """Write down what came of a task, once. The first search done for a case starts its traditional search (四(二)2(3)).

    Returns False when the same answer was written before; another answer is refused.
    """
    what, clause = "暂不能登记", settled()["clause"]
    require(rules.rulebook(), by, TASK, what=what)
    said, state = text.strip()[:1000], FieldTask.DONE if done else FieldTask.NOT_DONE
    if not said:
        raise Refusal.because(what, "没有写明结果" if done else "没有写明未办的理由", clause=clause, field="text", now="办了的写结果，没办的写理由")
    with transaction.atomic():
        task = FieldTask.objects.select_for_update().select_related("day").filter(ref=ref, court_id=by.court_id).first()
        if task is None:
            raise Refusal.because(what, "没有这项外出事项", status=404)
        if task.state != FieldTask.TODO:
            if (task.state, task.result) == (state, said):
                return False
            raise Refusal.because(what, f"这一项已由{task.answered_by.name}登记为{task.get_state_display()}", clause=clause, now="请刷新页面", status=409)  # type: ignore[union-attr]
        task.state, task.result, task.answered_at, task.answered_by_id = state, said, recorded_at or at, by.person_id
        task.save(update_fields=["state", "result", "answered_at", "answered_by"])
        act = settled()["kinds"][task.day.kind]["starts"]
        if done and act:
            start_search(case_id=task.case_id, act=act, detail=f"{task.day.kind}：{task.what}", by=by, at=at, recorded_at=recorded_at)
        return True


def start_search(
    *, case_id: int, act: str, detail: str, more: Mapping[str, Any] | None = None, by: Actor, at: datetime, recorded_at: datetime | None = None
) -> bool:
    """Record that the traditional search began, unless it had (四(二)2(3)). Returns whether it began now. Refuses an unknown case."""
    document = CaseState.objects.filter(case_id=case_id, case__court_id=by.court_id).values_list("document", flat=True).first()
    if document is None:
        raise Refusal.because("暂不能启动传统查控", "没有这个案件", status=404)
    if STARTED in memory.load(document).happened:
        return False
    record(STARTED, court_id=by.court_id, case_id=case_id, payload={**(more or {}), "act": act, "detail": detail[:400]},
           desk=desk_for(rules.rulebook().events[STARTED], by), by=by, at=at, recorded_at=recorded_at)  # fmt: skip
    return True


def close_day(*, ref: str, by: Actor, at: datetime) -> FieldDay:
    """Close a field day: refused while a task has no answer; every case's record says what was done that day (三(三)3)."""
    what = f"暂不能{rules.rulebook().events[DONE_KIND].verb}"
    require(rules.rulebook(), by, f"record:{DONE_KIND}", what=what)
    with transaction.atomic():
        day = _open_day(ref, by, what)
        tasks = list(day.tasks.select_related("case").order_by("position", "pk"))
        if missing := [t for t in tasks if t.state == FieldTask.TODO]:
            raise Refusal(what, [Reason(f"{t.case.number} {t.what}：没有登记办了没有", settled()["clause"], "请登记结果，或写明未办的理由") for t in missing])
        by_case: dict[int, list[str]] = {}
        for task in tasks:
            by_case.setdefault(task.case_id, []).append(f"{task.what}（{task.place}）：{task.get_state_display()}，{task.result}")
        for case_id, lines in by_case.items():
            record(DONE_KIND, court_id=by.court_id, case_id=case_id, payload={"day": day.day, "batch_no": day.batch_no, "done": "\n".join(lines)},
                   desk=desk_for(rules.rulebook().events[DONE_KIND], by), key=f"{day.batch_no}:{case_id}:done", by=by, at=at)  # fmt: skip
        day.closed_at = at
        day.save(update_fields=["closed_at"])
        return day


def _open_day(ref: str, by: Actor, what: str) -> FieldDay:
    day = FieldDay.objects.select_for_update().filter(ref=ref, court_id=by.court_id).first()
    if day is None:
        raise Refusal.because(what, "没有这个班次", status=404)
    if day.closed_at is not None:
        raise Refusal.because(what, "这个班次已经登记完成", clause=settled()["clause"], now="请刷新页面", status=409)
    return day
