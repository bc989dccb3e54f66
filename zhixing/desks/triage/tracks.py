"""The two tracks and who takes each: data beside the code (`tracks.yaml`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from zhixing.rulebook.periods import Period


@dataclass(frozen=True, slots=True)
class Track:
    """A track: what it is called, the desk whose people take its cases, what their team is called when it has no name."""

    id: str
    title: str
    desk: str
    default_team: str


@dataclass(frozen=True, slots=True)
class Taker:
    """A person who takes cases of a track, with the open cases in their hands."""

    id: int
    name: str
    team: str
    track: str
    open_cases: int

    @property
    def words(self) -> str:
        """Name, team and load as a list shows them."""
        return f"{self.name} · {self.team} · 在办 {self.open_cases} 件"


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("tracks.yaml").read_text("utf-8"))
    return data


@cache
def tracks() -> dict[str, Track]:
    """The tracks by id (四(一))."""
    return {ident: Track(ident, **row) for ident, row in _data()["tracks"].items()}


def from_reception(payload: Mapping[str, Any]) -> dict[str, bool]:
    """The facts that a first-reception record answers (四(一)1 builds on the reception)."""
    return {
        row["fact"]: row["answers"][payload[row["field"]]]
        for row in _data()["from_reception"] if payload.get(row["field"]) in row["answers"]
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class EarlierTermination:
    """Which earlier case of the debtor counts: how it closed and how long before this one was filed (四(一)2(6))."""

    fact: str
    closing_way: str
    within: Period
    clause: str


@cache
def earlier_termination() -> EarlierTermination:
    """The rule, read once."""
    row = _data()["earlier_termination"]
    return EarlierTermination(row["fact"], row["closing_way"], Period.parse(row["within"]), row["clause"])


def distribute(cases: Iterable[tuple[str, str]], takers: Sequence[Taker]) -> dict[str, int]:
    """Case ref → person: each case (ref, track) goes to whoever of its track has the fewest, counting those given here.
    A track that nobody takes is given nobody."""
    load = {t.id: t.open_cases for t in takers}
    given: dict[str, int] = {}
    for ref, track in cases:
        able = [t for t in takers if t.track == track]
        if able:
            chosen = min(able, key=lambda t: (load[t.id], t.name, t.id))
            load[chosen.id] += 1
            given[ref] = chosen.id
    return given
