"""What a party may read of the case's money: what came, what went to whom, fees, what is left and why (四(三)1).

The figures come from the case's own account, to the fen; other people's accounts and identity never appear.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from zhixing.casework.cases.models import Case, Party
from zhixing.casework.duties.models import Duty
from zhixing.casework.facts import rules
from zhixing.casework.journal.actions import note_read
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.papers.actions import next_number
from zhixing.casework.papers.values import day
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import require
from zhixing.outside.typesetting import typeset
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.money.amounts import words
from zhixing.rulebook.refusals import Refusal

from ..distribution.models import DistributionPlan
from ..keeping import CLAUSE, limits
from ..models import LedgerAccount, Line, Payout, Posting, Receipt
from .keeping import fingerprint
from .models import PartyStatement

PRINT = "do:print_money_statement"
SHARING = (DistributionPlan.DRAFTED, DistributionPlan.CHECKED, DistributionPlan.TOLD)
LAYOUT = Path(__file__).with_name("statement.typ")
CAME = (Posting.RECEIVED, Posting.CLAIMED)
DELAYED, DELAY_ENDED = "payout_delay_approved", "payout_delay_ended"
ASIDE = (Posting.DEPOSITED, Posting.RELEASED)
WENT = (Posting.SENT, Posting.RETURNED, Posting.CONFIRMED)


@cache
def says() -> dict[str, Any]:
    """`statement.yaml`, read once."""
    data: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("statement.yaml").read_text("utf-8"))
    return data


@dataclass(frozen=True, slots=True)
class Account:
    """The lines of a case's account that still count (what was reversed is left out with its reversal), and what they are about."""

    lines: list[dict[str, Any]]
    receipts: dict[str, Receipt]
    payouts: dict[str, Payout]

    def of(self, *purposes: str, sign: int = 0) -> Iterable[dict[str, Any]]:
        """The lines of some purposes; `sign` picks what came (1) or went (-1)."""
        return (row for row in self.lines if row["posting__purpose"] in purposes and (not sign or row["amount_fen"] * sign > 0))


def account_of(case: Case) -> Account:
    """Three statements."""
    rows = Line.objects.filter(account__case=case, posting__reverses=None, posting__reversed_by=None).order_by("n")
    lines = list(rows.values("amount_fen", "posting__purpose", "posting__business_on", "posting__paper", "posting__summary"))
    receipts = {r.receipt_no: r for r in Receipt.objects.filter(case=case)}
    payouts = {p.no: p for p in Payout.objects.filter(case=case).select_related("party", "receipt").order_by("pk")}
    return Account(lines, receipts, payouts)


def delays_of(case: Case) -> dict[str, dict[str, Any]]:
    """Receipt number → the approved delay that holds, as the journal says. One statement."""
    found: dict[str, dict[str, Any]] = {}
    entries = JournalEntry.objects.filter(case=case, kind__in=(DELAYED, DELAY_ENDED)).order_by("seq").values_list("kind", "payload")
    for kind, payload in entries:
        said = json.loads(payload)
        if kind == DELAYED:
            found[said["receipt_no"]] = said
        else:
            found.pop(said["receipt_no"], None)
    return found


def statement_for(case: Case, party: Party, *, at: datetime) -> dict[str, Any]:
    """The statement as plain JSON. Refuses when its lines do not make the balance of the account (then the books are to be checked)."""
    account = account_of(case)
    came, went, fees = _came(account, case, party), _went(account, party), _fees(account)
    totals = {name: sum(row["fen"] for row in rows) for name, rows in (("came", came), ("went", went), ("fees", fees))}
    row = LedgerAccount.objects.filter(case=case).first()
    aside = -sum(line["amount_fen"] for line in account.of(*ASIDE))
    left = aside + (row.balance_fen if row else 0)
    if totals["came"] - totals["went"] - totals["fees"] != left:
        raise Refusal.because("不能打印案款清单", "各笔收付与账户余额不符", clause=CLAUSE, now="请停止发放并报告执行局局长，运行 zhixing verify 查找", status=409)
    return {
        "court": case.court.name, "number": case.number, "cause": case.cause, "party": party.name, "role": party.get_role_display(),
        "made_on": day(at.astimezone(CST).date()), "came": came, "went": went, "fees": fees, "left_fen": left, **{f"{k}_fen": v for k, v in totals.items()},
        "why": ([says()["left"]["aside"].format(yuan=words(aside))] if aside else []) + (_why(account, case, row, at) if left > aside else []),
    }  # fmt: skip


def _came(account: Account, case: Case, party: Party) -> list[dict[str, Any]]:
    known = {p.name for p in case.parties.all()} | {str(words_) for _, words_ in Party._meta.get_field("role").choices or ()}
    rows = [*account.of(*CAME), *account.of(Posting.ON_SITE, sign=1)]
    return [
        {"on": day(_arrived(account, row)), "how": says()["came"][row["posting__purpose"]], "fen": row["amount_fen"],
         "who": _payer(account.receipts.get(row["posting__paper"]), known)}
        for row in rows
    ]  # fmt: skip


def _arrived(account: Account, row: dict[str, Any]) -> date:
    """When the money came to the court; claimed money came before it was claimed."""
    receipt = account.receipts.get(row["posting__paper"])
    found: date = receipt.arrived_on if receipt else row["posting__business_on"]
    return found


def _payer(receipt: Receipt | None, known: set[str]) -> str:
    """A party of the case by name; nobody else's name is told."""
    return receipt.payer if receipt and receipt.payer in known else str(says()["others"]["payer"])


