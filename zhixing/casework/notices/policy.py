"""The outbox's numbers and routes (`outbox.yaml`), read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class ChannelRule:
    """What a channel is called, what its addresses are called, how many messages one address may get, how many a court may send
    in a clock hour, when receipts are due."""

    id: str
    title: str
    address: str
    hour: int
    day: int
    court_hour: int
    receipt_hours: int


@dataclass(frozen=True, slots=True)
class Outage:
    """When a channel counts as down, how often it is tried, and when people are told on paper instead."""

    failures: int
    probe: timedelta
    paper_after: timedelta
    found: str
    restored: str


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything in `outbox.yaml`."""

    routes: Mapping[str, Mapping[str, tuple[str, ...]]]
    recipients: Mapping[str, str]
    channels: Mapping[str, ChannelRule]
    inside: Mapping[str, str]
    request_hour: int
    wake: timedelta
    at_once: int
    lease: timedelta
    back_off: tuple[timedelta, ...]
    outage: Outage
    by_hand: tuple[str, ...]

    def title(self, channel: str) -> str:
        """What a channel is called on a page."""
        return self.channels[channel].title if channel in self.channels else self.inside.get(channel, channel)


@cache
def policy() -> Policy:
    """The policy in force."""
    data: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("outbox.yaml").read_text("utf-8"))
    outage = data["outage"]
    return Policy(
        routes={means: {who: tuple(names) for who, names in by.items()} for means, by in data["routes"].items()},
        recipients=data["recipients"], inside=data["inside"], by_hand=tuple(data["by_hand"]),
        channels={name: ChannelRule(id=name, **rule) for name, rule in data["channels"].items()},
        request_hour=data["request_hour"], wake=timedelta(seconds=data["wake_seconds"]), at_once=data["at_once"],
        lease=timedelta(seconds=data["lease_seconds"]),
        back_off=tuple(timedelta(seconds=s) for s in data["back_off_seconds"]),
        outage=Outage(outage["failures"], timedelta(minutes=outage["probe_minutes"]), timedelta(hours=outage["paper_after_hours"]),
                      outage["found"], outage["restored"]),
    )  # fmt: skip
