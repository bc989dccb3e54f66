"""Making notices up: person, channel, address and text are fixed once, in the order of the events, before anything is sent.

One court at a time and under its lock, so that two workers never address a later event's notice before an earlier one's:
what a person is told keeps its order.
"""

from __future__ import annotations

import json
import string
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from zhixing.casework.facts import rules
from zhixing.casework.facts.write import stored
from zhixing.rulebook import memory
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.model import Rulebook

from ..cases.models import CaseState, Party
from ..courts.models import Court
from ..journal.models import JournalEntry
from .models import Contact, Lane, Notice
from .policy import policy

BATCH = 200
CHANGED = ("state", "text", "error", "to_desk", "settled_at", "next_at", "channel", "address", "party_id")
Event = tuple[Mapping[str, Any], datetime]


@dataclass(frozen=True, slots=True)
class Known:
    """Everything a batch needs, read with a fixed number of statements."""

    events: Mapping[int, Event]
    facts: Mapping[int, Mapping[str, Any]]
    parties: Mapping[tuple[int, str], Sequence[Party]]
    contacts: Mapping[tuple[int, str], str]


def make_up(*, channels: Collection[str], at: datetime, batch: int = BATCH) -> Counter[str]:
    """Address every notice that waits for it. Returns how many were settled in doing so, by state (those that now wait to
    be sent are not counted). `channels` are those that the court has."""
    done: Counter[str] = Counter()
    for court_id in list(_unaddressed().order_by("court_id").values_list("court_id", flat=True).distinct()):
        while (states := _batch(court_id, frozenset(channels), at, batch)) is not None:
            done += states
    return done


@transaction.atomic
def _batch(court_id: int, channels: frozenset[str], at: datetime, batch: int) -> Counter[str] | None:
    """The next few of a court, None when none is left. Other workers wait here for the court's row."""
    Court.objects.select_for_update(no_key=True).get(pk=court_id)
    waiting = _unaddressed().filter(court_id=court_id)
    notices = list(waiting.order_by("seq", "pk").select_related("case__handler", "court", "matter")[:batch])
    if not notices:
        return None
    known, book, more = _known(court_id, notices), rules.rulebook(), []
    for notice in notices:
        more += _make_up(notice, known, book, channels, at)
    _keep(notices)
    Notice.objects.bulk_create(more)
    lanes = {(n.channel, n.address) for n in (*notices, *more) if n.address}
    Lane.objects.bulk_create([Lane(channel=c, address=a) for c, a in sorted(lanes)], ignore_conflicts=True)
    return Counter(n.state for n in notices if n.state != Notice.PENDING)


def _unaddressed() -> QuerySet[Notice]:
    """Notices to be made up. The states are written out so that SQLite, too, sees that the partial index fits."""
    return Notice.objects.extra(where=["notice.state = 'pending'", "notice.address = ''"])


def _keep(notices: Sequence[Notice]) -> None:
    rows = [[stored(getattr(n, c), connection.vendor) for c in (*CHANGED, "pk")] for n in notices]
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE notice SET {', '.join(f'{c} = %s' for c in CHANGED)} WHERE id = %s", rows)


def _known(court_id: int, notices: Sequence[Notice]) -> Known:
    cases = {n.case_id for n in notices if n.case_id}
    entries = JournalEntry.objects.filter(court_id=court_id, stream="casework", seq__in={n.seq for n in notices})
    states = CaseState.objects.filter(case_id__in=cases).values_list("case_id", "document")
    parties: dict[tuple[int, str], list[Party]] = {}
    for party in Party.objects.filter(court_id=court_id, case_id__in=cases).order_by("position", "pk"):
        parties.setdefault((party.case_id, party.role), []).append(party)
    contacts = Contact.objects.filter(court_id=court_id, party__case_id__in=cases)
    return Known(
        {seq: (json.loads(payload), at) for seq, payload, at in entries.values_list("seq", "payload", "at")},
        {case_id: memory.load(document or memory.EMPTY).facts for case_id, document in states},
        parties, {(party, channel): address for party, channel, address in contacts.values_list("party_id", "channel", "address")},
    )  # fmt: skip


