"""What is served and what is not, as a judge may rely on it: every issued paper for everybody who must be served with it (三(三)1, 三(三)2).

The list starts from what went out (papers, and the journal's entries of papers that were not made here), never from what somebody
put down to be served: a delivery that nobody opened stands in it as missing.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from zhixing.casework.cases.models import Case, Party
from zhixing.casework.facts import rules
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.papers.kinds import kinds
from zhixing.casework.papers.models import Paper
from zhixing.rulebook.deadlines import CST

from .delivery_models import OPEN, SERVED, Attempt, Delivery
from .keeping import tried
from .opening import unopened
from .serving import servings, to_serve

MISSING, NOT_SERVED = "missing", "not"
NUMBERS = ("number", "paper_no")
STEPS = dict(Delivery.STEPS)


@dataclass(frozen=True, slots=True)
class Standing:
    """One paper and one person. `state`: `served`, `open`, `ended`, `missing` (no delivery is put down) or `not` (need not be
    served; `why` says so). `made_here` is false for papers that only the journal or a hand-made entry knows."""

    case: Case
    title: str
    number: str
    issued_on: date | None
    recipient: str
    clause: str
    verify: str = ""
    delivery: Delivery | None = None
    attempts: Sequence[Attempt] = ()
    why: str = ""
    paper: Paper | None = None
    made_here: bool = True

    @property
    def state(self) -> str:
        """How it stands."""
        if self.delivery is None:
            return NOT_SERVED if self.why else MISSING
        return "served" if self.delivery.state in SERVED else "ended" if self.delivery.state == Delivery.ENDED else "open"

    @property
    def words(self) -> str:
        """How it stands, in words."""
        if self.delivery is None:
            return "不需要送达" if self.why else "没有登记送达"
        return self.delivery.get_state_display()

    @property
    def next(self) -> str:
        """What is to be done."""
        if self.state == MISSING:
            return "登记送达"
        return STEPS[self.delivery.step] if self.delivery is not None and self.state == "open" else ""

    @property
    def proofs(self) -> list[str]:
        """Scans that prove it."""
        return list(dict.fromkeys(a.scan_ref for a in self.attempts if a.scan_ref))

    @property
    def course(self) -> list[str]:
        """Every attempt as a sentence."""
        titles = {"phone": "电话", "post": "邮寄", "person": "直接", "announce": "公告", "electronic": "电子"}
        return [f"{a.on:%Y-%m-%d} {titles.get(a.rung, '')}{a.result}" + (f"（{a.where or a.reason}）" if a.where or a.reason else "") for a in self.attempts]


@dataclass(slots=True)
class Known:
    """What the lines of some cases are made of."""

    parties: dict[int, list[Party]] = field(default_factory=dict)
    by_source: dict[int, dict[str, Delivery]] = field(default_factory=dict)
    by_hand: dict[int, list[Delivery]] = field(default_factory=dict)
    attempts: dict[int, list[Attempt]] = field(default_factory=dict)


def _known(papers: Iterable[Paper], case_ids: Iterable[int], by_hand: bool) -> Known:
    """Three statements."""
    known, ids = Known(), list(set(case_ids))
    for party in Party.objects.filter(case__in=ids).order_by("position", "pk"):
        known.parties.setdefault(party.case_id, []).append(party)
    mine = Q(source__in=[p.pk for p in papers])
    rows = list(Delivery.objects.filter(mine | Q(case__in=ids, source=None) if by_hand else mine).select_related("case", "announcement").order_by("pk"))
    for row in rows:
        if row.source_id is not None:
            known.by_source.setdefault(row.source_id, {})[row.recipient] = row
        else:
            known.by_hand.setdefault(row.case_id, []).append(row)
    known.attempts = tried(rows)
    return known


def _lines(paper: Paper, known: Known) -> list[Standing]:
    """A paper's lines: everybody it must be served on, whoever else it is served on, or why on nobody."""
    kind, serving = kinds().get(paper.kind), servings().get(paper.kind)
    title = kind.title if kind else paper.kind
    issued_on = paper.issued_at.astimezone(CST).date() if paper.issued_at else None
    rows = dict(known.by_source.get(paper.pk, {}))

    def line(recipient: str, row: Delivery | None = None, why: str = "") -> Standing:
        return Standing(paper.case, title, paper.number, issued_on, recipient, serving.clause if serving else "", serving.verify if serving else "",
                        row, known.attempts.get(row.pk, ()) if row else (), why, paper)  # fmt: skip

    wanted = to_serve(paper, known.parties.get(paper.case_id, [])) if serving else []
    found = [line(who.label, rows.pop(who.label, None)) for who in wanted]
    found += [line(name, row) for name, row in rows.items()]
    if not found:
        nobody = serving.why_not if serving and serving.why_not else ""
        found = [line(paper.recipient, None, nobody)]
    return found


def of_case(case: Case) -> list[Standing]:
    """Everything of a case: papers in the order they went out, then what was put down by hand, then what only the journal knows.
    Six statements whatever the rows."""
    papers = list(Paper.objects.filter(case=case, state=Paper.ISSUED).order_by("issued_at", "pk"))
    for paper in papers:
        paper.case = case
    known = _known(papers, [case.pk], by_hand=True)
    found = [line for paper in papers for line in _lines(paper, known)]
    by_hand = [_by_hand(row, known) for row in known.by_hand.get(case.pk, [])]
    return found + by_hand + _journal_only(case, papers, by_hand)


