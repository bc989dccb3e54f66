"""The papers of a case's money: which of them a receipt or a payout may have, what the rows already say of each, drafting one.

What happened was recorded by the money's own acts; a paper records only that it was drafted, checked, signed and issued (四(三)1).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.db.models import Sum

from zhixing.casework.cases.models import Case
from zhixing.casework.identity import mask_account
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.papers.batches import draft_paper
from zhixing.casework.papers.kinds import Kind, kinds
from zhixing.casework.papers.models import Paper
from zhixing.casework.papers.rendering import filler
from zhixing.casework.papers.values import day
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.models import Assignment
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.refusals import Refusal

from ..keeping import CLAUSE, text_of
from ..models import Accounting, Payout, Receipt
from .models import MoneyPaper

SLIP, URGED, MADE, BOOKED = "settlement_slip_registered", "balance_urged", "on_site_payment_made", "on_site_payment_booked"
ASKED, DELAYED = "payout_delay_requested", "payout_delay_approved"
TOLD = (SLIP, URGED, MADE, BOOKED, ASKED, DELAYED)
FULL_ACCOUNT = "payout_approval_form"


@cache
def shelf() -> dict[str, Any]:
    """`papers.yaml`, read once."""
    data: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("papers.yaml").read_text("utf-8"))
    return data


@dataclass(frozen=True, slots=True)
class Told:
    """What an entry of the journal said of a receipt."""

    payload: Mapping[str, Any]
    name: str
    person_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What the papers of a case's money draw on: its receipts, its payouts, what the journal said of each receipt."""

    receipts: Sequence[Receipt]
    payouts: Sequence[Payout]
    told: Mapping[tuple[str, str], Told]
    leaders: frozenset[int]
    fees: Mapping[int, int]
    papers: Mapping[tuple[str, str], Paper]


@dataclass(frozen=True, slots=True)
class Offer:
    """A paper that a row has or may have."""

    kind: Kind
    row: Receipt | Payout
    paper: Paper | None

    @property
    def about(self) -> str:
        """What the paper says it is about: the payee and the number of the payout, or the number of the receipt."""
        return f"{self.row.payee}（{self.row.no}）" if isinstance(self.row, Payout) else f"来款{self.row.receipt_no}"


def known_of(case: Case, receipts: Sequence[Receipt], payouts: Sequence[Payout]) -> Known:
    """Four statements, whatever the rows."""
    told: dict[tuple[str, str], Told] = {}
    entries = JournalEntry.objects.filter(case=case, kind__in=TOLD).order_by("seq").values_list("kind", "payload", "person_name", "person_id", "at")
    for kind, payload, name, person_id, at in entries:
        said = json.loads(payload)
        told[kind, str(said.get("receipt_no", ""))] = Told(said, name, person_id, at)
    made = MoneyPaper.objects.filter(paper__case=case).exclude(paper__state=Paper.CANCELLED).select_related("paper", "receipt", "payout").order_by("paper_id")
    papers = {(m.paper.kind, (m.payout or m.receipt).ref): m.paper for m in made}  # type: ignore[union-attr]
    people = {p.approved_by_id for p in payouts} | {t.person_id for t in told.values()}
    leaders = Assignment.objects.filter(court_id=case.court_id, person__in=people - {None}, role__in=shelf()["court_leaders"]).values_list("person_id", flat=True)
    fees = dict(Accounting.objects.filter(case=case).values_list("receipt").annotate(fen=Sum("fee_fen")).order_by())
    return Known(receipts, payouts, told, frozenset(leaders), fees, papers)


def offers(known: Known) -> list[list[Offer]]:
    """For every row of money the papers that it has or may have, newest row first."""
    rows: list[Receipt | Payout] = [*known.payouts, *known.receipts]
    found = [[Offer(kinds()[k], row, known.papers.get((k, row.ref))) for k in _kinds_of(row) if _wanted(k, row, known)] for row in rows]
    return [group for group in found if group]


def _kinds_of(row: Receipt | Payout) -> list[str]:
    name = "payout" if isinstance(row, Payout) else "on_site" if row.channel == Receipt.ON_SITE else "receipt"
    found: list[str] = shelf()[name]
    return found


def _wanted(kind: str, row: Receipt | Payout, known: Known) -> bool:
    """Whether there is something to put on this paper yet."""
    if isinstance(row, Payout):
        return row.state in Payout.GONE if kind == "receipt_voucher" else row.state != Payout.CANCELLED
    if kind == "payout_delay_form":
        return any((event, row.receipt_no) in known.told for event in (ASKED, DELAYED))
    return row.state in (Receipt.BOOKED, Receipt.HANDED)


def offer_of(known: Known, kind: str, ref: str) -> Offer | None:
    """The offer of one paper about one row."""
    return next((o for group in offers(known) for o in group if o.kind.id == kind and o.row.ref == ref), None)


def values_of_row(offer: Offer, known: Known) -> dict[str, Any]:
    """What the rows say of the fields that a clerk would have to type, as plain values; what they do not know is left out."""
    made = _of_payout(offer.row, known) if isinstance(offer.row, Payout) else _of_receipt(offer.row, known)
    if offer.kind.id != FULL_ACCOUNT and "payee_account" in made:
        made["payee_account"] = mask_account(made["payee_account"])
    names = {f.name for f in offer.kind.typed}
    return {name: value for name, value in made.items() if name in names and value not in (None, "")}


