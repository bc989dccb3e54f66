"""The steps a paper takes, for one or for many at once: each in its own transaction, with a result for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.http import HttpRequest

from zhixing.casework.courts.models import Court
from zhixing.casework.papers import actions
from zhixing.casework.papers.models import Paper
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import allowed
from zhixing.outside.seal import Seal, seal_of
from zhixing.rulebook.refusals import Refusal


@cache
def piles() -> dict[str, Any]:
    """`piles.yaml`, read once."""
    data: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("piles.yaml").read_text(encoding="utf-8"))
    return data


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one paper."""

    ref: str
    number: str
    refusal: Refusal | None = None


def court_seal(court_id: int) -> Seal:
    """The court's electronic seal."""
    return seal_of(Court.objects.values_list("name", flat=True).get(pk=court_id), settings.VAR / "keys")


def _check(ref: str, by: Actor, at: datetime) -> Paper:
    return actions.check(ref=ref, correct=True, against=piles()["checked_against"], by=by, at=at)


def _seal(ref: str, by: Actor, at: datetime) -> Paper:
    return actions.seal(ref=ref, stamp=court_seal(by.court_id), by=by, at=at)


STEPS: dict[str, Callable[[str, Actor, datetime], Paper]] = {
    "check": _check,
    "sign": lambda ref, by, at: actions.sign(ref=ref, by=by, at=at),
    "seal": _seal,
    "issue": lambda ref, by, at: actions.issue(ref=ref, by=by, at=at),
}


def take(step: str, refs: Iterable[str], *, by: Actor, at: datetime) -> list[Done]:
    """Take the step with each paper; what is refused does not stop the others."""
    wanted = list(dict.fromkeys(refs))
    numbers = dict(Paper.objects.filter(court_id=by.court_id, ref__in=wanted).values_list("ref", "number"))
    done = []
    for ref in wanted:
        try:
            STEPS[step](ref, by, at)
        except Refusal as refusal:
            done.append(Done(ref, numbers.get(ref, ref), refusal))
        else:
            done.append(Done(ref, numbers[ref]))
    return sorted(done, key=lambda d: d.refusal is None)


def may_work(request: HttpRequest, pile: str) -> bool:
    """Whether this person may take the papers of a pile on, themselves or by deciding a request."""
    action = piles()["piles"][pile].get("action", f"record:{actions.DRAFT}")
    also = ("do:decide_approval",) if pile == Paper.CHECKED else ()
    return any(allowed(request.book, request.actor, a) for a in (action, *also))
