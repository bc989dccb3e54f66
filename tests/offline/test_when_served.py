"""From when a paper counts as served, article by article (三(三)2; 民诉法第87—95条)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from tests.real_court import MONDAY, moment
from zhixing.casework.facts import rules
from zhixing.casework.journal.models import JournalEntry
from zhixing.desks.offline import actions, announcing, letters
from zhixing.desks.offline.ladder import announcement_ends, ladder, settle
from zhixing.desks.offline.models import Attempt, Delivery
from zhixing.rulebook.refusals import Refusal

TUESDAY, FRIDAY = moment("2026-03-03 10:00"), moment("2026-03-06 16:00")

TABLE = [
    ("phone", "来院领取", {}, "served", "来院领取", "第87条"),
    ("phone", "到院拒签", {}, "deemed", "来院领取", "第131条"),
    ("phone", "约定来院", {}, "", "", ""),
    ("phone", "未接通", {}, "", "", ""),
    ("post", "签收", {"address_kind": "户籍住所"}, "served", "邮寄", "第91条"),
    ("post", "拒收", {"address_kind": "户籍住所"}, "deemed", "邮寄", "第11条"),
    ("post", "退回", {"address_kind": "确认地址"}, "deemed", "邮寄", "第11条"),
    ("post", "退回", {"address_kind": "户籍住所"}, "returned", "", ""),
    ("person", "签收", {}, "served", "直接", "第88条"),
    ("person", "拒收留置", {"photographed": True}, "left", "留置", "第89条"),
    ("person", "拒收留置", {"witness": "样见证人"}, "left", "留置", "第89条"),
    ("person", "未遇", {}, "", "", ""),
    ("electronic", "到达系统", {"consented": True}, "served", "电子", "第90条"),
    ("electronic", "已阅读", {"consented": True}, "served", "电子", "第31条"),
    ("electronic", "已阅读", {"consented": False}, "", "", ""),
    ("electronic", "未到达", {"consented": True}, "", "", ""),
    ("announce", "公告届满", {}, "expired", "公告", "第95条"),
]


@pytest.mark.parametrize(("rung", "result", "said", "state", "mode", "article"), TABLE)
def test_each_result_has_the_effect_its_article_gives_it(
    rung: str, result: str, said: dict[str, Any], state: str, mode: str, article: str
) -> None:
    outcome = settle(rung, result, said)
    assert (outcome.state, outcome.mode) == (state, mode)
    assert article in outcome.articles
    assert bool(outcome.why) == (state not in ("", "returned", "announced"))


def test_leaving_a_paper_needs_a_photograph_or_a_witness_民诉法第89条() -> None:
    with pytest.raises(Refusal, match="第89条") as refused:
        settle("person", "拒收留置", {"photographed": False, "witness": ""})
    assert refused.value.reasons[0].field == "witness"


def test_the_table_names_every_result_of_the_ladder_and_no_other() -> None:
    missing = {(r.id, o.result) for r in ladder().rungs.values() for o in r.outcomes} - {row[:2] for row in TABLE}
    assert missing == {("phone", "拒绝"), ("phone", "空号"), ("post", "在途"), ("announce", "公告中")}


def test_the_results_are_those_of_the_regulations_events(book: Any) -> None:
    for rung in ladder().rungs.values():
        kinds = [book.events[k] for k in (rung.event, rung.result_event) if k]
        allowed = {c for kind in kinds for f in kind.fields if f.name == "result" for c in f.choices}
        if allowed:
            assert {o.result for o in rung.outcomes} == allowed


def test_the_rungs_and_their_order_are_those_of_the_regulation_三三2(book: Any) -> None:
    told = [(r.id, r.event) for r in sorted(book.ladder, key=lambda r: r.rung) if r.rung]
    assert [(r, ladder().rungs[r].event) for r in ladder().order] == told
    assert all(ladder().rungs[r.id].skip_event for r in book.ladder if r.rung and r.skip_reason)
    assert not ladder().rungs["announce"].skip_event


@pytest.mark.parametrize(("published", "ends"), [
    ("2026-03-02", "2026-04-01"),  # an ordinary Wednesday
    ("2026-09-02", "2026-10-08"),  # 10-02 is National Day: the first working day after
    ("2026-01-16", "2026-02-24"),  # 02-15 lies in Spring Festival
])  # fmt: skip
def test_an_announcement_has_run_thirty_days_after_the_last_posting_民诉法第95条(published: str, ends: str) -> None:
    assert announcement_ends(date.fromisoformat(published), rules.shipped_calendar()) == date.fromisoformat(ends)


def state(row: Delivery) -> tuple[str, date | None, str]:
    row.refresh_from_db()
    return row.state, row.served_on, row.step


def test_collected_at_court_counts_from_the_signature_and_completes_the_case_三三1(desk: Any, row: Delivery) -> None:
    assert desk.try_(row, "phone", "来院领取", at=TUESDAY, on=TUESDAY.date())
    assert state(row) == ("served", TUESDAY.date(), "none")
    assert "第87条" in row.articles
    assert kinds(row)[-1] == "delivery_completed"


def kinds(row: Delivery) -> list[str]:
    return list(JournalEntry.objects.filter(case_id=row.case_id).exclude(kind="scan_added").order_by("seq").values_list("kind", flat=True))


@pytest.mark.parametrize(("kind", "result", "expected"), [
    ("户籍住所", "签收", ("served", FRIDAY.date(), "none")),
    ("户籍住所", "拒收", ("deemed", FRIDAY.date(), "none")),
    ("确认地址", "退回", ("deemed", FRIDAY.date(), "none")),
    ("户籍住所", "退回", ("returned", None, "person")),
])  # fmt: skip
def test_a_letter_counts_from_receipt_or_when_refused_or_returned_from_the_confirmed_address_from_its_return(
    desk: Any, row: Delivery, kind: str, result: str, expected: tuple[Any, ...]
) -> None:
    desk.try_(row, "phone", "未接通")
    letter = desk.post(row, kind=kind)
    assert state(row) == ("serving", None, "on_the_way")
    letters.settle_letter(letter=letter, result=result, on=FRIDAY.date(), by=desk.officer, at=FRIDAY)
    assert state(row) == expected
    assert ("delivery_completed" in kinds(row)) == (result != "退回" or kind == "确认地址")


def test_a_letter_is_not_settled_twice(desk: Any, row: Delivery) -> None:
    desk.try_(row, "phone", "未接通")
    letter = desk.post(row)
    letters.settle_letter(letter=letter, result="签收", on=FRIDAY.date(), by=desk.officer, at=FRIDAY)
    with pytest.raises(Refusal, match="已有最终结果"):
        letters.settle_letter(letter=letter, result="退回", on=FRIDAY.date(), by=desk.officer, at=FRIDAY)
    assert state(row)[0] == "served"


def test_electronic_service_needs_consent_and_counts_from_arrival_民诉法第90条(desk: Any, row: Delivery) -> None:
    said = {"mode": "短信", "address": "19900000001", "consented": True}
    with pytest.raises(Refusal, match="同意"):
        desk.try_(row, "electronic", "到达系统", **said)
    desk.did(row.case, "address_confirmation_signed", {"debtor": "样乙公司", "address": "虚构路", "electronic": True}, MONDAY, True)
    desk.try_(row, "electronic", "到达系统", at=TUESDAY, **said)
    assert state(row) == ("served", TUESDAY.date(), "none")


def up_to_the_announcement(desk: Any, row: Delivery) -> None:
    desk.try_(row, "phone", "空号")
    letter = desk.post(row)
    letters.settle_letter(letter=letter, result="退回", on=MONDAY.date(), by=desk.officer, at=MONDAY)
    desk.try_(row, "person", "未遇")


def test_an_announcement_wants_proof_of_unknown_whereabouts_三三2(desk: Any, row: Delivery) -> None:
    up_to_the_announcement(desk, row)
    with pytest.raises(Refusal, match="下落不明"):
        desk.announce(row)
    desk.whereabouts(row.case)
    made = desk.announce(row)
    assert state(row) == ("announced", None, "running")
    with pytest.raises(Refusal, match="2026-04-01 届满"):
        announcing.close_announcement(ref=made.ref, by=desk.officer, at=moment("2026-03-31 17:00"))
    announcing.close_announcement(ref=made.ref, by=desk.officer, at=moment("2026-04-01 09:00"))
    assert state(row) == ("expired", date(2026, 4, 1), "none")
    assert kinds(row)[-2:] == ["announcement_served", "delivery_completed"]


def test_no_announcement_while_a_letter_is_on_its_way(desk: Any, row: Delivery) -> None:
    desk.try_(row, "phone", "空号")
    desk.post(row)
    desk.try_(row, "person", "未遇")
    desk.whereabouts(row.case)
    with pytest.raises(Refusal, match="还在途中"):
        desk.announce(row)


def test_whoever_signs_while_the_announcement_runs_is_served_then(desk: Any, row: Delivery) -> None:
    up_to_the_announcement(desk, row)
    desk.whereabouts(row.case)
    made = desk.announce(row)
    desk.try_(row, "person", "签收", at=FRIDAY, on=FRIDAY.date())
    announcing.close_announcement(ref=made.ref, by=desk.officer, at=moment("2026-04-02 09:00"))
    assert state(row) == ("served", FRIDAY.date(), "none")


def test_delivery_is_complete_only_when_every_recipient_is_served_三三1(desk: Any, new_case: Any) -> None:
    case = new_case("样乙公司", "样丙某")
    desk.consult(case)
    first, second = desk.open(case)
    assert desk.try_(first, "phone", "来院领取") is False
    assert "delivery_completed" not in kinds(first)
    assert desk.try_(second, "phone", "来院领取") is True
    assert kinds(first).count("delivery_completed") == 1


def test_giving_a_delivery_up_needs_a_reason_and_may_complete_the_rest(desk: Any, new_case: Any) -> None:
    case = new_case("样乙公司", "样丙某")
    desk.consult(case)
    first, second = desk.open(case)
    desk.try_(first, "phone", "来院领取")
    with pytest.raises(Refusal, match="没有写明理由"):
        actions.end(ref=second.ref, reason=" ", by=desk.officer, at=MONDAY)
    actions.end(ref=second.ref, reason="追加错误，已裁定撤销（样）", by=desk.officer, at=MONDAY)
    assert state(second) == ("ended", None, "none")
    assert kinds(first)[-1] == "delivery_completed"


def test_the_day_of_service_is_never_in_the_future(desk: Any, row: Delivery) -> None:
    with pytest.raises(Refusal, match="不能晚于今天"):
        desk.try_(row, "phone", "来院领取", on=date(2026, 3, 4))


def test_the_same_form_twice_is_one_attempt(desk: Any, row: Delivery) -> None:
    for _ in range(2):
        desk.try_(row, "phone", "未接通", key="form-1")
    assert Attempt.objects.filter(delivery=row).count() == 1
    assert kinds(row).count("delivery_phoned") == 1


def test_the_database_keeps_attempts_as_they_are_and_refuses_a_served_row_without_its_day(desk: Any, row: Delivery) -> None:
    from django.db import DatabaseError, transaction

    desk.try_(row, "phone", "未接通")
    with pytest.raises(DatabaseError), transaction.atomic():
        Attempt.objects.filter(delivery=row).update(result="来院领取")
    with pytest.raises(DatabaseError), transaction.atomic():
        Delivery.objects.filter(pk=row.pk).update(state="served")


def test_nobody_but_the_offline_officer_records_an_attempt(desk: Any, row: Delivery, actor: Any) -> None:
    with pytest.raises(Refusal, match="没有这项权限"):
        desk.try_(row, "phone", "未接通", by=actor("handler"))


def test_court_time_decides_what_today_is(desk: Any, row: Delivery) -> None:
    late = datetime.fromisoformat("2026-03-02T17:30:00+00:00")  # 01:30 on the 3rd in court time
    desk.try_(row, "phone", "来院领取", at=late)
    assert state(row)[1] == date(2026, 3, 3)