def _by_hand(row: Delivery, known: Known) -> Standing:
    return Standing(row.case, row.paper, row.paper_ref, None, row.recipient, "三(三)1", delivery=row, attempts=known.attempts.get(row.pk, ()), made_here=False)


def _journal_only(case: Case, papers: Sequence[Paper], by_hand: Sequence[Standing]) -> list[Standing]:
    """Papers that the journal says went out and that were not made here (a register, an entry by hand)."""
    book, made = rules.rulebook(), {f"{kinds()[p.kind].issued}:{p.ref}" for p in papers if p.kind in kinds()}
    known = {(s.number or s.title, s.recipient) for s in by_hand}
    found = []
    for kind, key, text, at in JournalEntry.objects.filter(case=case, kind__in=issuing()).order_by("seq").values_list("kind", "idempotency_key", "payload", "at"):
        if key in made:
            continue
        said: dict[str, Any] = json.loads(text)
        number = next((str(said[n]) for n in NUMBERS if said.get(n)), "")
        title, recipient = book.events[kind].title.removeprefix("发出").removeprefix("作出"), str(said.get("debtor") or case.debtors or "")
        if not known & {(number, recipient), (title, recipient)}:
            found.append(Standing(case, title, number, at.astimezone(CST).date(), recipient, book.events[kind].clause, made_here=False))
    return found


def issuing() -> list[str]:
    """The event kinds that say that a paper went out."""
    return sorted({kind.issued for kind in kinds().values()})


FILTERS = {"left": "没有送达", "all": "全部发出的", "served": "已经送达", "hand": "不是本系统制作的"}


def of_court(court_id: int, which: str, after: int, limit: int) -> tuple[list[Standing], int]:
    """The lines of a court's issued papers, the newest first, and where the next page begins (0: nowhere). `which` of FILTERS.
    Five statements whatever the rows."""
    if which == "hand":
        rows = list(_page(Delivery.objects.filter(court_id=court_id, source=None).select_related("case"), after, limit))
        known = Known(attempts=tried(rows[:limit]))
        return [_by_hand(row, known) for row in rows[:limit]], rows[limit - 1].pk if len(rows) > limit else 0
    papers = list(_page(_filtered(court_id, which).select_related("case"), after, limit))
    more, papers = papers[limit - 1].pk if len(papers) > limit else 0, papers[:limit]
    known = _known(papers, [p.case_id for p in papers], by_hand=False)
    return [line for paper in papers for line in _lines(paper, known) if _fits(line, which)], more


def _page(rows: Any, after: int, limit: int) -> Any:
    return (rows.filter(pk__lt=after) if after else rows).order_by("-pk")[: limit + 1]


def _filtered(court_id: int, which: str) -> Any:
    """Issued papers with at least one line that fits; one with no delivery at all is always among what is left."""
    papers = Paper.objects.filter(court_id=court_id, state=Paper.ISSUED)
    mine = Delivery.objects.filter(source=OuterRef("pk"))
    if which == "left":
        kinds_ = [kind for kind, serving in servings().items() if serving.to]
        return papers.filter(Exists(mine.filter(state__in=OPEN)) | (~Exists(mine) & (Q(kind__in=kinds_) | ~Q(kind__in=list(servings())))))
    return papers.filter(Exists(mine.filter(state__in=SERVED))) if which == "served" else papers


def _fits(line: Standing, which: str) -> bool:
    return which == "all" or (which == "left" and line.state in ("open", MISSING)) or line.state == which


def counts(court_id: int) -> dict[str, int]:
    """How many lines of issued papers are served and open, how many were put down by hand, how many papers nobody put down, how many entries of the journal have no paper. Four statements."""
    rows = list(Delivery.objects.filter(court_id=court_id).values_list("state").annotate(papers=Count("source"), n=Count("pk")))
    by_state = Counter({state: papers for state, papers, _ in rows})
    said = JournalEntry.objects.filter(court_id=court_id, kind__in=issuing()).count()
    papers = Paper.objects.filter(court_id=court_id, state=Paper.ISSUED).count()
    return {"served": sum(by_state[s] for s in SERVED), "open": sum(by_state[s] for s in OPEN), "missing": unopened(court_id).count(),
            "hand": sum(n - papers for _, papers, n in rows),
            "elsewhere": max(said - papers, 0)}  # fmt: skip


HEADS = ("案号", "文书", "文书编号", "发出日期", "受送达人", "状态", "送达方式", "送达日期", "依据", "下一步", "经过", "凭证", "条款")


def cells(line: Standing) -> tuple[str, ...]:
    """A line as the cells of HEADS, all text."""
    row = line.delivery
    served = row is not None and row.served_on is not None
    why = f"{row.why}（{row.articles}）" if served and row is not None else line.why
    return (
        line.case.number, line.title, line.number, f"{line.issued_on:%Y-%m-%d}" if line.issued_on else "", line.recipient, line.words,
        row.mode if row else "", f"{row.served_on:%Y-%m-%d}" if served and row is not None else "", why, line.next, "；".join(line.course),
        f"有凭证 {len(line.proofs)} 份" if line.proofs else "", line.clause,
    )  # fmt: skip


def tally(lines: Iterable[Standing]) -> Counter[str]:
    """How many lines stand how."""
    return Counter(line.state for line in lines)


def as_of(now: datetime) -> str:
    """The moment that a printed list is of."""
    return f"{now.astimezone(CST):%Y-%m-%d %H:%M}"
