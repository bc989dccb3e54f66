"""Five years of a court's money: cases, receipts, payouts, postings and closed months, by the product's own bulk path (G5).

Each case gets one sum on its account, pays its fee, and the rest goes out and is confirmed: four events, four postings, eight lines.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db import connection

from zhixing.casework.cases.models import Party
from zhixing.casework.courts.models import Court
from zhixing.casework.facts.record_many import History, Past, record_many
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.models import Person
from zhixing.clock import CST
from zhixing.desks.funds.ledger import Entry, Move, close_month, post_many
from zhixing.desks.funds.models import Batch, LedgerAccount, PayeeAccount, Payout, Posting, Receipt

from . import world

FIRST, YEARS = date(2021, 1, 1), 5
DAYS = 365 * YEARS + 1
CHUNK = 5000
KINDS = ("money_arrived", "money_accounted", "payout_sent", "money_paid_out")
STEPS = ("""state = 'checked', checked_by_id = %(checker)s, checked_at = requested_at, check_note = '已回访'""",
         """state = 'approved', approved_by_id = %(approver)s, approved_at = requested_at""",
         """state = 'sent', sent_by_id = %(payer)s, sent_at = requested_at, batch_id = %(batch)s""",
         """state = 'confirmed', settled_by_id = %(payer)s, settled_at = requested_at, bank_ref = 'HD'""")  # fmt: skip


class Sum(NamedTuple):
    """The money of one case: which, how much came, what of it is the fee, the day it came."""

    case_id: int
    fen: int
    fee: int
    on: date

    @property
    def no(self) -> str:
        return f"N{self.case_id}"


class People(NamedTuple):
    """One for each step."""

    asks: Actor
    checks: Actor
    approves: Actor
    pays: Actor


def five_years(court: Court, how_many: int) -> None:
    """Make them. The ledger's own `post_many` and `close_month` keep the books: nothing is written past them."""
    court_id, people = court.pk, _people(court.pk)
    sums = [s for first in range(1, how_many + 1, CHUNK) for s in _sums(court, first, min(CHUNK, how_many + 1 - first), how_many)]
    seqs = _events(court_id, sums)
    _rows(court_id, sums, people)
    for month, entries in _months(sums, seqs):
        last = month.replace(day=monthrange(month.year, month.month)[1])
        at = datetime.combine(last + timedelta(days=1), time(9), CST)
        post_many(entries, court_id=court_id, by=people.pays, at=at)
        bank = LedgerAccount.objects.filter(court_id=court_id, kind=LedgerAccount.BANK).values_list("balance_fen", flat=True)[0]
        if month < date(FIRST.year + YEARS, 1, 1):
            close_month(first_on=month, bank_fen=-bank, by=people.pays, at=at)


def _people(court_id: int) -> People:
    roles = ("handler", "funds_officer", "president", "finance_clerk")
    rows = [Person.objects.create(username=f"{court_id}-years-{r}", name=f"样{r}", court_id=court_id, password="!") for r in roles]
    return People(*(Actor(p.pk, p.name, court_id, frozenset({r})) for p, r in zip(rows, roles, strict=True)))


