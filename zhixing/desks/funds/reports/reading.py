"""What the month's report reads of the ledger: every figure as it stood at the end of a day (四(三)1). Each is one statement."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Sum, Value, When

from zhixing.casework.duties.models import Duty
from zhixing.casework.journal.models import JournalEntry
from zhixing.db.reading import read

from ..models import LedgerAccount, Line, Payout, Posting

RESTS = """SELECT r.receipt_no, r.payer, c.ref, c.number, c.team, h.name, s.since, s.fen FROM (
  SELECT coalesce(y.receipt_id, d.receipt_id, x.id) AS receipt, a.case_id AS case_id, sum(l.amount_fen) AS fen,
    min(CASE WHEN p.purpose IN ('received', 'claimed') THEN p.business_on END) AS since
  FROM funds_line l JOIN funds_account a ON a.id = l.account_id JOIN funds_posting p ON p.id = l.posting_id
  LEFT JOIN funds_payout y ON y.court_id = p.court_id AND y.no = p.paper AND p.purpose IN ('sent', 'returned')
  LEFT JOIN distribution_deposit d ON d.court_id = p.court_id AND d.no = p.paper
  LEFT JOIN funds_receipt x ON x.court_id = p.court_id AND x.receipt_no = p.paper
  WHERE a.court_id = %(court)s AND a.kind = 'case' AND p.business_on <= %(on)s AND (a.balance_fen > 0 OR a.id IN (
    SELECT l2.account_id FROM funds_line l2 JOIN funds_posting p2 ON p2.id = l2.posting_id WHERE p2.court_id = %(court)s AND p2.business_on > %(on)s))
  GROUP BY coalesce(y.receipt_id, d.receipt_id, x.id), a.case_id HAVING sum(l.amount_fen) <> 0) s
JOIN case_file c ON c.id = s.case_id LEFT JOIN person h ON h.id = c.handler_id LEFT JOIN funds_receipt r ON r.id = s.receipt
ORDER BY s.since, r.receipt_no"""
SUSPENSE = """SELECT r.arrived_on, sum(l.amount_fen) FROM funds_line l JOIN funds_account a ON a.id = l.account_id JOIN funds_posting p ON p.id = l.posting_id
JOIN funds_receipt r ON r.court_id = p.court_id AND r.receipt_no = p.paper
WHERE a.court_id = %(court)s AND a.kind = 'suspense' AND p.business_on <= %(on)s GROUP BY r.id, r.arrived_on HAVING sum(l.amount_fen) <> 0"""
PAID = """SELECT p.business_on, y.amount_fen, r.arrived_on, c.team, h.name FROM funds_posting p
JOIN funds_payout y ON y.court_id = p.court_id AND y.no = p.paper JOIN funds_receipt r ON r.id = y.receipt_id JOIN case_file c ON c.id = y.case_id
LEFT JOIN person h ON h.id = c.handler_id
WHERE p.court_id = %(court)s AND p.purpose = 'confirmed' AND p.business_on BETWEEN %(first)s AND %(on)s ORDER BY p.no"""
CAME = """SELECT c.team, h.name, sum(l.amount_fen), count(DISTINCT p.paper) FROM funds_line l JOIN funds_account a ON a.id = l.account_id AND a.kind = 'case'
JOIN funds_posting p ON p.id = l.posting_id LEFT JOIN funds_posting o ON o.id = p.reverses_id JOIN case_file c ON c.id = a.case_id LEFT JOIN person h ON h.id = c.handler_id
WHERE p.court_id = %(court)s AND p.business_on BETWEEN %(first)s AND %(on)s AND (coalesce(o.purpose, p.purpose) IN ('received', 'claimed')
  OR (p.purpose = 'on_site' AND l.amount_fen > 0)) GROUP BY c.team, h.name HAVING sum(l.amount_fen) <> 0"""
DELAYED, ENDED = "payout_delay_approved", "payout_delay_ended"


@dataclass(frozen=True, slots=True)
class Rest:
    """What of a receipt was still on its case's account."""

    receipt_no: str
    payer: str
    case_ref: str
    number: str
    team: str
    handler: str
    since: date
    fen: int


def rests(court_id: int, on: date) -> list[Rest]:
    """Every receipt with money left on its case's account at the end of a day, the oldest first; they sum to the balance of all cases."""
    return [Rest(no or "", payer or "", ref, number, team, name or "", _date(since or on), int(fen))
            for no, payer, ref, number, team, name, since, fen in read(RESTS, {"court": court_id, "on": on})]  # fmt: skip


