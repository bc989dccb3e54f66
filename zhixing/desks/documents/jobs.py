"""What the worker does for the paper desk."""

from __future__ import annotations

from zhixing import clock
from zhixing.casework.facts import rules
from zhixing.casework.papers.batches import carry_out, make_pdfs
from zhixing.casework.papers.models import Paper, PaperBatch
from zhixing.casework.people.actors import actor_of

from .steps import court_seal


def run_batch(batch_id: int) -> None:
    """Carry out a queued batch on behalf of the person who queued it."""
    batch = PaperBatch.objects.select_related("made_by").get(pk=batch_id)
    at = clock.now()
    carry_out(batch_id=batch_id, seal=lambda: court_seal(batch.court_id), by=actor_of(batch.made_by, rules.rulebook(), at.date()), at=at)


def make_pdf(paper_id: int) -> None:
    """The PDF of one paper that was drafted alone."""
    make_pdfs(list(Paper.objects.filter(pk=paper_id, pdf="")), at=clock.now())
