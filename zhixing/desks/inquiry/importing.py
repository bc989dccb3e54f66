"""A feedback comes in: by a file that a clerk downloaded or from the system itself, always through here (三(二)6)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from zhixing.casework.assets.keeping import Kept, keep
from zhixing.casework.assets.kinds import having, kinds
from zhixing.casework.assets.measures import lock_case
from zhixing.casework.assets.models import Asset, AssetMark, Feedback, Inquiry, Measure
from zhixing.casework.assets.numbering import free_number
from zhixing.casework.assets.totals import Holding, facts_of, holdings
from zhixing.casework.cases.models import Case, CaseState, Party
from zhixing.casework.dossier.actions import record_with_proof
from zhixing.casework.facts import record, rules
from zhixing.casework.facts.forms import desk_for
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import require
from zhixing.rulebook import memory
from zhixing.rulebook.refusals import Reason, Refusal

from .feedback.copying import paper_of
from .feedback.reading import WHAT, Form, read_form
from .feedback.rows import Read, Rejected, read_rows
from .settled import settled

KIND = "inquiry_feedback_received"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a feedback did: counts of rows, the rows not taken, the case's assets after it. `repeated`: it was in already."""

    number: str
    read: int
    created: int
    updated: int
    unchanged: int
    nothing: int
    rejected: Sequence[Rejected]
    assets: Sequence[Asset] = field(default=())
    repeated: bool = False
    ref: str = ""

    def as_json(self) -> dict[str, Any]:
        """The answer of `zhixing inquiry import-feedback --json`."""
        return {
            "feedback": self.number, "repeated": self.repeated, "read": self.read, "created": self.created, "updated": self.updated,
            "unchanged": self.unchanged, "nothing_found": self.nothing, "rejected": [r.as_json() for r in self.rejected],
            "assets": [_asset_json(a) for a in self.assets],
        }  # fmt: skip


def _asset_json(asset: Asset) -> dict[str, Any]:
    yuan = {n: None if (v := getattr(asset, n)) is None else f"{v:.2f}" for n in ("amount_yuan", "available_yuan")}
    return {"no": asset.no, "kind": asset.kind, "kind_title": kinds()[asset.kind].title, "holder": asset.holder.name, "title": asset.title,
            "mark": asset.mark, "place": asset.place, "area": asset.area, **yuan}  # fmt: skip


def import_feedback(
    *, case_id: int, data: bytes, filename: str, received_at: datetime | None = None, inquiry_ref: str = "", by: Actor, at: datetime
) -> Outcome:
    """Read a feedback file and take it in. The same file twice changes nothing; the same asset in another feedback is the
    same asset. Raises Refusal for a file that is none, or of which no row fits the case."""
    require(rules.rulebook(), by, f"record:{KIND}", what=WHAT)
    form = read_form(data, filename)
    return take_in(case_id=case_id, form=form, data=data, filename=filename, received_at=received_at, inquiry_ref=inquiry_ref, by=by, at=at)


def preview(*, case: Case, form: Form, received_at: datetime) -> tuple[Read, dict[int, str]]:
    """What an import would do, without doing it: the rows, and for each row taken whether its asset is new or known."""
    read = read_rows(form, case=case, debtors=_debtors(case.pk), received_at=received_at)
    keys = {k for s in read.sightings for k in s.keys}
    known = dict(AssetMark.objects.filter(case=case, key__in=keys).values_list("key", "asset__position"))
    return read, {n: next((f"财{known[k]:03}" for k in s.keys if k in known), "") for n, s in enumerate(read.sightings)}


def take_in(
    *, case_id: int, form: Form, data: bytes, filename: str, received_at: datetime | None = None, inquiry_ref: str = "", by: Actor, at: datetime
) -> Outcome:
    """Rows, event, facts and paper in one transaction, or nothing of it. Refuses a feedback from the future."""
    received_at = received_at or at
    if received_at > at:
        raise Refusal.because(WHAT, "反馈时间不能晚于现在", field="received_at", now="请更正反馈时间")
    with transaction.atomic():
        case = lock_case(case_id, by.court_id, WHAT)
        debtors = _debtors(case_id)
        read = read_rows(form, case=case, debtors=debtors, received_at=received_at)
        digest = _digest(data, debtors)
        if before := Feedback.objects.filter(case=case, content_sha256=digest).first():
            n = len(read.sightings)
            return Outcome(before.number, n + len(read.rejected), 0, 0, n, read.nothing, read.rejected, _assets(case_id), True, before.ref)
        _some_row_fits(read)
        feedback = _new_feedback(case, read, digest, filename, received_at, inquiry_ref, by, at)
        kept = keep(court_id=by.court_id, case_id=case_id, sightings=read.sightings, source=feedback)
        rejected = [*read.rejected, *(Rejected(row, "编号", why) for row, why in kept.rejected)]
        payload = {"feedback_no": feedback.number, **_facts(case, rejected), "summary": summary(kept, read.nothing, rejected)}
        _count(feedback, read, kept, rejected)
        feedback.seq = _record(case, payload, paper_of(form, data, filename), digest, by, received_at, at)
        feedback.save()
        _answered(case, feedback)
        if case.closed_on is not None:
            _requeried(case, payload, f"requeried:{feedback.ref}", by, received_at, at)
    return Outcome(feedback.number, feedback.rows, feedback.created, feedback.updated, feedback.unchanged, read.nothing, rejected,
                   _assets(case_id), False, feedback.ref)  # fmt: skip


