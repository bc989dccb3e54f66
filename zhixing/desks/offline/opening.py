"""A paper that goes out opens its deliveries by itself, for everybody who must be served with it (三(三)1).

In the transaction that issues it; what went out otherwise is found by the worker. Never twice: the database refuses.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from zhixing.casework.cases.models import Case, Party
from zhixing.casework.papers.kinds import kinds
from zhixing.casework.papers.models import Paper

from .delivery_models import Delivery
from .serving import servings, to_serve

BATCH = 200


def open_for(paper: Paper, at: datetime) -> list[Delivery]:
    """Put down the deliveries of an issued paper; those that somebody put down before are taken for its own. Returns the new ones."""
    if paper.state != Paper.ISSUED or paper.kind not in servings():
        return []
    with transaction.atomic():
        Case.objects.select_for_update().get(pk=paper.case_id)
        parties = list(Party.objects.filter(case_id=paper.case_id).order_by("position", "pk"))
        title = kinds()[paper.kind].title[:120]
        there = {d.recipient: d for d in Delivery.objects.filter(case_id=paper.case_id, paper=title, paper_ref=paper.number)}
        wanted = to_serve(paper, parties)
        for who in wanted:
            if (row := there.get(who.label)) is not None and row.source_id is None:
                Delivery.objects.filter(pk=row.pk).update(source=paper)
        return Delivery.objects.bulk_create([
            Delivery(court_id=paper.court_id, case_id=paper.case_id, party=who.party, recipient=who.label, paper=title, paper_ref=paper.number,
                     source=paper, opened_at=at, opened_by_id=paper.issued_by_id)
            for who in wanted if who.label not in there
        ])  # fmt: skip


def on_issued(sender: Any, *, paper: Paper, at: datetime, **_: Any) -> None:
    """A paper went out."""
    open_for(paper, at)


def unopened(court_id: int | None = None) -> Any:
    """Issued papers that somebody must be served with and for which no delivery is put down."""
    wanted = [kind for kind, serving in servings().items() if serving.to]
    papers = Paper.objects.filter(~Exists(Delivery.objects.filter(source=OuterRef("pk"))), state=Paper.ISSUED, kind__in=wanted)
    return papers if court_id is None else papers.filter(court_id=court_id)


def open_missing(*, at: datetime, since: timedelta = timedelta(days=2), limit: int = BATCH) -> int:
    """Open what recently went out and has no deliveries yet; how many were made. For the worker: safe to run at any time."""
    papers = unopened().filter(issued_at__gte=at - since).order_by("issued_at", "pk")[:limit]
    return sum(len(open_for(paper, at)) for paper in papers)
