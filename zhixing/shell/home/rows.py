"""A worklist's rows as they are shown: the clock, the next thing to do, and how a check box names the row."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from zhixing.casework.duties.clocks import Clock, clock_of, explain_url
from zhixing.casework.duties.queries import Item
from zhixing.casework.facts import rules
from zhixing.rulebook.model import EventKind

from ..acts.piles import Pile
from ..acts.subjects import act_url, next_acts

SHOWN_ACTS = 2


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `steps` are (verb, address), the first one the button; `who` says who can when this person cannot."""

    item: Item
    title: str
    clock: Clock
    url: str
    steps: tuple[tuple[str, str], ...]
    who: str
    pick: str


def rows_of(request: HttpRequest, items: list[Item], desk: str, bucket: str) -> list[Row]:
    """The items as rows. No statement is made here, however many there are."""
    if not items:
        return []
    book = request.book
    calendar = rules.calendar(request.actor.court_id, items[0].calendar_version)
    acts: dict[str, list[EventKind]] = {}
    rows = []
    for item in items:
        rule = book.duties.get(item.rule)
        specs = acts.setdefault(item.rule, next_acts(book, request.actor, rule))
        what, ref = item.subject.split(":")
        pile = str(Pile(desk, bucket, item.cursor))
        explain = explain_url(item.id, case_ref=item.case_ref, matter_ref=item.matter_ref)
        rows.append(Row(
            item, rule.title if rule else item.rule, clock_of(item, book=book, calendar=calendar, at=request.now, url=explain),
            subject_url(item), tuple((s.verb, act_url(s, what, ref, pile)) for s in specs[:SHOWN_ACTS]),
            "" if specs or rule is None else f"由{book.desks[rule.desk].title}办理",
            f"{specs[0].kind if specs else ''}~{item.subject}",
        ))  # fmt: skip
    return rows


def subject_url(item: Item) -> str:
    """The page of the case or matter. Written out: `reverse` for every row costs more than the query."""
    return f"/cases/{item.case_ref}/" if item.case_ref else f"/matters/{item.matter_ref}/"
