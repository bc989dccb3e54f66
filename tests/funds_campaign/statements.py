"""Bank statements without a file: the real reader of rows, but not the process that opens strangers' files (it has its own tests)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, NamedTuple
from unittest.mock import patch

from zhixing.desks.funds import importing
from zhixing.desks.funds.statements.layout import find_layout
from zhixing.desks.funds.statements.lines import LineReader
from zhixing.desks.funds.statements.reading import StatementStream

HEADS = ["交易流水号", "交易日期", "收入金额", "支出金额", "对方户名", "对方账号", "摘要", "余额"]


class Line(NamedTuple):
    """A line of the bank: its serial, amount in fen, day."""

    serial: str
    fen: int
    day: date

    def cells(self) -> list[Any]:
        return [self.serial, self.day.isoformat(), f"{self.fen // 100}.{self.fen % 100:02}", "", "样乙公司", "6200000000000000001", "案款", ""]


@contextmanager
def without_a_process(lines: Sequence[Line]) -> Iterator[None]:
    """`import_statement` reads these lines, whatever file it is given."""

    @contextmanager
    def stream(file: Any, filename: str, *, today: date, bank: str = "", **_: Any) -> Iterator[StatementStream]:
        layout = find_layout([HEADS], bank)
        assert layout is not None
        yield StatementStream("明细", layout, iter([[line.cells() for line in lines]]), LineReader(layout, today))

    with patch.object(importing, "stream_statement", stream):
        yield
