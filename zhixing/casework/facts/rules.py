"""The rulebook and calendars in force for a court, read once per process and version."""

from __future__ import annotations

from datetime import date
from functools import cache, lru_cache

from zhixing.casework.calendars.models import CalendarVersion
from zhixing.rulebook.loader import REGULATIONS, standard
from zhixing.rulebook.model import Rulebook
from zhixing.rulebook.workdays import Calendar


def rulebook() -> Rulebook:
    """The regulation in force. One file today; courts choose theirs by `Court.regulation` when there are several."""
    return standard()


@cache
def shipped_calendar() -> Calendar:
    """The State Council calendar that ships with the product (version 0)."""
    return Calendar.load(REGULATIONS / "calendar-cn.yaml")


@lru_cache(maxsize=256)
def calendar(court_id: int, version: int) -> Calendar:
    """A court's calendar at a version; versions never change, so this may be kept for ever."""
    if version == 0:
        return shipped_calendar()
    row = CalendarVersion.objects.get(court_id=court_id, version=version)
    overrides = {date.fromisoformat(day): tuple(what) for day, what in row.overrides.items()}
    return shipped_calendar().with_overrides(overrides, version=version, covers_until=row.covers_until)
