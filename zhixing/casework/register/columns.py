"""Columns of cells → columns of values, each spelling read once.

A register repeats itself (days, causes, courts, banks), so a column is a dictionary from cell to value that reads what it
does not hold yet: a cell seen before costs no Python at all. What cannot be read is a `Problem` among the values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from .opening import limits
from .sheets import ColumnMatch


class Problem(NamedTuple):
    """Why a cell has no value: a Chinese sentence."""

    reason: str


class Column(dict[Any, Any]):
    """One column of the file, read by `parse` (which raises ValueError with a Chinese sentence)."""

    def __init__(self, match: ColumnMatch, parse: Callable[[Any], Any], *, keep: int | None = None) -> None:
        super().__init__()
        self.match, self.header, self.index = match, match.header, match.index
        self.has_problems = False
        self._parse = parse
        self._keep = limits()["process"]["cached_cells"] if keep is None else keep

    def __missing__(self, cell: Any) -> Any:
        try:
            value = self._parse(cell)
        except ValueError as problem:
            value, self.has_problems = Problem(str(problem)), True
        if len(self) >= self._keep:
            self.clear()  # a column in which nothing repeats must not be kept in memory whole
        if self._keep:
            self[cell] = value
        return value

    def values_of(self, cells: Iterable[Any]) -> list[Any]:
        """The values of these cells, a `Problem` where there is none."""
        return list(map(self.__getitem__, cells))
