"""Columns of cells → columns of values, each spelling read once.

A register repeats itself (days, causes, courts, banks), so a column is a dictionary from cell to value that reads what it
does not hold yet: a cell seen before costs no Python at all. What cannot be read is a `Problem` among the values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
        self._asked = self._misses = 0
        self._parse = parse
        self._keep = limits()["process"]["cached_cells"] if keep is None else keep

    def __missing__(self, cell: Any) -> Any:
        try:
            value = self._parse(cell)
        except ValueError as problem:
            value, self.has_problems = Problem(str(problem)), True
        if self._keep:
            if len(self) >= self._keep:
                if 2 * self._misses > self._asked:
                    self._keep = 0  # hardly anything repeats here: remembering costs more than it saves
                self._misses = self._asked = 0
                self.clear()
            self._misses += 1
            self[cell] = value
        return value

    def values_of(self, cells: Sequence[Any]) -> list[Any]:
        """The values of these cells, a `Problem` where there is none."""
        self._asked += len(cells)
        return list(map(self.__getitem__, cells))