def _sums(court: Court, first: int, count: int, how_many: int) -> Iterator[Sum]:
    for n, (case_id, _) in enumerate(world.cases(court, count, first), first):
        yield Sum(case_id, 100_000 + n * 37 % 900_000, 1_000 + n % 500, FIRST + timedelta(days=n * DAYS // (how_many + 1)))


def _moments(s: Sum) -> list[date]:
    return [s.on + timedelta(days=n) for n in (0, 3, 5, 6)]


def _events(court_id: int, sums: Sequence[Sum]) -> dict[tuple[int, str], int]:
    """The journal's entries of every sum; where each stands."""
    histories = (
        History(s.case_id, [Past(kind, datetime.combine(on, time(10), CST), {"receipt_no": s.no, "amount_yuan": f"{s.fen / 100:.2f}"})
                            for kind, on in zip(KINDS, _moments(s), strict=True)]) for s in sums
    )  # fmt: skip
    record_many(histories, court_id=court_id, under="do:import_register", by=Actor(None, "样书记员", court_id, frozenset({"intake_clerk"})), at=datetime.combine(FIRST + timedelta(days=DAYS + 40), time(9), CST))
    with connection.cursor() as cursor:
        cursor.execute("SELECT case_id, kind, seq FROM journal_entry WHERE court_id = %s AND case_id IS NOT NULL", (court_id,))
        return {(case_id, kind): seq for case_id, kind, seq in cursor.fetchall()}


def _rows(court_id: int, sums: Sequence[Sum], people: People) -> None:
    """Receipts, accounts and payouts, each payout through its four hands."""
    moments = {s.case_id: datetime.combine(s.on, time(10), CST) for s in sums}
    receipts = Receipt.objects.bulk_create([
        Receipt(court_id=court_id, receipt_no=s.no, channel=Receipt.OWN, state=Receipt.BOOKED, case_id=s.case_id, amount_fen=s.fen, arrived_on=s.on, settled_fen=s.fee,
                booked_by_id=people.pays.person_id, booked_at=moments[s.case_id], made_at=moments[s.case_id]) for s in sums], batch_size=CHUNK)  # fmt: skip
    parties = dict(Party.objects.filter(court_id=court_id, role=Party.APPLICANT).values_list("case_id", "pk"))
    accounts = PayeeAccount.objects.bulk_create([
        PayeeAccount(case_id=s.case_id, party_id=parties[s.case_id], holder="样申请", bank="样例银行", number=f"62{s.case_id:017}", evidence="确认书",
                     at=moments[s.case_id], by_id=people.asks.person_id) for s in sums], batch_size=CHUNK)  # fmt: skip
    payouts = Payout.objects.bulk_create([
        Payout(court_id=court_id, no=f"{s.no}-1", case_id=s.case_id, receipt=r, kind=Payout.CLAIM, party_id=a.party_id, payee="样申请", account=a, holder=a.holder,
               bank=a.bank, account_no=a.number, amount_fen=s.fen - s.fee, basis="判决书", requested_by_id=people.asks.person_id, requested_at=moments[s.case_id])
        for s, r, a in zip(sums, receipts, accounts, strict=True)], batch_size=CHUNK)  # fmt: skip
    batch = Batch.objects.create(court_id=court_id, no="五年", made_at=moments[sums[0].case_id], made_by_id=people.pays.person_id, total_fen=sum(p.amount_fen for p in payouts),
                                 size=len(payouts), sha256="0" * 64)  # fmt: skip
    names = {"checker": people.checks.person_id, "approver": people.approves.person_id, "payer": people.pays.person_id, "batch": batch.pk, "court": court_id}
    with connection.cursor() as cursor:
        for step in STEPS:
            if "approved" in step:
                cursor.executemany(f"UPDATE funds_payout SET {step}, approved_hash = %(hash)s WHERE id = %(id)s", [{**names, "hash": p.fingerprint(), "id": p.pk} for p in payouts])
            else:
                cursor.execute(f"UPDATE funds_payout SET {step} WHERE court_id = %(court)s", names)


def _months(sums: Sequence[Sum], seqs: dict[tuple[int, str], int]) -> Iterator[tuple[date, list[Entry]]]:
    """The postings of each month by business date."""
    found: dict[date, list[Entry]] = {}
    for s in sums:
        out = s.fen - s.fee
        moves = ((Posting.RECEIVED, s.fen, s.case_id, LedgerAccount.BANK), (Posting.FEE, s.fee, LedgerAccount.FEES, s.case_id),
                 (Posting.SENT, out, LedgerAccount.IN_TRANSIT, s.case_id), (Posting.CONFIRMED, out, LedgerAccount.BANK, LedgerAccount.IN_TRANSIT))  # fmt: skip
        for (purpose, fen, to, source), kind, on in zip(moves, KINDS, _moments(s), strict=True):
            entry = Entry(purpose, [Move(to, fen), Move(source, -fen)], on, s.case_id, seqs[s.case_id, kind], s.no, key=f"{s.no}:{purpose}")
            found.setdefault(on.replace(day=1), []).append(entry)
    yield from ((month, sorted(entries, key=lambda e: e.business_on)) for month, entries in sorted(found.items()))