def _make_up(notice: Notice, known: Known, book: Rulebook, channels: frozenset[str], at: datetime) -> list[Notice]:
    """Fix one notice in place. Returns the further notices it becomes when several persons hold the place."""
    disclosure = book.disclosures.get(notice.disclosure)
    if disclosure is None:
        return _hold(notice, "细则中已没有这项告知", at)
    values = values_of(
        notice, known.events.get(notice.seq, ({}, notice.created_at)), known.facts.get(notice.case_id or 0, {}), book
    )
    missing = [name for name in names_in(disclosure.template) if values.get(name) in (None, "")]
    if missing:
        return _hold(notice, f"缺少内容：{'、'.join(missing)}", at)
    notice.text = disclosure.template.format_map(values)
    route = policy().routes.get(disclosure.channel, {}).get(notice.recipient)
    if route is None:
        return _inside(notice, disclosure.channel, book, at)
    addressed = list(_addressed(notice, [c for c in route if c in channels], known))
    if not addressed:
        return _hold(notice, _no_address(route), at)
    copies = [_copy(notice, *who) for who in addressed[1:]]
    notice.party, notice.channel, notice.address = addressed[0]
    return copies


def _addressed(notice: Notice, route: Sequence[str], known: Known) -> Iterable[tuple[Party, str, str]]:
    """(person, channel, address) of everybody in that place of the file who can be reached."""
    for party in known.parties.get((notice.case_id or 0, policy().recipients[notice.recipient]), ()):
        if notice.party_id not in (None, party.pk):
            continue  # this notice is one person's already: it is addressed anew
        for channel in route:
            address = party.phone.strip() if channel == "sms" else known.contacts.get((party.pk, channel), "")
            if address:
                yield party, channel, address[:120]
                break


def _copy(notice: Notice, party: Party, channel: str, address: str) -> Notice:
    """The same notice to one more person."""
    return Notice(
        court_id=notice.court_id, case_id=notice.case_id, key=f"{notice.key}:{party.pk}", disclosure=notice.disclosure,
        seq=notice.seq, recipient=notice.recipient, channel=channel, text=notice.text, created_at=notice.created_at,
        next_at=notice.next_at, party=party, address=address,
    )  # fmt: skip


def _inside(notice: Notice, means: str, book: Rulebook, at: datetime) -> list[Notice]:
    """A notice to a desk or post inside the court is delivered by showing it there; what no channel carries is held."""
    desk = notice.recipient if notice.recipient in book.desks else ""
    if not desk and notice.recipient in book.roles:
        desk = book.roles[notice.recipient].desk or ""
    if desk:
        notice.state, notice.to_desk, notice.settled_at, notice.error = Notice.DELIVERED, desk, at, ""
        return []
    return _hold(notice, f"“{policy().title(means)}”没有接入的渠道，请人工告知并登记", at)


def _hold(notice: Notice, why: str, at: datetime) -> list[Notice]:
    notice.state, notice.error, notice.settled_at = Notice.HELD, why[:200], at
    return []


def _no_address(route: Sequence[str]) -> str:
    return f"没有登记{'、'.join(policy().channels[c].address for c in route[:1])}"


def values_of(notice: Notice, event: Event, facts: Mapping[str, Any], book: Rulebook) -> dict[str, Any]:
    """What a template may name: court, case, facts known now and the payload of the event that owes the notice."""
    payload, happened = event
    values: dict[str, Any] = {"court": notice.court.name, "hotline": notice.court.hotline,
                              "date": f"{happened.astimezone(CST):%Y年%-m月%-d日}"}  # fmt: skip
    if notice.case is not None:
        handler = notice.case.handler.name if notice.case.handler else ""
        values |= {**facts, "number": notice.case.number, "applicants": notice.case.applicants, "handler": handler,
                   "debtors": notice.case.debtors, "cause": notice.case.cause}  # fmt: skip
        values["holder"] = book.desks[notice.case.holder].title if notice.case.holder in book.desks else ""
    if notice.matter is not None:
        values |= {"number": notice.matter.number, "title": notice.matter.title}
    return values | payload


def names_in(template: str) -> list[str]:
    """The names a template wants, in order."""
    return list(dict.fromkeys(name for _, name, _, _ in string.Formatter().parse(template) if name))
