"""How a nasty outside system misbehaves: slow, refusing, malformed, gone for a while. Drawn from the seed and the count.

The shares are those of the test campaign: 10 % errors, half of them after the work was done (the worst kind: the sender
cannot know), 2 % malformed answers, 5 % slow ones, and an outage of 60 requests in every 600.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from random import Random

Answer = tuple[int, dict[str, str], bytes]
JSON = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Faults:
    """Shares of all requests (0–1), seconds, and the outage as (first, last, of every) request counts."""

    before: float = 0.0
    after: float = 0.0
    malformed: float = 0.0
    slow: float = 0.0
    slow_seconds: float = 0.0
    outage: tuple[int, int, int] | None = None

    def gone(self, n: int) -> bool:
        """Whether request number `n` falls in the outage."""
        return self.outage is not None and self.outage[0] <= n % self.outage[2] <= self.outage[1]


NONE = Faults()
NASTY = Faults(before=0.05, after=0.05, malformed=0.02, slow=0.05, slow_seconds=1.5, outage=(200, 259, 600))


@dataclass(frozen=True, slots=True)
class Luck:
    """What befalls one request."""

    refused: bool
    lost: bool
    malformed: bool
    wait_seconds: float


def luck(faults: Faults, seed: int, system: str, n: int) -> Luck:
    """The same for the same seed, system and count."""
    chance = Random(f"{seed}:{system}:{n}")
    before, after, malformed, slow = (chance.random() for _ in range(4))
    return Luck(before < faults.before or faults.gone(n), after < faults.after, malformed < faults.malformed,
                faults.slow_seconds if slow < faults.slow else 0.0)  # fmt: skip


def answer(status: int, payload: object) -> Answer:
    """A JSON answer."""
    return status, {"Content-Type": JSON}, json.dumps(payload, ensure_ascii=False).encode()


def refusal(status: int, why: str) -> Answer:
    """A JSON answer that says what is wrong."""
    return answer(status, {"error": why})


def spoiled(whole: Answer) -> Answer:
    """The same answer, broken off in the middle."""
    return whole[0], whole[1], whole[2][: len(whole[2]) // 2]
