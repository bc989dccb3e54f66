"""What desks owe, read by one statement each. Hand-written SQL: these are the pages people sit in front of all day.

Everything reads the partial index `duty_worklist` (court, desk, due_at, id) of open clocks, so that the cost does not
depend on the history behind them. Moments go in and come out aware; `at` is the moment the reader stands at.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from zhixing.db.reading import read
from zhixing.rulebook.deadlines import CST

from .kept import MOVED, Kept, keep, recall

SOON_DAYS = 3  # the counter 三日内 of the desk's page: today and the two days after it are natural days on a screen
BUCKETS = ("late", "today", "soon", "later", "still", "all")


class Item(NamedTuple):
    """One open clock of a desk with the case or matter it is about, ready to be shown."""

    id: int
    rule: str
    key: str
    clause: str
    desk: str
    started_at: datetime
    due_at: datetime | None
    provisional: bool
    extended_until: Any
    late_at: datetime | None
    suspended_at: datetime | None
    case_ref: str | None
    number: str
    applicants: str
    debtors: str
    team: str
    matter_ref: str | None
    matter_kind: str | None
    matter_title: str | None
    calendar_version: int

    @property
    def subject(self) -> str:
        """`case:<ref>` or `matter:<ref>`: how a form names what a row is about."""
        return f"case:{self.case_ref}" if self.case_ref else f"matter:{self.matter_ref}"

    @property
    def cursor(self) -> str:
        """Where the next page begins after this row."""
        return f"{self.due_at.astimezone(UTC):%Y%m%dT%H%M%S.%f}~{self.id}" if self.due_at else f"~{self.id}"


@dataclass(frozen=True, slots=True)
class Counts:
    """The counters of one desk. `late` + `today` + `soon` + `later` + `still` is everything it owes.
    `to_decide` and `asked` are a person's approvals: those that wait for them, and those they asked for."""

    late: int = 0
    today: int = 0
    soon: int = 0
    later: int = 0
    still: int = 0
    arrived: int = 0
    offered: int = 0
    reminders: int = 0
    to_decide: int = 0
    asked: int = 0
    oldest_due_at: datetime | None = None

    @property
    def all(self) -> int:
        """All open clocks."""
        return self.late + self.today + self.soon + self.later + self.still


def edges(at: datetime) -> tuple[datetime, datetime, datetime]:
    """(now, first moment of tomorrow, first moment after 三日内), court time. A clock is late only after its due moment."""
    now = at.astimezone(CST)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return now, midnight + timedelta(days=1), midnight + timedelta(days=SOON_DAYS)


RANGE = {
    "late": ("d.due_at < %s", (0,)),
    "today": ("d.due_at >= %s AND d.due_at < %s", (0, 1)),
    "soon": ("d.due_at >= %s AND d.due_at < %s", (1, 2)),
    "later": ("d.due_at >= %s", (2,)),
    "still": ("d.due_at IS NULL", ()),
    "all": ("d.due_at IS NOT NULL", ()),
}
COLUMNS = """d.id, d.rule, d.key, d.clause, d.desk, d.started_at, d.due_at, d.provisional, d.extended_until, d.late_at,
  d.suspended_at, c.ref, coalesce(c.number, m.number), coalesce(c.applicants, ''), coalesce(c.debtors, ''),
  coalesce(c.team, ''), m.ref, m.kind, m.title,
  (SELECT coalesce(max(v.version), 0) FROM calendar_version v WHERE v.court_id = %s)"""
MOMENTS = (5, 6, 9, 10)
JOINS = "FROM duty d LEFT JOIN case_file c ON c.id = d.case_id LEFT JOIN matter m ON m.id = d.matter_id"
OPEN = "d.is_open"  # as the partial index says it: SQLite uses the index only for the same words


