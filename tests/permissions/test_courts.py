"""A court is closed to the other: nothing of it is found by its public ref, and administrators open no case (trust T9, T10)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from tests.cast import MONDAY, actor, browser
from tests.permissions.addresses import GUARDED, status_of
from zhixing.casework.cases.actions import NewCase, NewParty, file_case
from zhixing.casework.cases.models import Case
from zhixing.casework.courts.models import Court
from zhixing.casework.duties.models import Duty
from zhixing.casework.journal.models import AccessEntry
from zhixing.casework.matters.actions import open_matter
from zhixing.casework.people.actors import system_actor
from zhixing.casework.people.authority import allowed
from zhixing.casework.people.models import Assignment, Person
from zhixing.rulebook.model import Rulebook

Cast = dict[str, Person]


@pytest.fixture
def case(cast: Cast) -> Case:
    """A case of the first court, with its clocks."""
    parties = [NewParty("applicant", "样申请人"), NewParty("debtor", "样乙公司", phone="19900000001")]
    new = NewCase(number="（2026）豫1502执7号", year=2026, kind="执", seq=7, filed_on=MONDAY.date(), parties=parties,
                  claim_yuan=Decimal("5000.00"))  # fmt: skip
    return file_case(new=new, by=actor(cast["intake_clerk"]), at=MONDAY)[0]


@pytest.fixture
def matter(cast: Cast) -> Any:
    payload = {"from_court": "试验中院", "content": "核报（样）", "due_on": MONDAY.date().isoformat()}
    return open_matter(event="instruction_received", payload=payload, by=actor(cast["watch_officer"]), at=MONDAY)[0]


def refs(case: Case, matter: Any, pattern: Any) -> dict[str, Any] | None:
    """Arguments that name the first court's own things; None where the address names nothing of a court's."""
    names = set(pattern.pattern.converters) or set(pattern.pattern.regex.groupindex)
    if "ref" not in names:
        return None
    about_matter = pattern.name.startswith("matter")
    duty = Duty.objects.filter(**({"matter": matter} if about_matter else {"case": case})).values_list("pk", flat=True).first()
    known = {"ref": (matter if about_matter else case).ref, "n": duty, "kind": "case_closed", "role": "debtor", "position": 1,
             "what": "phone", "scan": "nothing00000", "track": "simple", "asset": "nothing00000", "feedback": "nothing00000", "volume": "main", "step": "check", "no": "20260302-001", "about": "nothing00000"}  # fmt: skip
    return {name: known[name] for name in names}


def test_nothing_of_one_court_is_found_from_the_other(cast: Cast, sister_cast: Cast, case: Case, matter: Any, monday: object) -> None:
    for role, person in sister_cast.items():
        Assignment.objects.get_or_create(person=sister_cast["bureau_head"], court=person.court, role=role, from_on="2020-01-01")
    Assignment.objects.filter(person=sister_cast["bureau_head"], role__endswith="_admin").delete()
    client = browser(sister_cast["bureau_head"])
    client.raise_request_exception = False
    wrong = []
    for pattern in GUARDED:
        args = refs(case, matter, pattern)
        if args is None:
            continue
        url = reverse(pattern.name, kwargs=args)
        answers = {"get": client.get(url, follow=True), "post": client.post(url, {"what": "approve", "answer": "样"})}
        wrong += [(pattern.name, verb, status_of(a)) for verb, a in answers.items() if status_of(a) != 404]
    assert not wrong


def test_the_same_things_are_found_at_home(cast: Cast, case: Case, matter: Any, monday: object) -> None:
    client = browser(cast["bureau_head"])
    for name, args in (("case", [case.ref]), ("dossier", [case.ref]), ("case-journal", [case.ref]), ("matter", [matter.ref])):
        assert client.get(reverse(name, args=args)).status_code == 200, name


def test_a_ref_of_the_other_court_and_a_ref_of_nobody_get_the_same_page(
    cast: Cast, sister_cast: Cast, case: Case, monday: object
) -> None:
    client = browser(sister_cast["handler"])
    theirs, nobodys = (client.get(f"/cases/{ref}/") for ref in (case.ref, "nothing00000"))
    assert (theirs.status_code, theirs.content) == (nobodys.status_code, nobodys.content)
    assert not AccessEntry.objects.filter(case=case).exists()


def test_lists_and_search_hold_only_the_own_courts_cases(cast: Cast, sister_cast: Cast, case: Case, monday: object) -> None:
    for address in ("/cases/", "/search/?q=样乙公司", "/search/?q=执7号"):
        assert case.number in browser(cast["bureau_head"]).get(address, follow=True).content.decode(), address
        assert case.number not in browser(sister_cast["bureau_head"]).get(address, follow=True).content.decode(), address


@pytest.mark.parametrize("role", ["system_admin", "security_admin", "audit_admin"])
def test_administrators_open_no_case_no_papers_and_no_numbers(cast: Cast, case: Case, role: str, monday: object) -> None:
    client = browser(cast[role])
    for name in ("case", "case-journal", "dossier", "acts", "handoff"):
        assert client.get(reverse(name, args=[case.ref])).status_code == 403, name
    assert client.post(reverse("case-show-identity", args=[case.ref, "debtor", 1, "phone"])).status_code == 403
    assert client.get("/search/?q=样乙公司").status_code == 403
    assert not AccessEntry.objects.filter(case=case).exists()


def test_opening_a_case_is_recorded_with_person_and_address(cast: Cast, case: Case, monday: object) -> None:
    browser(cast["handler"]).get(reverse("case", args=[case.ref]), REMOTE_ADDR="192.0.2.5")
    entry = AccessEntry.objects.get(case=case)
    assert (entry.person, entry.action, entry.address) == (cast["handler"], "page:case", "192.0.2.5")


def test_the_system_itself_may_do_nothing_that_the_table_gives_to_persons(court: Court, book: Rulebook) -> None:
    assert not any(allowed(book, system_actor(court.pk), action) for action in book.authority)
