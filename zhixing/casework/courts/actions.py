"""What a court is called and how it is reached: changed by its system administrator, and kept in the chain (一2)."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from zhixing.casework.facts import rules
from zhixing.rulebook.refusals import Reason, Refusal

from ..case_numbers import parse_case_number
from ..cases.models import Case
from ..journal.append import append
from ..people.actors import Actor
from ..people.authority import require
from .models import Court

STREAM, CLAUSE, WHAT = "people", "一2", "暂不能修改法院信息"
SAMPLE_YEAR, REGION_DIGITS = 2023, 6
KEPT = ("name", "short_name", "code", "region_code", "hotline")


def edit_court(*, name: str, short_name: str, code: str, region_code: str, hotline: str, by: Actor, at: datetime) -> Court:
    """Change the actor's own court. Refuses a code (法院代字) that is misspelt, belongs to another court, or would no longer be that of
    the case numbers already given."""
    require(rules.rulebook(), by, "do:edit_court", what=WHAT)
    told = {"name": name, "short_name": short_name, "code": code, "region_code": region_code, "hotline": hotline}
    with transaction.atomic():
        court = Court.objects.select_for_update().get(pk=by.court_id)
        before = {field: getattr(court, field) for field in KEPT}
        changed = {field: value for field, value in told.items() if before[field] != value}
        if not changed:
            return court
        if "code" in changed and Case.objects.filter(court=court).exists():
            raise Refusal.because(WHAT, "本院已有案件，案号里的法院代字不能再改", clause=CLAUSE, field="code", now=f"请保留{court.code}", status=409)
        for field, value in changed.items():
            setattr(court, field, value)
        if reasons := _misfits(court):
            raise Refusal(WHAT, reasons)
        court.save(update_fields=list(changed))
        append(stream=STREAM, kind="court_edited", payload={"before": {f: before[f] for f in changed}, "after": changed}, clause=CLAUSE, by=by, at=at)
    return court


def _misfits(court: Court) -> list[Reason]:
    """What cannot be right, field by field."""
    found = []
    try:
        court.full_clean()
    except ValidationError as error:
        found = [Reason(m, CLAUSE, field=f) for f, many in error.message_dict.items() for m in many]
    try:
        parse_case_number(f"（{SAMPLE_YEAR}）{court.code}执1号")
    except ValueError:
        found.append(Reason(f"法院代字“{court.code}”无法识别", CLAUSE, "正确写法如豫1502", field="code"))
    if not (len(court.region_code) == REGION_DIGITS and court.region_code.isascii() and court.region_code.isdecimal()):
        found.append(Reason("行政区划代码应为6位数字", CLAUSE, "可查民政部门公布的代码，如411502", field="region_code"))
    return found
