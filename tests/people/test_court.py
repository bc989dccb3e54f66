"""The court's own entry: one administrator changes it, the chain keeps it, case numbers hold it (一2)."""

from __future__ import annotations

import pytest

from tests.cast import MONDAY, actor, browser
from zhixing import clock
from zhixing.casework.cases.actions import NewCase, NewParty, file_case
from zhixing.casework.courts.actions import edit_court
from zhixing.casework.courts.models import Court
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.people.models import Person
from zhixing.rulebook.refusals import Refusal

Cast = dict[str, Person]
FILED = NewCase(number="（2026）豫1502执7号", year=2026, kind="执", seq=7, filed_on=MONDAY.date(),
                parties=[NewParty("applicant", "样甲某"), NewParty("debtor", "样乙公司")])  # fmt: skip
GOOD = {"name": "样例市样例区人民法院", "short_name": "样例法院", "code": "豫0199", "region_code": "410199", "hotline": "0376-0000001"}


def test_the_system_administrator_names_the_court_and_the_chain_keeps_what_it_was(cast: Cast) -> None:
    admin = actor(cast["system_admin"])
    before = Court.objects.get(pk=admin.court_id)
    edit_court(**GOOD, by=admin, at=MONDAY)
    after = Court.objects.get(pk=admin.court_id)
    assert {f: getattr(after, f) for f in GOOD} == GOOD
    kept = JournalEntry.objects.get(kind="court_edited")
    assert before.name in kept.payload
    assert GOOD["name"] in kept.payload
    edit_court(**GOOD, by=admin, at=MONDAY)
    assert JournalEntry.objects.filter(kind="court_edited").count() == 1


@pytest.mark.parametrize(("field", "value", "why"), [
    ("code", "abc", "无法识别"), ("code", "豫15021", "无法识别"), ("region_code", "41015", "6位数字"), ("region_code", "41０１99", "6位数字"), ("name", "", "不能为空|必填|不能为"),
])  # fmt: skip
def test_what_cannot_be_right_is_refused_beside_its_field(cast: Cast, field: str, value: str, why: str) -> None:
    with pytest.raises(Refusal, match=why) as refused:
        edit_court(**{**GOOD, field: value}, by=actor(cast["system_admin"]), at=MONDAY)
    assert refused.value.reasons[0].field == field


def test_the_code_stays_once_there_are_cases_and_other_courts_codes_are_taken(cast: Cast) -> None:
    admin = actor(cast["system_admin"])
    other = Court.objects.create(code="豫0198", name="样例另一法院", short_name="另一", region_code="410198")
    with pytest.raises(Refusal):
        edit_court(**{**GOOD, "code": other.code}, by=admin, at=MONDAY)
    file_case(new=FILED, by=actor(cast["intake_clerk"]), at=MONDAY)
    with pytest.raises(Refusal, match="案号里的法院代字不能再改"):
        edit_court(**GOOD, by=admin, at=MONDAY)
    own = Court.objects.get(pk=admin.court_id)
    edit_court(**{**GOOD, "code": own.code}, by=admin, at=MONDAY)


def test_nobody_else_may(cast: Cast) -> None:
    for role in ("bureau_head", "security_admin", "audit_admin"):
        with pytest.raises(Refusal):
            edit_court(**GOOD, by=actor(cast[role]), at=MONDAY)


def test_the_page_keeps_what_was_typed_beside_the_mistake(cast: Cast) -> None:
    client = browser(cast["system_admin"])
    with clock.frozen(MONDAY):
        answer = client.post("/court/", {**GOOD, "region_code": "12"})
        text = answer.content.decode()
        assert answer.status_code == 422
        assert "6位数字" in text
        assert GOOD["name"] in text
        assert client.post("/court/", GOOD).status_code == 302
        assert GOOD["name"] in client.get("/court/").content.decode()
        assert browser(cast["bureau_head"]).post("/court/", GOOD).status_code == 403
