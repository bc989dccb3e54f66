"""A worklist's rows as they are shown: the clock, the next thing to do, and how a check box names the row.

Everything a row shows is made here, once: the templates only set it into cells.
"""

from __future__ import annotations

from typing import NamedTuple

from django.http import HttpRequest
from markupsafe import Markup

from zhixing.casework.duties.clocks import Clock, clock_of, explain_url
from zhixing.casework.duties.queries import Item
from zhixing.casework.facts import rules
from zhixing.web.cells import clause_chip, clip, next_step, parties, pick
from zhixing.web.jinja import clock_badge, moment

from ..acts.piles import Pile
from ..acts.subjects import act_url, next_acts

SHOWN_ACTS = 2
BULK = "worklist-bulk"
REF, PILE = "-ref-", "-pile-"  # stand for a row's own in the addresses that all rows of a rule share


class Row(NamedTuple):
    """One row. `first` is the address of its title, `steps` the buttons, the first one strong; `who` says who can when
    this person cannot; `pick` names the row to the bulk acts."""

    item: Item
    title: str
    clock: Clock
    badge: Markup
    chip: Markup
    about: Markup
    day: str
    url: str
    first: str
    steps: Markup
    who: str
    pick: Markup


class Acts(NamedTuple):
    """What all rows of a rule share: the buttons with holes for the row's ref and place, and the act of the bulk bar."""

    title: str
    first: str
    steps: Markup
    who: str
    kind: str


def rows_of(request: HttpRequest, items: list[Item], desk: str, bucket: str) -> list[Row]:
    """The items as rows. No statement is made here, however many there are."""
    if not items:
        return []
    book, now = request.book, request.now
    calendar = rules.calendar(request.actor.court_id, items[0].calendar_version)
    shared: dict[tuple[str, bool], Acts] = {}
    rows = []
    for item in items:
        key = (item.rule, item.case_ref is not None)
        acts = shared.get(key) or shared.setdefault(key, _acts(request, *key))
        url, ref, pile = subject_url(item), item.case_ref or item.matter_ref or "", str(Pile(desk, bucket, item.cursor))
        clock = clock_of(item, book=book, calendar=calendar, at=now, url=explain_url(item.id, case_ref=item.case_ref, matter_ref=item.matter_ref))
        about = parties(item.applicants or "—", item.debtors or "—") if item.case_ref else clip(item.matter_title or "")
        rows.append(Row(
            item, acts.title, clock, clock_badge(clock), clause_chip(item.clause), about,
            moment(clock.due_at, bool(clock.due_at and clock.due_at.year != now.year)), url, acts.first.replace(REF, ref).replace(PILE, pile) or url,
            acts.steps.replace(REF, ref).replace(PILE, pile), acts.who, pick(BULK, f"{acts.kind}~{item.subject}", f"{item.number}{acts.title}"),
        ))  # fmt: skip
    return rows


def _acts(request: HttpRequest, rule_id: str, of_case: bool) -> Acts:
    book = request.book
    rule = book.duties.get(rule_id)
    specs = next_acts(book, request.actor, rule)
    hrefs = [act_url(s, "case" if of_case else "matter", REF, PILE) for s in specs[:SHOWN_ACTS]]
    steps = Markup(" ").join(next_step(s.verb, href, n == 0) for n, (s, href) in enumerate(zip(specs, hrefs, strict=False)))
    who = "" if specs or rule is None else f"由{book.desks[rule.desk].title}办理"
    return Acts(rule.title if rule else rule_id, hrefs[0] if hrefs else "", steps, who, specs[0].kind if specs else "")


def subject_url(item: Item) -> str:
    """The page of the case or matter. Written out: `reverse` for every row costs more than the query."""
    return f"/cases/{item.case_ref}/" if item.case_ref else f"/matters/{item.matter_ref}/"
