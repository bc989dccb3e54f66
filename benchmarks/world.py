"""Courts, people and cases to measure with. Everything is made up; nothing here is read from a clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import count
from typing import Any, NamedTuple

from zhixing.casework.cases.actions import NewCase, NewParty, filing_payload
from zhixing.casework.courts.models import Court
from zhixing.casework.facts import rules
from zhixing.casework.facts.record_many import History, Past
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.models import Person
from zhixing.casework.register.storing import insert_cases
from zhixing.clock import CST
from zhixing.rulebook.model import Rulebook

START = datetime(2024, 3, 4, 9, tzinfo=CST)
NOW = datetime(2024, 9, 2, 9, tzinfo=CST)
_courts = count(1)


class Step(NamedTuple):
    """One event of the common flow: what, how many hours after the filing, with what payload."""

    kind: str
    hours: int
    payload: dict[str, Any]


FLOW = (
    Step("case_filed", 0, {}),
    Step("case_allocated", 5, {}),
    Step("enforcement_notice_issued", 26, {}),
    Step("inquiry_started_zdz", 28, {}),
    Step("inquiry_feedback_received", 120, {}),
    Step("feedback_form_printed", 122, {}),
    Step("online_freeze_made", 125, {"kind": "存款", "controlled": "已控"}),
    Step("traditional_search_started", 130, {}),
    Step("traditional_search_registered", 300, {}),
    Step("closing_reported", 900, {"claim_yuan": "5000.00", "closing_yuan": "5000.00", "waived_yuan": "0.00", "recovered_yuan": "5000.00",
                                   "closed_on": "2024-04-10", "way": "执行完毕", "ground": "全部履行"}),
    Step("closing_reviewed", 924, {"passed": True}),
    Step("case_closed", 926, {"closed_on": "2024-04-11", "way": "执行完毕"}),
)  # fmt: skip


def court() -> Court:
    """A fresh court."""
    number = next(_courts)
    return Court.objects.create(code=f"试{number:04}", name=f"第{number}试验法院", short_name=f"试{number}", region_code="000000")


def actors(where: Court, book: Rulebook) -> dict[str, Actor]:
    """For each event of the flow somebody who may record it; a person records no two of them."""
    found = {}
    for step in FLOW:
        role = book.authority[f"record:{step.kind}"].roles[0]
        person = Person.objects.create(username=f"{where.pk}-{step.kind}", name=f"样{role}", court=where, password="!")
        found[step.kind] = Actor(person.pk, person.name, where.pk, frozenset({role}), (book.roles[role].desk,))
    return found


def clerk(where: Court, *roles: str) -> Actor:
    """A person with posts, without an account."""
    return Actor(None, "样书记员", where.pk, frozenset(roles or {"intake_clerk"}))


def new_case(code: str, seq: int) -> NewCase:
    """A case to be filed."""
    parties = [NewParty("applicant", f"样申请{seq}"), NewParty("debtor", f"样被执{seq}", phone=f"1990000{seq % 10000:04}")]
    return NewCase(number=f"（2024）{code}执{seq}号", year=2024, kind="执", seq=seq, filed_on=START.date(), parties=parties,
                   claim_yuan=Decimal("5000.00"), cause="买卖合同纠纷", case_type="首次执行")  # fmt: skip


def cases(where: Court, how_many: int, first: int = 1) -> list[tuple[int, NewCase]]:
    """Rows of cases to which nothing has happened yet: (id, what they were made from)."""
    new = [new_case(where.code, seq) for seq in range(first, first + how_many)]
    return [(row.pk, n) for row, n in zip(insert_cases(new, court_id=where.pk, at=START), new, strict=True)]


def payload_of(step: Step, new: NewCase) -> dict[str, Any]:
    """The payload of a step for a case."""
    return filing_payload(new) if step.kind == "case_filed" else _filled(step.kind) | step.payload


@cache
def _filled(kind: str) -> dict[str, Any]:
    """Something in every field that the regulation requires of an event."""
    words = {"date": "2024-03-05", "moment": START.isoformat(), "int": 1, "yuan": "1.00", "bool": True, "phone": "19900000009"}
    return {
        f.name: f.choices[0] if f.type == "choice" else list(f.choices[:1]) or ["样"] if f.type == "list" else words.get(f.type, "样1")
        for f in rules.rulebook().events[kind].fields if f.required
    }  # fmt: skip


def at(step: Step) -> datetime:
    """When a step happens."""
    return START + timedelta(hours=step.hours)


def history(case_id: int, new: NewCase, steps: tuple[Step, ...] = FLOW) -> History:
    """The whole flow of a case as history."""
    return History(case_id, [Past(s.kind, at(s), payload_of(s, new)) for s in steps])
