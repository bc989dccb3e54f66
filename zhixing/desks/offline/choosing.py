"""The way of serving chosen for many papers at once: the ways below it are passed over with one reason (三(三)2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from zhixing.casework.cases.models import Case
from zhixing.casework.facts import rules
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import require
from zhixing.rulebook.refusals import Reason, Refusal

from . import actions
from .delivery_models import Delivery
from .keeping import CLAUSE, tried
from .ladder import ladder, missing_before

MOST, WHAT = 200, "暂不能选择送达方式"


@dataclass(slots=True)
class Chosen:
    """The papers of one recipient of one case, and what became of them: the ways passed over, or why not."""

    case: Case
    recipient: str
    rows: list[Delivery] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    refusal: Refusal | None = None

    @property
    def papers(self) -> str:
        """What is served, as one text."""
        return "、".join(row.paper for row in self.rows)


def rungs_to_choose() -> list[tuple[str, str]]:
    """(id, title) of the ways that others come before."""
    found = ladder()
    return [(r, found.rungs[r].title) for r in found.order[1:]]


def reasons_to_choose() -> list[str]:
    """Usual reasons for passing a way over, each once."""
    found = ladder()
    return list(dict.fromkeys(reason for r in found.order for reason in found.rungs[r].skip_reasons))


def groups(rows: Iterable[Delivery]) -> list[Chosen]:
    """The picked deliveries by case and recipient, in the order in which they were picked."""
    found: dict[tuple[int, str], Chosen] = {}
    for row in rows:
        found.setdefault((row.case_id, row.recipient), Chosen(row.case, row.recipient)).rows.append(row)
    return list(found.values())[:MOST]


def choose_rung(*, chosen: Sequence[Chosen], rung: str, reason: str, key: str = "", by: Actor, at: datetime) -> int:
    """Pass over every way below `rung` that was not tried, each with the reason, so that the papers wait for that one. Each recipient
    is a transaction of its own; what was refused says so. Returns how many were not refused."""
    reasons = []
    if rung not in dict(rungs_to_choose()):
        reasons.append(Reason("没有选择送达方式", CLAUSE, "请选择", field="rung"))
    if not reason.strip():
        reasons.append(Reason("没有写明跳过前面各送的理由", CLAUSE, "请选择或写明理由", field="reason"))
    if reasons:
        raise Refusal(WHAT, reasons)
    for spec in ladder().rungs.values():
        if spec.skip_event:
            require(rules.rulebook(), by, f"record:{spec.skip_event}", what=WHAT)
    for n, group in enumerate(chosen):
        try:
            _pass_over(group, rung, reason, f"{key[:50]}-{n}" if key else "", by, at)
        except Refusal as refused:
            group.refusal = refused
    return sum(group.refusal is None for group in chosen)


def _pass_over(group: Chosen, rung: str, reason: str, key: str, by: Actor, at: datetime) -> None:
    so_far = tried(group.rows)
    for lower in ladder().order[: ladder().order.index(rung)]:
        refs = [row.ref for row in group.rows if lower in [m.id for m in missing_before(rung, (a.rung for a in so_far[row.pk]))]]
        if refs:
            actions.skip(case_id=group.case.pk, refs=refs, rung=lower, reason=reason, key=f"{key}-{lower}" if key else "", by=by, at=at)
            group.skipped.append(ladder().rungs[lower].title)
