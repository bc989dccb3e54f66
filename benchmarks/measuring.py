"""How everything here is measured: ours and the anchor in turn, the median of the rounds, one line per target."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One target and how it stands. `passed` is None where it could not be run; `why` then says why not."""

    id: str
    ours: str
    anchor: str
    ratio: str
    target: str
    passed: bool | None
    why: str = ""

    @property
    def verdict(self) -> str:
        """PASS, MISSED or NOT RUN."""
        return "NOT RUN" if self.passed is None else "PASS" if self.passed else "MISSED"

    def __str__(self) -> str:
        text = f"{self.id:<24} {self.ours:>22} {self.anchor:>34} {self.ratio:>9} {self.target:>9}  {self.verdict}"
        return f"{text}\n{'':<24} {self.why}" if self.why and not self.passed else text


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: everything, or enough to see that it works (`--quick`)."""

    quick: bool = False
    cases: int = 0  # how many cases are replayed, when said

    def of(self, full: int, quick: int) -> int:
        """The full number, or the quick one."""
        return quick if self.quick else full


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes, with the garbage of earlier work collected before."""
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turn(*works: Callable[[int], object], rounds: int = ROUNDS, warm: bool = True) -> list[list[float]]:
    """Seconds of each work, one list a work, measured A B C A B C …. A work is told its round; round 0 warms up."""
    times: list[list[float]] = [[] for _ in works]
    for number in range(0 if warm else 1, rounds + 1):
        for work, taken in zip(works, times, strict=True):
            spent = seconds(partial(work, number))
            if number:
                taken.append(spent)
    return times


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def at_least(name: str, ours: float, anchor: float, target: float, *, unit: str, beside: str, why: str = "", percent: bool = False) -> Line:
    """A line for two rates whose ratio must reach `target`."""
    ratio = ours / anchor
    shown, wanted = (f"{ratio:.0%}", f"≥ {target:.0%}") if percent else (f"{ratio:.2f}×", f"≥ {target:g}×")
    return Line(name, f"{ours:,.0f} {unit}", f"{anchor:,.0f} {unit} {beside}", shown, wanted, ratio >= target, why)


def at_most(name: str, ours: float, anchor: float, target: float, *, beside: str, why: str = "") -> Line:
    """A line for two times in seconds whose ratio must not exceed `target`."""
    ratio = ours / anchor
    return Line(name, f"{ours * 1e3:.2f} ms", f"{anchor * 1e3:.2f} ms {beside}", f"{ratio:.2f}×", f"≤ {target:g}×", ratio <= target, why)


def rate(count: int, times: Sequence[float]) -> float:
    """Things a second at the median time."""
    return count / median(times)


def own_peak() -> float:
    """Megabytes this process held at most. `ru_maxrss` would begin with what the process that started it held."""
    found = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(found.split()[1]) / 1024
