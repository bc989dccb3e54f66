"""What the window writes: the first-reception record, the statement of why there was none, what was told (三(一))."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from zhixing.casework.cases.models import Case
from zhixing.casework.dossier.actions import record_with_proof
from zhixing.casework.facts import Recorded, rules
from zhixing.casework.facts.forms import desk_for
from zhixing.casework.facts.record import clean
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.models import Person
from zhixing.rulebook.refusals import Reason, Refusal

from .models import Reception

RECORD_KIND, STATEMENT_KIND, COUNTERSIGN_KIND = "first_reception_recorded", "no_reception_explained", "no_reception_countersigned"
TOLD_KIND = "rights_and_risks_told"


@dataclass(frozen=True, slots=True)
class Writing:
    """What every paper of the window comes with: its scan, the version it corrects (its ref) and why, and a key that
    makes a repeat harmless."""

    scan: UploadedFile | None = None
    replaces: str = ""
    correction: str = ""
    key: str = ""


def record_reception(
    *, case_id: int, payload: Mapping[str, Any], interviewer_id: int | None, recorder_id: int | None, writing: Writing,
    by: Actor, at: datetime, recorded_at: datetime | None = None,
) -> Reception:  # fmt: skip
    """Record the talk: own row, event and scan, or nothing of it. Refuses every empty field with its clause, persons
    that are not of the court and a recorder who is the interviewer (三(一)3)."""
    people = _people(by.court_id, interviewer_id, recorder_id)
    said = {**payload, "interviewer": _name(people, interviewer_id), "recorder": _name(people, recorder_id)}
    reasons = _persons_missing(people, {"interviewer": interviewer_id, "recorder": recorder_id})
    if interviewer_id is not None and interviewer_id == recorder_id:
        reasons.append(Reason("谈话人和记录人不能是同一人", _clause(RECORD_KIND), "请另选一名记录人", field="recorder"))
    _complete(RECORD_KIND, said, reasons)
    row = Reception(
        kind=Reception.RECORD, interviewer_id=interviewer_id, recorder_id=recorder_id,
        interviewee=str(said.get("interviewee") or "").strip()[:120], interviewer_signed=bool(said.get("interviewer_signed")),
        recorder_signed=bool(said.get("recorder_signed")), interviewee_signed=bool(said.get("interviewee_signed")),
    )  # fmt: skip
    return _write(RECORD_KIND, case_id, said, row, writing, by, at, recorded_at or at)


def explain_no_reception(
    *, case_id: int, reason: str, staff_id: int | None, signed: bool, writing: Writing, by: Actor, at: datetime,
    recorded_at: datetime | None = None,
) -> Reception:  # fmt: skip
    """Write the statement of why there was no first reception, signed by the window's staff (三(一)3).
    Refuses a correction of what is signed without a reason."""
    people = _people(by.court_id, staff_id)
    said = {"reason": reason.strip(), "staff": _name(people, staff_id), "staff_signed": signed}
    _complete(STATEMENT_KIND, said, _persons_missing(people, {"staff": staff_id}))
    row = Reception(kind=Reception.STATEMENT, reason=said["reason"], staff_id=staff_id, staff_signed=signed)
    return _write(STATEMENT_KIND, case_id, said, row, writing, by, at, recorded_at or at)


def countersign_statement(*, case_id: int, note: str = "", by: Actor, at: datetime) -> Recorded:
    """A colleague of the window puts their name beside the statement; whoever wrote or signed it cannot.
    Refuses them (403), and where no signed statement waits."""
    with transaction.atomic():
        _locked(case_id, by.court_id, COUNTERSIGN_KIND)
        current = _current(case_id)
        if current is None or current.kind != Reception.STATEMENT or not current.is_signed:
            raise Refusal.because("暂不能复签", "没有已签名的未接待原因说明", clause=_clause(COUNTERSIGN_KIND),
                                  now="请先制作并签名", status=409)  # fmt: skip
        if current.staff_id == by.person_id:
            raise Refusal.because("暂不能复签", "说明由本人签名，复签须由窗口另一人", clause=_clause(COUNTERSIGN_KIND),
                                  now="请交给窗口的另一位同事", status=403)  # fmt: skip
        return _record(COUNTERSIGN_KIND, case_id, {"note": note}, None, f"countersign:{current.ref}", by, at, at)


def tell_rights_and_risks(
    *, case_id: int, payload: Mapping[str, Any], scan: UploadedFile | None = None, key: str, by: Actor, at: datetime,
    recorded_at: datetime | None = None,
) -> Recorded:  # fmt: skip
    """Record that rights and risks were told, with the text that was told (三(一)2(3)). Refuses (404) another court's case."""
    with transaction.atomic():
        _locked(case_id, by.court_id, TOLD_KIND)
        return _record(TOLD_KIND, case_id, payload, scan, key, by, at, recorded_at or at)


