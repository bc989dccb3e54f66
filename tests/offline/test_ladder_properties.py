"""Whatever is tried in whatever order, no rung is passed over in silence and final states stay final (三(三)2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.real_court import MONDAY
from zhixing.desks.offline import actions, letters
from zhixing.desks.offline.delivery_models import SERVED
from zhixing.desks.offline.ladder import ladder, missing_before, next_rung
from zhixing.desks.offline.models import Attempt, Delivery, Letter, LetterMessage
from zhixing.outside.post import Tracking
from zhixing.rulebook.refusals import Refusal

RUNGS = st.sampled_from(ladder().order)
STEPS = st.lists(
    st.tuples(st.sampled_from(("try", "skip")), st.sampled_from(("phone", "post", "person", "electronic")), st.integers(0, 9)),
    max_size=8,
)  # fmt: skip
IN_ROLLED_BACK_COURT = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(st.lists(RUNGS))
def test_the_next_rung_is_never_below_what_was_tried_and_has_nothing_missing_below_when_climbed_one_by_one(done: list[str]) -> None:
    order = ladder().order
    after = next_rung(done)
    assert all(order.index(after) >= order.index(d) for d in done)
    climbed: list[str] = []
    while len(climbed) < len(order):
        assert not missing_before(next_rung(climbed), climbed)
        climbed.append(next_rung(climbed))
    assert tuple(climbed) == order


@given(STEPS)
@IN_ROLLED_BACK_COURT
def test_no_order_of_acts_leaves_a_rung_neither_tried_nor_explained(new_case: Any, desk: Any, plan: list[tuple[str, str, int]]) -> None:
    case = new_case("样乙公司")
    desk.consult(case)
    row = desk.open(case)[0]
    for n, (verb, rung, pick) in enumerate(plan):
        before = list(Attempt.objects.filter(delivery=row).values_list("rung", flat=True))
        was_served = Delivery.objects.get(pk=row.pk).state in SERVED
        try:
            do(desk, row, verb, rung, pick, n)
        except Refusal:
            assert Attempt.objects.filter(delivery=row).count() == len(before)
            continue
        assert not was_served
        assert not missing_before(rung, before)
    row.refresh_from_db()
    for attempt in Attempt.objects.filter(delivery=row, result=Attempt.SKIPPED):
        assert attempt.reason
    if row.state in SERVED:
        assert row.served_on
        assert row.articles


def do(desk: Any, row: Delivery, verb: str, rung: str, pick: int, n: int) -> None:
    if verb == "skip":
        actions.skip(case_id=row.case_id, refs=[row.ref], rung=rung, reason="样理由" if pick else "", by=desk.officer, at=MONDAY)
    elif rung == "post":
        desk.post(row, number=f"XA{row.pk:06}{n:02}")
    else:
        results = [o.result for o in ladder().rungs[rung].outcomes]
        desk.try_(row, rung, results[pick % len(results)], mode="短信", address="19900000001", consented=bool(pick % 2))


LIFE = [("accepted", 0), ("in_transit", 1), ("attempted", 2), ("attempted", 3)]
ENDS = st.sampled_from(("delivered", "refused", "returned"))


@given(st.data())
@IN_ROLLED_BACK_COURT
def test_messages_of_the_post_in_any_order_and_any_number_of_times_give_one_end(new_case: Any, desk: Any, data: Any) -> None:
    case = new_case("样乙公司")
    desk.consult(case)
    row = desk.open(case)[0]
    desk.try_(row, "phone", "未接通")
    letter = desk.post(row, number=f"XB{row.pk:08}")
    end = data.draw(ENDS)
    messages = [message(letter, status, day) for status, day in [*LIFE, (end, 4)]]
    heard = data.draw(st.permutations(messages * data.draw(st.integers(1, 3))))
    later = MONDAY + timedelta(days=9)
    finals = [letters.hear(letter=letter, tracking=m, by=desk.officer, at=later) for m in heard]
    letter.refresh_from_db()
    row.refresh_from_db()
    assert finals.count(True) == 1
    assert (letter.state, letter.settled_on) == (messages[-1].result, (MONDAY + timedelta(days=4)).date())
    assert LetterMessage.objects.filter(letter=letter).count() == len(messages)
    assert Attempt.objects.filter(delivery=row, letter=letter).count() == 2
    after = (letter.state, letter.settled_on, row.state, row.served_on, row.step)
    contrary = data.draw(ENDS)
    letters.hear(letter=letter, tracking=message(letter, contrary, 6), by=desk.officer, at=later)
    letter.refresh_from_db()
    row.refresh_from_db()
    assert (letter.state, letter.settled_on, row.state, row.served_on, row.step) == after
    assert letter.contradicted == (contrary != end)


def message(letter: Letter, status: str, day: int) -> Tracking:
    return Tracking(letter.tracking_no, status, MONDAY + timedelta(days=day), ident=f"{status}-{day}")
