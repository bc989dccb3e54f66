"""The only way an event enters: `record` for one act, `record_many` for history that is imported or replayed (ADR 2)."""

from .record import Recorded, record
from .record_many import History, record_many

__all__ = ["History", "Recorded", "record", "record_many"]
