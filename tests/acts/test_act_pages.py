"""Acts as forms: generated from the regulation, the gate shown and asked, recorded once, then the next of the pile."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.files import png
from tests.small_court import MONDAY, moment
from zhixing import clock
from zhixing.casework.approvals.models import Approval
from zhixing.casework.custody.models import Handoff
from zhixing.casework.dossier.models import Scan
from zhixing.casework.journal.models import AccessEntry, JournalEntry
from zhixing.casework.matters.models import Matter

NOON = moment("2026-03-02 12:00")
GOOD = {"note": "谈过", "came": "1", "act_key": "k1"}


@pytest.fixture(autouse=True)
def at_noon(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with clock.frozen(NOON):
        yield


def last(kind: str) -> dict:
    return json.loads(JournalEntry.objects.filter(kind=kind).latest("seq").payload)


def test_a_form_has_every_field_of_the_regulation_with_what_is_known_filled_in_三1(new_case, people, browse):
    case = new_case()
    page = browse(people.clerk).get(f"/cases/{case.ref}/act/reception_recorded/").content.decode()
    for label in ("谈话要点", "本人到场", "方式", "提出的要求", "线索", "接待日期", "通话时间", "到场人数", "证件号", "接待笔录"):
        assert label in page
    assert "来自立案登记" in page
    assert 'value="5000.00"' in page
    assert 'type="datetime-local"' in page


def test_every_type_of_field_reaches_the_journal_as_plain_values_三1(new_case, people, browse):
    case = new_case()
    answer = browse(people.clerk).post(f"/cases/{case.ref}/act/reception_recorded/", {
        **GOOD, "phone": "19900000002", "claim_yuan": "5000.50", "way": "电话", "asked": ["查财产"], "clues": "一辆车\n\n一处房",
        "met_on": "2026-03-02", "called_at": "2026-03-02T10:30", "people": "2", "came": "0",
    })  # fmt: skip
    assert answer.status_code == 302
    assert last("reception_recorded") == {
        "note": "谈过", "came": False, "phone": "19900000002", "claim_yuan": "5000.50", "way": "电话", "asked": ["查财产"],
        "clues": ["一辆车", "一处房"], "met_on": "2026-03-02", "called_at": "2026-03-02T10:30:00+08:00", "people": 2,
    }  # fmt: skip


def test_bad_input_is_told_beside_its_field_and_good_input_is_kept(new_case, people, browse):
    case = new_case()
    answer = browse(people.clerk).post(f"/cases/{case.ref}/act/reception_recorded/", {"note": "谈了很久", "idno": "123", "act_key": "k"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "谈了很久" in page
    assert "本人到场" in page.split("处要改")[1][:600]
    assert not JournalEntry.objects.filter(kind="reception_recorded").exists()


def test_a_double_click_records_once_and_files_one_proof(new_case, people, browse):
    case, client = new_case(), browse(people.clerk)
    for _ in range(2):
        proof = SimpleUploadedFile("a.png", png())
        answer = client.post(f"/cases/{case.ref}/act/reception_recorded/", {**GOOD, "act_proof": proof})
        assert answer.status_code == 302
    assert JournalEntry.objects.filter(kind="reception_recorded").count() == Scan.objects.count() == 1


def test_the_same_key_on_another_case_is_another_act(new_case, people, browse):
    client = browse(people.clerk)
    for case in (new_case(), new_case()):
        client.post(f"/cases/{case.ref}/act/reception_recorded/", GOOD)
    assert JournalEntry.objects.filter(kind="reception_recorded").count() == 2


def test_a_late_entry_keeps_both_moments_and_beyond_a_day_says_why(new_case, people, browse):
    case, client = new_case(at=MONDAY - timedelta(days=10)), browse(people.clerk)
    path = f"/cases/{case.ref}/act/reception_recorded/"
    early = {**GOOD, "act_at": "2026-02-27T10:00"}
    assert client.post(path, early).status_code == 422
    assert client.post(path, {**GOOD, "act_at": "2026-03-02T12:01"}).status_code == 422, "not in the future"
    assert client.post(path, {**early, "act_late_reason": "系统停机"}).status_code == 302
    entry = JournalEntry.objects.get(kind="reception_recorded")
    assert (entry.at, entry.recorded_at) == (moment("2026-02-27 10:00"), NOON)
    assert last("reception_recorded")["late_reason"] == "系统停机"


def test_who_may_not_record_it_gets_neither_form_nor_record(new_case, people, browse):
    case = new_case()
    client = browse(people.searcher)
    path = f"/cases/{case.ref}/act/reception_recorded/"
    for answer in (client.get(path), client.post(path, GOOD)):
        assert answer.status_code == 403
        assert "接待员" in answer.content.decode()
    assert not JournalEntry.objects.filter(kind="reception_recorded").exists()


def test_another_courts_case_an_unknown_act_and_an_unknown_ref_are_not_found(new_case, person, people, browse, other_court):
    case = new_case()
    stranger = browse(person("邻甲", "intake_clerk", at=other_court))
    assert stranger.get(f"/cases/{case.ref}/act/reception_recorded/").status_code == 404
    client = browse(people.clerk)
    for path in (f"/cases/{case.ref}/act/no_such/", "/cases/unknownref99/act/reception_recorded/", f"/cases/{case.ref}/act/visit_answered/",
                 f"/cases/{case.ref}/act/case_filed/"):  # fmt: skip
        assert client.get(path).status_code == 404


def test_required_proof_is_asked_for_三1(new_case, people, browse):
    case, client = new_case(), browse(people.clerk)
    path = f"/cases/{case.ref}/act/no_talk_explained/"
    assert client.post(path, {"act_key": "k"}).status_code == 422
    fake = client.post(path, {"act_key": "k", "act_proof": SimpleUploadedFile("a.pdf", b"MZ not a pdf")})
    assert "不能识别" in fake.content.decode()
    assert not JournalEntry.objects.filter(kind="no_talk_explained").exists()


def test_what_needs_approval_is_asked_for_and_recorded_by_the_decision_四1(new_case, people, browse):
    case = new_case()
    client = browse(people.officer)
    path = f"/cases/{case.ref}/act/delay_approved/"
    assert "须经局长、副局长批准" in client.get(path).content.decode()
    assert client.post(path, {"until_on": "2026-03-20", "act_reason": "等评估", "act_key": "k"}).status_code == 302
    approval = Approval.objects.get()
    own = browse(people.officer).post(f"/approvals/{approval.ref}/", {"what": "approve"})
    assert own.status_code == 403
    assert "等评估" in browse(people.chief).get("/approvals/").content.decode()
    assert browse(people.chief).post(f"/approvals/{approval.ref}/", {"what": "approve", "answer": "同意"}).status_code == 302
    assert last("delay_approved")["approval"]["approved_by"] == "局甲"


def test_after_an_act_the_next_of_the_pile_is_one_step_away(new_case, people, browse):
    cases = [new_case(at=MONDAY + timedelta(minutes=n)) for n in range(3)]
    client = browse(people.clerk)
    page = client.get("/desks/intake/").content.decode()
    first = page.split(f"/cases/{cases[0].ref}/act/reception_recorded/?pile=")[1].split('"')[0]
    path = f"/cases/{cases[0].ref}/act/reception_recorded/?pile={first}"
    for n in range(3):
        assert cases[n].ref in path
        path = client.post(path, {**GOOD, "act_key": f"k{n}"})["Location"]
    assert path == "/desks/intake/?bucket=all"


def test_the_list_of_acts_holds_what_one_may_do_and_marks_what_a_clock_waits_for(new_case, people, browse):
    case = new_case()
    page = browse(people.clerk).get(f"/cases/{case.ref}/act/").content.decode()
    assert "记录接待" in page
    assert "有时限事项在等" in page
    assert "移交" in page
    assert "条件还不齐" in page
    assert "延期" not in page


def bulk(client, cases, kind="reception_recorded", **more):
    return client.post("/act/bulk/", {"pick": [f"{kind}~case:{c.ref}" for c in cases], **more})


def test_bulk_shows_one_form_then_records_a_row_at_a_time_keeping_the_rest(new_case, people, browse, other_court, person):
    cases = [new_case(), new_case()]
    client = browse(people.clerk)
    assert "批量记录接待" in bulk(client, cases).content.decode()
    picks = [f"reception_recorded~case:{c.ref}" for c in cases]
    answer = client.post("/act/bulk/", {"pick": [*picks, "reception_recorded~case:nosuchcase99"], **GOOD})
    page = answer.content.decode()
    assert "办成 2 件，未办成 1 件" in page
    assert JournalEntry.objects.filter(kind="reception_recorded").count() == 2
    client.post("/act/bulk/", {"pick": picks, **GOOD})
    assert JournalEntry.objects.filter(kind="reception_recorded").count() == 2, "the same form twice records once"


def test_bulk_walks_around_nothing(new_case, people, browse):
    case = new_case()
    assert bulk(browse(people.searcher), [case], **GOOD).status_code == 403
    client = browse(people.clerk)
    assert bulk(client, [case], kind="no_talk_explained", act_key="k").status_code == 422, "each needs its own proof"
    assert bulk(client, [case], kind="handoff_offered", act_key="k").status_code == 422
    assert bulk(client, [], act_key="k").status_code == 422
    mixed = client.post("/act/bulk/", {"pick": [f"reception_recorded~case:{case.ref}", "visit_answered~matter:x"]})
    assert mixed.status_code == 422
    assert not JournalEntry.objects.exclude(kind="case_filed").exists()


def test_bulk_separates_persons_row_by_row_三2(new_case, people, browse, actors, court):
    from zhixing.casework.facts import record

    mine, theirs = new_case(), new_case()
    record("query_started", court_id=court.pk, case_id=mine.pk, by=actors.searcher, at=MONDAY)
    record("query_started", court_id=court.pk, case_id=theirs.pk, by=actors.searcher2, at=MONDAY)
    page = bulk(browse(people.searcher), [mine, theirs], kind="feedback_received", act_key="k").content.decode()
    assert "办成 1 件，未办成 1 件" in page
    assert "另一人" in page


def test_handing_on_by_page_asks_the_gate_lists_contents_and_is_accepted_by_the_other_desk_一1(new_case, people, browse):
    case, client = new_case(), browse(people.clerk)
    offered = {"to_desk": "search", "contents": "正卷\n接待笔录", "act_key": "h"}
    shut = client.post(f"/h/{case.ref}/offer/", offered)
    assert shut.status_code == 422
    assert "已接待" in shut.content.decode()
    assert not Handoff.objects.exists()
    client.post(f"/cases/{case.ref}/act/reception_recorded/", GOOD)
    assert client.post(f"/h/{case.ref}/offer/", offered).status_code == 302
    other = browse(people.searcher)
    page = other.get(f"/h/{case.ref}/").content.decode()
    assert "核对无误，接收" in page
    assert "接待笔录" in page
    assert other.post(f"/h/{case.ref}/accept/").status_code == 302
    assert browse(people.clerk).post(f"/h/{case.ref}/accept/").status_code == 409
    case.refresh_from_db()
    assert case.holder == "search"


def test_bulk_handoff_and_bulk_accept_give_a_result_a_row_一1(new_case, people, browse):
    ready, shut = new_case(), new_case()
    client = browse(people.clerk)
    client.post(f"/cases/{ready.ref}/act/reception_recorded/", GOOD)
    picks = {"pick": [f"reception_recorded~case:{c.ref}" for c in (ready, shut)]}
    assert "批量移交：2 件" in client.post("/handoffs/bulk/", picks).content.decode()
    page = client.post("/handoffs/bulk/", {**picks, "to_desk": "search", "contents": "正卷", "act_key": "b"}).content.decode()
    assert "办成 1 件，未办成 1 件" in page
    other = browse(people.searcher)
    ref = Handoff.objects.get().ref
    assert ref in other.get("/desks/search/?bucket=arrived").content.decode()
    page = other.post("/handoffs/accept/", {"pick": [ref, "nosuchoffer9"]}).content.decode()
    assert "办成 1 件，未办成 1 件" in page


def test_the_cover_sheet_carries_a_code_for_the_handoff_page(new_case, people, browse):
    case = new_case()
    page = browse(people.clerk).get(f"/cases/{case.ref}/cover-sheet/").content.decode()
    assert "<svg" in page
    assert f"/h/{case.ref}/" in page


def test_a_scan_leaves_only_as_an_attachment_that_cannot_run_and_the_reading_is_on_record_四二5(new_case, people, browse, person, other_court):
    case, client = new_case(), browse(people.clerk)
    photo = SimpleUploadedFile("甲.png", png() + b"<script>")
    assert client.post(f"/cases/{case.ref}/dossier/", {"file": [photo], "volume": "main", "title": "照片"}).status_code == 302
    path = f"/cases/{case.ref}/scans/{Scan.objects.get().ref}/"
    assert path in client.get(f"/cases/{case.ref}/dossier/").content.decode()
    answer = client.get(path)
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert b"".join(answer.streaming_content).startswith(b"\x89PNG")
    assert AccessEntry.objects.filter(path=path, case=case).count() == 1
    assert browse(person("邻甲", "intake_clerk", at=other_court)).get(path).status_code == 404
    assert client.get(f"/cases/{new_case().ref}/scans/{Scan.objects.get().ref}/").status_code == 404


def test_one_bad_file_of_several_is_named_and_the_others_are_kept(new_case, people, browse):
    case, client = new_case(), browse(people.clerk)
    files = [SimpleUploadedFile("好.png", png()), SimpleUploadedFile("坏.pdf", b"MZ")]
    answer = client.post(f"/cases/{case.ref}/dossier/", {"file": files, "volume": "main"})
    assert answer.status_code == 422
    assert "坏.pdf" in answer.content.decode()
    assert [scan.title for scan in Scan.objects.all()] == ["好.png"]


def test_a_visit_is_opened_answered_and_leaves_the_list_五1(people, browse):
    client = browse(people.clerk)
    answer = client.post("/matters/new/visit/", {"visitor": "样丙某", "act_key": "m"})
    row = Matter.objects.get()
    assert answer["Location"] == f"/matters/{row.ref}/"
    assert "样丙某" in client.get("/matters/").content.decode()
    assert "答复来访人" in client.get(f"/matters/{row.ref}/").content.decode()
    assert client.post(f"/matters/{row.ref}/act/visit_answered/", {"answer": "已答", "act_key": "a"}).status_code == 302
    assert row.title not in client.get("/matters/?kind=visit").content.decode()
    assert client.get("/matters/new/watch_day/").status_code == 404, "the calendar opens those"


def test_no_page_of_acts_is_written_by_get(new_case, people, browse):
    case, client = new_case(), browse(people.chief)
    before = JournalEntry.objects.count()
    for path in (f"/cases/{case.ref}/act/", f"/h/{case.ref}/", f"/cases/{case.ref}/cover-sheet/", f"/cases/{case.ref}/dossier/", "/matters/", "/approvals/"):
        assert client.get(path).status_code == 200, path
    for path in (f"/h/{case.ref}/offer/", f"/h/{case.ref}/accept/", "/act/bulk/", "/handoffs/bulk/", "/handoffs/accept/"):
        assert client.get(path).status_code == 404, path
    assert JournalEntry.objects.count() == before
