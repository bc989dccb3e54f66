"""A feedback file → its rows, each with its fields, its section's kind and what the head of the form says.

A form may hold many tables under titles, over several sheets or pages; each brings its own header row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from zhixing.casework.register.opening import Cells, opened
from zhixing.casework.register.sheets import plain_header
from zhixing.outside.inquiry import Section
from zhixing.rulebook.refusals import Refusal

from .columns import fields_by_header, kind_in, limits, says_nothing

WHAT = "不能导入这份反馈"
HEAD_FIELDS = ("case_number", "query_no", "holder", "holder_id", "as_of")
LEAST_HEADERS = 2
LABELLED = re.compile(r"([^:：\s]{2,16})\s*[:：]\s*([^:：]+?)(?=\s+[^:：\s]{2,16}\s*[:：]|\s*$)")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: raw cells by field, the kind its section names, and where it stood."""

    number: int
    sheet: str
    cells: Mapping[str, Any]
    kind: str
    head: Mapping[str, str]


@dataclass(slots=True)
class Form:
    """A feedback as it was read. `nothing` counts the lines that say nothing was found."""

    rows: list[Row] = field(default_factory=list)
    head: dict[str, str] = field(default_factory=dict)
    nothing: int = 0


def read_form(data: bytes, filename: str) -> Form:
    """Read a feedback in the limited process. Raises Refusal for a file that is not one."""
    form = Form()
    with opened(data, filename, limits()) as book:
        for index, (name, hidden) in enumerate(book.sheets):
            if hidden:
                continue
            table = _Table(form, name)
            for number, row in enumerate(_lines(book, index), 1):
                table.take(number, row)
    if not form.rows and not form.nothing:
        raise Refusal.because(WHAT, "没有认出任何查询结果：没有一行表头（如账号、余额、车牌号），也没有写明查无财产",
                              now="请上传查控系统导出的反馈表；表头叫法不同的，请管理员在反馈表列名中补充")  # fmt: skip
    return form


def form_of(sections: Iterable[Section], head: Mapping[str, str]) -> Form:
    """The same from an interface's answer."""
    form = Form(head={k: v for k, v in head.items() if v})
    for section in sections:
        table = _Table(form, section.title)
        lines = [[section.title], list(section.columns), *(list(row) for row in section.rows)]
        for number, row in enumerate(lines, 1):
            table.take(number, row)
    return form


def _lines(book: Any, index: int) -> Iterator[Cells]:
    yield from book.open_sheet(index).rows
    for rows in book.rest():
        yield from rows


class _Table:
    """What holds for the lines being read: the columns, the section's kind, the head of the form."""

    def __init__(self, form: Form, sheet: str) -> None:
        self.form, self.sheet = form, sheet
        self.sheet_kind = kind_in(sheet)
        self.kind, self.columns, self.head = self.sheet_kind, {}, dict(form.head)

    def take(self, number: int, cells: Cells) -> None:
        texts = [c.strip() if isinstance(c, str) else "" for c in cells]
        filled = [i for i, c in enumerate(cells) if c not in ("", None) and (not isinstance(c, str) or c.strip())]
        if not filled:
            return
        if columns := _header(texts):
            self.columns = columns
        elif self._is_head(texts, filled) or self._is_title(texts, filled):
            return
        elif self.columns:
            found = {name: cells[i] for i, name in self.columns.items() if i < len(cells) and cells[i] not in ("", None)}
            self.form.rows.append(Row(number, self.sheet, found, self.kind, dict(self.head)))
        elif any(says_nothing(t) for t in texts if t):
            self.form.nothing += 1

    def _is_title(self, texts: list[str], filled: list[int]) -> bool:
        """A line with one cell: a section's title, or that nothing was found in it."""
        text = texts[filled[0]]
        if len(filled) != 1 or not text:
            return False
        nothing = says_nothing(re.split(r"[:：]", text)[-1])
        if self.columns and not nothing and not kind_in(text):
            return False  # a line of the table of which only one cell is filled in
        if not says_nothing(text):
            self.kind, self.columns = kind_in(text) or self.sheet_kind, {}
        self.form.nothing += nothing
        return True

    def _is_head(self, texts: list[str], filled: list[int]) -> bool:
        """A line of labels with their values: 执行案号：…, in one cell or in two side by side."""
        found = {}
        for i in filled:
            for label, value in LABELLED.findall(texts[i]):
                if (name := fields_by_header().get(plain_header(label))) in HEAD_FIELDS:
                    found[name] = value.strip()
        if not found and not self.columns and len(filled) % 2 == 0:
            pairs = zip(filled[::2], filled[1::2], strict=True)
            found = {n: texts[v] for k, v in pairs if (n := fields_by_header().get(plain_header(texts[k]))) in HEAD_FIELDS and texts[v]}
        if not found:
            return False
        self.head.update(found)
        self.form.head.update({k: v for k, v in found.items() if k not in self.form.head})
        if "holder" in found:
            self.columns = {}
        return True


def _header(texts: list[str]) -> dict[int, str]:
    """Column → field, when the line is a header: every filled cell short, at least two of them known words."""
    known = {i: name for i, t in enumerate(texts) if t and (name := fields_by_header().get(plain_header(t)))}
    names = list(known.values())
    if len(known) < LEAST_HEADERS or len(known) * 2 < sum(bool(t) for t in texts):
        return {}
    return {i: name for n, (i, name) in enumerate(known.items()) if name not in names[:n]}

