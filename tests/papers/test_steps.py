"""三(二)3–4: a paper is drafted, checked by another, signed by whoever may, sealed, issued; what was sealed never changes."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from pypdf import PdfReader

from tests.cast import MONDAY, browser
from tests.papers.conftest import DATED
from zhixing import clock
from zhixing.casework.approvals.actions import approve
from zhixing.casework.cases.models import Case
from zhixing.casework.dossier.models import Scan
from zhixing.casework.facts import rules
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.papers import actions, batches, queries
from zhixing.casework.papers.following import known_from, waits_for
from zhixing.casework.papers.models import NumberSeries, Paper, PrintRun
from zhixing.casework.papers.printing import print_papers
from zhixing.casework.papers.values import differences
from zhixing.outside.seal import verify
from zhixing.rulebook.refusals import Refusal

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(hours=1)
AGAINST = "立案信息"


def checked(paper: Paper, who, role: str = "handler") -> Paper:
    return actions.check(ref=paper.ref, correct=True, against=AGAINST, by=who(role), at=LATER)


def sealed(paper: Paper, who, stamp) -> Paper:
    checked(paper, who)
    actions.sign(ref=paper.ref, by=who("team_leader"), at=LATER)
    return actions.seal(ref=paper.ref, copies=2, stamp=stamp, by=who("seal_keeper"), at=LATER)


def test_a_notice_goes_from_draft_to_the_dossier_and_meets_its_clock(drafted, who, stamp):
    paper = sealed(drafted(), who, stamp)
    done = actions.issue(ref=paper.ref, by=who("document_clerk"), at=LATER)
    kinds = list(JournalEntry.objects.filter(case=paper.case).order_by("seq").values_list("kind", flat=True))
    assert [k for k in kinds if k != "scan_added"][-5:] == ["paper_drafted", "paper_checked", "paper_signed", "paper_sealed", "enforcement_notice_issued"]
    scan = Scan.objects.get(case=paper.case, event_kind="enforcement_notice_issued")
    assert not paper.case.duties.filter(rule="check_paper", is_open=True).exists()
    assert scan.sha256 == Paper.objects.get(pk=paper.pk).pdf_sha256
    assert done.state == Paper.ISSUED
    with done.pdf.open("rb") as file:
        found = verify(file.read(), stamp)
    assert (found.sealed, found.intact, found.ours, found.test) == (True, True, True, True)


def test_nobody_checks_their_own_draft_and_the_database_agrees(drafted, who, cast):
    paper = drafted()
    with pytest.raises(Refusal, match="本人拟制"):
        checked(paper, who, "document_clerk")
    with pytest.raises(IntegrityError), transaction.atomic():
        Paper.objects.filter(pk=paper.pk).update(checked_by=cast["document_clerk"], checked_at=LATER)


def test_the_keeper_of_the_seal_is_never_the_drafter_even_in_the_database(drafted, cast):
    with pytest.raises(IntegrityError), transaction.atomic():
        Paper.objects.filter(pk=drafted().pk).update(sealed_by=cast["document_clerk"])


@pytest.mark.parametrize("state", ["checked", "signed", "sealed", "issued"])
def test_the_database_lets_no_paper_skip_a_step(drafted, state: str):
    with pytest.raises(IntegrityError), transaction.atomic():
        Paper.objects.filter(pk=drafted().pk).update(state=state)


def test_steps_out_of_order_say_where_the_paper_stands(drafted, who, stamp):
    paper = drafted()
    for act in (lambda: actions.sign(ref=paper.ref, by=who("team_leader"), at=LATER),
                lambda: actions.issue(ref=paper.ref, by=who("document_clerk"), at=LATER),
                lambda: actions.seal(ref=paper.ref, stamp=stamp, by=who("seal_keeper"), at=LATER)):  # fmt: skip
        with pytest.raises(Refusal, match="待核对"):
            act()


@pytest.mark.parametrize(("role", "step"), [("inquiry_officer", "check"), ("document_clerk", "sign"), ("document_clerk", "seal")])
def test_who_may_not_is_told_who_can(drafted, who, stamp, role: str, step: str):
    paper = drafted()
    if step != "check":
        checked(paper, who)
    if step == "seal":
        actions.sign(ref=paper.ref, by=who("team_leader"), at=LATER)
    act = {"check": lambda: checked(paper, who, role), "sign": lambda: actions.sign(ref=paper.ref, by=who(role), at=LATER),
           "seal": lambda: actions.seal(ref=paper.ref, stamp=stamp, by=who(role), at=LATER)}[step]  # fmt: skip
    with pytest.raises(Refusal) as refused:
        act()
    assert refused.value.reasons[0].who


@pytest.mark.parametrize("column", ["values", "number", "pdf_sha256", "recipient", "dated_on", "checked_by_id"])
def test_what_was_sealed_cannot_be_changed_or_deleted_by_anyone(drafted, who, stamp, cast, column: str):
    paper = sealed(drafted(), who, stamp)
    change = {"values": {"a": "b"}, "dated_on": DATED + timedelta(days=1), "checked_by_id": cast["team_leader"].pk}.get(column, "别的")
    with pytest.raises(DatabaseError, match="不能修改或删除"), transaction.atomic():
        Paper.objects.filter(pk=paper.pk).update(**{column: change})
    with pytest.raises(DatabaseError, match="不能修改或删除"), transaction.atomic():
        Paper.objects.filter(pk=paper.pk).delete()


def test_a_restriction_order_waits_for_the_president(drafted, who, stamp):
    paper = checked(drafted("restriction_order"), who)
    assert paper.approval is not None
    with pytest.raises(Refusal, match="不是这件事的审批人"):
        actions.sign(ref=paper.ref, by=who("team_leader"), at=LATER)
    assert [p.pk for p in queries.pile(paper.court_id, Paper.CHECKED, by_approval=True)] == [paper.pk]
    actions.sign(ref=paper.ref, by=who("president"), at=LATER)
    actions.seal(ref=paper.ref, stamp=stamp, by=who("seal_keeper"), at=LATER)
    actions.issue(ref=paper.ref, by=who("document_clerk"), at=LATER)
    assert JournalEntry.objects.filter(case=paper.case, kind="consumption_restriction_issued").exists()


def test_a_request_approved_on_the_page_of_approvals_is_a_signature_too(drafted, who, stamp, cast):
    paper = checked(drafted("restriction_order"), who)
    assert paper.approval is not None
    approve(ref=paper.approval.ref, by=who("president"), at=LATER)
    assert queries.counts(paper.court_id) == {"drafted": 0, "checked": 0, "signed": 1, "sealed": 0}
    done = actions.seal(ref=paper.ref, stamp=stamp, by=who("seal_keeper"), at=LATER)
    assert Paper.objects.get(pk=done.pk).signed_by_id == cast["president"].pk


def test_a_wrong_paper_is_cancelled_with_its_reason_and_made_anew_under_the_next_number(drafted, who):
    first = drafted()
    actions.check(ref=first.ref, correct=False, against=AGAINST, remark="标的额写错", by=who("handler"), at=LATER)
    batch = batches.queue_drafts(tasks=[batches.Task(first.case.ref, first.kind, first.party_id, {})], dated_on=DATED, key="again",
                                 by=who("document_clerk"), at=LATER)  # fmt: skip
    batches.carry_out(batch_id=batch.pk, seal=lambda: None, by=who("document_clerk"), at=LATER)
    second = Paper.objects.get(batch=batch)
    assert (Paper.objects.get(pk=first.pk).state, Paper.objects.get(pk=first.pk).remark) == (Paper.CANCELLED, "标的额写错")
    assert [first.number, second.number] == ["文〔2026〕00001号", "文〔2026〕00002号"]


def test_a_matter_for_the_panel_is_not_drafted_centrally_三二3(new_case, who):
    case = new_case()
    task = batches.Task(case.ref, "termination_ruling", None, {"reason": "查无财产", "result": "未执行到位"})
    batch = batches.queue_drafts(tasks=[task], dated_on=DATED, key="panel", by=who("document_clerk"), at=MONDAY)
    batches.carry_out(batch_id=batch.pk, seal=lambda: None, by=who("document_clerk"), at=MONDAY)
    batch.refresh_from_db()
    assert "三(二)3" in batch.results[0]["refused"][0]
    assert not Paper.objects.exists()
    assert NumberSeries.objects.filter(last__gt=0).count() == 0, "a refused paper takes no number"


def test_a_batch_run_twice_makes_nothing_twice_and_one_bad_row_does_not_stop_the_rest(new_case, who):
    good, bad = new_case(), new_case(basis_number="")
    tasks = [batches.Task(c.ref, "enforcement_notice", c.parties.get(role="debtor").pk, {}) for c in (bad, good)]
    by = who("document_clerk")
    batch = batches.queue_drafts(tasks=tasks, dated_on=DATED, key="k", by=by, at=MONDAY)
    assert batches.queue_drafts(tasks=tasks, dated_on=DATED, key="k", by=by, at=MONDAY).pk == batch.pk
    for _ in range(2):
        batches.carry_out(batch_id=batch.pk, seal=lambda: None, by=by, at=MONDAY)
        type(batch).objects.filter(pk=batch.pk).update(state="running")  # as if the worker had been killed just before the end
    batch.refresh_from_db()
    assert "缺少执行依据文号" in batch.results[0]["refused"][0]
    assert Paper.objects.count() == 1
    assert JournalEntry.objects.filter(kind="paper_drafted").count() == 1


def test_numbers_have_no_gaps_when_a_draft_is_rolled_back(drafted, court):
    drafted()
    with transaction.atomic():
        actions.next_number(court.pk, 2026)
        transaction.set_rollback(True)
    assert actions.next_number(court.pk, 2026) == "文〔2026〕00002号"


def test_the_checker_sees_at_once_what_no_longer_agrees_with_the_file(drafted):
    paper = drafted()
    assert differences(paper) == []
    Case.objects.filter(pk=paper.case_id).update(claim_yuan="90000.00")
    fresh = queries.paper_of(paper.court_id, paper.ref)
    assert ("申请执行标的额", "80,000.00", "90,000.00") in differences(fresh)


def test_a_paper_says_nothing_of_another_case(drafted, new_case):
    """I27: each of two cases has its own canary in every value; neither shows up in the other's paper."""
    from docx import Document

    texts = []
    for canary in ("鹂", "鹭"):
        case = new_case(debtor=f"乙{canary}", cause=f"{canary}纠纷", basis_number=f"（2025）{canary}1号")
        paper = drafted(case=case)
        with paper.word.open("rb") as file:
            document = Document(file)
        texts.append("".join(p.text for p in document.paragraphs))
    assert "鹂" in texts[0]
    assert "鹭" not in texts[0]
    assert "鹭" in texts[1]
    assert "鹂" not in texts[1]


