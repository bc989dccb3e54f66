"""What this process last saw of a court's journal and of its cases: a guess that saves the reading, never the truth.

Every change of a case's memory moves the head of its court's journal. So a memory seen at one head is right for as long as the
head is there, and the writing statement asks just that (ADR 2). A guess that was wrong has written nothing and is forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock

from .write import Now

MOST = 500  # memories of cases kept for a court

Subject = tuple[str, int]


@dataclass(slots=True)
class _Court:
    seq: int
    hash: str
    calendar_version: int
    documents: dict[Subject, str] = field(default_factory=dict)


_courts: dict[int, _Court] = {}
_lock = Lock()


def recall(court_id: int, subject: Subject) -> Now | None:
    """Where the journal and this case's memory stand, if nobody else has written since."""
    with _lock:
        court = _courts.get(court_id)
        document = court.documents.get(subject) if court else None
        if court is None or document is None:
            return None
        return Now(court.seq, court.hash, document, court.calendar_version, None)


def keep(court_id: int, now: Now, subject: Subject) -> None:
    """Remember where an event that was just written left things. What was known before another's event is known no more."""
    with _lock:
        court = _courts.get(court_id)
        known = court.documents if court and court.seq == now.seq - 1 and len(court.documents) < MOST else {}
        known[subject] = now.document
        _courts[court_id] = _Court(now.seq, now.hash, now.calendar_version, known)


def forget(court_id: int) -> None:
    """Somebody else wrote."""
    with _lock:
        _courts.pop(court_id, None)
