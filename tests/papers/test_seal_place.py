"""三(二)4: the seal stands on the date (骑年压月), also where the font comes in two subsets and the date in pieces."""

from __future__ import annotations

from typing import Any

import pytest

from zhixing.outside.seal import _date_on


class Page:
    """A page that says its text piece by piece, as the PDF reader hands it over."""

    def __init__(self, *pieces: tuple[float, float, str]) -> None:
        self.pieces = pieces

    def extract_text(self, visitor_text: Any) -> None:
        for x, y, text in self.pieces:
            visitor_text(text, [], [1, 0, 0, 1, x, y], None, 16.0)


@pytest.mark.parametrize("pieces", [
    [(300, 200, "二〇二六年三月二日")],
    [(300, 200, "二〇二"), (348, 200, "六年"), (380, 200, "三月二日")],
    [(100, 700, "二〇二三年一月一日"), (100, 680, "正文"), (300, 200, "二〇二六年三月二日"), (300, 60, "— 1 —")],
])  # fmt: skip
def test_the_last_written_date_is_found_whole_or_in_pieces(pieces: list[tuple[float, float, str]]):
    found = _date_on(Page(*pieces))  # type: ignore[arg-type]
    assert found == (300 + 16 * 9 / 2, 200 + 16 / 3)


@pytest.mark.parametrize("pieces", [[(300, 200, "二〇二六年")], [(100, 200, "第二百零六条")], [(300, 200, "二〇二六年"), (500, 200, "三月二日")]])
def test_what_is_no_date_takes_no_seal(pieces: list[tuple[float, float, str]]):
    assert _date_on(Page(*pieces)) is None  # type: ignore[arg-type]
