"""Consent to electronic service: per case and person, with its proof; withdrawn by the same form (三(三)2, 民诉法第90条).

The journal holds it: the newest address confirmation of a person says whether they agree. The gate before electronic service asks it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from zhixing.casework.cases.models import Case, Party
from zhixing.casework.dossier.actions import record_with_proof
from zhixing.casework.dossier.models import Scan
from zhixing.casework.facts import rules
from zhixing.casework.facts.forms import desk_for
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.people.actors import Actor
from zhixing.rulebook.refusals import Refusal

from .keeping import CLAUSE, locked
from .serving import label_of

KIND = "address_confirmation_signed"


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person last said: agreed or not, to which address, when, with which paper (a scan's ref)."""

    person: str
    agreed: bool
    address: str
    at: datetime
    proof_ref: str


def consents(case: Case) -> dict[str, Consent]:
    """Person → what they last said of electronic service in this case. Two statements."""
    entries = JournalEntry.objects.filter(case=case, kind=KIND).order_by("seq").values_list("payload", "at", "recorded_at")
    scans = list(Scan.objects.filter(case=case, event_kind=KIND).order_by("pk").values_list("ref", "added_at"))
    found: dict[str, Consent] = {}
    for text, at, recorded_at in entries:
        said = json.loads(text)
        if said.get("electronic") is not None:
            proof = next((ref for ref, added_at in scans if added_at == recorded_at), "")
            found[said["debtor"]] = Consent(said["debtor"], bool(said["electronic"]), said.get("electronic_address") or said.get("address", ""), at, proof)
    return found


def people(parties: Sequence[Party]) -> list[tuple[str, str]]:
    """(label, words) of everybody who can agree."""
    return [(label_of(p, parties), f"{p.name}（{p.get_role_display()}）") for p in parties]


def record_consent(
    *, case_id: int, person: str, agreed: bool, address: str, electronic_address: str = "", proof: UploadedFile | None, key: str = "", by: Actor,
    at: datetime, recorded_at: datetime | None = None,
) -> None:  # fmt: skip
    """Write down that a person agrees to electronic service, or withdraws it. Refuses without the signed paper, and for agreement
    without an electronic address."""
    what = "暂不能登记电子送达同意" if agreed else "暂不能登记撤回电子送达同意"
    with transaction.atomic():
        case = locked(case_id, by.court_id, what)
        parties = list(Party.objects.filter(case=case).order_by("position", "pk"))
        if person not in dict(people(parties)):
            raise Refusal.because(what, "没有选择本案当事人", clause=CLAUSE, field="person", now="请选择")
        if agreed and not electronic_address.strip():
            raise Refusal.because(what, "没有写明电子送达的手机号、邮箱或账号", clause=CLAUSE, field="electronic_address", now="请照送达地址确认书填写")
        if not agreed and not ((known := consents(case).get(person)) and known.agreed):
            raise Refusal.because(what, f"{person}没有登记过同意电子送达", clause=CLAUSE, field="person", now="请核对受送达人", status=409)
        payload = {"debtor": person, "address": address.strip(), "electronic": agreed, "electronic_address": electronic_address.strip()}
        record_with_proof(KIND, proof=proof, case_id=case_id, payload=payload, desk=desk_for(rules.rulebook().events[KIND], by), key=key or None,
                          by=by, at=at, recorded_at=recorded_at or at)  # type: ignore[arg-type]  # fmt: skip