def worklist(
    court_id: int, desk: str, *, bucket: str = "all", after: str = "", limit: int = 50, at: datetime,
    team: str | None = None, rules: Collection[str] | None = None,
) -> list[Item]:  # fmt: skip
    """A desk's open clocks by due moment: one statement. `after` is the `cursor` of the last row seen; `rules` keeps
    only clocks of these duty rules. Clocks that stand still have no due moment: they are the bucket `still`."""
    where, places = RANGE[bucket]
    moments = edges(at)
    params: list[Any] = [court_id, court_id, desk, *(moments[i] for i in places)]
    sql = f"SELECT {COLUMNS} {JOINS} WHERE d.court_id = %s AND d.desk = %s AND {OPEN} AND {where}"
    seen = _position(after)
    if seen is not None:
        moment, ident = seen
        sql += " AND (d.due_at, d.id) > (%s, %s)" if moment else " AND d.id > %s"
        params += [moment, ident] if moment else [ident]
    if team is not None:
        sql += " AND c.team = %s"
        params.append(team)
    if rules is not None:
        sql += f" AND d.rule IN ({_marks(rules)})" if rules else " AND 1 = 0"
        params += rules
    return list(map(Item._make, read(f"{sql} ORDER BY d.due_at, d.id LIMIT %s", [*params, limit], moments=MOMENTS)))


# Each counted up to its edge: one comparison a row and edge; `_buckets` takes them apart.
UP_TO = """count(*) FILTER (WHERE d.due_at < %s), count(*) FILTER (WHERE d.due_at < %s), count(*) FILTER (WHERE d.due_at < %s),
  count(d.due_at), count(*)"""
COUNT = f"""SELECT (SELECT hash FROM journal_head WHERE court_id = %s AND stream = 'casework'), {UP_TO},
  (SELECT count(*) FROM handoff WHERE court_id = %s AND state = 'offered' AND to_desk = %s),
  (SELECT count(*) FROM handoff WHERE court_id = %s AND state = 'offered' AND from_desk = %s),
  (SELECT count(*) FROM notice WHERE court_id = %s AND to_desk = %s AND to_desk > '' AND read_at IS NULL),
  {{to_decide}}, {{asked}}, min(d.due_at), min(d.due_at) FILTER (WHERE d.due_at >= %s)
FROM duty d WHERE d.court_id = %s AND d.desk = %s AND {OPEN} AND {MOVED}"""
ASKED = "(SELECT count(*) FROM approval WHERE court_id = %s AND state = 'asked' AND asked_by_id {of})"


def counts(court_id: int, desk: str, *, at: datetime, person_id: int | None = None, decides: Sequence[str] = ()) -> Counts:
    """The counters of a desk in one statement. With a `person_id` that person's approvals too: those of the kinds `decides`
    that wait for them, and those they asked for."""
    now, tomorrow, beyond = edges(at)
    key = (court_id, desk)
    known, clocks = recall(key, now)
    waiting, mine = _own(court_id, person_id, decides)
    place = (court_id, desk)
    sql = COUNT.format(to_decide=waiting[0], asked=mine[0])
    params = (court_id, now, tomorrow, beyond, *place * 3, *waiting[1], *mine[1], now, *place, court_id, known)
    [(head, *found)] = read(sql, params)
    if head != known or not head:
        clocks = [*found[:5], moment_of(found[10])]
        keep(key, Kept(head or "", now, min(tomorrow, moment_of(found[11]) or tomorrow), clocks))
    return Counts(*[*_buckets(*clocks[:5]), *found[5:10], clocks[5]])


def _own(court_id: int, person_id: int | None, decides: Sequence[str]) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    """What waits for a person's decision, and what they asked for: (SQL, parameters) of each number."""
    if person_id is None:
        return ("0", ()), ("0", ())
    mine = ASKED.format(of="= %s"), (court_id, person_id)
    if not decides:
        return ("0", ()), mine
    return (ASKED.format(of=f"<> %s AND kind IN ({_marks(decides)})"), (court_id, person_id, *decides)), mine


