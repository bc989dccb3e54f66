"""What every act of the desk shares: the locked case or receipt, keys, amounts in words, the limits of `limits.yaml`."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from zhixing.casework.cases.models import Case
from zhixing.casework.facts import rules
from zhixing.casework.facts.forms import desk_for
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.people.actors import Actor
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.money.amounts import yuan
from zhixing.rulebook.refusals import Refusal

from .models import Receipt

CLAUSE = "四(三)1"


@cache
def limits() -> dict[str, Any]:
    """The desk's numbers (`limits.yaml`)."""
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("limits.yaml").read_text("utf-8"))
    return found


def locked_case(case_id: int, court_id: int, what: str) -> Case:
    """The case of this court, locked: two hands at its money then stand in a queue. Refuses (404) another court's."""
    case = Case.objects.select_for_update().filter(pk=case_id, court_id=court_id).first()
    if case is None:
        raise Refusal.because(what, "没有这个案件", status=404)
    return case


def locked_receipt(ref: str, court_id: int, what: str) -> Receipt:
    """The receipt of this court, locked; its case is locked by the caller where the case's money moves. Refuses (404) another court's."""
    receipt = Receipt.objects.select_for_update().filter(ref=ref, court_id=court_id).first()
    if receipt is None:
        raise Refusal.because(what, "没有这笔来款", status=404)
    return receipt


def what_of(kind: str) -> str:
    """What is refused when an event is."""
    return f"暂不能{rules.rulebook().events[kind].verb}"


def clause_of(kind: str) -> str:
    """The clause of an event kind; raises KeyError for a kind that the rulebook does not know."""
    return rules.rulebook().events[kind].clause


def desk_of(kind: str, by: Actor) -> str:
    """The desk at which this person records the kind."""
    return desk_for(rules.rulebook().events[kind], by)


def text_of(fen: int) -> str:
    """Fen as the journal keeps money: yuan with two places."""
    return f"{yuan(fen):f}"


def derived(key: str, part: str) -> str | None:
    """The key of a further event of the same form."""
    return sha256(f"{key}:{part}".encode()).hexdigest() if key else None


def repeated(court_id: int, key: str) -> bool:
    """Whether the same form was recorded before: then nothing is to be done."""
    return bool(key) and JournalEntry.objects.filter(court_id=court_id, idempotency_key=key).exists()


def day_of(at: datetime) -> Any:
    """The court's day of a moment."""
    return at.astimezone(CST).date()
