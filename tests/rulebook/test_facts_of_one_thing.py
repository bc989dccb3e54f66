"""A fact of one paper is asked of that paper (三(二)4): what happens to another of the same case neither opens nor shuts its gate."""

from __future__ import annotations

from datetime import timedelta

from tests.cast import MONDAY
from zhixing.rulebook import engine, gates
from zhixing.rulebook.loader import REGULATIONS, standard
from zhixing.rulebook.workdays import Calendar

BOOK = standard()
CALENDAR = Calendar.load(REGULATIONS / "calendar-cn.yaml")


def after(*events: tuple[str, dict[str, object]]) -> engine.State:
    state = engine.State()
    for n, (kind, payload) in enumerate(events, 1):
        engine.apply(BOOK, CALENDAR, state, engine.Event(kind, MONDAY + timedelta(minutes=n), payload, n))
    return state


def wanted(state: engine.State, act: str, /, **payload: object) -> list[str]:
    return [m.need.predicate for m in gates.ask(BOOK, state, act, payload, MONDAY + timedelta(hours=1))]


def test_a_second_draft_does_not_undo_the_check_of_the_first_paper() -> None:
    state = after(("paper_drafted", {"paper_no": "甲"}), ("paper_checked", {"paper_no": "甲", "correct": True}),
                  ("paper_drafted", {"paper_no": "乙"}))  # fmt: skip
    assert wanted(state, "paper_signed", paper_no="甲") == []
    assert wanted(state, "paper_signed", paper_no="乙") == ["paper_is_checked"]


def test_a_signature_under_one_paper_does_not_let_another_be_sealed() -> None:
    state = after(*[(kind, {"paper_no": no, "correct": True}) for no in ("甲", "乙") for kind in ("paper_drafted", "paper_checked")],
                  ("paper_signed", {"paper_no": "甲"}))  # fmt: skip
    assert wanted(state, "paper_sealed", paper_no="甲", kind="执行通知书") == []
    assert wanted(state, "paper_sealed", paper_no="乙", kind="执行通知书") == ["paper_is_signed"]


def test_a_thing_never_mentioned_has_the_facts_defaults_not_its_neighbours() -> None:
    state = after(("paper_drafted", {"paper_no": "甲"}), ("paper_checked", {"paper_no": "甲", "correct": True}))
    assert wanted(state, "paper_signed", paper_no="丙") == ["paper_is_checked"]
