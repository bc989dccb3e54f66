"""What the rule pages show of a court's clocks, clause by clause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, Value

from zhixing.casework.duties.models import Duty

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Compliance:
    """How one clause's (or duty's) clocks fare: open and late now, and this year's finished ones met in time or late."""

    open: int = 0
    late: int = 0
    met: int = 0
    met_late: int = 0

    @property
    def ratio(self) -> str:
        """Share of this year's finished clocks that were met in time, e.g. 92.5%; a dash when there is none."""
        finished = self.met + self.met_late
        return f"{100 * self.met / finished:.1f}%" if finished else "—"


def compliance(court_id: int, by: str, at: datetime, **where: Any) -> Mapping[str, Compliance]:
    """Compliance per value of the column `by` ("clause", "rule" or "desk"). One statement."""
    year = Q(met_at__gte=datetime(at.year, 1, 1, tzinfo=at.tzinfo), met_at__lte=at)
    one = Value(1)
    rows = (
        Duty.objects.filter(Q(is_open=True) | year, court_id=court_id, **where)
        .values_list(by)
        .annotate(
            n_open=Count(one, filter=Q(is_open=True)),
            n_late=Count(one, filter=Q(is_open=True, due_at__lt=at)),
            n_met=Count(one, filter=year & Q(late_at__isnull=True)),
            n_met_late=Count(one, filter=year & Q(late_at__isnull=False)),
        )
    )
    return {row[0]: Compliance(*row[1:]) for row in rows}


def open_clocks(court_id: int, clause: str) -> list[dict[str, Any]]:
    """The most pressing open clocks under a clause, with what they are about. One statement."""
    return list(
        Duty.objects.filter(court_id=court_id, clause=clause, is_open=True)
        .order_by(F("due_at").asc(nulls_last=True), "id")
        .values("id", "rule", "key", "desk", "started_at", "due_at", "provisional", "extended_until", "late_at", "suspended_at",
                "case__ref", "case__number", "case__applicants", "case__debtors", "matter__ref", "matter__title")[:SHOWN]
    )  # fmt: skip
