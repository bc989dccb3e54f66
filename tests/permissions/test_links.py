"""A page shows no link that whoever sees it may not follow, and no case to those who handle none (一3, trust R1)."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import unquote, urlsplit

import pytest
from django.http import Http404
from django.test import Client
from django.urls import resolve, reverse

from tests.cast import MONDAY, actor, browser, make_person
from tests.permissions.addresses import PLAIN
from zhixing.casework.cases.actions import NewCase, NewParty, file_case
from zhixing.casework.courts.models import Court
from zhixing.casework.facts import rules
from zhixing.casework.people.authority import allowed
from zhixing.casework.people.models import Person
from zhixing.rulebook.model import Rulebook
from zhixing.shell.frame import registered_tabs
from zhixing.web.pages import PUBLIC

LINK = re.compile(r'<a [^>]*href="(/[^"#]*)')
PARTY = "样甲某某"


@pytest.fixture
def ref(court: Court) -> str:
    """The public reference of a case whose clocks run."""
    parties = [NewParty("applicant", PARTY), NewParty("debtor", "样乙某某")]
    new = NewCase(number="（2026）豫1502执7号", year=2026, kind="执", seq=7, filed_on=MONDAY.date(), parties=parties)
    case, _ = file_case(new=new, by=actor(make_person(court, "intake_clerk", username="filer")), at=MONDAY)
    return case.ref


def shown(client: Client, book: Rulebook, person: Person, ref: str) -> dict[str, str]:
    """What the pages that this person may open say: every page without arguments, the case's own and its tabs', the clauses'."""
    addresses = [reverse(p.name) for p in PLAIN if p.callback.action != PUBLIC and allowed(book, actor(person), p.callback.action)]
    addresses += [reverse("rulebook-clause", args=[clause]) for clause in book.clauses] + [reverse("case", args=[ref])]
    addresses += [reverse(name, args=[ref]) for _, name, action in registered_tabs() if allowed(book, actor(person), action)]
    found = {}
    for address in addresses:
        answer = client.get(address)
        if answer.status_code == 200 and not answer.streaming and "html" in answer["Content-Type"]:
            found[address] = unescape(answer.content.decode())
    return found


@pytest.mark.parametrize("role", sorted(rules.rulebook().roles))
def test_every_link_may_be_followed_by_whoever_sees_it(role: str, book: Rulebook, court: Court, ref: str, monday: object) -> None:
    person = make_person(court, role, team="执行一团队")
    wrong = set()
    for address, text in shown(browser(person), book, person, ref).items():
        for link in set(LINK.findall(text)):
            try:
                action = resolve(unquote(urlsplit(link).path)).func.action
            except Http404:
                continue  # what is served beside the product: its scripts and pictures
            if action != PUBLIC and not allowed(book, actor(person), action):
                wrong.add((address, link, action))
    assert not wrong


@pytest.mark.parametrize("role", sorted(rules.rulebook().authority["page:cases"].never))
def test_whoever_handles_no_cases_reads_the_name_of_no_party(role: str, book: Rulebook, court: Court, ref: str, monday: object) -> None:
    person = make_person(court, role)
    assert not [address for address, text in shown(browser(person), book, person, ref).items() if PARTY in text]
