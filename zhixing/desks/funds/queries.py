"""The desk's lists: the four views of a funds officer, a case's money, the queues of claims and payouts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Sum

from zhixing.casework.calendars.models import CalendarVersion
from zhixing.casework.cases.models import Case
from zhixing.casework.duties.clocks import Clock, clock_of, explain_url
from zhixing.casework.duties.models import Duty
from zhixing.casework.facts import rules
from zhixing.casework.matters.queries import CLOCK
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.model import Rulebook
from zhixing.rulebook.workdays import Calendar

from .keeping import limits
from .models import Accounting, LedgerAccount, PayeeAccount, Payout, Receipt

VIEWS = (("soon", "即将到期"), ("late", "已经超期"), ("delayed", "经批准延缓"), ("unclaimed", "不明款项"))


@dataclass(frozen=True, slots=True)
class Due:
    """A receipt whose money is still to go out, with its clock. `rest_fen`: neither paid, sent nor settled as fees."""

    receipt: Receipt
    clock: Clock
    rest_fen: int
    cursor: int


def _clocks(court_id: int) -> QuerySet[Duty]:
    return Duty.objects.filter(court_id=court_id, is_open=True, rule=limits()["clock"])


def _which(view: str, at: datetime) -> Q:
    """Which open clocks stand in a view: late, soon (within the days of the limits file), delayed with approval."""
    edge = at + timedelta(days=limits()["soon_days"])
    delayed = Q(extended_until__gte=at.astimezone(CST).date())
    return {"late": Q(due_at__lt=at) & ~delayed, "soon": Q(due_at__gte=at, due_at__lte=edge) & ~delayed, "delayed": delayed,
            "later": Q(due_at__gt=edge) & ~delayed}[view]  # fmt: skip


def lists() -> dict[str, dict[str, Any]]:
    """The further lists of `limits.yaml`, by name."""
    found: dict[str, dict[str, Any]] = limits()["lists"]
    return found


def _on_list(name: str, at: datetime) -> Q:
    """Which open clocks stand on a further list: due soon (or at all); where the list's own is met, that by which the money is to
    go out."""
    spec = lists()[name]
    if spec.get("met"):
        met = Duty.objects.filter(case_id=OuterRef("case_id"), rule=spec["rule"], key=OuterRef("key"), met_at__isnull=False)
        return Q(Exists(met), rule=limits()["clock"], is_open=True)
    wanted = Q(rule=spec["rule"], is_open=True)
    return wanted if spec.get("all") else wanted & Q(due_at__lte=at + timedelta(days=limits()["soon_days"]))


def _of_view(court_id: int, view: str, at: datetime) -> QuerySet[Duty]:
    """The clocks of a view or of a further list."""
    if view in lists():
        return Duty.objects.filter(_on_list(view, at), court_id=court_id)
    return _clocks(court_id).filter(_which(view, at))


def list_counts(court_id: int, at: datetime) -> dict[str, int]:
    """How many stand on each further list. One statement."""
    rows = Duty.objects.filter(court_id=court_id, is_open=True, rule__in={limits()["clock"], *(spec["rule"] for spec in lists().values())})
    return rows.aggregate(**{name: Count("pk", filter=_on_list(name, at)) for name in lists()})


def counts(court_id: int, at: datetime) -> dict[str, int]:
    """How many stand in each view. Two statements."""
    by = {name: Count("pk", filter=_which(name, at)) for name in ("soon", "late", "delayed", "later")}
    waiting = Receipt.objects.filter(court_id=court_id, state__in=Receipt.WAITING).count()
    return {**_clocks(court_id).aggregate(**by), "unclaimed": waiting}


def due(court_id: int, view: str, *, book: Rulebook, at: datetime, after: int = 0, limit: int) -> list[Due]:
    """The receipts of a view by due moment, then id. Four statements."""
    clocks = _of_view(court_id, view, at).order_by("due_at", "pk").values("case__ref", *CLOCK)[after : after + limit]
    found = {(c["key"]): c for c in clocks}
    receipts = {r.receipt_no: r for r in Receipt.objects.filter(court_id=court_id, receipt_no__in=found).select_related("case", "case__handler")}
    gone = spoken_for([r.pk for r in receipts.values()], Payout.GONE)
    calendar = calendar_of(court_id)
    return [
        Due(r, clock_of(c, book=book, calendar=calendar, at=at, url=explain_url(c["id"], case_ref=c["case__ref"])),
            r.amount_fen - r.settled_fen - gone.get(r.pk, 0), after + n)
        for n, (no, c) in enumerate(found.items(), 1) if (r := receipts.get(no))
    ]  # fmt: skip


def spoken_for(receipts: list[int], states: tuple[str, ...]) -> dict[int, int]:
    """What of each receipt is in payouts of the states. One statement."""
    rows = Payout.objects.filter(receipt_id__in=receipts, state__in=states)
    return dict(rows.values_list("receipt_id").annotate(fen=Sum("amount_fen")))


def calendar_of(court_id: int) -> Calendar:
    """The court's calendar of today's version. One statement."""
    version = CalendarVersion.objects.filter(court_id=court_id).order_by("-version").values_list("version", flat=True).first()
    return rules.calendar(court_id, version or 0)


@dataclass(frozen=True, slots=True)
class CaseMoney:
    """All that the page of a case's money shows."""

    account: LedgerAccount
    receipts: list[tuple[Receipt, int, list[Clock]]]
    payouts: list[Payout]
    accounts: list[PayeeAccount]
    accounting: Accounting | None


