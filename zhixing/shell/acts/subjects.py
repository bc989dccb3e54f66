"""What an act is about: a case or a matter, with what the engine knows of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.http import Http404, HttpRequest
from django.urls import reverse

from zhixing.casework.cases.models import Case
from zhixing.casework.matters.queries import matter_of
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import allowed
from zhixing.rulebook import memory
from zhixing.rulebook.engine import State
from zhixing.rulebook.model import DutyRule, EventKind, Rulebook

HANDING_ON = {"handoff_offered": "do:handoff", "handoff_accepted": "do:accept"}


@dataclass(frozen=True, slots=True)
class Subject:
    """A case or matter as the act pages need it. `kind` is the matter kind, "" for a case."""

    what: str
    id: int
    ref: str
    number: str
    applicants: str
    debtors: str
    holder: str
    kind: str
    state: State
    claim_yuan: Any = None

    @property
    def ids(self) -> dict[str, int]:
        """`case_id=` or `matter_id=` for an action."""
        return {f"{self.what}_id": self.id}

    @property
    def url(self) -> str:
        """Its own page."""
        return reverse("case" if self.what == "case" else "matter", args=[self.ref])

    @property
    def words(self) -> str:
        """Number and parties in one line."""
        return f"{self.number} {self.applicants} → {self.debtors}" if self.what == "case" else f"{self.number} {self.applicants}"


FIELDS = ("pk", "ref", "number", "applicants", "debtors", "holder", "claim_yuan", "state_row__document")


def case_subject(request: HttpRequest, ref: str) -> Subject:
    """The case of this court with that ref, else 404."""
    row = Case.objects.filter(court_id=request.actor.court_id, ref=ref).values_list(*FIELDS).first()
    if row is None:
        raise Http404("没有这个案件")
    pk, ref, number, applicants, debtors, holder, claim, document = row
    return Subject("case", pk, ref, number, applicants, debtors, holder, "", memory.load(document or memory.EMPTY), claim)


def matter_subject(request: HttpRequest, ref: str) -> Subject:
    """The matter of this court with that ref, else 404."""
    row = matter_of(request.actor.court_id, ref)
    if row is None:
        raise Http404("没有这个事项")
    return Subject("matter", row["pk"], ref, row["number"], row["title"], "", row["desk"], row["kind"], row["state"])


def subject_of(request: HttpRequest, what: str, ref: str) -> Subject:
    """Either, by the words of the form's value `case:<ref>` or `matter:<ref>`."""
    return case_subject(request, ref) if what == "case" else matter_subject(request, ref)


@cache
def own_pages() -> dict[str, str]:
    """Event kind → url name (one argument: the ref) of the page where a desk's own form records it (`AppConfig.own_pages`)."""
    found = dict.fromkeys(HANDING_ON, "handoff")
    for config in apps.get_app_configs():
        found |= getattr(config, "own_pages", {})
    return found


@cache
def also_by_hand() -> frozenset[str]:
    """Event kinds with a page of their own that may also be entered by the general form (`?by_hand`), for what was done on paper
    outside the product (`AppConfig.also_by_hand`)."""
    return frozenset(kind for config in apps.get_app_configs() for kind in getattr(config, "also_by_hand", ()))


def may_record(book: Rulebook, by: Actor, spec: EventKind) -> bool:
    """Whether the person may do this from a form (system events have their own pages)."""
    if spec.kind in HANDING_ON:
        return allowed(book, by, HANDING_ON[spec.kind])
    return not spec.system and allowed(book, by, f"record:{spec.kind}")


def next_acts(book: Rulebook, by: Actor, rule: DutyRule | None) -> list[EventKind]:
    """The acts that meet a duty and that this person may do: the first is the button of its row."""
    if rule is None:
        return []
    return [spec for kind in rule.met_by.kinds if (spec := book.events.get(kind)) and may_record(book, by, spec)]


def act_url(spec: EventKind, what: str, ref: str, pile: str = "") -> str:
    """Where the person does it."""
    if spec.kind in own_pages():
        return reverse(own_pages()[spec.kind], args=[ref])
    address = reverse("act" if what == "case" else "matter-act", args=[ref, spec.kind])
    return f"{address}?pile={pile}" if pile else address
