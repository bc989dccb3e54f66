"""Case numbers (案号): （2023）豫1502执恢112号之一. Reads every spelling clerks use, writes one.

Source: 最高人民法院《关于人民法院案件案号的若干规定》; what a number may be made of is data (`case_numbers.yaml`).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

OPENING, CLOSING = r"[（(\[〔【﹝［〖{]", r"[）)\]〕】﹞］〗}]"


class CaseNumber(NamedTuple):
    """A case number in its parts: 年度, 法院代字, 类型代字, 编号 and what follows 号 (之一)."""

    year: int
    court_code: str
    kind: str
    seq: int
    suffix: str = ""

    @property
    def text(self) -> str:
        """The one spelling that is stored and shown, with full-width brackets."""
        return f"（{self.year}）{self.court_code}{self.kind}{self.seq}号{self.suffix}"

    def __str__(self) -> str:
        return self.text


class _Grammar(NamedTuple):
    whole: re.Pattern[str]
    year: re.Pattern[str]
    court: re.Pattern[str]
    kind: re.Pattern[str]
    first_year: int
    last_year: int


@cache
def _data() -> dict[str, Any]:
    path = Path(__file__).with_name("case_numbers.yaml")
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return data


def case_kinds() -> dict[str, str]:
    """类型代字 and what it stands for: {"执恢": "恢复执行", …}."""
    return dict(_data()["kinds"])


@cache
def _grammar() -> _Grammar:
    data = _data()
    # Longest first: otherwise 执 would match the beginning of 执恢.
    longest_first = sorted([*data["whole_courts"]], key=len, reverse=True)
    court = rf"(?:{'|'.join(longest_first)}|[{data['districts']}](?:\d{{4}}|\d{{2}})?)"
    kind = "|".join(sorted(data["kinds"], key=len, reverse=True))
    year = rf"{OPENING}(\d{{4}}){CLOSING}"
    suffix = r"(之[一二三四五六七八九十百\d]{1,4})?"
    return _Grammar(
        re.compile(rf"{year}({court})({kind})(\d{{1,{data['longest_seq']}}})号{suffix}"),
        re.compile(year),
        re.compile(rf"{year}{court}"),
        re.compile(rf"{year}{court}(?:{kind})\d"),
        data["first_year"],
        data["last_year"],
    )


def parse_case_number(text: str) -> CaseNumber:
    """The number written in `text`, whatever its brackets, spaces and digit widths.

    Raises ValueError with a Chinese sentence that says which part cannot be read.
    """
    grammar = _grammar()
    found = grammar.whole.fullmatch(text)
    if found is None:
        tidy = "".join(unicodedata.normalize("NFKC", text).split())
        found = grammar.whole.fullmatch(tidy)
        if found is None:
            raise ValueError(_why_unreadable(tidy, grammar))
    year, court, kind, seq, suffix = found.groups()
    number = CaseNumber(int(year), unicodedata.normalize("NFKC", court), kind, int(seq), suffix or "")
    if not grammar.first_year <= number.year <= grammar.last_year:
        raise ValueError(f"案号的年度{number.year}不在{grammar.first_year}至{grammar.last_year}之间")
    if number.seq == 0:
        raise ValueError("案号的编号不能为0")
    return number


def _why_unreadable(tidy: str, grammar: _Grammar) -> str:
    """A sentence naming the first part that is missing or unknown."""
    example = "正确写法如（2023）豫1502执101号"
    if not tidy:
        return "案号是空的"
    if "字第" in tidy:
        return f"案号“{tidy[:30]}”是2016年以前的旧写法，{example}"
    if grammar.year.match(tidy) is None:
        return f"案号“{tidy[:30]}”缺少括号内的四位年度，{example}"
    if grammar.court.match(tidy) is None:
        return f"案号“{tidy[:30]}”的法院代字无法识别，{example}"
    if grammar.kind.match(tidy) is None:
        return f"案号“{tidy[:30]}”的类型代字或编号无法识别，{example}"
    return f"案号“{tidy[:30]}”的编号之后不是“号”，{example}"
