"""A stage for campaigns: many people who are owed messages, and a gateway that keeps what it was given."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from random import Random

from zhixing.casework.cases.models import Case, Party
from zhixing.casework.courts.models import Court
from zhixing.casework.notices.dispatch import dispatch
from zhixing.casework.notices.models import Notice
from zhixing.casework.notices.receipts import fetch_receipts
from zhixing.outside.messages import Accepted, Channel, Message, Receipt, TransientError

MINUTE = timedelta(minutes=1)


class Crash(BaseException):
    """The process is gone at this point: nothing catches it."""


class Gateway:
    """Takes each key once, remembers order and repeats; gone in `outage`, failing as told, losing answers as told."""

    def __init__(self, *, seed: int = 1, errors: float = 0.0, lost: float = 0.0, crashes: int = 0,
                 outage: tuple[datetime, datetime] | None = None) -> None:  # fmt: skip
        self.chance, self.errors, self.lost, self.crashes, self.outage = Random(seed), errors, lost, crashes, outage
        self.taken: dict[str, Message] = {}
        self.times: dict[str, datetime] = {}
        self.calls: Counter[str] = Counter()
        self.word: list[Receipt] = []

    def send(self, message: Message, at: datetime) -> Accepted:
        if self.outage and self.outage[0] <= at < self.outage[1]:
            raise TransientError("网关不通")
        if self.chance.random() < self.errors:
            raise TransientError("网关答复 503")
        self._crash()
        self.calls[message.key] += 1
        if self.taken.setdefault(message.key, message) != message:
            raise AssertionError(f"{message.key} came again with another content")
        if message.key not in self.times:
            self.times[message.key] = at
            self.word.append(Receipt(message.key, delivered=True, at=at.isoformat()))
        self._crash()
        if self.chance.random() < self.lost:
            raise TransientError("答复丢失")
        return Accepted(f"网关编号 {len(self.taken)}")

    def receipts(self, after: str, at: datetime) -> tuple[list[Receipt], str]:
        place = int(after or 0)
        found = self.word[place : place + 200]
        return found, str(place + len(found))

    def _crash(self) -> None:
        if self.crashes and self.chance.random() < 0.005:
            self.crashes -= 1
            raise Crash

    def order(self) -> Mapping[str, list[str]]:
        """Address → keys in the order in which they first came."""
        found: dict[str, list[str]] = defaultdict(list)
        for key, message in self.taken.items():
            found[message.address].append(key)
        return found


def owe(court: Court, *, people: int, each: int, at: datetime) -> list[str]:
    """`people` applicants with a telephone each, owed `each` messages, event by event. Returns the keys in that order."""
    start = Case.objects.count()
    cases = Case.objects.bulk_create([
        Case(court=court, number=f"（2026）豫1502执{start + n}号", year=2026, kind="执", seq=start + n, filed_on=date(2026, 3, 2), applicants="样甲某")
        for n in range(people)
    ], batch_size=500)  # fmt: skip
    Party.objects.bulk_create([
        Party(court=court, case=case, role=Party.APPLICANT, position=1, name="样甲某", phone=f"199{start + n:08d}")
        for n, case in enumerate(cases)
    ], batch_size=500)  # fmt: skip
    first = Notice.objects.count()
    rows = [
        Notice(court=court, case=case, key=f"{court.pk}:{first + turn * people + n}:query_sms:applicant", disclosure="query_sms",
               seq=first + turn * people + n, recipient="applicant", channel="sms", created_at=at, next_at=at)
        for turn in range(each) for n, case in enumerate(cases)
    ]  # fmt: skip
    Notice.objects.bulk_create(rows, batch_size=500)
    return [row.key for row in rows]


def work(channel: Channel, at: datetime, limit: int = 100) -> Counter[str]:
    """What the worker does in a minute; a crash ends it, and the next minute's worker goes on."""
    done: Counter[str] = Counter()
    try:
        while batch := dispatch(channels={"sms": channel}, at=at, limit=limit):
            done += batch
    except Crash:
        done["crash"] += 1
    return done


def work_until_all_is_sent(channel: Channel, at: datetime, *, most: timedelta) -> datetime:
    """Minute by minute, with receipts fetched twice an hour; returns the minute at which nothing waits any more."""
    end = at + most
    while Notice.objects.filter(state__in=Notice.WAITING).exists():
        assert at <= end, f"{Notice.objects.filter(state__in=Notice.WAITING).count()} still wait after {most}"
        work(channel, at)
        if at.minute % 30 == 29:  # late enough for a lost answer to be tried again before its receipt is read
            fetch_receipts(channels={"sms": channel}, at=at)
        at += MINUTE
    return at - MINUTE


def misordered(gateway: Gateway, keys: list[str]) -> list[str]:
    """Addresses to which something came in another order than it was owed."""
    place = {key: n for n, key in enumerate(keys)}
    return [a for a, came in gateway.order().items() if [place[k] for k in came] != sorted(place[k] for k in came)]