def test_a_print_file_has_every_paper_on_its_own_sheets_and_the_register_keeps_it(drafted, who, stamp):
    paper = sealed(drafted(), who, stamp)
    run = print_papers(refs=[paper.ref], by=who("document_clerk"), at=LATER)
    with run.file.open("rb") as file:
        assert len(PdfReader(BytesIO(file.read())).pages) == 2 * 2, "two copies, each with a blank back"
    assert (run.count, run.sheets, PrintRun.objects.count()) == (1, 2, 1)


def test_what_bears_no_seal_is_not_printed(drafted, who):
    paper = drafted()
    with pytest.raises(Refusal, match=r"没有用印：文〔2026〕00001号"):
        print_papers(refs=[paper.ref], by=who("document_clerk"), at=LATER)


def test_a_changed_byte_breaks_the_seal(drafted, who, stamp):
    paper = sealed(drafted(), who, stamp)
    with paper.pdf.open("rb") as file:
        content = bytearray(file.read())
    content[len(content) // 3] ^= 1
    assert not verify(bytes(content), stamp).intact


def test_every_character_is_drawn_浉_too_with_the_date_where_the_seal_goes(drafted, new_case, real_office, who, stamp):
    paper = drafted(case=new_case(debtor="浉河样例有限公司"))
    with paper.pdf.open("rb") as file:
        text = "".join(p.extract_text() for p in PdfReader(file).pages)
    assert "浉河样例有限公司" in text.replace("\n", "")
    assert "二〇二六年三月二日" in text.replace(" ", "")
    assert paper.pages >= 1
    assert sealed(paper, who, stamp).state == Paper.SEALED


def test_after_a_decision_went_out_the_act_that_follows_is_offered_with_what_the_paper_says(drafted, who, stamp, cast):
    """A fine is imposed by people, not by the paper: its number, debtor and amount stand in the form already (三(二)2)."""
    paper = drafted("fine_decision", reason="拒不报告财产", fine_yuan="12500.00")
    assert waits_for(paper) == "", "it has not gone out"
    actions.check(ref=paper.ref, correct=True, against=AGAINST, by=who("handler"), at=LATER)
    actions.sign(ref=paper.ref, by=who("president"), at=LATER)
    actions.seal(ref=paper.ref, stamp=stamp, by=who("seal_keeper"), at=LATER)
    paper = actions.issue(ref=paper.ref, by=who("document_clerk"), at=LATER)
    assert waits_for(paper) == "fined"
    known = known_from(paper.court_id, paper.case.ref, paper.ref, rules.rulebook().events["fined"])
    assert {name: value for name, (value, _) in known.items()} == {"decision_no": paper.number, "debtor": "乙二", "fine_yuan": "12500.00"}
    with clock.frozen(LATER):
        assert "fined" in browser(cast["handler"]).get(f"/papers/{paper.ref}/").content.decode()
        page = browser(cast["handler"]).get(f"/cases/{paper.case.ref}/act/fined/?paper={paper.ref}").content.decode()
    assert f'value="{paper.number}"' in page
    assert 'value="12500.00"' in page
    assert f"来自文书 {paper.number}" in page
    assert known_from(paper.court_id, "another", paper.ref, rules.rulebook().events["fined"]) == {}
