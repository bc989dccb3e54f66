"""Days outside: one kind of matter on one day, every task answered that day, searches started and registered (三(三)3, 四(二)2(3))."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.offline.samples import proof
from tests.offline.test_delivery_pages import debtor, words
from tests.real_court import MONDAY, moment
from zhixing import clock
from zhixing.casework.assets.models import Asset
from zhixing.casework.cases.models import Party
from zhixing.casework.duties.models import Duty
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.people.models import Person
from zhixing.desks.offline import field_actions, searching
from zhixing.desks.offline.field_actions import Stop
from zhixing.desks.offline.field_models import FieldDay, FieldTask
from zhixing.desks.offline.settled import field
from zhixing.rulebook.refusals import Refusal

TODAY = MONDAY.date()


@pytest.fixture
def plan(desk: Any, new_case: Any) -> Any:
    """Schedule a batch of today over new cases at the given places."""

    def make(*places: str, kind: str = "不动产", day: date = TODAY) -> FieldDay:
        stops = [Stop(new_case(f"样{n}公司").pk, place, f"查{kind}{n}") for n, place in enumerate(places)]
        return field_actions.schedule(day=day, kind=kind, officer_ids=[desk.officer.person_id], stops=stops, by=desk.officer, at=MONDAY)

    return make


def kinds(case_id: int) -> list[str]:
    return list(JournalEntry.objects.filter(case_id=case_id).order_by("seq").values_list("kind", flat=True))


def test_the_kinds_are_those_of_the_regulation_and_every_act_is_one_of_its_choices(book: Any) -> None:
    fields = {k: {f.name: f.choices for f in book.events[k].fields} for k in ("field_day_scheduled", "traditional_search_started")}
    assert tuple(field()["kinds"]) == fields["field_day_scheduled"]["kind"]
    assert {k["starts"] for k in field()["kinds"].values()} - {""} <= set(fields["traditional_search_started"]["act"])


def test_a_batch_starts_a_clock_of_that_day_in_every_case_of_it_三三3(plan: Any) -> None:
    day = plan("甲路", "乙路")
    duties = Duty.objects.filter(rule="field_day", is_open=True)
    assert duties.count() == 2
    assert {d.due_at.astimezone(MONDAY.tzinfo).date() for d in duties} == {day.day}
    assert {t.place for t in day.tasks.all()} == {"甲路", "乙路"}


@pytest.mark.parametrize(("wrong", "why"), [
    ({"day": TODAY - timedelta(days=1)}, "已经过去"), ({"kind": "散步"}, "没有选择事项种类"), ({"officer_ids": []}, "没有选择外出人员"),
    ({"stops": []}, "没有要去的地方"),
])  # fmt: skip
def test_a_batch_that_lacks_something_is_refused_beside_its_field(desk: Any, new_case: Any, wrong: dict[str, Any], why: str) -> None:
    said = {"day": TODAY, "kind": "车辆", "officer_ids": [desk.officer.person_id], "stops": [Stop(new_case("样乙公司").pk, "甲路", "查车")]} | wrong
    with pytest.raises(Refusal, match=why) as refused:
        field_actions.schedule(**said, by=desk.officer, at=MONDAY)
    assert refused.value.reasons[0].field
    assert not FieldDay.objects.exists()


def test_numbers_of_batches_never_repeat(plan: Any) -> None:
    assert [plan("甲路").batch_no for _ in range(3)] == ["20260302-001", "20260302-002", "20260302-003"]


def test_the_day_does_not_close_before_each_task_is_answered_三三3(plan: Any, desk: Any) -> None:
    day = plan("甲路", "乙路")
    first, second = day.tasks.order_by("position")
    field_actions.answer(ref=first.ref, done=True, text="已查询，名下一套", by=desk.officer, at=MONDAY)
    with pytest.raises(Refusal, match="没有登记办了没有"):
        field_actions.close_day(ref=day.ref, by=desk.officer, at=MONDAY)
    assert "field_day_done" not in kinds(first.case_id)
    with pytest.raises(Refusal, match="没有写明未办的理由"):
        field_actions.answer(ref=second.ref, done=False, text=" ", by=desk.officer, at=MONDAY)
    field_actions.answer(ref=second.ref, done=False, text="登记中心停电（样）", by=desk.officer, at=MONDAY)
    field_actions.close_day(ref=day.ref, by=desk.officer, at=MONDAY)
    assert kinds(first.case_id)[-1] == kinds(second.case_id)[-1] == "field_day_done"
    assert not Duty.objects.filter(rule="field_day", is_open=True).exists()
    with pytest.raises(Refusal, match="已经登记完成"):
        field_actions.close_day(ref=day.ref, by=desk.officer, at=MONDAY)


@pytest.mark.parametrize(("kind", "act"), [(k, v["starts"]) for k, v in field()["kinds"].items()])
def test_the_first_thing_done_outside_starts_the_traditional_search_四二2_3(plan: Any, desk: Any, kind: str, act: str) -> None:
    task = plan("甲路", kind=kind).tasks.get()
    field_actions.answer(ref=task.ref, done=True, text="已办", by=desk.officer, at=MONDAY)
    started = JournalEntry.objects.filter(case_id=task.case_id, kind="traditional_search_started")
    assert [e.payload for e in started if f'"act":"{act}"' in e.payload] == [e.payload for e in started]
    assert started.exists() == bool(act)


def test_what_was_not_done_starts_nothing_and_an_answer_stands(plan: Any, desk: Any) -> None:
    task = plan("甲路").tasks.get()
    assert field_actions.answer(ref=task.ref, done=False, text="没有人", by=desk.officer, at=MONDAY)
    assert not field_actions.answer(ref=task.ref, done=False, text="没有人", by=desk.officer, at=MONDAY)
    with pytest.raises(Refusal, match="已由"):
        field_actions.answer(ref=task.ref, done=True, text="办了", by=desk.officer, at=MONDAY)
    assert "traditional_search_started" not in kinds(task.case_id)


def give_money(case: Any, yuan: str) -> None:
    holder = Party.objects.get(case=case, role=Party.DEBTOR)
    Asset.objects.create(court=case.court, case=case, position=1, kind="deposit", holder=holder, title="存款（样）", amount_yuan=Decimal(yuan),
                         available_yuan=Decimal(yuan), as_of=MONDAY)  # fmt: skip


@pytest.mark.parametrize(("money", "other", "covers"), [
    ("4999.99", None, False), ("5000.00", None, True), ("4000.00", "1000.00", True), ("4000.00", "999.99", False),
])  # fmt: skip
def test_whether_what_was_found_covers_the_claim_is_computed_to_the_fen_四二2_3(
    new_case: Any, desk: Any, money: str, other: str | None, covers: bool
) -> None:
    case = new_case("样乙公司", claim_yuan=Decimal("5000.00"))
    give_money(case, money)
    field_actions.start_search(case_id=case.pk, act="调查", detail="", by=desk.officer, at=MONDAY)
    done = searching.register_search(case_id=case.pk, result="已查", other_yuan=Decimal(other) if other else None, by=desk.officer, at=MONDAY)
    assert done.state.facts["asset_covers_claim"] is covers
    assert done.state.facts["asset_found"] is True


def test_without_a_claim_nobody_says_that_it_is_covered(new_case: Any, desk: Any) -> None:
    case = new_case("样乙公司", claim_yuan=None)
    done = searching.register_search(case_id=case.pk, result="查无财产", by=desk.officer, at=MONDAY)
    assert "asset_covers_claim" not in done.state.facts
    assert done.state.facts["asset_found"] is False


def test_what_somebody_else_found_is_not_denied_by_an_empty_list_of_assets(new_case: Any, desk: Any) -> None:
    case = new_case("样乙公司")
    field_actions.start_search(case_id=case.pk, act="调查", detail="", by=desk.officer, at=MONDAY)
    searching.register_search(case_id=case.pk, result="另见房屋", other_yuan=Decimal("1.00"), by=desk.officer, at=MONDAY)
    done = searching.register_search(case_id=case.pk, result="查无其他财产", by=desk.officer, at=MONDAY)
    assert done.state.facts["asset_found"] is True


@pytest.fixture
def page(client_of: Any, desk: Any) -> Any:
    with clock.frozen(MONDAY):
        yield client_of(Person.objects.get(pk=desk.officer.person_id))


def test_who_goes_out_is_chosen_by_name_and_post_never_by_login(page: Any, desk: Any) -> None:
    shown = words(page.get("/offline/days/new/"))
    person = Person.objects.get(pk=desk.officer.person_id)
    assert f"{person.name}（" in shown
    assert f"（{person.username}）" not in shown


def test_a_batch_is_scheduled_from_lines_of_case_numbers_and_from_the_pile(page: Any, new_case: Any, desk: Any) -> None:
    case = new_case(debtor("样乙公司"))
    rows = desk.open(case)
    common = {"day": "2026-03-02", "officers": [str(desk.officer.person_id)]}
    wrong = page.post("/offline/days/new/", {**common, "kind": "车辆", "stops": "（2026）豫1502执99999号|甲路"})
    assert "没有案号为" in words(wrong)
    assert page.post("/offline/days/new/", {**common, "kind": "车辆", "stops": f"{case.number}|甲路|查车辆登记"}).status_code == 302
    assert FieldTask.objects.get().what == "查车辆登记"
    assert "试验市虚构路一号" in words(page.post("/offline/days/new/", {"pick": rows[0].ref}))
    assert page.post("/offline/days/new/", {**common, "kind": "送达", "stops": "", "pick": rows[0].ref}).status_code == 302
    task = FieldTask.objects.get(day__kind="送达")
    assert [d.ref for d in task.deliveries.all()] == [rows[0].ref]


def test_the_route_sheet_groups_by_place_keeps_the_order_and_takes_answers(page: Any, plan: Any) -> None:
    day = plan("乙路", "甲路", "乙路")
    first, second, third = day.tasks.order_by("position")
    page.post(f"/offline/days/{day.ref}/order/", {f"n-{third.ref}": "1", f"n-{first.ref}": "2", f"n-{second.ref}": "3"})
    assert [t.ref for t in day.tasks.order_by("position")] == [third.ref, first.ref, second.ref]
    shown = words(page.get(f"/offline/days/{day.ref}/"))
    assert shown.count('class="panel stop"') == 2
    page.post(f"/offline/days/{day.ref}/answer/", {"task": first.ref, "done": "1", "text": "已查"})
    refused = page.post(f"/offline/days/{day.ref}/close/")
    assert refused.status_code == 422
    assert "没有登记办了没有" in words(refused)


def test_a_search_of_the_week_before_is_entered_late_with_its_reason(page: Any, new_case: Any) -> None:
    case = new_case(debtor("样乙公司"), at=MONDAY - timedelta(days=9))
    late = {"act": "调查", "act_key": "s", "act_at": "2026-02-24T10:00"}
    refused = page.post(f"/offline/cases/{case.ref}/search/start/", late)
    assert refused.status_code == 422
    assert "补录超过一天" in words(refused)
    assert page.post(f"/offline/cases/{case.ref}/search/start/", {**late, "act_late_reason": "纸质卷宗补录"}).status_code == 302
    assert JournalEntry.objects.get(kind="traditional_search_started").at == moment("2026-02-24 10:00")


def test_the_search_page_shows_claim_found_and_lacking_and_registers(page: Any, new_case: Any) -> None:
    case = new_case(debtor("样乙公司"), claim_yuan=Decimal("5000.00"))
    give_money(case, "1200.50")
    address = f"/offline/cases/{case.ref}/search/"
    assert "3,799.50 元" in words(page.get(address))
    assert page.post(f"{address}start/", {"act": "悬赏执行", "detail": "", "act_key": "s"}).status_code == 302
    assert '"act":"悬赏执行"' in JournalEntry.objects.get(kind="traditional_search_started").payload
    assert page.post(address, {"act_key": "k", "result": "已查", "other_yuan": "", "act_proof": proof()}).status_code == 302
    assert "不足额" in words(page.get(address))
