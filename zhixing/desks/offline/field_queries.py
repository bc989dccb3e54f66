"""What the desk reads about days outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Q

from zhixing.casework.cases.models import Case
from zhixing.casework.people.queries import holders
from zhixing.rulebook.model import Rulebook

from .field_actions import TASK
from .field_models import Evidence, FieldDay, FieldTask


def days(court_id: int, *, closed: bool, limit: int) -> list[FieldDay]:
    """Batches with their counts, the next ones first; closed ones newest first. Two statements."""
    rows = FieldDay.objects.filter(court_id=court_id, closed_at__isnull=not closed).prefetch_related("officers")
    rows = rows.annotate(n=Count("tasks"), left=Count("tasks", filter=Q(tasks__state=FieldTask.TODO)))
    return list(rows.order_by("-day" if closed else "day", "batch_no")[:limit])


def day_of(court_id: int, ref: str) -> FieldDay | None:
    """A batch of the court."""
    return FieldDay.objects.filter(court_id=court_id, ref=ref).prefetch_related("officers").first()


@dataclass(slots=True)
class Place:
    """The tasks at one place, in the order of the route."""

    name: str
    tasks: list[FieldTask] = field(default_factory=list)


def route(day: FieldDay) -> list[Place]:
    """The tasks of a day by place, in the order of the route; each with its papers and what was brought back. Three statements."""
    tasks = day.tasks.select_related("case", "answered_by").prefetch_related("deliveries").order_by("position", "pk")
    brought: dict[int, list[Evidence]] = {}
    for evidence in Evidence.objects.filter(task__day=day).select_related("scan", "by").order_by("taken_at"):
        brought.setdefault(evidence.task_id, []).append(evidence)
    places: list[Place] = []
    for task in tasks:
        task.brought = brought.get(task.pk, [])  # type: ignore[attr-defined]
        if not places or places[-1].name != task.place:
            places.append(Place(task.place))
        places[-1].tasks.append(task)
    return places


def staff(court_id: int, book: Rulebook, on: date) -> list[tuple[str, str]]:
    """(id, name with team or post) of who may go outside, post by post."""
    may = book.authority[TASK].roles
    return holders(court_id, {role.id: role.title for role in book.roles.values() if role.id in may}, on)


def cases_by_number(court_id: int, numbers: Sequence[str]) -> dict[str, Case]:
    """Number as typed (either kind of brackets) → case."""
    wanted = {n.replace("(", "（").replace(")", "）"): n for n in numbers}
    return {wanted[c.number]: c for c in Case.objects.filter(court_id=court_id, number__in=list(wanted))}


def mine(court_id: int, person_id: int | None, on: date) -> list[FieldTask]:
    """The tasks of a person on a day, in the order of the route, and what is left of earlier days. Two statements."""
    tasks = FieldTask.objects.filter(court_id=court_id, day__officers=person_id, day__closed_at__isnull=True, day__day__lte=on)
    tasks = tasks.filter(Q(day__day=on) | Q(state=FieldTask.TODO)).select_related("case", "day").prefetch_related("deliveries")
    return list(tasks.order_by("day__day", "day__batch_no", "position", "pk"))


def done_for(case: Case) -> list[FieldTask]:
    """What was done outside for a case, oldest first."""
    return list(FieldTask.objects.filter(case=case).exclude(state=FieldTask.TODO).select_related("day", "answered_by").order_by("answered_at"))
