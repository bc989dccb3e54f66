"""Working days of the State Council calendar with make-up days (调休). Immutable; a court's edits make a new calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

OFF, WORK = "off", "work"
FIRST, LAST = date(1990, 1, 1), date(2099, 12, 31)
WEEKEND = ("周六", "周日")
Special = tuple[str, str, str]
DAY = timedelta(days=1)


class Calendar:
    """Which days are worked. `version` 0 is the shipped calendar; `covers` says for which days a notice is published.

    Beyond the cover only weekends are off and every answer is provisional. Counting is two list look-ups.
    """

    __slots__ = ("_count", "_first", "_list", "cover_from", "cover_until", "sources", "special", "version")

    def __init__(
        self, special: Mapping[date, Special], cover_from: date, cover_until: date,
        sources: Mapping[str, Mapping[str, Any]] | None = None, version: int = 0,
    ) -> None:  # fmt: skip
        self.special = dict(special)
        self.sources = dict(sources or {})
        self.cover_from, self.cover_until, self.version = cover_from, cover_until, version
        self._first = FIRST.toordinal()
        self._list: list[date] = []
        self._count: list[int] = []
        day = FIRST
        while day <= LAST:
            if self._works(day):
                self._list.append(day)
            self._count.append(len(self._list))
            day += DAY

    @classmethod
    def load(cls, source: Path | Mapping[str, Any]) -> Calendar:
        """The calendar of a file (`calendar-cn.yaml`) or of its parsed content."""
        data = yaml.load(source.read_text(encoding="utf-8"), LOADER) if isinstance(source, Path) else source
        special = {d["date"]: (d["kind"], d["name"], d["source"]) for d in data["days"]}
        covers = data["covers"]
        return cls(special, covers["from"], covers["until"], {s["id"]: s for s in data["sources"]})

    def with_overrides(
        self, overrides: Mapping[date, Sequence[str]], *, version: int, covers_until: date | None = None
    ) -> Calendar:
        """A calendar with a court's own days (kind, name, source) laid over this one."""
        special = {**self.special, **{d: (o[0], o[1], o[2]) for d, o in overrides.items()}}
        return Calendar(special, self.cover_from, max(self.cover_until, covers_until or self.cover_until), self.sources, version)

    def _works(self, day: date) -> bool:
        found = self.special.get(day)
        return day.weekday() < 5 if found is None else found[0] == WORK

    def is_working_day(self, day: date) -> bool:
        """Whether the court works on a day."""
        return self._works(day)

    def why_off(self, day: date) -> str | None:
        """Why a day is not worked (国庆节, 周六 …); None for a working day."""
        if self._works(day):
            return None
        found = self.special.get(day)
        return found[1] if found else WEEKEND[day.weekday() - 5]

    def source_of(self, day: date) -> str:
        """The notice that makes a day what it is; "" for a plain weekday or weekend."""
        found = self.special.get(day)
        if found is None:
            return ""
        source = self.sources.get(found[2])
        return f"{source['title']}（{source['number']}）" if source else found[2]

    def next_working_day(self, day: date) -> date:
        """The first working day after a day."""
        return self._list[self._count[day.toordinal() - self._first]]

    def add_working_days(self, day: date, n: int) -> date:
        """The n-th working day after a day (before it when n is negative); n 0 is the day itself."""
        if n > 0:
            return self._list[self._count[day.toordinal() - self._first] + n - 1]
        if n == 0:
            return day
        before = self._count[day.toordinal() - self._first] - (1 if self._works(day) else 0)
        return self._list[before + n]

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie after `start` up to and including `end` (negative when `end` is earlier)."""
        return self._count[end.toordinal() - self._first] - self._count[start.toordinal() - self._first]

    def covers(self, day: date) -> bool:
        """Whether a published notice covers a day; outside, answers are provisional."""
        return self.cover_from <= day <= self.cover_until


LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
