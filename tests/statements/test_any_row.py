"""Whatever stands in a row: it becomes a line that is right in itself, or a reason; never anything else."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.statements.conftest import HEADER, ROW, TODAY
from zhixing.desks.funds.statements.layout import find_layout, spellings, vocabulary
from zhixing.desks.funds.statements.lines import IN, OUT, LineReader

UNHURRIED = settings(deadline=None, max_examples=300)
LAYOUT = find_layout([HEADER])
WORDS = st.sampled_from(["", "0", "-1", "1,234.5", "1e400", "NaN", "Infinity", "20260227", "45000", "2026-02-27", "\x00" + "2026-02-27T01:02:03",
                         "\x00x", '=""', "合计", "贷", "99999999", "24:61", "¥5", "5元", "1万", "+5", "٣", "²", *ROW])  # fmt: skip
CELLS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30), WORDS)


@UNHURRIED
@given(st.lists(st.lists(CELLS, max_size=10), max_size=8))
def test_every_row_is_a_line_or_a_reason(rows: list[list[Any]]) -> None:
    assert LAYOUT is not None
    reader = LineReader(LAYOUT, TODAY)
    lines = list(reader.read(2, rows))
    filled = [r for r in rows if any((c.strip() if isinstance(c, str) else c) not in ("", None) for c in r)]
    assert len(lines) + len(reader.errors) + len(reader.skipped) == len(filled)
    for line in lines:
        assert line.amount_fen > 0
        assert line.direction in (IN, OUT)
        assert line.booked_at.utcoffset() is not None
        assert vocabulary().earliest <= line.booked_at.date() <= TODAY
        assert line.serial == line.serial.strip() != ""
    assert len({line.serial for line in lines}) == len(lines)
    assert all(2 <= e.row < 2 + len(rows) and e.why for e in reader.errors)


@UNHURRIED
@given(st.lists(st.lists(CELLS, max_size=12), max_size=6))
def test_no_head_of_a_file_breaks_the_search_for_the_header(rows: list[list[Any]]) -> None:
    found = find_layout([*rows, HEADER])
    assert found is not None
    assert not vocabulary().missing(list(found.columns))
    assert found.row == len(rows) or not vocabulary().missing(list(find_layout(rows).columns))  # type: ignore[union-attr]


@UNHURRIED
@given(st.text(max_size=40))
def test_any_text_can_be_asked_whether_it_is_a_header(text: str) -> None:
    assert all(isinstance(s, str) for s in spellings(text))
