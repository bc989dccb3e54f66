"""What is read of papers: the piles, one paper, a case's papers, the print register. A fixed number of statements each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Value

from ..approvals.models import Approval
from ..cases.models import Case, Party
from ..duties.models import Duty
from .models import Paper, PaperBatch, PrintRun, Template

PILES = (Paper.DRAFTED, Paper.CHECKED, Paper.SIGNED, Paper.SEALED)
APPROVED = Q(state=Paper.CHECKED, approval__state=Approval.APPROVED)


def _pile(court_id: int, state: str) -> Any:
    """The papers of a pile; what the president approved elsewhere counts as signed."""
    rows = Paper.objects.filter(court_id=court_id)
    if state == Paper.CHECKED:
        return rows.filter(state=state).exclude(APPROVED)
    return rows.filter(Q(state=state) | APPROVED) if state == Paper.SIGNED else rows.filter(state=state)


def counts(court_id: int) -> dict[str, int]:
    """How many papers are in each pile. One statement."""
    waiting = Paper.objects.filter(court_id=court_id, state__in=PILES)
    approved = Q(approval__state=Approval.APPROVED)
    found: dict[str, int] = waiting.aggregate(
        drafted=Count(Value(1), filter=Q(state=Paper.DRAFTED)),
        checked=Count(Value(1), filter=Q(state=Paper.CHECKED) & ~(approved & Q(approval__isnull=False))),
        signed=Count(Value(1), filter=Q(state=Paper.SIGNED) | (Q(state=Paper.CHECKED) & approved)),
        sealed=Count(Value(1), filter=Q(state=Paper.SEALED)),
    )
    return found


def pile(court_id: int, state: str, *, after: int = 0, limit: int = 50, by_approval: bool | None = None) -> list[Paper]:
    """The papers in a pile, oldest first, from the one after `after` (a key, not a page number). `by_approval` picks those that
    wait for the president's decision (True) or for a signature without one (False)."""
    rows = _pile(court_id, state).filter(pk__gt=after)
    if by_approval is not None:
        rows = rows.filter(approval__isnull=not by_approval)
    return list(rows.select_related("case", "case__court", "case__handler", "drafted_by", "checked_by", "signed_by", "approval").order_by("pk")[:limit])


def paper_of(court_id: int, ref: str) -> Paper | None:
    """One paper with everybody who had a hand in it."""
    people = ("drafted_by", "checked_by", "signed_by", "sealed_by", "issued_by")
    return Paper.objects.select_related("case", "case__court", "case__handler", "party", "approval", "batch", "replaces", *people).filter(
        court_id=court_id, ref=ref
    ).first()


def papers_of_case(court_id: int, case_id: int) -> list[Paper]:
    """Every paper of a case, newest first."""
    return list(Paper.objects.filter(court_id=court_id, case_id=case_id).select_related("drafted_by", "issued_by").order_by("-pk"))


def cases_wanting(court_id: int, kinds: Sequence[str], rules: Sequence[str], *, after: int = 0, limit: int = 50) -> list[Case]:
    """Open cases that owe one of the duties and have no running or issued paper of the kinds, by their earliest due clock."""
    owed = Duty.objects.filter(case_id=OuterRef("pk"), rule__in=list(rules), is_open=True)
    made = Paper.objects.filter(case_id=OuterRef("pk"), kind__in=list(kinds)).exclude(state=Paper.CANCELLED)
    rows = Case.objects.filter(court_id=court_id, closed_on__isnull=True, pk__gt=after).filter(Exists(owed)).exclude(Exists(made))
    return list(rows.order_by("pk")[:limit])


def count_wanting(court_id: int, kinds: Sequence[str], rules: Sequence[str]) -> int:
    """How many cases `cases_wanting` would list in all."""
    owed = Duty.objects.filter(case_id=OuterRef("pk"), rule__in=list(rules), is_open=True)
    made = Paper.objects.filter(case_id=OuterRef("pk"), kind__in=list(kinds)).exclude(state=Paper.CANCELLED)
    return Case.objects.filter(court_id=court_id, closed_on__isnull=True).filter(Exists(owed)).exclude(Exists(made)).count()


def debtors_of(case_ids: Sequence[int]) -> dict[int, list[Party]]:
    """The debtors of each case, in their order. One statement."""
    found: dict[int, list[Party]] = {}
    for party in Party.objects.filter(case_id__in=list(case_ids), role=Party.DEBTOR).order_by("case_id", "position"):
        found.setdefault(party.case_id, []).append(party)
    return found


def batches(court_id: int, *, limit: int = 10) -> list[PaperBatch]:
    """The newest batches."""
    return list(PaperBatch.objects.filter(court_id=court_id).select_related("made_by").order_by("-pk")[:limit])


def print_register(court_id: int, *, before: int | None = None, limit: int = 50) -> list[PrintRun]:
    """What was printed, newest first."""
    rows = PrintRun.objects.filter(court_id=court_id)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.select_related("printed_by").order_by("-pk")[:limit])


def templates_of(court_id: int) -> dict[str, Template]:
    """Kind → the court's newest own template."""
    rows = Template.objects.filter(court_id=court_id).select_related("added_by").order_by("kind", "version")
    return {row.kind: row for row in rows}