def _buckets(now: int, tomorrow: int, beyond: int, running: int, every: int) -> tuple[Any, ...]:
    """late, today, soon, later, still out of how many there are up to each edge."""
    return now, tomorrow - now, beyond - tomorrow, running - beyond, every - running


def court_board(court_id: int, at: datetime) -> dict[str, Counts]:
    """The counters of every desk of the court that owes something, worst first."""
    rows = read(
        f"SELECT d.desk, {UP_TO}, min(d.due_at) FROM duty d WHERE d.court_id = %s AND {OPEN} GROUP BY d.desk ORDER BY 2 DESC, 1",
        [*edges(at), court_id],
    )
    return {desk: Counts(*[*_buckets(*numbers), 0, 0, 0, 0, 0, moment_of(oldest)]) for desk, *numbers, oldest in rows}


@dataclass(frozen=True, slots=True)
class Indicators:
    """A court's month. Ratios are 0–1 or None when nothing fell in the month; `average_days` counts natural days."""

    received: int
    closed: int
    open: int
    average_days: float | None
    ended: int
    ended_late: int
    due: int
    done: int

    @property
    def late_ratio(self) -> float | None:
        """Of the clocks that ended in the month, how many had ever been late."""
        return self.ended_late / self.ended if self.ended else None

    @property
    def node_completion(self) -> float | None:
        """Of the clocks that fell due in the month, how many were met by its end (四(二)2)."""
        return self.done / self.due if self.due else None


DAYS = {"postgresql": "closed_on - filed_on", "sqlite": "julianday(closed_on) - julianday(filed_on)"}
MONTH = """SELECT
 (SELECT count(*) FROM case_file WHERE court_id = %(court)s AND filed_on >= %(first)s AND filed_on < %(next)s),
 (SELECT count(*) FROM case_file WHERE court_id = %(court)s AND closed_on >= %(first)s AND closed_on < %(next)s),
 (SELECT count(*) FROM case_file WHERE court_id = %(court)s AND filed_on < %(next)s AND (closed_on IS NULL OR closed_on >= %(next)s)),
 (SELECT avg({days}) FROM case_file WHERE court_id = %(court)s AND closed_on >= %(first)s AND closed_on < %(next)s),
 m.ended, m.late, f.due, f.done FROM
 (SELECT count(*) AS ended, count(late_at) AS late FROM duty
   WHERE court_id = %(court)s AND met_at >= %(from)s AND met_at < %(to)s) m,
 (SELECT count(*) AS due, count(*) FILTER (WHERE met_at IS NOT NULL AND met_at < %(to)s) AS done FROM duty
   WHERE court_id = %(court)s AND due_at >= %(from)s AND due_at < %(to)s AND stopped_at IS NULL) f"""


def monthly_indicators(court_id: int, year: int, month: int) -> Indicators:
    """Received, closed, open, average days, late ratio and node completion of a month: one statement."""
    first = datetime(year, month, 1, tzinfo=CST)
    following = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=CST)
    names = {"court": court_id, "first": first.date(), "next": following.date(), "from": first, "to": following}
    [(received, closed, still_open, days, ended, late, due, done)] = read(MONTH.format(days=DAYS[connection.vendor]), names)
    return Indicators(received, closed, still_open, None if days is None else float(days), ended, late, due, done)


def moment_of(value: Any) -> datetime | None:
    """A moment as the driver gave it (SQLite: naive UTC text), in court time."""
    if value is None:
        return None
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(CST)


def _marks(values: Collection[Any]) -> str:
    return ", ".join(["%s"] * len(values))


def _position(after: str) -> tuple[datetime | None, int] | None:
    """The cursor as (due moment, id); a cursor that cannot be read starts at the beginning."""
    moment, _, ident = after.partition("~")
    if not ident.isdigit():
        return None
    try:
        return (datetime.strptime(moment, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC) if moment else None), int(ident)
    except ValueError:
        return None
