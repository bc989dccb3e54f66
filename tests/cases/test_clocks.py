"""The clock badge in words (一3) and its address."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from django.urls import reverse

from tests.real_court import moment
from zhixing.casework.duties.clocks import clock_of, explain_url
from zhixing.casework.facts import rules
from zhixing.rulebook.engine import Duty
from zhixing.rulebook.model import Rulebook
from zhixing.rulebook.periods import Period

DUE = moment("2026-03-06 23:59:59")  # a Friday


def face(book: Rulebook, at: str, *, unit: str = "3 working_days", **columns: object) -> tuple[str, str]:
    rule = next(d for d in book.duties.values() if d.within)
    mine = replace(book, duties={rule.id: replace(rule, within=Period.parse(unit))})
    started = moment("2026-03-03 09:00")
    values = {"due_at": DUE, "provisional": False, **columns}
    duty = Duty(rule.id, "", 1, rule.clause, rule.desk, started, 1, **values)  # type: ignore[arg-type]
    clock = clock_of(duty, book=mine, calendar=rules.shipped_calendar(), at=moment(at))
    return clock.state, clock.words


@pytest.mark.parametrize(
    ("at", "unit", "words"),
    [
        ("2026-03-03 09:00", "3 working_days", ("fine", "剩 3 个工作日")),
        ("2026-03-05 09:00", "3 working_days", ("soon", "剩 1 个工作日")),
        ("2026-03-04 09:00", "15 days", ("soon", "剩 2 天")),
        ("2026-03-02 09:00", "6 months", ("fine", "剩 4 天")),
        ("2026-03-06 00:00", "3 working_days", ("today", "今日到期")),
        ("2026-03-06 23:59:59", "3 working_days", ("today", "今日到期")),
        ("2026-03-07 00:00", "3 working_days", ("late", "超期 1 天")),
        ("2026-03-09 08:00", "3 working_days", ("late", "超期 3 天")),
    ],
)
def test_the_badge_counts_in_the_unit_of_the_limit(book: Rulebook, at: str, unit: str, words: tuple[str, str]) -> None:
    """一3"""
    assert face(book, at, unit=unit) == words


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("2026-03-05 19:00", ("soon", "剩 21 小时")), ("2026-03-06 11:00", ("today", "剩 5 小时")),
        ("2026-03-06 15:30", ("today", "剩 30 分钟")), ("2026-03-06 16:00", ("today", "剩 1 分钟")),
        ("2026-03-06 16:30", ("late", "超期不足 1 小时")), ("2026-03-06 18:00", ("late", "超期 2 小时")),
        ("2026-03-07 01:00", ("late", "超期 1 天")), ("2026-03-03 10:00", ("fine", "剩 3 天")),
    ],
)  # fmt: skip
def test_a_limit_in_hours_is_shown_in_hours(book: Rulebook, at: str, words: tuple[str, str]) -> None:
    """三(二)5"""
    assert face(book, at, unit="24 hours", due_at=moment("2026-03-06 16:00")) == words


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"met_at": DUE}, ("done", "已办结")), ({"met_at": DUE, "late_at": DUE}, ("done_late", "逾期办结")),
        ({"stopped_at": DUE}, ("stopped", "已终止")), ({"due_at": None}, ("suspended", "中止中")),
        ({"provisional": True}, ("provisional", "暂定(日历未公布)")),
        ({"due_at": moment("2026-11-30 23:59:59"), "extended_until": date(2026, 11, 30)}, ("extended", "已延期至 11-30")),
        ({"extended_until": date(2026, 3, 4)}, ("fine", "剩 3 个工作日")),
        ({"due_at": moment("2026-03-01 23:59:59"), "extended_until": date(2026, 3, 1)}, ("late", "超期 2 天")),
    ],
)  # fmt: skip
def test_what_is_over_or_stands_still_says_so(book: Rulebook, columns: dict[str, object], words: tuple[str, str]) -> None:
    """一3: an extension does not hide that its own end has passed."""
    assert face(book, "2026-03-03 09:00", **columns) == words


def test_open_clocks_come_first_and_by_due_moment(book: Rulebook) -> None:
    calendar, at = rules.shipped_calendar(), moment("2026-03-03 09:00")

    def clock(**columns: object) -> tuple[bool, bool, datetime]:
        values = {"rule": "x", "clause": "一3", "desk": "", "due_at": DUE, **columns}
        return clock_of(values, book=book, calendar=calendar, at=at).urgency

    late, later, still, done = clock(due_at=at), clock(), clock(due_at=None), clock(met_at=at)
    assert sorted([done, still, later, late]) == [late, later, still, done]


def test_the_address_of_an_explanation_is_the_page_that_answers_there() -> None:
    assert explain_url(7, case_ref="abc") == reverse("duty-explain", args=["abc", 7])
    assert explain_url(7, matter_ref="abc") == reverse("matter-duty-explain", args=["abc", 7])
    assert explain_url(7) == ""
