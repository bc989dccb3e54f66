"""Signing a month's reconciliation, by one person for the enforcement bureau and another for finance; closing the month after it (四(三)1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from zhixing.casework.facts import rules
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import require
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.money.amounts import words
from zhixing.rulebook.refusals import Refusal

from ..models import Month
from ..reports import monthly
from .comparing import Comparison, compare
from .keeping import limits
from .models import BankLine, Reconciliation, ReconciliationSignature

CLAUSE = "四(三)1"
SIGN = "do:sign_reconciliation"
WHAT, NOT_CLOSED = "没有签署对账", "没有结账"


def sides_of(by: Actor) -> list[Mapping[str, Any]]:
    """The sides that a person may sign for (`limits.yaml`)."""
    return [side for side in limits()["sides"] if by.roles & set(side["roles"])]


def sign(*, first_on: date, sha256: str, by: Actor, at: datetime) -> Reconciliation:
    """Sign what was shown (`sha256` is its fingerprint) for one's own side. Refused while something is unexplained, when it changed
    since, and for whoever signed for the other side."""
    require(rules.rulebook(), by, SIGN, what=WHAT)
    with transaction.atomic():
        found = compare(by.court_id, first_on)
        if (why := standing(found, at)) is not None:
            raise Refusal.because(WHAT, why[0], clause=CLAUSE, now=why[1], status=409)
        if found.sha256 != sha256:
            raise Refusal.because(WHAT, "对账内容刚刚变了", clause=CLAUSE, now="请刷新页面，看过以后再签", status=409)
        row = kept(found, by.court_id, at)
        signed = {s.side: s.by_id for s in row.signatures.all()}
        side = next((s for s in sides_of(by) if s["id"] not in signed), None)
        if by.person_id in signed.values() or side is None:
            why_not = "本人已经签署" if by.person_id in signed.values() else "这一方已经签署"
            raise Refusal.because(WHAT, why_not, clause=CLAUSE, now="执行局和财务部门要由两人各签一次", status=409)
        try:
            with transaction.atomic():
                ReconciliationSignature.objects.create(reconciliation=row, side=side["id"], at=at, by_id=by.person_id)
        except IntegrityError:
            raise Refusal.because(WHAT, "这一方已经签署", clause=CLAUSE, now="请刷新页面", status=409) from None
    return row


def standing(found: Comparison, at: datetime) -> tuple[str, str] | None:
    """Why a comparison cannot be signed yet and what to do; None when it can."""
    missing = [a.account for a in found.accounts if a.closing_fen is None]
    if found.last_on >= at.astimezone(CST).date():
        return "这个月还没有过完", "请在月末以后对账"
    if not found.accounts:
        return "没有导入这个月的银行流水", "请先导入银行流水"
    if missing:
        return f"{'、'.join(missing[:3])}没有期末余额", "请导入带余额的流水，或导入时填写期末余额"
    if found.unexplained_fen:
        return f"还有 {_signed(found.unexplained_fen)} 元没有说明", "请核对流水是否完整，开始导入那天的余额是否一致"
    if len(found.items) > limits()["items"]:
        return f"未达账有 {len(found.items)} 项，太多", "请先补记账或补导流水"
    return None


def kept(found: Comparison, court_id: int, at: datetime) -> Reconciliation:
    """The row of this content, made by whoever signs first."""
    about = {"court_id": court_id, "first_on": found.first_on, "sha256": found.sha256}
    more = {"last_on": found.last_on, "bank_fen": found.bank_fen, "ledger_fen": found.ledger_fen, "content": found.content(), "made_at": at}
    row, _ = Reconciliation.objects.get_or_create(**about, defaults=more)
    return row


def signed_by_both(court_id: int, first_on: date) -> Reconciliation | None:
    """The newest reconciliation of a month that both sides signed. Two statements."""
    for row in Reconciliation.objects.filter(court_id=court_id, first_on=first_on).prefetch_related("signatures").order_by("-pk"):
        if len(row.signatures.all()) == len(limits()["sides"]):
            return row
    return None


def balance_to_close(court_id: int, first_on: date) -> int | None:
    """The bank's balance as reconciled and signed, after the items in transit: what the ledger must say. None while it is not."""
    row = signed_by_both(court_id, first_on)
    return None if row is None else row.bank_fen - row.content["explained_fen"]


def close(*, first_on: date, bank_fen: int, by: Actor, at: datetime) -> Month:
    """Close a month. Where the bank's lines of the month were imported, both sides sign the reconciliation first. Refuses before that."""
    lines = BankLine.objects.filter(court_id=by.court_id, booked_on__year=first_on.year, booked_on__month=first_on.month)
    if lines.exists() and signed_by_both(by.court_id, first_on) is None:
        raise Refusal.because(NOT_CLOSED, f"{first_on:%Y年%m月}的银行对账还没有由执行局和财务部门签署", clause=CLAUSE, now="请到“银行对账”核对并签署", status=409)
    return monthly.close(first_on=first_on, bank_fen=bank_fen, by=by, at=at)


def _signed(fen: int) -> str:
    return f"-{words(-fen)}" if fen < 0 else words(fen)
