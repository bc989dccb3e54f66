"""Rows of the offline desk."""

from .delivery_models import Announcement, Attempt, Delivery, Letter, LetterMessage
from .field_models import Evidence, FieldDay, FieldTask

__all__ = ["Announcement", "Attempt", "Delivery", "Evidence", "FieldDay", "FieldTask", "Letter", "LetterMessage"]
