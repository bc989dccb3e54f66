"""The ledger's bank account against the bank's own lines at the end of a month: what explains the difference, item by item (四(三)1).

A line that came in belongs to the receipt with its serial; one that went out to the payout whose slip number or number it bears, or
else whose amount and account are the same. What the two sides moved for the same receipt or payout is compared; what is left over,
or differs, is an item. Everything since the court's first imported line counts, so an item stays until both sides have it.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, Sum

from ..models import LedgerAccount, Line, Payout, Posting, Receipt
from ..reports.keeping import fingerprint
from .keeping import ends_of
from .models import BankLine, StatementRun

BANK_IN, BANK_OUT, UNCONFIRMED, LEDGER_IN, LEDGER_OUT, AMOUNT = "bank_in", "bank_out", "unconfirmed", "ledger_in", "ledger_out", "amount"
TITLES = {
    BANK_IN: "银行已收、账上未记", BANK_OUT: "银行已付、账上未记", UNCONFIRMED: "银行已付、账上没有付出", LEDGER_IN: "账上已收、银行未到",
    LEDGER_OUT: "账上已付、银行未付", AMOUNT: "两边金额不同",
}  # fmt: skip
EARLIER = timedelta(days=31)  # payouts handed to the bank so long before its first line may still be in its lines


@dataclass(slots=True)
class Item:
    """Something that explains a part of the difference. Amounts are what each side moved (fen, out is negative)."""

    kind: str
    on: date
    paper: str
    serial: str = ""
    name: str = ""
    bank_fen: int = 0
    ledger_fen: int = 0

    @property
    def title(self) -> str:
        """The kind of difference, in Chinese."""
        return TITLES[self.kind]

    @property
    def difference_fen(self) -> int:
        """What it makes the bank's balance larger than the ledger's by."""
        return self.bank_fen - self.ledger_fen


@dataclass(slots=True)
class AccountBalance:
    """What the bank says of one account at the end of the month; `closing_fen` None where no statement tells."""

    account: str
    case_id: int | None
    lines: int
    last_on: date
    closing_fen: int | None


@dataclass(slots=True)
class Comparison:
    """Both sides at the end of a month. `since`: the day of the first line of the bank that was imported; None without any."""

    first_on: date
    last_on: date
    ledger_fen: int
    since: date | None = None
    accounts: list[AccountBalance] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    matched: int = 0
    transit: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def bank_fen(self) -> int | None:
        """The bank's balance of all accounts; None while one is not told."""
        closing = [a.closing_fen for a in self.accounts]
        return None if not closing or None in closing else sum(c or 0 for c in closing)

    @property
    def difference_fen(self) -> int | None:
        """Bank less ledger in fen; None when the bank's balance is not known."""
        return None if self.bank_fen is None else self.bank_fen - self.ledger_fen

    @property
    def explained_fen(self) -> int:
        """What the items explain of the difference, in fen."""
        return sum(item.difference_fen for item in self.items)

    @property
    def unexplained_fen(self) -> int | None:
        """What no item explains: lines of the bank that are missing, or balances that did not agree to begin with."""
        return None if self.difference_fen is None else self.difference_fen - self.explained_fen

    @property
    def adjusted_fen(self) -> int | None:
        """The bank's balance once every item is settled: the ledger's, when nothing is unexplained."""
        return None if self.bank_fen is None else self.bank_fen - self.explained_fen

    def content(self) -> dict[str, Any]:
        """What is signed: plain JSON."""
        return {
            "first_on": self.first_on.isoformat(), "last_on": self.last_on.isoformat(), "since": self.since.isoformat() if self.since else None,
            "bank_fen": self.bank_fen, "ledger_fen": self.ledger_fen, "explained_fen": self.explained_fen,
            "accounts": [{"account": a.account, "last_on": a.last_on.isoformat(), "closing_fen": a.closing_fen} for a in self.accounts],
            "items": [{**asdict(item), "on": item.on.isoformat(), "title": item.title} for item in self.items],
        }  # fmt: skip

    @property
    def sha256(self) -> str:
        """The fingerprint of the content."""
        return fingerprint(self.content())


