"""What a paper says, gathered from the records as plain values; only what the records do not know is typed (三(二)4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from zhixing.rulebook.money.amounts import fen_of
from zhixing.rulebook.money.capitals import capitals
from zhixing.rulebook.money.fees import enforcement_fee
from zhixing.rulebook.refusals import Reason, Refusal

from ..cases.models import Case, Party
from .kinds import TYPED, Field, Kind, kinds, laws
from .models import Letterhead, Paper

DIGITS = "〇一二三四五六七八九"
FIRM = "统一社会信用代码"
NEVER_COMPARED = (TYPED, "paper")


@dataclass(frozen=True, slots=True)
class Known:
    """What the records say around a case: the court's letterhead and the parties in their order."""

    letterhead: Letterhead
    parties: Sequence[Party]


def gather(cases: Sequence[Case]) -> dict[int, Known]:
    """What is known around the cases (all of one court). Two statements, whatever their number."""
    if not cases:
        return {}
    head = Letterhead.objects.filter(court_id=cases[0].court_id).first() or Letterhead(court_id=cases[0].court_id)
    parties: dict[int, list[Party]] = {}
    for party in Party.objects.filter(case__in=[c.pk for c in cases]).order_by("case_id", "role", "position"):
        parties.setdefault(party.case_id, []).append(party)
    return {c.pk: Known(head, parties.get(c.pk, [])) for c in cases}


def values_of(
    case: Case, kind: Kind, party: Party | None, *, typed: Mapping[str, Any], dated_on: date, known: Known | None = None
) -> dict[str, Any]:
    """Every field of the kind as text, truth or a list of plain rows. Raises Refusal naming every element that is missing."""
    known = known or gather([case])[case.pk]
    values = {**_court(case, known.letterhead), **_case(case, known.parties), **_recipient(party), **laws(dated_on),
              "paper_date": in_words(dated_on)}  # fmt: skip
    for field in kind.typed:
        values[field.name] = _typed(field, typed.get(field.name))
    values |= {"amount_capital": _capitals(values.get("amount_yuan")), "paper_number": ""}
    missing = [f for f in kind.fields if f.required and values.get(f.name) in ("", None, [])]
    if missing:
        raise Refusal(f"暂不能拟制{kind.title}", [Reason(f"缺少{f.label}", kind.clause, _where(f), field=f.name) for f in missing])
    return values


def _where(field: Field) -> str:
    places = {"court": "请在“抬头和专户”里填写", "case": "请先更正案件登记", "party": "请先补全当事人登记", TYPED: f"请填写{field.label}"}
    return places.get(field.source, "请补全登记")


def _court(case: Case, head: Letterhead) -> dict[str, Any]:
    return {"court_name": case.court.name, "court_address": head.address, "court_phone": head.phone, "account_bank": head.account_bank,
            "account_name": head.account_name, "account_number": head.account_number}  # fmt: skip


def _case(case: Case, parties: Sequence[Party]) -> dict[str, Any]:
    applicants = [p for p in parties if p.role == Party.APPLICANT]
    debtors = [p for p in parties if p.role == Party.DEBTOR]
    return {
        "case_number": case.number, "cause": case.cause, "basis_court": case.basis_court, "basis_number": case.basis_number,
        "claim_yuan": yuan(case.claim_yuan), "filed_on": day(case.filed_on), "handler": case.handler.name if case.handler else "",
        "applicants": "、".join(p.name for p in applicants), "debtors": "、".join(p.name for p in debtors),
        "applicant_list": [_row(p) for p in applicants], "debtor_list": [_row(p) for p in debtors],
        "fee_yuan": yuan(_fee(case.claim_yuan)),
    }  # fmt: skip


def _fee(claim: Decimal | None) -> Decimal | None:
    return Decimal(enforcement_fee(int(claim * 100)).fen) / 100 if claim else None