def _went(account: Account, party: Party) -> list[dict[str, Any]]:
    """What went out and stayed out, a row for each payout; what the bank gave back is no row."""
    found: dict[str, dict[str, Any]] = {}
    for row in account.of(*WENT):
        payout = account.payouts.get(row["posting__paper"])
        line = found.setdefault(row["posting__paper"], {"fen": 0, "on": "", "to": _payee(payout, row, party), "how": _how(payout)})
        line["fen"] -= row["amount_fen"]
        line["on"] = day(payout.settled_at.astimezone(CST).date() if payout and payout.settled_at else row["posting__business_on"])
    for row in account.of(Posting.ON_SITE, sign=-1):
        found[f"on-site {row['posting__paper']}"] = {"fen": -row["amount_fen"], "on": day(row["posting__business_on"]), "to": "本案当事人", "how": says()["went"]["on_site"]}
    return [row for row in found.values() if row["fen"]]


def _how(payout: Payout | None) -> str:
    return str(says()["went"][payout.state if payout and payout.state in says()["went"] else "booked"])


def _payee(payout: Payout | None, row: dict[str, Any], party: Party) -> str:
    """The reader's own account by its last digits; another party by name alone; a third person not by name."""
    if payout is None:
        return "本案当事人"
    if payout.party_id is None:
        return str(says()["others"]["third"])
    return f"{payout.payee}（账户尾号{payout.account_no[-4:]}）" if payout.party_id == party.pk else payout.payee


def _fees(account: Account) -> list[dict[str, Any]]:
    return [{"on": day(row["posting__business_on"]), "fen": -row["amount_fen"], "how": says()["fee"]} for row in account.of(Posting.FEE)]


def _why(account: Account, case: Case, row: LedgerAccount | None, at: datetime) -> list[str]:
    """Why something is left, a sentence for each reason. Three statements."""
    told, left, delays = says()["left"], _rests(account), delays_of(case)
    clocks = list(Duty.objects.filter(case=case, is_open=True, rule__in=[limits()["clock"], *says()["distribution_clocks"]]).values_list("rule", "key", "due_at"))
    due = {key: at_ for rule, key, at_ in clocks if rule == limits()["clock"]}
    pending = sum(p.amount_fen for p in account.payouts.values() if p.state in Payout.PENDING)
    found = [told["pending"].format(yuan=words(pending))] if pending else []
    if row and row.disputed_fen:
        found.append(told["disputed"].format(yuan=words(row.disputed_fen)))
    if any(rule in says()["distribution_clocks"] for rule, _, _ in clocks) or case.distribution_plans.filter(state__in=SHARING).exists():
        found.append(told["distribution"])
    again = {p.receipt.receipt_no: p.amount_fen for p in account.payouts.values() if p.state == Payout.RETURNED}
    if returned := sum(min(fen, left.get(no, 0)) for no, fen in again.items()):
        found.append(told["returned"].format(yuan=words(returned)))
    return found + [_of_receipt(told, fen, delays.get(no), due.get(no), at) for no, fen in left.items()]


def _rests(account: Account) -> dict[str, int]:
    """What of each receipt is neither paid, asked for nor settled."""
    rests = {no: r.amount_fen - r.settled_fen for no, r in account.receipts.items() if r.state == Receipt.BOOKED}
    for p in account.payouts.values():
        if p.state in (*Payout.PENDING, *Payout.GONE) and p.receipt.receipt_no in rests:
            rests[p.receipt.receipt_no] -= p.amount_fen
    return {no: fen for no, fen in rests.items() if fen > 0}


def _of_receipt(told: dict[str, str], fen: int, delay: dict[str, Any] | None, due_at: datetime | None, at: datetime) -> str:
    yuan = words(fen)
    if delay and delay["until_on"] >= at.astimezone(CST).date().isoformat():
        why = says()["grounds"].get(delay["ground"], says()["grounds"]["其他"])
        return told["delayed"].format(yuan=yuan, why=why, day=day(date.fromisoformat(delay["until_on"])))
    if due_at is None:
        return told["running"].format(yuan=yuan)
    return told["due" if due_at >= at else "overdue"].format(yuan=yuan, day=day(due_at.astimezone(CST).date()))


def print_statement(*, case: Case, party: Party, content: dict[str, Any], address: str = "", by: Actor, at: datetime) -> PartyStatement:
    """Number and keep what is handed to the party; who printed it for whom stays for good."""
    require(rules.rulebook(), by, PRINT, what="不能打印案款清单")
    series = says()["series"]
    with transaction.atomic():
        no = next_number(by.court_id, at.astimezone(CST).year, (series["id"], series["form"]))
        made = PartyStatement.objects.create(court_id=by.court_id, no=no, case=case, party=party, content=content, sha256=fingerprint(content), printed_at=at,
                                             printed_by_id=by.person_id)  # fmt: skip
        note_read(action=PRINT, case_ref=case.ref, path="", address=address, detail=f"为{party.name}打印{no}"[:200], by=by, at=at)
    return made


def pdf_of(made: PartyStatement) -> bytes:
    """The same pages every time."""
    content = made.content
    rows = {name: [{**row, "yuan": words(row["fen"])} for row in content[name]] for name in ("came", "went", "fees")}
    totals = {f"{n}_yuan": words(content[f"{n}_fen"]) for n in ("came", "went", "fees", "left")}
    return typeset(LAYOUT, {**content, **rows, **totals, "no": made.no, "by": made.printed_by.name})
