"""The worker asks the query system and fetches its answers; each answer comes in as a file would (三(二)5-6).

Any number of workers may run: a query is claimed by moving its next moment, and whatever is done twice is harmless.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from zhixing.casework.assets.models import Inquiry
from zhixing.outside.inquiry import Answer, FileInquiries, HttpInquiries, Inquiries, Query
from zhixing.outside.messages import RejectedError, TransientError
from zhixing.rulebook.refusals import Refusal

from .feedback.reading import Form, form_of
from .importing import take_in
from .interface import interface_actor
from .settled import settled

INTERFACE = "网络查控接口"


def inquiries() -> Inquiries:
    """The court's query system: an interface where there is an address, else the file for the clerk."""
    return _made(settings.INQUIRY["url"], settings.INQUIRY["token"], settings.VAR / "outbox")


@cache
def _made(url: str, token: str, folder: Path) -> Inquiries:
    return HttpInquiries(url, token) if url else FileInquiries(folder)


def poll(*, port: Inquiries, at: datetime) -> dict[str, int]:
    """Ask what is not asked yet, fetch what is due. Returns counts: asked, taken, waiting, failed."""
    done = {"asked": 0, "taken": 0, "waiting": 0, "failed": 0}
    due = Inquiry.objects.filter(poll_at__lte=at, state=Inquiry.ASKED, by_file=not port.fetches)
    for inquiry in due.select_related("case", "court", "debtor").order_by("poll_at", "pk")[: _rule("batch")]:
        claimed = Inquiry.objects.filter(pk=inquiry.pk, poll_at=inquiry.poll_at, state=Inquiry.ASKED)
        if claimed.update(poll_at=at + _minutes("claim_minutes")):
            done[_one(inquiry, port, at)] += 1
    return done


def _rule(name: str) -> int:
    return int(settled()["polling"][name])


def _minutes(name: str) -> timedelta:
    return timedelta(minutes=_rule(name))


def _one(inquiry: Inquiry, port: Inquiries, at: datetime) -> str:
    """One query, one step further."""
    try:
        if inquiry.sent_at is None:
            number = port.submit(_query(inquiry), at)
            later = at + _minutes("pause_minutes") if port.fetches else None
            _keep(inquiry, sent_at=at, tries=0, poll_at=later, remark="", **({"number": number} if port.fetches else {}))
            return "asked"
        if not port.fetches:
            _keep(inquiry, poll_at=None)
            return "waiting"
        answer = port.answer(inquiry.request_id, at)
        if answer.sections or answer.state == "done":
            _take(inquiry, answer, at)
    except TransientError as error:
        return _again(inquiry, str(error), at)
    except (RejectedError, Refusal) as error:
        _keep(inquiry, state=Inquiry.FAILED, poll_at=None, remark=str(error)[:200])
        return "failed"
    if answer.state == "done":
        _keep(inquiry, state=Inquiry.ANSWERED, poll_at=None, remark="模拟系统的反馈" if answer.simulated else "")
        return "taken"
    return _again(inquiry, "部分协助单位还没有反馈" if answer.sections else "", at)


def _again(inquiry: Inquiry, why: str, at: datetime) -> str:
    """Later, the longer the more often it was tried; at last a person has to look."""
    if inquiry.tries >= _rule("most_tries"):
        _keep(inquiry, state=Inquiry.FAILED, poll_at=None, remark=f"多次没有取到反馈，请在平台上查看。{why}"[:200])
        return "failed"
    pause = min(_minutes("pause_minutes") * 2 ** min(inquiry.tries, 10), _minutes("longest_pause_minutes"))
    _keep(inquiry, tries=inquiry.tries + 1, poll_at=at + pause, remark=why[:200])
    return "waiting"


def _keep(inquiry: Inquiry, **values: Any) -> None:
    Inquiry.objects.filter(pk=inquiry.pk, state=Inquiry.ASKED).update(**values)


def _query(inquiry: Inquiry) -> Query:
    return Query(inquiry.request_id, inquiry.court.code, inquiry.case.number, inquiry.system, inquiry.debtor.name, inquiry.debtor.id_number)


def _take(inquiry: Inquiry, answer: Answer, at: datetime) -> None:
    """The answer as a feedback of the case. The same sections again change nothing."""
    data = json.dumps([[s.title, s.columns, s.rows] for s in answer.sections], ensure_ascii=False).encode()
    form: Form = form_of(answer.sections, {"holder": inquiry.debtor.name, "holder_id": inquiry.debtor.id_number})
    form.nothing += not answer.sections
    take_in(case_id=inquiry.case_id, form=form, data=inquiry.request_id.encode() + data, filename=f"{inquiry.number}.json",
            received_at=at, inquiry_ref=inquiry.ref, by=interface_actor(inquiry.court_id, INTERFACE), at=at)  # fmt: skip