def _row(party: Party) -> dict[str, str]:
    about = [f"{party.id_kind or '证件号码'}{party.id_number}" if party.id_number else "", f"住{party.address}" if party.address else ""]
    return {"name": party.name, "about": "，".join(filter(None, about))}


def _recipient(party: Party | None) -> dict[str, Any]:
    return {"recipient": party.name if party else "", "recipient_idno": party.id_number if party else "",
            "recipient_address": party.address if party else "", "recipient_phone": party.phone if party else "",
            "recipient_is_firm": bool(party and party.id_kind == FIRM)}  # fmt: skip


def _typed(field: Field, value: Any) -> Any:
    """What was typed, as a court writes it; what stands there usually when nothing was."""
    if value in (None, "", []):
        value = field.usual if field.usual is not None else ""
    if value == "":
        return False if field.type == "bool" else ""
    if field.type == "yuan":
        return yuan(value)
    if field.type == "date":
        return day(date.fromisoformat(str(value)[:10]))
    if field.type == "moment":
        at = datetime.fromisoformat(str(value))
        return f"{day(at.date())}{at.hour}时{at.minute:02d}分"
    return bool(value) if field.type == "bool" else str(value)


def yuan(value: Any) -> str:
    """An amount in yuan as papers write it: 1,234.50; empty for none."""
    try:
        return f"{Decimal(str(value)):,.2f}" if value not in (None, "") else ""
    except InvalidOperation:
        return str(value)


def _capitals(amount: Any) -> str:
    """What was typed as an amount, in capital Chinese; empty for none."""
    try:
        return capitals(fen_of(str(amount or ""), ""))
    except Refusal:
        return ""


def day(on: date) -> str:
    """A date in the text of a paper: 2026年3月2日."""
    return f"{on.year}年{on.month}月{on.day}日"


def in_words(on: date) -> str:
    """The date under a paper: 二〇二六年三月二日."""
    return f"{''.join(DIGITS[int(c)] for c in str(on.year))}年{_number(on.month)}月{_number(on.day)}日"


def _number(n: int) -> str:
    tens, ones = divmod(n, 10)
    return ("" if not tens else "十" if tens == 1 else f"{DIGITS[tens]}十") + (DIGITS[ones] if ones else "")


def told(tells: Mapping[str, Any], paper: Paper) -> dict[str, Any]:
    """What an event is told of the paper: a property, a value filled in ($name), or words as they stand (=words)."""
    said: dict[str, Any] = {}
    for field, source in tells.items():
        if not isinstance(source, str):
            said[field] = source
        elif source.startswith("$"):
            said[field] = paper.values.get(source[1:])
        else:
            said[field] = source[1:] if source.startswith("=") else getattr(paper, source)
    return {k: v for k, v in said.items() if v not in (None, "")}


def sample_of(kind: Kind) -> dict[str, Any]:
    """Values that are visibly made up, to try a template with."""
    by_type = {"list": [{"name": "甲某", "about": "住样例路1号"}], "bool": True}
    return {f.name: by_type.get(f.type, f"〔{f.label}〕") for f in kind.fields}


def differences(paper: Paper, known: Known | None = None) -> list[tuple[str, str, str]]:
    """(label, what the paper says, what the records say now) wherever they are not the same: the checker's first look."""
    kind = kinds()[paper.kind]
    party = next((p for p in known.parties if p.pk == paper.party_id), None) if known else paper.party
    now = values_of(paper.case, _lenient(kind), party, typed={}, dated_on=paper.dated_on, known=known)
    return [
        (f.label, str(paper.values.get(f.name, "")), str(now[f.name])) for f in kind.fields
        if f.source not in NEVER_COMPARED and f.name in paper.values and paper.values[f.name] != now.get(f.name) and f.type != "list"
    ]  # fmt: skip


def _lenient(kind: Kind) -> Kind:
    return replace(kind, fields=tuple(replace(f, required=False) for f in kind.fields if f.source != TYPED))
