"""The window's pages: the list, the forms and the papers to print (三(一))."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.intake.samples import signed_page
from tests.real_court import moment
from zhixing import clock
from zhixing.casework.cases.actions import NewParty
from zhixing.casework.custody.models import Handoff
from zhixing.casework.dossier.models import Scan
from zhixing.casework.journal.models import AccessEntry
from zhixing.casework.people.models import Person
from zhixing.desks.intake.actions import Writing
from zhixing.desks.intake.models import Reception

NOON = moment("2026-03-02 12:00")


@pytest.fixture(autouse=True)
def at_noon() -> Any:
    with clock.frozen(NOON):
        yield


@pytest.fixture
def window(two: Any, client_of: Any) -> Any:
    """A browser of the window's clerk."""
    return client_of(two[0])


@pytest.fixture
def filled_form(talk: dict[str, Any], two: Any) -> dict[str, Any]:
    """The form of a complete talk as a browser posts it."""
    posted = {k: "1" if v is True else v for k, v in talk.items()}
    return {**posted, "interviewer": two[0].pk, "recorder": two[1].pk, "act_key": "k"}


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_list_says_where_each_file_stands_and_what_the_gate_still_wants_三一3(new_case: Any, receive: Any, window: Any) -> None:
    waiting, unsigned, ready = new_case(), new_case(), new_case()
    receive(unsigned, recorder_signed=False)
    receive(ready)
    page = words(window.get("/intake/"))
    rows = {case.ref: row for row in page.split("<tr") for case in (waiting, unsigned, ready) if f"/cases/{case.ref}/" in row}
    assert "待接待" in rows[waiting.ref]
    assert f"/intake/{waiting.ref}/reception/" in rows[waiting.ref]
    assert "已有三方签名的初次接待笔录" in rows[waiting.ref]
    assert "今日到期" in rows[waiting.ref]
    assert "已接待，待签名" in rows[unsigned.ref]
    assert "可移交" in rows[ready.ref]
    assert f"/h/{ready.ref}/" in rows[ready.ref]
    assert "/cases/new/" in page


def test_the_lists_statements_do_not_grow_with_its_rows(new_case: Any, window: Any) -> None:
    new_case()
    window.get("/intake/")
    counted = []
    for more in (0, 12):
        for _ in range(more):
            new_case()
        with CaptureQueriesContext(connection) as seen:
            window.get("/intake/")
        counted.append(len(seen))
    assert counted[0] == counted[1]


def test_an_empty_window_says_so_and_offers_to_file(window: Any, court: Any) -> None:
    page = words(window.get("/intake/"))
    assert "窗口没有待办的案件" in page
    assert "登记立案" in page


