"""A pile: rows of one desk's worklist done one after another. The address carries where in the pile one stands."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from zhixing.casework.duties.queries import BUCKETS, Item, worklist
from zhixing.rulebook.model import EventKind

from .subjects import act_url


@dataclass(frozen=True, slots=True)
class Pile:
    """A bucket of a desk, and the cursor of the row in hand."""

    desk: str
    bucket: str
    cursor: str

    def __str__(self) -> str:
        return f"{self.desk}*{self.bucket}*{self.cursor}"

    @classmethod
    def read(cls, text: str) -> Pile | None:
        """The pile an address names; None when it names none."""
        desk, bucket, cursor = ([*text.split("*", 2), "", ""])[:3]
        return cls(desk, bucket, cursor) if desk and bucket in BUCKETS else None

    @property
    def url(self) -> str:
        """The worklist the pile was taken from."""
        return f"{reverse('desk', args=[self.desk])}?bucket={self.bucket}"


def next_in(request: HttpRequest, pile: Pile, spec: EventKind) -> Item | None:
    """The next row of the pile that the same act would meet."""
    rules = sorted(request.book.index.meets.get(spec.kind, ()))
    if not rules or pile.desk not in request.book.desks:
        return None
    found = worklist(request.actor.court_id, pile.desk, bucket=pile.bucket, after=pile.cursor, limit=1, at=request.now, rules=rules)
    return found[0] if found else None


def after(request: HttpRequest, pile: Pile | None, spec: EventKind) -> str:
    """Where to go when an act is done: the next of the pile, else the worklist."""
    if pile is None:
        return reverse("home")
    item = next_in(request, pile, spec)
    if item is None:
        return pile.url
    what, ref = item.subject.split(":")
    return act_url(spec, what, ref, str(Pile(pile.desk, pile.bucket, item.cursor)))
