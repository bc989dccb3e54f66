"""What a person records after a paper went out: the act its kind names, with what the paper tells of it (三(二)2, 四(二)2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zhixing.rulebook.model import EventKind

from ..journal.models import JournalEntry
from .kinds import kinds
from .models import Paper
from .values import told


def waits_for(paper: Paper) -> str:
    """The event kind that should follow this paper; "" when none does, when it has not gone out, or when it is recorded already."""
    then = kinds()[paper.kind].then
    if not then or paper.state != Paper.ISSUED:
        return ""
    done = JournalEntry.objects.filter(case_id=paper.case_id, kind=then, at__gte=paper.drafted_at)
    return "" if done.exists() else then


def known_from(court_id: int, case_ref: str, paper_ref: str, spec: EventKind) -> Mapping[str, tuple[Any, str]]:
    """Field → (value, 来自…) of the act, from the paper named; nothing when it is no paper of this case with such an act."""
    paper = Paper.objects.filter(court_id=court_id, case__ref=case_ref, ref=paper_ref).first() if paper_ref else None
    if paper is None or kinds()[paper.kind].then != spec.kind:
        return {}
    types = {f.name: f.type for f in spec.fields}
    said = told(kinds()[paper.kind].knows, paper)
    return {name: (_entered(value, types[name]), f"来自文书 {paper.number}") for name, value in said.items()}


def _entered(value: Any, kind: str) -> Any:
    """As a form field takes it: a paper writes amounts with commas, and a yes as true."""
    if kind in ("yuan", "int"):
        return str(value).replace(",", "")
    return "1" if value is True else value
