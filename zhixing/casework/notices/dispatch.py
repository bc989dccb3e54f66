"""The outbox: claim → send → settle. A killed worker's claim runs out and is taken again; the key makes repeats harmless.

Every state changes by compare-and-swap on (state, attempts): a worker that was too slow settles nothing.
"""

from __future__ import annotations

import json
import string
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from zhixing.casework.facts import rules
from zhixing.outside.messages import Channel, Message, TransientError
from zhixing.rulebook import memory
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.model import Disclosure, Rulebook

from ..cases.models import CaseState, Party
from ..journal.models import JournalEntry
from .models import Notice

LEASE = timedelta(minutes=5)
BACK_OFF = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 720))
PARTIES = {"applicant": Party.APPLICANT, "debtor": Party.DEBTOR}
OUTWARD = "sms"


@dataclass(frozen=True, slots=True)
class Settled:
    """How a notice ended this time."""

    state: str
    text: str = ""
    remark: str = ""
    next_at: datetime | None = None
    to_desk: str = ""


def dispatch(*, channel: Channel, at: datetime, limit: int = 200) -> Counter[str]:
    """Send what is due. Returns how many notices ended in which state."""
    done: Counter[str] = Counter()
    for notice in _due(at, limit):
        if not _claim(notice, at):
            continue
        settled = _send(notice, channel, at)
        _settle(notice, settled, at)
        done[settled.state] += 1
    return done


def _due(at: datetime, limit: int) -> list[Notice]:
    waiting = Q(state__in=(Notice.PENDING, Notice.SENDING), next_at__lte=at)
    return list(Notice.objects.filter(waiting).select_related("case", "court", "matter").order_by("next_at", "pk")[:limit])


def _claim(notice: Notice, at: datetime) -> bool:
    mine = Notice.objects.filter(pk=notice.pk, state=notice.state, attempts=notice.attempts, next_at=notice.next_at)
    notice.attempts += 1
    return mine.update(state=Notice.SENDING, attempts=notice.attempts, next_at=at + LEASE) == 1


def _settle(notice: Notice, settled: Settled, at: datetime) -> bool:
    mine = Notice.objects.filter(pk=notice.pk, state=Notice.SENDING, attempts=notice.attempts)
    ended = None if settled.state == Notice.PENDING else at
    return mine.update(
        state=settled.state, text=settled.text or notice.text, error=settled.remark[:200], next_at=settled.next_at,
        settled_at=ended, to_desk=settled.to_desk or notice.to_desk,
    ) == 1  # fmt: skip


def _send(notice: Notice, channel: Channel, at: datetime) -> Settled:
    """One notice: its text from the disclosure's template, its phones from the case, then the channel."""
    book = rules.rulebook()
    disclosure = book.disclosures.get(notice.disclosure)
    if disclosure is None:
        return Settled(Notice.HELD, remark="细则中已没有这项告知")
    values = values_of(notice, book)
    missing = [name for name in names_in(disclosure.template) if values.get(name) in (None, "")]
    if missing:
        return Settled(Notice.HELD, remark=f"缺少内容：{'、'.join(missing)}")
    text = disclosure.template.format_map(values)
    if notice.recipient not in PARTIES or notice.channel != OUTWARD:
        return _inside(notice, disclosure, book, text)
    phones = phones_of(notice)
    if not phones:
        return Settled(Notice.HELD, text, "没有登记电话")
    try:
        for ident, phone in phones:
            remark = channel.send(Message(f"{notice.key}:{ident}", phone, text), at)
    except TransientError as error:
        return again(notice, text, str(error), at)
    return Settled(Notice.SENT, text, remark)


def _inside(notice: Notice, disclosure: Disclosure, book: Rulebook, text: str) -> Settled:
    """A notice to a desk or post inside the court is delivered by showing it there; others wait for their channel."""
    desk = notice.recipient if notice.recipient in book.desks else ""
    if not desk and notice.recipient in book.roles:
        desk = book.roles[notice.recipient].desk or ""
    if desk:
        return Settled(Notice.DELIVERED, text, to_desk=desk)
    return Settled(Notice.HELD, text, f"“{disclosure.channel}”渠道没有接入，请人工告知并登记")


def again(notice: Notice, text: str, why: str, at: datetime) -> Settled:
    """Try later, each time later; after the last try it has failed and is shown to the administrator."""
    if notice.attempts > len(BACK_OFF):
        return Settled(Notice.FAILED, text, why)
    return Settled(Notice.PENDING, text, why, at + BACK_OFF[notice.attempts - 1])


def phones_of(notice: Notice) -> list[tuple[int, str]]:
    """(party id, phone) of the recipients on record."""
    rows = Party.objects.filter(case_id=notice.case_id, court_id=notice.court_id, role=PARTIES[notice.recipient])
    return list(rows.exclude(phone="").order_by("position").values_list("pk", "phone"))


def values_of(notice: Notice, book: Rulebook) -> dict[str, Any]:
    """What a template may name: court, case, facts known now and the payload of the event that owes the notice."""
    entry = JournalEntry.objects.filter(court_id=notice.court_id, stream="casework", seq=notice.seq).values("payload", "at")
    event = entry.first() or {"payload": "{}", "at": notice.created_at}
    values: dict[str, Any] = {"court": notice.court.name, "hotline": notice.court.hotline,
                              "date": f"{event['at'].astimezone(CST):%Y年%-m月%-d日}"}  # fmt: skip
    if notice.case is not None:
        state = CaseState.objects.filter(case_id=notice.case_id).values_list("document", flat=True).first()
        facts: Mapping[str, Any] = memory.load(state or memory.EMPTY).facts
        handler = notice.case.handler.name if notice.case.handler else ""
        values |= {**facts, "number": notice.case.number, "applicants": notice.case.applicants, "handler": handler,
                   "debtors": notice.case.debtors, "cause": notice.case.cause}  # fmt: skip
        values["holder"] = book.desks[notice.case.holder].title if notice.case.holder in book.desks else ""
    if notice.matter is not None:
        values |= {"number": notice.matter.number, "title": notice.matter.title}
    return values | json.loads(event["payload"])


def names_in(template: str) -> list[str]:
    """The names a template wants, in order."""
    return list(dict.fromkeys(name for _, name, _, _ in string.Formatter().parse(template) if name))
