"""Every kind of page: usable on a phone, readable by a screen reader, and quiet in the console."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import PHONE, At, fits
from tests.journeys.paper import file_case
from tests.journeys.person import Person
from tests.journeys.test_filing_to_closing import today

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
WHO_SEES = {
    "intake_clerk": ["/", "/cases/", "/cases/new/", "/search/?q=虚构", "{case}", "{case}journal/", "/h/{ref}/", "/intake/",
                     "/intake/{ref}/reception/", "/intake/{ref}/statement/", "/intake/{ref}/told/", "/rules/",
                     "/rules/clauses/一3/", "/calendar/"],
    "inquiry_officer": ["{case}act/", "{case}act/inquiry_feedback_received/", "/matters/", "{case}dossier/"],
    "offline_officer": ["/offline/", "/offline/cases/{ref}/", "/offline/cases/{ref}/list/", "/offline/cases/{ref}/confirmation/",
                        "/offline/cases/{ref}/search/", "/offline/cases/{ref}/found/", "/offline/cases/{ref}/consent/",
                        "/offline/standing/", "/assets/", "/offline/days/", "/offline/days/new/", "/offline/today/", "/offline/track/"],
    "termination_officer": ["/", "{case}act/procedure_terminated/"],
    "triage_officer": ["/triage/", "/triage/{ref}/"],
    "quality_officer": ["/register/"],
    "bureau_head": ["/", "/calendar/", "/approvals/", "/audit/"],
    "audit_admin": ["/audit/", "/audit/access/"],
    "security_admin": ["/people/"],
    "system_admin": ["/people/", "/people/handler/"],
}  # fmt: skip


@pytest.fixture
def ref(at: At) -> str:
    """A case at the window."""
    return file_case(at("intake_clerk"), filed_on=today(), claim_yuan="60000")


def visit(someone: Person, path: str, ref: str) -> str:
    """Open a page of the list above."""
    address = path.format(case=f"/cases/{ref}/", ref=ref)
    assert someone.open(address) == 200, f"{someone.username} {address}"
    return address


def serious(someone: Person) -> list[str]:
    """What axe-core finds serious or critical on the open page."""
    someone.page.add_script_tag(path=AXE)
    found: dict[str, Any] = someone.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found["violations"] if v["impact"] in ("serious", "critical")]


def test_no_page_has_a_serious_barrier(at: At, ref: str) -> None:
    """axe-core on every kind of page, for the people who see it; the console of each stays quiet (strict CSP)."""
    barriers = {}
    for username, paths in WHO_SEES.items():
        someone = at(username, bypass_csp=True)
        for path in paths:
            address = visit(someone, path, ref)
            if found := serious(someone):
                barriers[f"{username} {address}"] = found
    assert not barriers, "\n".join(f"{page}\n  " + "\n  ".join(found) for page, found in barriers.items())


def test_no_page_breaks_the_content_security_policy(at: At, ref: str) -> None:
    """Each page as people get it, policy in force: `at` fails the test when a console complains."""
    for username, paths in WHO_SEES.items():
        for path in paths:
            visit(at(username), path, ref)


def test_the_phone_shows_every_page_without_sideways_scrolling(at: At, ref: str) -> None:
    """390 × 844: nothing of home, case, act form or record stands out of the screen."""
    wide = []
    for username, paths in WHO_SEES.items():
        someone = at(username, viewport=PHONE)
        for path in paths:
            address = visit(someone, path, ref)
            if not fits(someone.page):
                wide.append(f"{username} {address}")
    assert not wide, wide


def test_an_act_can_be_recorded_on_the_phone(at: At, ref: str) -> None:
    """The form, its buttons and its answer are reachable by touch."""
    officer = at("inquiry_officer", viewport=PHONE)
    officer.did(ref, "inquiry_started_zdz", query_no="Z-手机")
    assert fits(officer.page)