def waiting(court_id: int, on: date) -> list[tuple[date, int]]:
    """Money in suspense at the end of a day: when each sum arrived, and how much."""
    return [(_date(arrived), int(fen)) for arrived, fen in read(SUSPENSE, {"court": court_id, "on": on})]


def paid(court_id: int, first: date, on: date) -> list[tuple[int, int, str, str]]:
    """Every payout that the bank confirmed within days: days since the money arrived, fen, team, handler."""
    rows = read(PAID, {"court": court_id, "first": first, "on": on})
    return [((_date(paid_on) - _date(arrived)).days, fen, team, name or "") for paid_on, fen, arrived, team, name in rows]


def came_by_handler(court_id: int, first: date, on: date) -> list[Sequence[Any]]:
    """Team, handler, fen and receipts of what came onto cases within days."""
    return read(CAME, {"court": court_id, "first": first, "on": on})


def _date(value: Any) -> date:
    """SQLite keeps days as text."""
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def moved(court_id: int, first: date, on: date) -> dict[str, tuple[int, int]]:
    """Kind of account → what came and what went within days."""
    lines = Line.objects.filter(account__court_id=court_id, posting__court_id=court_id, posting__business_on__range=(first, on))
    rows = lines.values("account__kind").annotate(came=Sum("amount_fen", filter=Q(amount_fen__gt=0)), went=Sum("amount_fen", filter=Q(amount_fen__lt=0)))
    return {row["account__kind"]: (row["came"] or 0, -(row["went"] or 0)) for row in rows}


def crossed(court_id: int, first: date, on: date) -> tuple[dict[str, int], dict[str, int]]:
    """What came into the court's hands by channel, and what left them by kind, within days; a reversal takes back what it reverses."""
    kind = Payout.objects.filter(court_id=court_id, no=OuterRef("posting__paper")).values("kind")[:1]
    lines = Line.objects.filter(account__court_id=court_id, account__kind__in=LedgerAccount.MIRRORS, posting__business_on__range=(first, on))
    signed = Case(When(amount_fen__gt=0, then=Value(1)), default=Value(-1))
    rows = lines.annotate(payout=Subquery(kind), sign=signed).values("payout", "sign", "posting__purpose", "posting__reverses__purpose").annotate(fen=Sum("amount_fen")).order_by()
    came: dict[str, int] = defaultdict(int)
    went: dict[str, int] = defaultdict(int)
    for row in rows:
        purpose = row["posting__reverses__purpose"] or row["posting__purpose"]
        if purpose in (Posting.CONFIRMED, Posting.RETURNED):
            went[row["payout"] or "booked"] += row["fen"]
        elif purpose == Posting.ON_SITE and row["sign"] > 0:
            went["on_site"] += row["fen"]
        else:
            came[purpose] -= row["fen"]
    return dict(came), dict(went)


def delays(court_id: int, before: datetime) -> dict[str, dict[str, Any]]:
    """Receipt number → the delay approved last and not ended before a moment, with who approved it."""
    found: dict[str, dict[str, Any]] = {}
    entries = JournalEntry.objects.filter(court_id=court_id, kind__in=(DELAYED, ENDED), recorded_at__lt=before, case__isnull=False).order_by("seq")
    for kind, payload, name, number in entries.values_list("kind", "payload", "person_name", "case__number"):
        said = json.loads(payload)
        if kind == DELAYED:
            found[said["receipt_no"]] = {**said, "approver": name, "number": number}
        else:
            found.pop(said["receipt_no"], None)
    return found


def returned(court_id: int, first: date, on: date, most: int) -> list[dict[str, Any]]:
    """Payouts that the bank gave back within days."""
    numbers = Posting.objects.filter(court_id=court_id, purpose=Posting.RETURNED, business_on__range=(first, on)).values("paper")
    rows = Payout.objects.filter(court_id=court_id, no__in=numbers).order_by("pk")
    return list(rows.values("no", "amount_fen", "outcome", number=F("case__number"))[:most])


def in_time(court_id: int, rules: Sequence[str], since: datetime, before: datetime) -> dict[str, tuple[int, int]]:
    """Rule → how many of its clocks were met within moments, and how many of these in time."""
    met = Duty.objects.filter(court_id=court_id, rule__in=rules, met_at__gte=since, met_at__lt=before)
    on_time = Q(late_at__isnull=True) & (Q(due_at__isnull=True) | Q(met_at__lte=F("due_at")))
    return {rule: (n, good) for rule, n, good in met.values_list("rule").annotate(n=Count("pk"), good=Count("pk", filter=on_time))}
