"""Fingerprints of what was printed or closed, and whether they still hold (`zhixing verify`)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from django.db.models import Sum

from zhixing.casework.facts.replay import Difference

from ..models import LedgerAccount, MonthBalance
from .models import MonthReport, PartyStatement


def fingerprint(content: Mapping[str, Any]) -> str:
    """Of plain JSON content, whatever the order of its keys."""
    return sha256(json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def differences(court_id: int) -> Iterator[Difference]:
    """Statements and month reports that are no longer what they were, and reports that differ from the closed month's figures."""
    for no, content, digest in PartyStatement.objects.filter(court_id=court_id).values_list("no", "content", "sha256").iterator():
        if fingerprint(content) != digest:
            yield Difference("statement", f"案款清单 {no}", digest, fingerprint(content))
    kept = {}
    rows = MonthBalance.objects.filter(month__court_id=court_id).exclude(account__kind__in=LedgerAccount.MIRRORS)
    for month_id, fen in rows.values_list("month_id").annotate(fen=Sum("closing_fen")):
        kept[month_id] = fen
    for report in MonthReport.objects.filter(month__court_id=court_id).select_related("month"):
        where = f"{report.month.first_on:%Y年%m月}案款月报"
        if fingerprint(report.content) != report.sha256:
            yield Difference("month_report", where, report.sha256, fingerprint(report.content))
        if report.content["closing_fen"] != kept.get(report.month_id, 0):
            yield Difference("month_report", where, f"{kept.get(report.month_id, 0)} 分", f"{report.content['closing_fen']} 分")
