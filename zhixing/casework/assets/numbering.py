"""Numbers of feedbacks and measures within their case."""

from __future__ import annotations

from itertools import count

from zhixing.casework.journal.models import JournalEntry

from .models import Feedback, Measure


def free_number(case_id: int, word: str) -> str:
    """The next number that neither a row nor the journal of the case bears (反馈003, 措001). The case must be locked."""
    taken = set(Feedback.objects.filter(case_id=case_id).values_list("number", flat=True))
    taken |= set(Measure.objects.filter(case_id=case_id).values_list("number", flat=True))
    said = " ".join(JournalEntry.objects.filter(case_id=case_id, payload__contains=f'"{word}').values_list("payload", flat=True))
    return next(number for n in count(1) if (number := f"{word}{n:03}") not in taken and f'"{number}"' not in said)
