"""What the worker does for bank statements."""

from __future__ import annotations

from zhixing import clock
from zhixing.casework.facts import rules
from zhixing.casework.people.actors import actor_of

from .models import StatementRun
from .runs import carry_out


def run_import(run_id: int) -> None:
    """Carry out a queued import on behalf of the person who queued it."""
    run = StatementRun.objects.select_related("made_by").get(pk=run_id)
    at = clock.now()
    if run.made_by is not None:
        carry_out(run_id=run_id, by=actor_of(run.made_by, rules.rulebook(), at.date()), at=at)
