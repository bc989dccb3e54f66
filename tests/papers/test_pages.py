"""三(二)1–4: the pages of the paper desk, from the pile to the print register, with what goes wrong said beside it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import MONDAY, browser
from tests.files import pdf
from zhixing import clock
from zhixing.casework.papers import actions
from zhixing.casework.papers.kinds import kinds
from zhixing.casework.papers.models import Letterhead, Paper, PaperBatch, Template
from zhixing.desks.documents.jobs import make_pdf, run_batch

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(hours=2)


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    with clock.frozen(LATER):
        yield


@pytest.fixture
def as_(cast, settings, tmp_path, monkeypatch):
    settings.VAR = tmp_path / "var"
    for views in ("views", "pile_views"):
        monkeypatch.setattr(f"zhixing.desks.documents.{views}.async_task", lambda job, pk: (run_batch if job.endswith("run_batch") else make_pdf)(pk))
    return lambda role: browser(cast[role])


def test_fifty_new_cases_are_drafted_in_one_go_and_the_pile_shows_them(as_, new_case, django_capture_on_commit_callbacks):
    cases = [new_case() for _ in range(3)]
    clerk = as_("document_clerk")
    page = clerk.get("/papers/").content.decode()
    assert all(c.number in page for c in cases)
    with django_capture_on_commit_callbacks(execute=True):
        answer = clerk.post("/papers/draft/", {"pick": [c.ref for c in cases], "kinds": ["enforcement_notice", "property_report_order"],
                                               "dated_on": "2026-03-02", "act_key": "a"})  # fmt: skip
    batch = PaperBatch.objects.get()
    assert answer["Location"] == f"/papers/batches/{batch.ref}/"
    assert "办成 6 份" in clerk.get(answer["Location"]).content.decode()
    assert "待核对" in clerk.get("/papers/?pile=drafted").content.decode()
    assert "没有待拟制文书的新案件" in clerk.get("/papers/?pile=wanting").content.decode()


def test_the_piles_take_the_same_few_queries_whatever_the_rows(as_, drafted):
    clerk, counted = as_("handler"), []
    clerk.get("/papers/")
    for _ in range(2):
        for _ in range(3):
            drafted()
        with CaptureQueriesContext(connection) as found:
            clerk.get("/papers/?pile=drafted")
        counted.append(len(found))
    assert counted[0] == counted[1]


def test_who_drafted_a_paper_is_not_offered_to_check_it_and_everybody_else_is_三二4(as_, drafted, who):
    own = drafted()
    Paper.objects.filter(pk=own.pk).update(drafted_by=who("handler").person_id)
    page = as_("handler").get("/papers/?pile=drafted").content.decode()
    assert "本人拟制，同事核对" in page
    assert f'name="pick" value="{own.ref}"' not in page
    drafted()
    assert page.count('name="pick"') + 1 == as_("handler").get("/papers/?pile=drafted").content.decode().count('name="pick"')


def test_what_could_not_be_done_in_bulk_is_listed_with_the_reason_and_the_rest_is_done(as_, drafted, who):
    own, other = drafted(), drafted()
    Paper.objects.filter(pk=own.pk).update(drafted_by=who("handler").person_id)
    answer = as_("handler").post("/papers/step/check/", {"pick": [own.ref, other.ref]})
    page = answer.content.decode()
    assert "办成 1 份，未办成 1 份" in page
    assert "文书由本人拟制" in page
    assert Paper.objects.get(pk=other.pk).state == Paper.CHECKED


def test_a_checker_sends_a_wrong_paper_back_with_a_reason_and_without_one_is_told(as_, drafted):
    paper, checker = drafted(), as_("handler")
    assert "没有写明哪里不对" in checker.post(f"/papers/{paper.ref}/", {"what": "wrong", "against": "执行依据"}).content.decode()
    assert checker.post(f"/papers/{paper.ref}/", {"what": "wrong", "against": "执行依据", "remark": "姓名错"}).status_code == 302
    assert "姓名错" in checker.get(f"/papers/{paper.ref}/").content.decode()


def test_one_paper_asks_only_what_the_records_do_not_know_and_errors_stand_beside_the_fields(as_, new_case):
    case, clerk = new_case(), as_("document_clerk")
    address = f"/cases/{case.ref}/papers/new/freezing_ruling/"
    assert "执行依据文号" not in clerk.get(address).content.decode()
    party = str(case.parties.get(role="debtor").pk)
    answer = clerk.post(address, {"party": party, "dated_on": "2026-03-02", "object": "样例银行存款", "from_on": "2026-03-02", "until_on": ""})
    assert answer.status_code == 422
    assert "样例银行存款" in answer.content.decode(), "what was right is still there"
    assert clerk.post(address, {"party": party, "dated_on": "2026-03-02", "object": "样例银行存款", "from_on": "2026-03-02",
                                "until_on": "2027-03-01", "limit_yuan": "80000"}).status_code == 302  # fmt: skip
    assert Paper.objects.get().values["limit_yuan"] == "80,000.00"


def test_a_court_puts_its_own_template_in_use_and_a_bad_one_is_refused_beside_the_field(as_):
    clerk, address = as_("document_clerk"), "/papers/templates/closing_notice/"
    good = kinds()["closing_notice"].template.read_bytes()
    assert clerk.post(address, {"file": SimpleUploadedFile("结案.docx", good)}).status_code == 302
    assert Template.objects.get().version == 1
    assert "不能识别" in clerk.post(address, {"file": SimpleUploadedFile("结案.docx", b"MZ")}).content.decode()
    assert clerk.get("/papers/templates/").status_code == 200
    assert b"".join(clerk.get(f"{address}file/").streaming_content) == good


def test_the_letterhead_is_kept_and_who_changed_it_is_on_the_trail(as_, court):
    from zhixing.casework.journal.models import AccessEntry

    said = {"address": "样板路9号", "postcode": "", "phone": "0376-1", "account_bank": "示例银行", "account_name": "户名", "account_number": "123"}
    assert as_("bureau_head").post("/papers/letterhead/", said).status_code == 302
    assert Letterhead.objects.get().address == "样板路9号"
    assert AccessEntry.objects.filter(action="do:edit_letterhead", detail__contains="地址").exists()
    assert as_("handler").post("/papers/letterhead/", {**said, "account_number": "999"}).status_code == 403


def test_anyone_of_the_desk_can_tell_a_genuine_paper_from_a_changed_one(as_, drafted, who, court, settings):
    from zhixing.desks.documents.steps import court_seal

    clerk, paper = as_("document_clerk"), drafted()
    actions.check(ref=paper.ref, correct=True, against="立案信息", by=who("handler"), at=LATER)
    actions.sign(ref=paper.ref, by=who("team_leader"), at=LATER)
    paper = actions.seal(ref=paper.ref, stamp=court_seal(court.pk), by=who("seal_keeper"), at=LATER)
    with paper.pdf.open("rb") as file:
        genuine = file.read()
    changed = bytearray(genuine)
    changed[len(changed) // 3] ^= 1
    for content, says in ((genuine, "盖章后没有改动"), (bytes(changed), "被改动过"), (pdf(), "没有电子印章")):
        assert says in clerk.post("/papers/verify/", {"file": SimpleUploadedFile("a.pdf", content)}).content.decode()


def test_a_case_lists_its_papers_and_the_pdf_may_be_shown_inside_the_page_only(as_, drafted):
    paper, clerk = drafted(), as_("document_clerk")
    assert paper.number in clerk.get(f"/cases/{paper.case.ref}/papers/").content.decode()
    answer = clerk.get(f"/papers/{paper.ref}/pdf/")
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "'self'" in answer["Content-Security-Policy"].split("frame-ancestors")[1]
    answer.close()


def test_papers_of_another_court_are_not_there(drafted, sister_cast):
    paper, stranger = drafted(), browser(sister_cast["document_clerk"])
    for address in (f"/papers/{paper.ref}/", f"/papers/{paper.ref}/pdf/", f"/papers/{paper.ref}/word/", f"/cases/{paper.case.ref}/papers/"):
        assert stranger.get(address).status_code == 404, address
