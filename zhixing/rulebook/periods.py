"""Periods as the regulation writes them: `3 working_days`, `15 days`, `24 hours`, `6 months`, `same_day`."""

from __future__ import annotations

from dataclasses import dataclass

UNITS = {"working_days": "个工作日", "days": "日", "hours": "小时", "months": "个月", "same_day": "当日"}
SINGULAR = {"working_day": "working_days", "day": "days", "hour": "hours", "month": "months"}


@dataclass(frozen=True, slots=True)
class Period:
    """`n` of a unit. Units: working_days, days, hours, months, same_day (then `n` is 0)."""

    n: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> Period:
        """A period from its text. Raises ValueError naming the units allowed."""
        words = text.split()
        if words == ["same_day"]:
            return cls(0, "same_day")
        if len(words) == 2 and words[0].isascii() and words[0].isdigit() and len(words[0]) <= 5:
            unit = SINGULAR.get(words[1], words[1])
            if unit in UNITS and unit != "same_day":
                return cls(int(words[0]), unit)
        raise ValueError(f"期间“{text}”看不懂。写法：3 working_days；允许的单位：{'、'.join(UNITS)}")

    def __str__(self) -> str:
        return "same_day" if self.unit == "same_day" else f"{self.n} {self.unit}"

    @property
    def label(self) -> str:
        """In Chinese: 3个工作日, 15日, 24小时, 6个月, 当日."""
        return UNITS[self.unit] if self.unit == "same_day" else f"{self.n}{UNITS[self.unit]}"
