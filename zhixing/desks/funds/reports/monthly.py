"""The month's report of case money: every figure of the ledger, kept for good when the month is closed (四(三)1, 四(三)2(3))."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import yaml
from django.db import transaction
from django.db.models import Count, Sum

from zhixing.casework.courts.models import Court
from zhixing.casework.facts import rules
from zhixing.casework.people.actors import Actor
from zhixing.rulebook.deadlines import CST, add_months
from zhixing.rulebook.model import Rulebook
from zhixing.rulebook.refusals import Refusal

from ..balances import trial_balance
from ..keeping import CLAUSE, limits
from ..ledger import close_month
from ..models import LedgerAccount, Month, MonthBalance
from . import reading
from .keeping import fingerprint
from .models import Finding, MonthReport


@cache
def says() -> dict[str, Any]:
    """`monthly.yaml`, read once."""
    data: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("monthly.yaml").read_text("utf-8"))
    return data


def close(*, first_on: date, bank_fen: int, by: Actor, at: datetime) -> Month:
    """Close a month and keep its report, or neither."""
    with transaction.atomic():
        month = close_month(first_on=first_on, bank_fen=bank_fen, by=by, at=at)
        keep_reports(court_id=by.court_id, at=at)
    return month


def keep_reports(*, court_id: int, at: datetime) -> int:
    """Keep the report of every closed month that has none (closed before reports were kept, or by another way); how many.
    Raises Refusal when a report is not what the closing said."""
    months = list(Month.objects.filter(court_id=court_id, report=None).order_by("last_on"))
    for month in months:
        with transaction.atomic():
            _keep(month, at)
    return len(months)


def _keep(month: Month, at: datetime) -> None:
    content = made(month.court_id, month.first_on, book=rules.rulebook(), at=at, closed=True)
    kept = MonthBalance.objects.filter(month=month).exclude(account__kind__in=LedgerAccount.MIRRORS).aggregate(fen=Sum("closing_fen"))["fen"] or 0
    if content["closing_fen"] != kept:
        raise Refusal.because("没有结账", "月报与结账数不符", clause=CLAUSE, now="请运行 zhixing verify 查找", status=409)
    MonthReport.objects.create(month=month, content=content, sha256=fingerprint(content), made_at=at)


def report_of(court_id: int, first: date, *, book: Rulebook, at: datetime) -> dict[str, Any]:
    """The report of a month: as it was kept when the month is closed, else as the ledger stands. Seventeen statements at most."""
    kept = MonthReport.objects.filter(month__court_id=court_id, month__first_on=first).values_list("content", flat=True).first()
    return kept if kept is not None else made(court_id, first, book=book, at=at)


def made(court_id: int, first: date, *, book: Rulebook, at: datetime, closed: bool = False) -> dict[str, Any]:
    """The report worked out from the ledger; the running month ends today."""
    last = first.replace(day=monthrange(first.year, first.month)[1])
    on = min(last, at.astimezone(CST).date())
    since, before = (datetime.combine(d, time(), CST) for d in (first, on + timedelta(days=1)))
    came, went = reading.crossed(court_id, first, on)
    rests = reading.rests(court_id, on)
    accounts = _accounts(court_id, first, on)
    held = [row for row in accounts if row["kind"] not in LedgerAccount.MIRRORS]
    fees = next(row for row in accounts if row["kind"] == LedgerAccount.FEES)
    return {
        "court": Court.objects.values_list("name", flat=True).get(pk=court_id), "month": f"{first:%Y-%m}", "first_on": first.isoformat(), "on": on.isoformat(),
        "closed": closed, "accounts": accounts, "opening_fen": sum(r["opening_fen"] for r in held), "closing_fen": sum(r["closing_fen"] for r in held),
        "bank_fen": sum(r["closing_fen"] for r in accounts if r["kind"] in LedgerAccount.MIRRORS), "fees_fen": fees["in_fen"] - fees["out_fen"],
        "came": _named(says()["came"], came), "went": _named(says()["went"], went), "came_fen": sum(came.values()), "went_fen": sum(went.values()),
        "unclaimed": _unclaimed(reading.waiting(court_id, on), on), **_undistributed(rests, on, book), "delays": _delays(reading.delays(court_id, before), rests, on),
        "anomalies": _anomalies(court_id, since, before), "returned": reading.returned(court_id, first, on, says()["rows"]),
        **_speed(court_id, first, on, since, before, rests, book),
    }  # fmt: skip


def _accounts(court_id: int, first: date, on: date) -> list[dict[str, Any]]:
    """Every kind of account: opening, what came, what went, closing; the bank's side with its sign turned. They are the trial balance's."""
    opening = {r.kind: r.balance_fen for r in trial_balance(court_id, first - timedelta(days=1)).rows}
    moved, found = reading.moved(court_id, first, on), []
    for row in trial_balance(court_id, on).rows:
        came, went = moved.get(row.kind, (0, 0))
        if row.kind in LedgerAccount.MIRRORS:
            came, went = went, came
        found.append({"kind": row.kind, "words": row.words, "opening_fen": opening[row.kind], "in_fen": came, "out_fen": went, "closing_fen": row.balance_fen})
    return found


def _named(names: dict[str, str], fen: dict[str, int]) -> list[dict[str, Any]]:
    return [{"words": words, "fen": fen.get(name, 0)} for name, words in names.items()]


def _unclaimed(rows: list[tuple[date, int]], on: date) -> dict[str, Any]:
    """Money in suspense by age (the steps of limits.yaml)."""
    ages: list[dict[str, Any]] = [{"words": step["words"], "count": 0, "fen": 0} for step in limits()["ageing"]["steps"]]
    for arrived, fen in rows:
        n = next(n for n, step in enumerate(limits()["ageing"]["steps"]) if (on - arrived).days <= step.get("days", (on - arrived).days))
        ages[n]["count"] += 1
        ages[n]["fen"] += fen
    return {"count": len(rows), "fen": sum(fen for _, fen in rows), "ages": ages}


def _undistributed(rests: list[reading.Rest], on: date, book: Rulebook) -> dict[str, Any]:
    """Money that is still there after the limits of the clause: over 20 days, over one month."""
    days, months = (book.duties[says()[name]].within for name in ("urge", "track"))
    assert days is not None
    assert months is not None
    over = [r for r in rests if (on - r.since).days > days.n]
    long = [r for r in over if add_months(r.since, months.n) < on]
    rows = [{"number": r.number, "receipt_no": r.receipt_no, "team": r.team, "handler": r.handler, "since": r.since.isoformat(), "days": (on - r.since).days, "fen": r.fen}
            for r in over[: says()["rows"]]]  # fmt: skip
    return {"over_days": {"n": days.n, **_sum(over)}, "over_months": {"n": months.n, **_sum(long)}, "undistributed": rows}


def _sum(rows: list[reading.Rest]) -> dict[str, int]:
    return {"count": len(rows), "fen": sum(r.fen for r in rows)}


def _delays(approved: dict[str, dict[str, Any]], rests: list[reading.Rest], on: date) -> list[dict[str, Any]]:
    """The delays that hold at the end of the month, of money that is still there."""
    left = {r.receipt_no: r.fen for r in rests}
    rows = [{"number": d["number"], "receipt_no": no, "ground": d["ground"], "approver": d["approver"], "until_on": d["until_on"], "fen": left[no]}
            for no, d in approved.items() if no in left and d["until_on"] >= on.isoformat()]  # fmt: skip
    return sorted(rows, key=lambda r: (r["until_on"], r["receipt_no"]))[: says()["rows"]]


def _anomalies(court_id: int, since: datetime, before: datetime) -> list[dict[str, Any]]:
    """What was found in the month, by kind and by what became of it."""
    rows = Finding.objects.filter(court_id=court_id, found_at__gte=since, found_at__lt=before).values("title", "state").annotate(n=Count("pk")).order_by("title")
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        one = found.setdefault(row["title"], {"words": row["title"], "count": 0, "listed": 0})
        one["count"] += row["n"]
        one["listed"] += row["n"] if row["state"] in Finding.LISTED else 0
    return list(found.values())


def _speed(
    court_id: int, first: date, on: date, since: datetime, before: datetime, rests: list[reading.Rest], book: Rulebook
) -> dict[str, Any]:
    """How long money took from its arrival to the payout, the share in time by clause, and both by team and handler."""
    paid, met = reading.paid(court_id, first, on), reading.in_time(court_id, says()["clocks"], since, before)
    clocks = [{"clause": book.duties[r].clause, "title": book.duties[r].title, "met": met[r][0], "in_time": met[r][1], "share": _share(*met[r])}
              for r in says()["clocks"] if r in met]  # fmt: skip
    came = reading.came_by_handler(court_id, first, on)
    return {"payouts": {"count": len(paid), "fen": sum(row[1] for row in paid), "days": _median(row[0] for row in paid)}, "clocks": clocks,
            "handlers": _by_handler(paid, came, rests, on, book)}  # fmt: skip


def _by_handler(paid: list[tuple[int, int, str, str]], came: list[Any], rests: list[reading.Rest], on: date, book: Rulebook) -> list[dict[str, Any]]:
    days = book.duties[says()["urge"]].within
    assert days is not None
    rows: dict[tuple[str, str], dict[str, Any]] = defaultdict(lambda: {"came": 0, "came_fen": 0, "paid": 0, "paid_fen": 0, "took": [], "left_fen": 0, "over": 0})
    for team, name, fen, n in came:
        rows[team, name or ""] |= {"came": n, "came_fen": int(fen)}
    for took, fen, team, name in paid:
        one = rows[team, name]
        one["paid"], one["paid_fen"], one["took"] = one["paid"] + 1, one["paid_fen"] + fen, [*one["took"], took]
    for rest in rests:
        one = rows[rest.team, rest.handler]
        one["left_fen"], one["over"] = one["left_fen"] + rest.fen, one["over"] + ((on - rest.since).days > days.n)
    return [{"team": team, "handler": name, "days": _median(row.pop("took")), **row} for (team, name), row in sorted(rows.items())]


def _median(days: Iterable[int]) -> str:
    found = list(days)
    return f"{median(found):g}" if found else ""


def _share(n: int, good: int) -> str:
    """A percentage with one place, rounded down: 100.0 % only when all are."""
    return f"{good * 1000 // n / 10:.1f}" if n else ""
