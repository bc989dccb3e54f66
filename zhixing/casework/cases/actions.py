"""Cases come into being here: from the intake window, from a register, from another court."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from zhixing.casework.facts import Recorded, record
from zhixing.casework.people.actors import Actor
from zhixing.rulebook.refusals import Refusal

from ..custody.models import Custody
from .models import Case, Party
from .names import grams, initials

FIRST_DESK = "intake"


@dataclass(frozen=True, slots=True)
class NewParty:
    """A party as it is entered. `role` is Party.APPLICANT or Party.DEBTOR."""

    role: str
    name: str
    id_kind: str = ""
    id_number: str = ""
    phone: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case as it is entered; `number` is normalised (full-width brackets), with its parsed parts."""

    number: str
    year: int
    kind: str
    seq: int
    filed_on: date
    parties: Sequence[NewParty]
    claim_yuan: Decimal | None = None
    cause: str = ""
    case_type: str = ""
    basis_number: str = ""
    basis_court: str = ""
    note: str = ""


def names_of(parties: Sequence[NewParty], role: str) -> str:
    """The names of one side as the case list shows them."""
    return "、".join(p.name for p in parties if p.role == role)[:400]


def case_row(new: NewCase, court_id: int) -> Case:
    """The row of a new case, not yet saved."""
    return Case(
        court_id=court_id, number=new.number, year=new.year, kind=new.kind, seq=new.seq, filed_on=new.filed_on,
        case_type=new.case_type, cause=new.cause, basis_number=new.basis_number, basis_court=new.basis_court,
        claim_yuan=new.claim_yuan, note=new.note, holder=FIRST_DESK, stage="open",
        applicants=names_of(new.parties, Party.APPLICANT), debtors=names_of(new.parties, Party.DEBTOR),
    )  # fmt: skip


def party_rows(case: Case, parties: Sequence[NewParty]) -> list[Party]:
    """The rows of a case's parties, not yet saved, with their search tokens."""
    places: dict[str, int] = {}
    rows = []
    for party in parties:
        places[party.role] = places.get(party.role, 0) + 1
        rows.append(Party(
            court_id=case.court_id, case=case, position=places[party.role], role=party.role, name=party.name,
            initials=initials(party.name), grams=grams(party.name), id_kind=party.id_kind, id_number=party.id_number,
            phone=party.phone, address=party.address,
        ))  # fmt: skip
    return rows


def filing_payload(new: NewCase) -> dict[str, Any]:
    """The payload of `case_filed` (二(四)1(1))."""
    payload: Mapping[str, Any] = {
        "number": new.number, "filed_on": new.filed_on, "cause": new.cause, "case_type": new.case_type,
        "basis_number": new.basis_number, "basis_court": new.basis_court, "claim_yuan": new.claim_yuan,
    }  # fmt: skip
    return {k: v for k, v in payload.items() if v not in (None, "")}


def file_case(*, new: NewCase, by: Actor, at: datetime, recorded_at: datetime | None = None) -> tuple[Case, Recorded]:
    """File a case: row, parties, custody at the intake desk and the event `case_filed`. Refuses a number twice."""
    if Case.objects.filter(court_id=by.court_id, number=new.number).exists():
        raise Refusal.because("暂不能登记立案", f"案号 {new.number} 已经登记过", clause="二(四)1(1)", field="number",
                              now="请核对案号，或在案件查询中打开原案件")  # fmt: skip
    if not any(p.role == Party.DEBTOR for p in new.parties):
        raise Refusal.because("暂不能登记立案", "没有被执行人", clause="三(一)2(2)", field="debtors", now="请填写被执行人")
    with transaction.atomic():
        case = case_row(new, by.court_id)
        case.save()
        Party.objects.bulk_create(party_rows(case, new.parties))
        Custody.objects.create(court_id=by.court_id, case=case, desk=FIRST_DESK, since_at=at)
        done = record("case_filed", court_id=by.court_id, case_id=case.pk, payload=filing_payload(new), desk=FIRST_DESK,
                      by=by, at=at, recorded_at=recorded_at)  # fmt: skip
    return case, done
