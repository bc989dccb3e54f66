"""All inputs of the pages, by walking the addresses and the event kinds there are: nothing that a stranger sends is a 500, nothing
is written by looking, and a page shows what was typed as text (trust §2.3)."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from django.urls import reverse

from tests.cast import MONDAY, actor, browser, make_cast, make_court
from tests.permissions.addresses import EVERY, GUARDED, parameters, status_of
from zhixing import clock
from zhixing.casework.cases.actions import NewCase, NewParty, file_case
from zhixing.casework.journal.models import JournalEntry
from zhixing.rulebook.loader import standard
from zhixing.web.pages import PUBLIC

pytestmark = pytest.mark.django_db
BOOK = standard()
JUNK = ["\x00", "9" * 400, "-1", "1e309", "NaN", "２０２６-０２-３０", "0000-00-00", "'; DROP TABLE duty; --", "<script>alert(1)</script>", "{{ 7*7 }}",
        "=HYPERLINK(1)", "\u202e倒", "😀" * 50, "../../etc/passwd", "甲" * 21_000, "1970-01-01T00:00", "9999-12-31"]  # fmt: skip
NAMES = ("q", "after", "before", "pile", "sort", "stage", "team", "state", "to", "receipt", "on", "year", "cursor", "page", "pick", "by_hand", "principal",
         "from", "until", "amount")  # fmt: skip
ROLES = ("intake_clerk", "document_clerk", "inquiry_officer", "offline_officer", "handler", "funds_officer", "finance_clerk", "bureau_head", "quality_officer")
FINE = {200, 302, 303, 403, 404, 405, 409, 413, 422, 400}


@pytest.fixture
def people() -> Any:
    return make_cast(make_court())


@pytest.fixture
def case(people: Any) -> Any:
    hostile = "<b onmouseover=alert(1)>甲&\"'{{7*7}}"
    parties = [NewParty("applicant", hostile), NewParty("debtor", "=cmd|' /C calc'!A0", address="<img src=x onerror=alert(1)>")]
    new = NewCase("（2026）豫1502执1号", 2026, "执", 1, MONDAY.date(), parties, cause="<svg/onload=alert(1)>")
    with clock.frozen(MONDAY):
        return file_case(new=new, by=actor(people["intake_clerk"]), at=MONDAY)[0]


@pytest.fixture(autouse=True)
def noon(settings: Any, tmp_path: Any) -> Any:
    settings.MEDIA_ROOT, settings.VAR = tmp_path / "media", tmp_path / "var"
    with clock.frozen(MONDAY):
        yield


def addresses(case: Any) -> list[str]:
    """Every guarded address that needs no more than a case's ref."""
    return [reverse(p.name, kwargs=dict.fromkeys(parameters(p), case.ref)) for p in GUARDED if set(parameters(p)) <= {"ref"}]


@pytest.mark.parametrize("role", ROLES)
def test_no_hostile_query_string_is_a_server_error_and_looking_writes_nothing(people: Any, case: Any, role: str) -> None:
    client, before, wrong = browser(people[role]), JournalEntry.objects.count(), []
    for n, address in enumerate(addresses(case)):
        query = {name: JUNK[(n + k) % len(JUNK)][:2000] for k, name in enumerate(NAMES)}
        status = status_of(client.get(address, query))
        if status not in FINE:
            wrong.append((address, status))
    assert wrong == []
    assert JournalEntry.objects.count() == before


@pytest.mark.parametrize("role", ROLES)
def test_no_hostile_form_is_a_server_error(people: Any, case: Any, role: str) -> None:
    client, wrong = browser(people[role]), []
    for n, address in enumerate(addresses(case)):
        said = {name: JUNK[(n + k + ROLES.index(role)) % len(JUNK)] for k, name in enumerate((*NAMES, *FIELDS))}
        status = status_of(client.post(address, said))
        if status not in FINE:
            wrong.append((address, status))
    assert wrong == []


FIELDS = sorted({f.name for e in BOOK.events.values() for f in e.fields} | {
    "act_key", "act_at", "act_late_reason", "token", "copies", "kinds", "dated_on", "what", "remark", "against", "system", "query_no", "papers", "result", "numbers",
    "text", "control_count", "file", "scan", "move", "volume", "party", "holder", "account_no", "username", "password", "roles",
})  # fmt: skip


@pytest.mark.parametrize("shift", range(3))
def test_every_act_form_answers_junk_beside_its_fields_and_keeps_what_was_typed(people: Any, case: Any, shift: int) -> None:
    """Each event kind of a case, as somebody who may record it."""
    clients, wrong = {role: browser(person) for role, person in people.items()}, []
    for n, spec in enumerate(e for e in BOOK.events.values() if e.subject == "case" and not e.opens and not e.system):
        row = BOOK.authority.get(f"record:{spec.kind}")
        role = next((r for r in row.roles if r in clients), None) if row else None
        if role is None:
            continue
        said = {f.name: JUNK[(n + k + 5 * shift) % len(JUNK)] for k, f in enumerate(spec.fields)}
        answer = clients[role].post(f"/cases/{case.ref}/act/{spec.kind}/?by_hand=1", {**said, "act_key": f"k{shift}"})
        if status_of(answer) not in FINE:
            wrong.append((spec.kind, answer.status_code))
    assert wrong == []


class Tags(HTMLParser):
    """The elements and event attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [f"{tag} {name}" for name, _ in attrs if name.startswith("on")]
        if tag == "script" and not any(name == "src" for name, _ in attrs):
            self.found.append("inline script")


@pytest.mark.parametrize("role", ROLES)
def test_names_that_carry_markup_are_shown_as_text_on_every_page(people: Any, case: Any, role: str) -> None:
    client = browser(people[role])
    for address in addresses(case):
        answer = client.get(address)
        if status_of(answer) and (answer.streaming or "html" not in answer.get("Content-Type", "")):
            continue
        page = answer.content.decode()
        tags = Tags()
        tags.feed(page)
        assert tags.found == [], address
        assert "onerror=alert(1)>" not in page.replace("&gt;", "").replace("&#62;", ""), address
        # What stands in braces is text too.
        assert "&#34;&#39;49" not in page, address
        assert "\"'49" not in page, address


def test_the_walk_covers_the_product() -> None:
    assert len([p for p in EVERY if p.callback.action != PUBLIC]) > 100
