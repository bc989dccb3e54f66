"""The record and the statement: complete, by three persons, version by version, in the main volume (三(一)3)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.intake.samples import signed_page
from tests.real_court import MONDAY, moment
from zhixing.casework.custody.actions import offer_handoff
from zhixing.casework.dossier.models import Scan
from zhixing.casework.facts import rules
from zhixing.casework.journal.models import JournalEntry
from zhixing.desks.intake.actions import Writing, countersign_statement, explain_no_reception, tell_rights_and_risks
from zhixing.desks.intake.models import Reception
from zhixing.rulebook.refusals import Refusal

REQUIRED = [f.name for f in rules.rulebook().events["first_reception_recorded"].fields if f.required]
NOON = moment("2026-03-02 12:00")


@pytest.mark.parametrize("name", [n for n in REQUIRED if n not in ("interviewer", "recorder")])
def test_every_required_field_is_asked_for_with_its_clause_三一3(name: str, new_case: Any, receive: Any) -> None:
    with pytest.raises(Refusal) as refused:
        receive(new_case(), **{name: None})
    assert [(r.field, r.clause) for r in refused.value.reasons] == [(name, "三(一)3")]
    assert not Reception.objects.exists()
    assert not JournalEntry.objects.filter(kind="first_reception_recorded").exists()


def test_everything_that_is_missing_is_told_at_once_三一3(new_case: Any, receive: Any, two: Any) -> None:
    with pytest.raises(Refusal) as refused:
        receive(new_case(), recorder=two[0].pk, interviewee=None, applicant_mobile=None)
    assert {r.field for r in refused.value.reasons} == {"recorder", "interviewee", "applicant_mobile"}


def test_the_interviewer_does_not_record_三一3(new_case: Any, receive: Any, two: Any) -> None:
    case = new_case()
    with pytest.raises(Refusal, match="不能是同一人"):
        receive(case, recorder=two[0].pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Reception.objects.create(court_id=case.court_id, case=case, kind="record", interviewer=two[0], recorder=two[0], interviewee="样甲",
                                 seq=1, made_at=MONDAY)  # fmt: skip


@pytest.mark.parametrize("wrong", [
    {"kind": "statement", "reason": ""}, {"kind": "record", "interviewee": ""}, {"kind": "record", "interviewee": "样甲", "recorder": None},
    {"kind": "statement", "reason": "未到场", "staff": None}, {"kind": "statement", "reason": "未到场", "version": 2},
])  # fmt: skip
def test_the_database_keeps_no_half_paper_三一3(wrong: dict[str, Any], new_case: Any, two: Any) -> None:
    case = new_case()
    whole = {"court_id": case.court_id, "case": case, "interviewer": two[0], "recorder": two[1], "staff": two[0], "seq": 1, "made_at": MONDAY}
    with pytest.raises(IntegrityError), transaction.atomic():
        Reception.objects.create(**{**whole, **wrong})


def test_persons_are_active_people_of_the_court(new_case: Any, receive: Any, person: Any, other_court: Any) -> None:
    stranger, gone = person("intake_clerk", at=other_court), person("intake_clerk")
    gone.is_active = False
    gone.save()
    for who in (stranger.pk, gone.pk, 999_999):
        with pytest.raises(Refusal) as refused:
            receive(new_case(), recorder=who)
        assert [r.field for r in refused.value.reasons] == ["recorder"]


def test_another_courts_case_is_not_found_and_other_posts_may_not(new_case: Any, receive: Any, actor: Any, other_court: Any) -> None:
    case = new_case()
    with pytest.raises(Refusal) as refused:
        receive(case, by=actor("finance_clerk"))
    assert refused.value.status == 403
    with pytest.raises(Refusal):
        receive(case, by=actor("intake_clerk", at=other_court))
    assert not Reception.objects.exists()


def test_the_signed_page_lands_in_the_main_volume_三一3(new_case: Any, receive: Any) -> None:
    case = new_case()
    receive(case, writing=Writing(scan=signed_page()))
    scan = Scan.objects.get(case=case)
    assert (scan.volume, scan.event_kind, scan.title) == ("main", "first_reception_recorded", "签名的初次接待谈话笔录")


def test_a_bad_scan_leaves_neither_row_nor_event_三一3(new_case: Any, receive: Any) -> None:
    page = signed_page()
    page.name = "笔录.pdf"
    with pytest.raises(Refusal) as refused:
        receive(new_case(), writing=Writing(scan=page))
    assert refused.value.reasons[0].field == "proof"
    assert not Reception.objects.exists()
    assert not JournalEntry.objects.filter(kind="first_reception_recorded").exists()


def offer(case: Any, by: Any, at: Any = NOON) -> Any:
    to = rules.rulebook().desks["intake"].hands_to[0]
    return offer_handoff(case_id=case.pk, to_desk=to, contents=["正卷"], by=by, at=at)


def test_no_file_leaves_the_window_without_one_of_the_two_papers_三一3(new_case: Any, receive: Any, clerk: Any) -> None:
    case = new_case()
    with pytest.raises(Refusal) as refused:
        offer(case, clerk)
    assert "三(一)3" in {r.clause for r in refused.value.reasons}
    receive(case)
    assert offer(case, clerk).state == "offered"


@pytest.mark.parametrize("unsigned", ["interviewer_signed", "recorder_signed", "interviewee_signed"])
def test_each_of_the_three_signatures_is_needed_and_can_be_added_later_三一3(
    unsigned: str, new_case: Any, receive: Any, clerk: Any
) -> None:
    case = new_case()
    first = receive(case, **{unsigned: False})
    with pytest.raises(Refusal):
        offer(case, clerk)
    second = receive(case, writing=Writing(replaces=first.ref))
    assert (second.version, second.replaces) == (2, first)
    assert offer(case, clerk).state == "offered"


def test_a_correction_is_a_new_record_that_names_the_old_and_says_why_三一3(new_case: Any, receive: Any) -> None:
    case = new_case()
    first = receive(case, clue="甲地一处房")
    with pytest.raises(Refusal, match="更新"):
        receive(case, clue="乙地一处房")
    with pytest.raises(Refusal) as refused:
        receive(case, clue="乙地一处房", writing=Writing(replaces=first.ref))
    assert refused.value.reasons[0].field == "correction"
    second = receive(case, clue="乙地一处房", writing=Writing(replaces=first.ref, correction="听错"))
    with pytest.raises(Refusal):
        receive(case, writing=Writing(replaces=first.ref, correction="又错"))
    first.refresh_from_db()
    assert first.replaced_by == second
    kept = JournalEntry.objects.filter(kind="first_reception_recorded").order_by("seq").values_list("payload", flat=True)
    assert "甲地" in kept[0]
    assert first.ref in kept[1]


def test_the_same_form_sent_twice_records_once(new_case: Any, receive: Any) -> None:
    case = new_case()
    again = [receive(case, writing=Writing(key="one")) for _ in range(2)]
    assert again[0].pk == again[1].pk
    assert JournalEntry.objects.filter(kind="first_reception_recorded").count() == 1


def explain(case: Any, by: Any, *, reason: str = "申请执行人在外地，电话告知", signed: bool = True, **more: Any) -> Reception:
    staff = more.pop("staff_id", by.person_id)
    return explain_no_reception(case_id=case.pk, reason=reason, staff_id=staff, signed=signed, writing=Writing(**more), by=by, at=MONDAY)


def test_the_statement_has_a_reason_a_signature_and_a_colleagues_countersignature_三一3(new_case: Any, clerk: Any, actor: Any) -> None:
    case = new_case()
    with pytest.raises(Refusal) as refused:
        explain(case, clerk, reason="  ")
    assert (refused.value.reasons[0].field, refused.value.reasons[0].clause) == ("reason", "三(一)3")
    explain(case, clerk)
    with pytest.raises(Refusal, match="复签"):
        offer(case, clerk)
    with pytest.raises(Refusal, match="另一人"):
        countersign_statement(case_id=case.pk, by=clerk, at=NOON)
    countersign_statement(case_id=case.pk, by=actor("intake_clerk"), at=NOON)
    assert offer(case, clerk).state == "offered"


def test_who_signed_the_statement_does_not_countersign_it_even_when_another_wrote_it_三一3(new_case: Any, clerk: Any, actor: Any) -> None:
    case, signer = new_case(), actor("intake_clerk")
    explain(case, clerk, staff_id=signer.person_id)
    for who in (clerk, signer):
        with pytest.raises(Refusal):
            countersign_statement(case_id=case.pk, by=who, at=NOON)


def test_an_unsigned_statement_is_not_countersigned_三一3(new_case: Any, clerk: Any, actor: Any) -> None:
    case = new_case()
    explain(case, clerk, signed=False)
    with pytest.raises(Refusal, match="没有已签名"):
        countersign_statement(case_id=case.pk, by=actor("intake_clerk"), at=NOON)


def test_a_talk_after_all_takes_the_place_of_the_statement_三一3(new_case: Any, receive: Any, clerk: Any) -> None:
    case = new_case()
    statement = explain(case, clerk)
    receive(case, interviewee_signed=False, writing=Writing(replaces=statement.ref, correction="当事人当日到场"))
    with pytest.raises(Refusal):
        offer(case, clerk)


def test_a_corrected_statement_wants_a_new_countersignature_三一3(new_case: Any, clerk: Any, actor: Any) -> None:
    case, colleague = new_case(), actor("intake_clerk")
    first = explain(case, clerk)
    countersign_statement(case_id=case.pk, by=colleague, at=NOON)
    explain(case, clerk, reason="申请执行人住院", replaces=first.ref, correction="原因写错")
    with pytest.raises(Refusal, match="复签"):
        offer(case, clerk)
    countersign_statement(case_id=case.pk, by=colleague, at=NOON)
    assert offer(case, clerk).state == "offered"


def test_rights_and_risks_not_told_in_the_talk_are_told_before_the_file_leaves_三一2_3(new_case: Any, receive: Any, clerk: Any) -> None:
    case = new_case()
    receive(case, risks_told=False)
    with pytest.raises(Refusal, match="告知权利义务和执行风险"):
        offer(case, clerk)
    said = {"told_to": "样申请人", "manner": "电话", "items": "可以提供线索"}
    for empty in said:
        with pytest.raises(Refusal) as refused:
            tell_rights_and_risks(case_id=case.pk, payload={**said, empty: ""}, key="t", by=clerk, at=MONDAY)
        assert (refused.value.reasons[0].field, refused.value.reasons[0].clause) == (empty, "三(一)2(3)")
    tell_rights_and_risks(case_id=case.pk, payload=said, key="t", by=clerk, at=MONDAY)
    assert offer(case, clerk).state == "offered"


def test_the_database_lets_nobody_write_over_a_paper_三一3(new_case: Any, receive: Any) -> None:
    row = receive(new_case())
    for change in (lambda: Reception.objects.filter(pk=row.pk).update(interviewee="样丙"), row.delete):
        with pytest.raises(IntegrityError, match="只能追加"), transaction.atomic():
            change()
