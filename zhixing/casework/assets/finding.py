"""What an officer found outside becomes an asset like any other: once, with its proof, and the case's facts follow (三(三)1)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from zhixing.casework.cases.models import Case, CaseState, Party
from zhixing.casework.dossier.actions import record_with_proof
from zhixing.casework.dossier.models import Scan
from zhixing.casework.facts import rules
from zhixing.casework.facts.forms import desk_for
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import require
from zhixing.rulebook import memory
from zhixing.rulebook.refusals import Reason, Refusal

from .keeping import Sighting, keep, keys_of
from .kinds import Kind, found_outside, kinds
from .measures import Proof, lock_case
from .models import Asset, AssetMark, Measure
from .places import area_of
from .totals import Holding, facts_of, holdings

KIND, CLAUSE, WHAT = "offline_asset_found", "三(三)1", "暂不能登记线下查到的财产"


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: of which kind, whose (a party's id), by which number it is known, where, worth what (yuan)."""

    kind: str
    holder_id: int
    title: str
    number: str = ""
    place: str = ""
    amount_yuan: Decimal | None = None
    encumbrance: str = ""
    description: str = ""


def register_found(*, case_id: int, found: Found, proof: Proof, by: Actor, at: datetime, recorded_at: datetime | None = None) -> Asset:
    """Write down an asset that was found outside, with its proof. One that is known by its number is the same asset: it takes the
    newer report. A repeated key changes nothing. Raises Refusal for what is missing, each reason beside its field."""
    require(rules.rulebook(), by, f"record:{KIND}", what=WHAT)
    with transaction.atomic():
        case = lock_case(case_id, by.court_id, WHAT)
        if (again := _repeated(case_id, proof.key)) is not None:
            return again
        _check(case, found, proof)
        holder = Party.objects.get(pk=found.holder_id)
        asset = _keep(case, found, kinds()[found.kind], holder, at)
        payload = {
            "asset_no": asset.no, "kind": kinds()[found.kind].title, "object": asset.title, "owner": holder.name, "place": found.place.strip(),
            "amount_yuan": found.amount_yuan, "encumbrance": found.encumbrance.strip(), **_facts(case),
        }  # fmt: skip
        record_with_proof(KIND, proof=proof.scan, case_id=case_id, payload=payload, desk=desk_for(rules.rulebook().events[KIND], by),
                          key=proof.key or None, by=by, at=at, recorded_at=recorded_at or at)  # type: ignore[arg-type]  # fmt: skip
        ref = Scan.objects.filter(case_id=case_id, event_kind=KIND).order_by("-pk").values_list("ref", flat=True).first() or ""
        asset.proof_ref = ref
        if asset.source_id is None:
            asset.origin = Asset.OFFLINE
        asset.save(update_fields=["proof_ref", "origin"])
    return asset


def _check(case: Case, found: Found, proof: Proof) -> None:
    reasons = []
    if found.kind not in found_outside():
        reasons.append(Reason("没有选择财产种类", CLAUSE, "请选择", field="kind"))
    if not Party.objects.filter(pk=found.holder_id, case=case).exists():
        reasons.append(Reason("没有选择所有人", CLAUSE, "请从本案当事人中选择；登记在他人名下的选“其他”当事人", field="holder"))
    if not found.title.strip():
        reasons.append(Reason("没有写明是什么财产", CLAUSE, "请写明名称，例如房屋坐落、车辆品牌型号", field="title"))
    if found.amount_yuan is not None and found.amount_yuan < 0:
        reasons.append(Reason("金额不能为负数", CLAUSE, "请更正金额", field="amount_yuan"))
    if proof.scan is None:
        reasons.append(Reason("没有上传线下查控材料", CLAUSE, "请上传查询结果、照片或笔录", field="proof"))
    if reasons:
        raise Refusal(WHAT, reasons)


def _keep(case: Case, found: Found, kind: Kind, holder: Party, at: datetime) -> Asset:
    """Through the same gate as every feedback: a thing that is known by its number is not written down twice."""
    column, number = found_outside()[found.kind]["column"], found.number.strip()
    said = {column: number, "holder": holder.name} if number else {}
    sighting = Sighting(
        kind=kind.id, holder_id=holder.pk, keys=_known(case.pk, keys_of(kind, said)), as_of=at, area=area_of(kind, said, found.place, case.court),
        title=found.title.strip()[:200], mark=number[:80], description=found.description.strip(), place=found.place.strip()[:200],
        amount_yuan=found.amount_yuan, encumbrance=found.encumbrance.strip(),
    )  # fmt: skip
    before = Asset.objects.filter(marks__key__in=sighting.keys, case=case).first() if sighting.keys else None
    kept = keep(court_id=case.court_id, case_id=case.pk, sightings=[sighting], source=before.source if before else None)
    if kept.rejected:
        raise Refusal.because(WHAT, kept.rejected[0][1], clause=CLAUSE, field="number", now="请核对编号")
    return (*kept.created, *kept.updated, *kept.unchanged)[0]


def _known(case_id: int, keys: tuple[str, ...]) -> tuple[str, ...]:
    """The names under which it may be known already: an account that a bank reported with sub-account and currency is the same account."""
    found = []
    for key in keys:
        like = AssetMark.objects.filter(case_id=case_id, key__startswith=key.split("|")[0]).values_list("key", flat=True)
        found += [k for k in like if k.split("|")[0] == key.split("|")[0]] or [key]
    return tuple(dict.fromkeys(found))


def _facts(case: Case) -> dict[str, object]:
    """What the assets of the case come to now, for triage (四(一)2(2), 四(一)3)."""
    document = CaseState.objects.filter(case=case).values_list("document", flat=True).first()
    facts = facts_of(holdings_of(case.pk), case.claim_yuan, memory.load(document or memory.EMPTY).facts)
    facts.pop("freezable", None)
    return facts


def holdings_of(case_id: int) -> list[Holding]:
    """The assets of a case with their measures: two statements."""
    assets = list(Asset.objects.filter(case_id=case_id).select_related("holder", "source").order_by("position"))
    return holdings(assets, Measure.objects.filter(case_id=case_id).order_by("pk"))


def _repeated(case_id: int, key: str) -> Asset | None:
    text = JournalEntry.objects.filter(case_id=case_id, idempotency_key=key).values_list("payload", flat=True).first() if key else None
    return Asset.objects.filter(case_id=case_id, position=int(json.loads(text)["asset_no"][1:])).first() if text else None
