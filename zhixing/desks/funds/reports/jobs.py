"""What the worker does for the papers and reports of case money."""

from __future__ import annotations

from zhixing import clock
from zhixing.casework.papers.batches import make_pdfs
from zhixing.casework.papers.models import Paper


def make_pdf(paper_id: int) -> None:
    """The PDF of one paper that was drafted from a row of money."""
    make_pdfs(list(Paper.objects.filter(pk=paper_id, pdf="")), at=clock.now())