def test_the_pages_of_the_list_follow_each_other_by_key(new_case: Any, window: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from zhixing.desks.intake import views

    monkeypatch.setattr(views, "PAGE", 2)
    refs = [new_case().ref for _ in range(5)]
    seen, query = [], ""
    for _ in range(3):
        page = window.get(f"/intake/{query}").content.decode()
        seen += list(dict.fromkeys(re.findall(r'href="/cases/(\w{12})/"', page)))
        following = re.search(r'rel="next" href="([^"]+)"', page)
        query = following.group(1) if following else ""
    assert seen == refs
    assert not query


def test_the_form_holds_every_field_and_what_filing_knows_with_its_source_三一2(new_case: Any, window: Any, book: Any) -> None:
    number = "41150218900101001X"
    case = new_case(NewParty("debtor", "样乙公司", id_kind="身份证", id_number=number, phone="19900000003"))
    page = words(window.get(f"/intake/{case.ref}/reception/"))
    for field in book.events["first_reception_recorded"].fields:
        assert field.label in page
        assert f'name="{field.name}"' in page
    assert "来自立案登记" in page
    assert "19900000003" in page
    assert number not in page, "numbers stay masked"
    assert 'data-draft="intake-' in page
    assert "data-ledger-form" in page
    assert AccessEntry.objects.filter(case=case).exists()


def test_a_field_the_regulation_adds_is_never_lost(book: Any) -> None:
    from dataclasses import replace

    from zhixing.desks.intake.forms import sectioned

    fields = book.events["first_reception_recorded"].fields
    assert sum(len(found) for _, found in sectioned(fields)) == len(fields)
    assert "其他" not in dict(sectioned(fields))
    added = replace(fields[0], name="new_question")
    assert dict(sectioned([*fields, added]))["其他"] == [added]


def test_who_talks_and_writes_is_chosen_by_name_and_post_never_by_login_三一3(new_case: Any, window: Any) -> None:
    page = window.get(f"/intake/{new_case().ref}/reception/").content.decode()
    assert "（初次接待专员）</option>" in page
    assert "（intake_clerk" not in page


def test_a_complete_talk_is_recorded_with_its_scan_by_the_page_三一3(new_case: Any, window: Any, filled_form: Any) -> None:
    case = new_case()
    path = f"/intake/{case.ref}/reception/"
    for _ in range(2):
        answer = window.post(path, {**filled_form, "act_proof": signed_page()})
        assert answer.status_code == 302, words(answer)
    assert Reception.objects.get(case=case).is_signed
    assert Scan.objects.get(case=case).volume == "main"


def test_an_empty_form_names_each_required_field_with_the_clause_and_keeps_the_rest_三一3(new_case: Any, window: Any, book: Any) -> None:
    case = new_case()
    answer = window.post(f"/intake/{case.ref}/reception/", {"act_key": "k", "clue": "某地有一辆车"})
    assert answer.status_code == 422
    page = words(answer)
    for field in book.events["first_reception_recorded"].fields:
        assert (f"{field.label}没有填写（三(一)3）" in page) == field.required
    assert "某地有一辆车" in page


def test_one_person_as_interviewer_and_recorder_is_told_beside_the_recorder_三一3(new_case: Any, window: Any, filled_form: Any) -> None:
    answer = window.post(f"/intake/{new_case().ref}/reception/", {**filled_form, "recorder": filled_form["interviewer"]})
    assert answer.status_code == 422
    assert 'id="id_recorder_error"' in words(answer)
    assert not Reception.objects.exists()


def test_the_general_form_of_the_act_leads_to_the_windows_own_三一3(new_case: Any, window: Any, filled_form: Any) -> None:
    case = new_case()
    for kind, own in (("first_reception_recorded", "reception"), ("no_reception_explained", "statement"), ("rights_and_risks_told", "told")):
        for answer in (window.get(f"/cases/{case.ref}/act/{kind}/"), window.post(f"/cases/{case.ref}/act/{kind}/", filled_form)):
            assert answer["Location"] == f"/intake/{case.ref}/{own}/"
    bulk = window.post("/act/bulk/", {"pick": [f"first_reception_recorded~case:{case.ref}"], **filled_form})
    assert bulk.status_code == 422
    assert not Reception.objects.exists()


def test_no_page_and_no_bulk_hands_a_file_on_without_a_paper_三一3(new_case: Any, receive: Any, window: Any, book: Any) -> None:
    shut, ready = new_case(), new_case()
    receive(ready)
    to = {"to_desk": book.desks["intake"].hands_to[0], "contents": "正卷", "act_key": "h"}
    answer = window.post(f"/h/{shut.ref}/offer/", to)
    assert answer.status_code in (409, 422)
    assert "三(一)3" in words(answer)
    page = words(window.post("/handoffs/bulk/", {"pick": [f"handoff_offered~case:{c.ref}" for c in (shut, ready)], **to}))
    assert "办成 1 件" in page
    assert [h.case_id for h in Handoff.objects.all()] == [ready.pk]


def test_the_statement_is_written_by_one_and_countersigned_by_another_三一3(new_case: Any, two: Any, client: Any) -> None:
    case = new_case()
    path = f"/intake/{case.ref}/statement/"
    login = lambda who: client.force_login(who, backend="zhixing.shell.people.backend.PeopleBackend")  # noqa: E731
    login(two[0])
    assert "（三(一)3）" in words(client.post(path, {"act_key": "k"}))
    posted = {"reason": "申请执行人在外地", "staff": two[0].pk, "staff_signed": "1", "act_key": "k"}
    assert client.post(path, posted).status_code == 302
    assert "已说明原因" in words(client.get("/intake/"))
    assert client.post(path + "countersign/").status_code == 403
    login(two[1])
    assert "复签意见" in words(client.get(path))
    assert client.post(path + "countersign/", {"note": "属实"}).status_code == 302
    assert "可移交" in words(client.get("/intake/"))


def test_what_is_told_is_ready_and_names_the_four_ways_三一2_3(new_case: Any, window: Any) -> None:
    case = new_case()
    page = words(window.get(f"/intake/{case.ref}/told/"))
    for told in ("财产线索", "律师调查令", "悬赏", "失信被执行人名单"):
        assert told in page
    assert window.post(f"/intake/{case.ref}/told/", {"told_to": "样申请人", "manner": "当面", "items": "线索", "act_key": "t"}).status_code == 302


def test_the_paper_prints_what_was_recorded_and_an_old_version_says_it_is_old_三一3(new_case: Any, receive: Any, window: Any, court: Any) -> None:
    case = new_case()
    first = receive(case, clue="甲地一处房")
    receive(case, clue="乙地一处房", writing=Writing(replaces=first.ref, correction="听错"))
    newest, old = (words(window.get(f"/intake/{case.ref}/print/{query}")) for query in ("", "?version=1"))
    for text in (court.name, "初次接待谈话笔录", case.number, "乙地一处房", "被谈话人", "谈话人", "记录人", "听错"):
        assert text in newest
    assert "甲地一处房" in old
    assert "已被更正" in old
    assert window.get(f"/intake/{case.ref}/print/?version=9").status_code == 404


def test_the_empty_paper_prints_for_the_counter(new_case: Any, window: Any) -> None:
    for path in ("/intake/blank/", f"/intake/{new_case().ref}/print/"):
        assert "□申请执行人" in words(window.get(path))


def test_a_correction_starts_with_what_was_said_before_三一3(new_case: Any, receive: Any, window: Any, filled_form: Any) -> None:
    case = new_case()
    first = receive(case, clue="甲地一处房")
    page = words(window.get(f"/intake/{case.ref}/reception/"))
    assert "甲地一处房" in page
    assert "来自上一份" in page
    again = window.post(f"/intake/{case.ref}/reception/", {**filled_form, "replaces": first.ref})
    assert "更正已签名的材料没有写明理由" in words(again)
    assert again.status_code == 422


def test_other_posts_and_other_courts_stay_outside(new_case: Any, person: Any, client_of: Any, other_court: Any, filled_form: Any) -> None:
    case = new_case()
    paths = [f"/intake/{case.ref}/{page}/" for page in ("reception", "statement", "told", "print")]
    stranger = client_of(person("intake_clerk", at=other_court))
    assert [stranger.get(p).status_code for p in paths] == [404] * 4
    assert stranger.post(paths[0], filled_form).status_code == 404
    funds = client_of(person("finance_clerk"))
    assert [funds.get(p).status_code for p in (*paths, "/intake/")] == [403] * 5
    reader: Person = person("quality_officer")
    assert client_of(reader).get(paths[0]).status_code == 200
    assert client_of(reader).post(paths[0], filled_form).status_code == 403


def test_a_late_record_keeps_both_moments_三一3(new_case: Any, window: Any, filled_form: Any) -> None:
    case = new_case(at=moment("2026-02-25 09:00"))
    early = {**filled_form, "received_on": "2026-02-25", "act_at": "2026-02-25T10:00"}
    assert window.post(f"/intake/{case.ref}/reception/", early).status_code == 422
    assert window.post(f"/intake/{case.ref}/reception/", {**early, "act_late_reason": "系统停机"}).status_code == 302
    assert Reception.objects.get(case=case).made_at == NOON