def last_day(first_on: date) -> date:
    """The last day of a month."""
    return first_on.replace(day=monthrange(first_on.year, first_on.month)[1])


def compare(court_id: int, first_on: date) -> Comparison:
    """The comparison at the end of a month. Nine statements."""
    on = last_day(first_on)
    ledger = Line.objects.filter(account__court_id=court_id, account__kind=LedgerAccount.BANK, posting__business_on__lte=on)
    found = Comparison(first_on, on, -(ledger.aggregate(fen=Sum("amount_fen"))["fen"] or 0))
    bank = BankLine.objects.filter(court_id=court_id, booked_on__lte=on)
    found.accounts = _accounts(court_id, on)
    if not found.accounts:
        return found
    found.since = bank.aggregate(on=Min("booked_on"))["on"]
    plain = _settled(court_id)
    moved = ledger.filter(posting__business_on__gte=found.since).exclude(Exists(plain), posting__purpose__in=(Posting.RECEIVED, Posting.UNCLAIMED))
    rows = {
        row["posting__paper"]: Item("", row["on"], row["posting__paper"], name=row["name"] or "", ledger_fen=-row["fen"])
        for row in moved.values("posting__paper").annotate(fen=Sum("amount_fen"), on=Min("posting__business_on"), name=Max("posting__summary"))
    }  # fmt: skip
    here = Receipt.objects.filter(court_id=court_id, bank_serial=OuterRef("serial"), amount_fen=OuterRef("amount_fen"), arrived_on=OuterRef("booked_on"),
                                  corrections=0).exclude(bank_serial="").exclude(state=Receipt.WITHDRAWN)  # fmt: skip
    lines = list(bank.exclude(Exists(here), direction=BankLine.IN).order_by("booked_on", "direction", "serial"))
    papers = _papers(court_id, lines, found.since)
    for line in lines:
        paper = papers.get((line.direction, line.serial), "")
        item = rows.setdefault(paper or f"{line.direction}:{line.serial}", Item("", line.booked_on, paper))
        item.bank_fen, item.serial, item.name = item.bank_fen + line.signed_fen, line.serial, line.name or item.name
    found.items = sorted((_named(i) for i in rows.values() if i.difference_fen), key=lambda i: (i.on, i.kind, i.paper, i.serial))
    found.matched = sum(a.lines for a in found.accounts) - sum(1 for i in found.items if i.serial)
    seen = set(papers.values())
    waiting = Payout.objects.filter(court_id=court_id, state=Payout.SENT).order_by("sent_at", "pk").values_list("no", "payee", "amount_fen")
    found.transit = [row for row in waiting if row[0] not in seen]
    return found


def _named(item: Item) -> Item:
    """The item with what kind of difference it is."""
    if item.bank_fen and item.ledger_fen:
        item.kind = AMOUNT
    elif item.bank_fen:
        item.kind = BANK_IN if item.bank_fen > 0 else UNCONFIRMED if item.paper else BANK_OUT
    else:
        item.kind = LEDGER_IN if item.ledger_fen > 0 else LEDGER_OUT
    return item


def _settled(court_id: int) -> Any:
    """Receipts that the bank's line says exactly the same of: neither side has anything to explain."""
    line = BankLine.objects.filter(court_id=court_id, direction=BankLine.IN, serial=OuterRef("bank_serial"), amount_fen=OuterRef("amount_fen"),
                                   booked_on=OuterRef("arrived_on"))  # fmt: skip
    receipts = Receipt.objects.filter(court_id=court_id, receipt_no=OuterRef("posting__paper"), corrections=0)
    return receipts.exclude(bank_serial="").exclude(state=Receipt.WITHDRAWN).filter(Exists(line))