def _write(
    kind: str, case_id: int, said: Mapping[str, Any], row: Reception, writing: Writing, by: Actor, at: datetime, recorded_at: datetime
) -> Reception:
    with transaction.atomic():
        _locked(case_id, by.court_id, kind)
        before = _current(case_id)
        if before is not None and writing.key and (again := _repeated(case_id, by.court_id, writing.key)):
            return again
        _may_replace(kind, before, writing)
        payload = {**said, **({"replaces": before.ref, "correction": writing.correction} if before else {})}
        done = _record(kind, case_id, payload, writing.scan, writing.key, by, at, recorded_at)
        row.court_id, row.case_id, row.seq, row.made_at = by.court_id, case_id, done.seq, recorded_at
        row.version, row.replaces, row.correction = (before.version if before else 0) + 1, before, writing.correction
        row.save(force_insert=True)
    return row


def _may_replace(kind: str, before: Reception | None, writing: Writing) -> None:
    """A paper is written once; the next one says which it takes the place of, and why when that one was signed."""
    verb = f"暂不能{rules.rulebook().events[kind].verb}"
    if (before.ref if before else "") != writing.replaces:
        raise Refusal.because(verb, "这个案件的笔录或说明已有更新的一份" if before else "没有要更正的那一份", clause=_clause(kind),
                              now="请刷新页面，在最新的一份上更正", status=409)  # fmt: skip
    if before is not None and before.is_signed and not writing.correction.strip():
        raise Refusal.because(verb, "更正已签名的材料没有写明理由", clause=_clause(kind), field="correction", now="请写明更正理由")


def _record(
    kind: str, case_id: int, payload: Mapping[str, Any], scan: UploadedFile | None, key: str, by: Actor, at: datetime,
    recorded_at: datetime,
) -> Recorded:  # fmt: skip
    desk = desk_for(rules.rulebook().events[kind], by)
    return record_with_proof(kind, proof=scan, case_id=case_id, payload=payload, desk=desk, key=key or None, by=by, at=at,
                             recorded_at=recorded_at)  # fmt: skip


def _locked(case_id: int, court_id: int, kind: str) -> None:
    """The case of this court, locked: two versions at once then stand in a queue."""
    if not Case.objects.select_for_update().filter(pk=case_id, court_id=court_id).values_list("pk").first():
        raise Refusal.because(f"暂不能{rules.rulebook().events[kind].verb}", "没有这个案件", status=404)


def _current(case_id: int) -> Reception | None:
    return Reception.objects.filter(case_id=case_id).order_by("-version").first()


def _repeated(case_id: int, court_id: int, key: str) -> Reception | None:
    """The row that the same form already wrote."""
    written = JournalEntry.objects.filter(court_id=court_id, case_id=case_id, idempotency_key=key).values("seq")
    return Reception.objects.filter(case_id=case_id, seq__in=written).first()


def _people(court_id: int, *ids: int | None) -> dict[int, str]:
    """Names of the given people who are active members of the court."""
    rows = Person.objects.filter(court_id=court_id, is_active=True, pk__in=[i for i in ids if i is not None])
    return dict(rows.values_list("pk", "name"))


def _name(people: Mapping[int, str], ident: int | None) -> str:
    return people.get(ident, "") if ident is not None else ""


def _persons_missing(people: Mapping[int, str], given: Mapping[str, int | None]) -> list[Reason]:
    return [
        Reason("所选的人不是本院在岗人员", _clause(RECORD_KIND), "请从名单中选择", field=field)
        for field, ident in given.items() if ident is not None and ident not in people
    ]  # fmt: skip


def _complete(kind: str, said: Mapping[str, Any], reasons: list[Reason]) -> None:
    """Everything that is wrong, told at once."""
    named = {r.field for r in reasons}
    try:
        clean(rules.rulebook(), kind, said)
    except Refusal as refusal:
        reasons = [*reasons, *(r for r in refusal.reasons if r.field not in named)]
    if reasons:
        raise Refusal(f"暂不能{rules.rulebook().events[kind].verb}", reasons)


def _clause(kind: str) -> str:
    return rules.rulebook().events[kind].clause