def case_of(court_id: int, ref: str) -> Case | None:
    """The case of this court with its state and handler. One statement."""
    return Case.objects.select_related("state_row", "handler").filter(court_id=court_id, ref=ref).first()


def money_of(case: Case, *, book: Rulebook, at: datetime) -> CaseMoney:
    """A case's account, receipts with what is left of each and their clocks, payouts, payee accounts, accounting. Seven statements."""
    account = LedgerAccount.objects.filter(case=case).first() or LedgerAccount(case=case, kind=LedgerAccount.CASE, court_id=case.court_id)
    receipts = list(Receipt.objects.filter(case=case).exclude(state__in=[Receipt.ARRIVED, Receipt.IDENTIFIED]).select_related("case", "right_case").order_by("-arrived_on", "-pk"))
    gone, calendar = spoken_for([r.pk for r in receipts], (*Payout.PENDING, *Payout.GONE)), calendar_of(case.court_id)
    clocks: dict[str, list[Clock]] = {}
    for row in Duty.objects.filter(case=case, is_open=True, key__in=[r.receipt_no for r in receipts]).order_by("due_at", "pk").values(*CLOCK):
        clocks.setdefault(row["key"], []).append(clock_of(row, book=book, calendar=calendar, at=at, url=explain_url(row["id"], case_ref=case.ref)))
    return CaseMoney(
        account, [(r, r.amount_fen - r.settled_fen - gone.get(r.pk, 0), clocks.get(r.receipt_no, [])) for r in receipts],
        list(payouts_of(case.court_id).filter(case=case).order_by("-pk")), live_accounts(case), case.accountings.order_by("-pk").first(),
    )  # fmt: skip


def live_accounts(case: Case) -> list[PayeeAccount]:
    """The newest account of each payee of a case."""
    return list(PayeeAccount.objects.filter(case=case, replaced_by=None).select_related("party").order_by("pk"))


def waiting_receipts(court_id: int, *, state: str = "", after: int = 0, limit: int) -> list[Receipt]:
    """Money in suspense, oldest first (keyset by arrival and id). One statement."""
    rows = Receipt.objects.filter(court_id=court_id, state__in=[state] if state else Receipt.WAITING).select_related("case", "claimed_by", "matter")
    if after and (last := Receipt.objects.filter(court_id=court_id, pk=after).values_list("arrived_on", flat=True).first()):
        rows = rows.filter(Q(arrived_on__gt=last) | Q(arrived_on=last, pk__gt=after))
    return list(rows.order_by("arrived_on", "pk")[:limit])


def ageing(court_id: int, at: datetime) -> list[dict[str, Any]]:
    """Money in suspense by age: words, count, fen. One statement."""
    today, low, found = at.astimezone(CST).date(), -1, []
    asked: dict[str, Any] = {}
    for n, step in enumerate(limits()["ageing"]["steps"]):
        rows = Q(arrived_on__lt=today - timedelta(days=low)) if low >= 0 else Q()
        if "days" in step:
            rows &= Q(arrived_on__gte=today - timedelta(days=step["days"]))
            low = step["days"]
        asked |= {f"n{n}": Count("pk", filter=rows), f"fen{n}": Sum("amount_fen", filter=rows)}
        found.append(step["words"])
    row = Receipt.objects.filter(court_id=court_id, state__in=Receipt.WAITING).aggregate(oldest=Min("arrived_on"), **asked)
    return [{"words": words, "count": row[f"n{n}"], "fen": row[f"fen{n}"] or 0} for n, words in enumerate(found)]


def payouts_of(court_id: int) -> QuerySet[Payout]:
    """Payouts with all that a row shows."""
    related = ("case", "receipt", "account", "requested_by", "checked_by", "approved_by", "sent_by", "settled_by", "batch")
    return Payout.objects.filter(court_id=court_id).select_related(*related)


def payout_counts(court_id: int) -> dict[str, int]:
    """How many payouts stand in each state that waits for somebody. One statement."""
    waiting = [*Payout.PENDING, Payout.SENT]
    return {**dict.fromkeys(waiting, 0), **dict(Payout.objects.filter(court_id=court_id, state__in=waiting).values_list("state").annotate(n=Count("pk")))}


def payout_queue(court_id: int, state: str, *, after: int = 0, limit: int) -> list[Payout]:
    """The payouts in a state, oldest first, after one's id. One statement."""
    rows = payouts_of(court_id).filter(state=state)
    return list(rows.filter(pk__gt=after).order_by("pk")[:limit])