def _papers(court_id: int, lines: Iterable[BankLine], since: date) -> dict[tuple[str, str], str]:
    """(direction, serial) of a line → number of its receipt or payout. A payout is found by its slip's number, by its own number in
    the remark, or by amount and account, the earliest first; each once."""
    lines = list(lines)
    came = [line.serial for line in lines if line.direction == BankLine.IN]
    receipts = Receipt.objects.filter(court_id=court_id, bank_serial__in=came).values_list("bank_serial", "receipt_no") if came else ()
    found = {(BankLine.IN, serial): no for serial, no in receipts}
    went = [line for line in lines if line.direction == BankLine.OUT]
    payouts = list(Payout.objects.filter(court_id=court_id, state__in=(Payout.SENT, Payout.CONFIRMED, Payout.RETURNED), sent_at__date__gte=since - EARLIER)
                   .order_by("sent_at", "pk").values_list("no", "bank_ref", "amount_fen", "account_no"))  # fmt: skip
    open_ = {no: (ref, fen, account) for no, ref, fen, account in payouts}
    for rule in (_by_slip, _by_number, _by_account):
        for line in went:
            if (line.direction, line.serial) not in found and (no := rule(line, open_)):
                found[(line.direction, line.serial)] = no
                del open_[no]
    return found


Open = dict[str, tuple[str, int, str]]


def _by_slip(line: BankLine, open_: Open) -> str:
    return next((no for no, (ref, _, _) in open_.items() if ref and ref == line.serial), "")


def _by_number(line: BankLine, open_: Open) -> str:
    return next((no for no in open_ if no in line.remark), "")


def _by_account(line: BankLine, open_: Open) -> str:
    return next((no for no, (_, fen, account) in open_.items() if (fen, account) == (line.amount_fen, line.account)), "")


def _accounts(court_id: int, on: date) -> list[AccountBalance]:
    """Every account with lines up to a day, and what it ends with: the balance that no line of its last day starts from, or what a
    clerk typed when a statement ending that day was imported."""
    bank = BankLine.objects.filter(court_id=court_id, booked_on__lte=on)
    rows = bank.values("case_id", "case__number").annotate(n=Count("pk"), last=Max("booked_on")).order_by("case__number")
    found = [AccountBalance(f"案件 {r['case__number']}" if r["case_id"] else "总账号", r["case_id"], r["n"], r["last"], None) for r in rows]
    days: dict[int | None, list[tuple[int, int | None]]] = defaultdict(list)
    general = next((a.last_on for a in found if a.case_id is None), None)
    later = BankLine.objects.filter(court_id=court_id, case_id=OuterRef("case_id"), booked_on__gt=OuterRef("booked_on"), booked_on__lte=on)
    last = bank.filter(Q(case__isnull=True, booked_on=general) | Q(Q(case__isnull=False), ~Exists(later)))
    for line in last.only("case_id", "direction", "amount_fen", "balance_fen"):
        days[line.case_id].append((line.signed_fen, line.balance_fen))
    runs = StatementRun.objects.filter(court_id=court_id, state=StatementRun.DONE, last_on__lte=on, closing_fen__isnull=False)
    told = {case_id: (last, fen) for case_id, last, fen in runs.order_by("last_on", "pk").values_list("case_id", "last_on", "closing_fen")}
    for account in found:
        account.closing_fen = _end_of_day(days[account.case_id])
        told_on, fen = told.get(account.case_id, (None, None))
        if account.closing_fen is None and told_on == account.last_on:
            account.closing_fen = fen
    return found


def _end_of_day(lines: list[tuple[int, int | None]]) -> int | None:
    """The balance after the last of a day's lines, in whatever order they are; None where balances are missing or leave a gap."""
    crossed: Counter[int] = Counter()
    for signed, balance in lines:
        if balance is None:
            return None
        crossed[balance] += 1
        crossed[balance - signed] -= 1
    ends = ends_of(Counter({b: n for b, n in crossed.items() if n}))
    return ends[1] if ends else None
