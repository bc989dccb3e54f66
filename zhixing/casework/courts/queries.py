"""A court and those around it."""

from __future__ import annotations

from .models import Court


def district_of(court_id: int) -> tuple[Court, list[Court]]:
    """The court, and the others of its district: its prefecture court first, then its sisters by code. Two statements."""
    own = Court.objects.select_related("prefecture").get(pk=court_id)
    top = own.prefecture or own
    around = Court.objects.filter(prefecture=top).exclude(pk=own.pk).order_by("code")
    return own, [*([own.prefecture] if own.prefecture else []), *around]
