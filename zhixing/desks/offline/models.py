"""Rows of the offline desk."""

from .delivery_models import Announcement, Attempt, Delivery, Letter, LetterMessage

__all__ = ["Announcement", "Attempt", "Delivery", "Letter", "LetterMessage"]