def _requeried(case: Case, payload: dict[str, Any], key: str, by: Actor, at: datetime, recorded_at: datetime) -> None:
    """The answer to a query of a terminated case is its periodic query as well (四(四)3(1))."""
    rule = settled()["queried_when_closed"]
    if case.closing_way in rule["closing_ways"] and "asset_found" in payload:
        said = {"asset_found": payload["asset_found"], "detail": payload["summary"][:400]}
        record(rule["event"], court_id=by.court_id, case_id=case.pk, payload=said, desk=desk_for(rules.rulebook().events[rule["event"]], by),
               key=key, by=by, at=at, recorded_at=recorded_at)  # fmt: skip


def _digest(data: bytes, debtors: Iterable[Party]) -> str:
    """The file and whom it was read against: with another debtor registered, rows that were refused may fit."""
    return sha256(data + "\n".join(sorted(f"{d.name}\t{d.id_number}" for d in debtors)).encode()).hexdigest()


def _some_row_fits(read: Read) -> None:
    if read.rejected and not read.sightings and not read.nothing:
        reasons = [Reason(f"第{r.row}行{r.column}：{r.reason}", rules.rulebook().events[KIND].clause) for r in read.rejected[:5]]
        raise Refusal("不能导入这份反馈，没有一行可以导入", reasons)


def _new_feedback(
    case: Case, read: Read, digest: str, filename: str, received_at: datetime, inquiry_ref: str, by: Actor, at: datetime
) -> Feedback:
    inquiry = _inquiry(case, read, inquiry_ref)
    return Feedback.objects.create(
        court_id=by.court_id, case=case, inquiry=inquiry, number=free_number(case.pk, "反馈"), received_at=received_at, content_sha256=digest,
        filename=filename[-200:], imported_at=at, imported_by_id=by.person_id, seq=0,
    )  # fmt: skip


def _inquiry(case: Case, read: Read, ref: str) -> Inquiry | None:
    """The query it answers: the one named, the one whose number it bears, or the only one that waits."""
    if ref:
        return Inquiry.objects.filter(case=case, ref=ref).first()
    waiting = list(Inquiry.objects.filter(case=case, state=Inquiry.ASKED))
    named = [i for i in waiting if read.query_no and i.number == read.query_no]
    return named[0] if named else waiting[0] if len(waiting) == 1 else None


def _answered(case: Case, feedback: Feedback) -> None:
    """A form answers the query and, being of the whole case, every one asked before it in the same system. What an interface
    answers may be a part: `polling` says when it is done."""
    inquiry = feedback.inquiry
    if inquiry is not None and inquiry.by_file:
        same = Inquiry.objects.filter(case=case, system=inquiry.system, by_file=True, started_at__lte=inquiry.started_at)
        same.exclude(state=Inquiry.ANSWERED).update(state=Inquiry.ANSWERED, poll_at=None)


def _facts(case: Case, rejected: Sequence[Rejected]) -> dict[str, Any]:
    document = CaseState.objects.filter(case=case).values_list("document", flat=True).first()
    known = memory.load(document or memory.EMPTY).facts
    facts = facts_of(holdings_of(case.pk), case.claim_yuan, known)
    if rejected and not facts.get("asset_found"):
        # A row that could not be read may be the asset: nothing is denied before somebody has looked at it.
        facts = {name: value for name, value in facts.items() if value}
    return facts


def holdings_of(case_id: int) -> list[Holding]:
    """The assets of a case with their measures: two statements."""
    return holdings(_assets(case_id), Measure.objects.filter(case_id=case_id).order_by("pk"))


def _assets(case_id: int) -> list[Asset]:
    return list(Asset.objects.filter(case_id=case_id).select_related("holder").order_by("position"))


def _debtors(case_id: int) -> list[Party]:
    return list(Party.objects.filter(case_id=case_id, role=Party.DEBTOR).order_by("position"))


def summary(kept: Kept, nothing: int, rejected: Sequence[Rejected]) -> str:
    """银行存款2项 1,234.00元；车辆1项；3处写明没有查到；1行未能识别."""
    parts = []
    assets = {a.pk: a for a in [*kept.created, *kept.updated, *kept.unchanged]}.values()
    for kind in kinds().values():
        if own := [a for a in assets if a.kind == kind.id]:
            total = sum((v for a in own if (v := a.available_yuan if a.available_yuan is not None else a.amount_yuan)), start=0)
            parts.append(f"{kind.title}{len(own)}项" + (f" {total:,.2f}元" if kind.id in having("cash") else ""))
    if nothing:
        parts.append(f"{nothing}处写明没有查到")
    if rejected:
        parts.append(f"{len(rejected)}行未能识别")
    return "；".join(parts) or "没有查到财产"


def _count(feedback: Feedback, read: Read, kept: Kept, rejected: Sequence[Rejected]) -> None:
    feedback.rows = len(read.sightings) + len(read.rejected)
    feedback.created, feedback.updated, feedback.unchanged = len(kept.created), len(kept.updated), len(kept.unchanged)
    feedback.rejected = json.dumps([r.as_json() for r in rejected], ensure_ascii=False)


def _record(case: Case, payload: dict[str, Any], paper: SimpleUploadedFile, digest: str, by: Actor, at: datetime, recorded_at: datetime) -> int:
    desk = desk_for(rules.rulebook().events[KIND], by)
    return record_with_proof(KIND, proof=paper, case_id=case.pk, payload=payload, desk=desk, key=f"feedback:{case.pk}:{digest[:48]}",
                             by=by, at=at, recorded_at=recorded_at).seq  # fmt: skip