def _of_receipt(row: Receipt, known: Known) -> dict[str, Any]:
    gone = sum(p.amount_fen for p in known.payouts if p.receipt_id == row.pk and p.state in Payout.GONE)
    slip, urged, asked, delayed, made, booked = (known.told.get((e, row.receipt_no)) for e in (SLIP, URGED, ASKED, DELAYED, MADE, BOOKED))
    on_site, rest = row.channel == Receipt.ON_SITE, row.amount_fen - row.settled_fen - gone
    says = made.payload if made else {}
    delay = delayed or asked
    return {
        "amount_yuan": text_of(rest if delay else row.amount_fen), "payer": row.payer, "receipt_no": row.receipt_no, "arrived_on": row.arrived_on.isoformat(),
        "handed_on": row.arrived_on.isoformat(), "payee": says.get("payee"), "officers": says.get("officers"), "payee_account": "现场交付" if on_site else "",
        "booked_said": f"{booked.name} {_day(booked.at)}" if booked else "", "slip_number": slip.payload.get("slip_no") if slip else "",
        "claimed_on": _on(row.booked_at), "fee_kept_yuan": text_of(known.fees.get(row.pk, 0)), "paid_yuan": text_of(gone), "rest_yuan": text_of(rest),
        "urged_said": f"{_day(urged.at)}督促{urged.payload.get('urged', '')}，{urged.name}" if urged else "",
        "reason": delay.payload.get("reason") if delay else "", "ground": delay.payload.get("ground") if delay else "",
        "until_on": delayed.payload.get("until_on") if delayed else "", "requested_said": _said(asked.name, asked.at, "提出") if asked else "",
        **(_approval(delayed.person_id, _said(delayed.name, delayed.at, f"批准延缓至{delayed.payload.get('until_on', '')}"), known) if delayed else {}),
    }  # fmt: skip


def _of_payout(row: Payout, known: Known) -> dict[str, Any]:
    receipt = row.receipt
    before = sum(p.amount_fen for p in known.payouts if p.receipt_id == row.receipt_id and p.pk <= row.pk and p.state in (*Payout.PENDING, *Payout.GONE))
    return {
        "amount_yuan": text_of(row.amount_fen), "payee": row.payee, "payee_account": f"{row.holder}　{row.bank}　{row.account_no}", "payer": receipt.payer,
        "receipt_no": receipt.receipt_no, "arrived_on": receipt.arrived_on.isoformat(), "recovered_yuan": text_of(receipt.amount_fen), "reason": row.basis,
        "fee_kept_yuan": text_of(known.fees.get(receipt.pk, 0)), "rest_yuan": text_of(max(receipt.amount_fen - receipt.settled_fen - before, 0)),
        "requested_said": _said(row.requested_by.name, row.requested_at, f"申请发放，依据：{row.basis}"),
        "checked_said": f"{_said(row.checked_by.name, row.checked_at, '核对')}：{row.check_note}" if row.checked_by and row.checked_at else "",
        "sent_said": " ".join(filter(None, (_on(row.sent_at), row.batch.no if row.batch else "", row.bank_ref))),
        **(_approval(row.approved_by_id, _said(row.approved_by.name, row.approved_at, "批准"), known) if row.approved_by and row.approved_at else {}),
    }  # fmt: skip


def _approval(person_id: int | None, words: str, known: Known) -> dict[str, str]:
    """In the row of the court's leaders, or in that of the bureau."""
    return {"leader_said" if person_id in known.leaders else "head_said": words}


def _said(name: str, at: datetime, what: str) -> str:
    return f"{name} {_day(at)}{what}"


def _day(at: datetime) -> str:
    return day(at.astimezone(CST).date())


def _on(at: datetime | None) -> str:
    return at.astimezone(CST).date().isoformat() if at else ""


def draft_money_paper(*, case: Case, offer: Offer, known: Known, typed: Mapping[str, Any], dated_on: date, by: Actor, at: datetime) -> Paper:
    """Draft the paper with what the rows say and what was typed, and keep which row it is about. Refuses a second one while the first
    is not cancelled, and names every element that is still missing."""
    if offer.paper is not None:
        raise Refusal.because(f"暂不能拟制{offer.kind.title}", f"{offer.about}已经有{offer.kind.title}{offer.paper.number}", clause=CLAUSE, now="有错先作废前一份", status=409)
    row, payout = offer.row, offer.row if isinstance(offer.row, Payout) else None
    filled = {**{n: v for n, v in typed.items() if v not in (None, "")}, **values_of_row(offer, known)}
    with tempfile.TemporaryDirectory(prefix="paper-") as folder, filler() as fill, transaction.atomic():
        paper = draft_paper(case=case, kind=offer.kind, party=payout.party if payout else None, typed=filled, dated_on=dated_on, fill=fill,
                            to=Path(folder) / "paper.docx", about=offer.about, by=by, at=at)  # fmt: skip
        MoneyPaper.objects.create(paper=paper, payout=payout, receipt=row if isinstance(row, Receipt) else None)
    return paper
