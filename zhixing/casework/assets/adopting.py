"""Feedbacks and measures that only the journal knows (from a register, or recorded elsewhere) become rows.

Nothing happens that had not happened: no event is recorded, what the journal says is laid out so that it can be worked on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any

from django.db import transaction

from zhixing.casework.cases.models import Case, Party
from zhixing.casework.journal.models import JournalEntry

from .kinds import kinds, measure_titles
from .measures import MADE, RELEASED, RENEWED, TAKEN, lock_case
from .models import Asset, Feedback, Measure

RECEIVED, PRINTED, HANDLED = "inquiry_feedback_received", "feedback_form_printed", "feedback_assets_handled"
STARTING = (RECEIVED, MADE, TAKEN)
KINDS = (*STARTING, RENEWED, RELEASED, PRINTED, HANDLED)


def unlisted(case_id: int) -> list[str]:
    """Numbers of feedbacks and measures of a case that have no row: three statements."""
    return [number for _, number in _missing(case_id, _entries(case_id, STARTING))]


def _entries(case_id: int, wanted: Iterable[str]) -> list[tuple[JournalEntry, dict[str, Any]]]:
    rows = JournalEntry.objects.filter(case_id=case_id, kind__in=list(wanted)).order_by("seq")
    return [(row, json.loads(row.payload)) for row in rows]


def _missing(case_id: int, entries: Iterable[tuple[JournalEntry, dict[str, Any]]]) -> list[tuple[JournalEntry, str]]:
    have = {RECEIVED: set(Feedback.objects.filter(case_id=case_id).values_list("number", flat=True))}
    have[MADE] = have[TAKEN] = set(Measure.objects.filter(case_id=case_id).values_list("number", flat=True))
    found: dict[tuple[bool, str], JournalEntry] = {}
    for row, said in entries:
        number = str(said.get("feedback_no" if row.kind == RECEIVED else "measure_no") or "")
        if row.kind in have and number and number not in have[row.kind]:
            found.setdefault((row.kind == RECEIVED, number), row)
    return [(row, number) for (_, number), row in found.items()]


def adopt_recent(*, court_id: int, since: datetime) -> int:
    """The same for every case of which such a thing was recorded since; how many rows were made."""
    cases = JournalEntry.objects.filter(court_id=court_id, kind__in=STARTING, case__isnull=False, recorded_at__gte=since)
    return sum(adopt(case_id=case_id, court_id=court_id) for case_id in cases.values_list("case_id", flat=True).distinct().order_by("case_id"))


def adopt(*, case_id: int, court_id: int) -> int:
    """Make the missing rows of a case; how many. A measure whose dates the journal does not tell stays unlisted."""
    with transaction.atomic():
        case = lock_case(case_id, court_id, "暂不能补入清单")
        entries = _entries(case_id, KINDS)
        said = {row.seq: payload for row, payload in entries}
        made = 0
        for row, number in _missing(case_id, entries):
            made += _feedback(case, row, number[:60]) if row.kind == RECEIVED else _measure(case, row, number[:40], said[row.seq])
        for row, payload in entries:
            _go_on(case, row, payload)
    return made


def _feedback(case: Case, row: JournalEntry, number: str) -> int:
    Feedback.objects.create(
        court_id=case.court_id, case=case, number=number, received_at=_at(row.at), imported_at=_at(row.recorded_at),
        imported_by_id=row.person_id, seq=row.seq, content_sha256=sha256(f"journal:{row.seq}".encode()).hexdigest(),
    )  # fmt: skip
    return 1


def _at(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


def _measure(case: Case, row: JournalEntry, number: str, said: dict[str, Any]) -> int:
    holder = _holder(case, str(said.get("owner") or ""))
    effective_on = _day(said.get("effective_on")) or _at(row.at).date()
    expires_on = _day(said.get("expires_on"))
    if holder is None or expires_on is None or expires_on < effective_on:
        return 0
    kind = _kind(said)
    asset = _asset(case, holder, kind, said, row)
    waits = said.get("controlled") == "轮候" or "轮候" in str(said.get("kind")) or bool(said.get("waiting_order"))
    result = {"部分已控": Measure.PARTLY, "超额控制": Measure.OVER}.get(str(said.get("controlled")), "waiting" if waits else Measure.CONTROLLED)
    Measure.objects.create(
        court_id=case.court_id, case=case, asset=asset, number=number, kind=_how(said, kinds()[kind].measures), online=row.kind == MADE,
        waiting_order=int(said.get("waiting_order") or 1) if waits else 0, result=result, effective_on=effective_on, expires_on=expires_on,
        controlled_yuan=_yuan(said.get("amount_yuan")), state=Measure.WAITING if waits else Measure.ACTIVE, seq=row.seq,
        made_at=_at(row.at), made_by_id=row.person_id,
    )  # fmt: skip
    return 1


def _asset(case: Case, holder: Party, kind: str, said: dict[str, Any], row: JournalEntry) -> Asset:
    last = Asset.objects.filter(case=case).order_by("-position").values_list("position", flat=True).first() or 0
    place = str(said.get("place") or "")[:200]
    return Asset.objects.create(
        court_id=case.court_id, case=case, position=last + 1, kind=kind, holder=holder, place=place, as_of=_at(row.at),
        title=(str(said.get("object") or "") or f"{kinds()[kind].title}（登记措施时未列明）")[:200], amount_yuan=_yuan(said.get("amount_yuan")),
        area=Asset.UNKNOWN if "located" in kinds()[kind].traits else Asset.ANYWHERE,
    )  # fmt: skip


def _kind(said: dict[str, Any]) -> str:
    """The first kind of asset that the event's own word stands for."""
    found = (k.id for k in kinds().values() if said.get("kind") == k.freeze_kind or said.get("object_kind") == k.object_kind)
    return next(found, "other")


def _how(said: dict[str, Any], allowed: tuple[str, ...]) -> str:
    named = next((m for m, words in measure_titles().items() if words["title"] in str(said.get("kind"))), "")
    return named or allowed[0]


def _holder(case: Case, name: str) -> Party | None:
    debtors = list(Party.objects.filter(case=case, role=Party.DEBTOR).order_by("position"))
    return next((d for d in debtors if d.name == name), debtors[0] if debtors else None)


def _go_on(case: Case, row: JournalEntry, said: dict[str, Any]) -> None:
    """What happened to it later: printed, handled; renewed, released."""
    if row.kind in (PRINTED, HANDLED):
        column = "printed_at" if row.kind == PRINTED else "handled_at"
        Feedback.objects.filter(case=case, number=said.get("feedback_no"), **{f"{column}__isnull": True}).update(**{column: _at(row.at)})
    elif row.kind == RELEASED:
        Measure.objects.filter(case=case, number=said.get("measure_no"), made_at__lte=_at(row.at)).update(state=Measure.RELEASED)
    elif row.kind == RENEWED and (until := _day(said.get("expires_on"))):
        Measure.objects.filter(case=case, number=said.get("measure_no"), effective_on__lte=until, expires_on__lt=until).update(expires_on=until)


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _yuan(value: Any) -> Decimal | None:
    try:
        return None if value in (None, "") else max(Decimal(str(value)).quantize(Decimal("0.01")), Decimal(0))
    except InvalidOperation:
        return None
