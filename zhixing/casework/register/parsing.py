"""Cells → values. Every function takes a cell as it came out of the file and raises ValueError with a Chinese reason."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from .opening import limits
from .sheets import vocabulary

DATE_MARK = "\x00"  # the worker's mark on a cell that was a real date
SHANGHAI = ZoneInfo("Asia/Shanghai")
FEN = Decimal("0.01")
# Day 0 of a spreadsheet's calendar, moved by the 29 February 1900 that it believes in.
EPOCH = date(1899, 12, 30)
SERIAL_DIGITS = 5
PLAIN_AMOUNT = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
AMOUNT = re.compile(
    r"(?:人民币|RMB|CNY)?¥?([-+(−–]?)¥?(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?\)?(万元|亿元|千元|万|亿|元)?整?",
    re.ASCII | re.I,
)
DATE = re.compile(
    r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?(?:T?(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})秒?(?:\.0+)?)?分?)?",
    re.ASCII,
)
SOLID_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
SERIAL = re.compile(rf"(\d{{{SERIAL_DIGITS}}})(\.\d+)?", re.ASCII)
SEPARATOR = re.compile(r"(?:\r\n|[\r\n;；、，,/|])(?![^（(]*[）)])")
UNUSUAL = re.compile(rf"[{DATE_MARK}\r\n;；、，,/|]")  # what may part two values, and the mark of a date
INNER_SPACE = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")


def text_of(cell: Any) -> str:
    """A cell as text: numbers without the .0 that spreadsheets add, dates as ISO, nothing for what means nothing. Raises ValueError for a formula error."""
    if cell.__class__ is str:
        text: str = cell.strip()
        if text in vocabulary().special_words:
            if text in vocabulary().error_words:
                raise ValueError(f"单元格是公式错误{text}")
            return ""
        return text[1:] if text[:1] == DATE_MARK else text
    if cell is None or cell is False or cell is True:
        return ""
    return str(int(cell)) if cell == int(cell) else repr(cell)


def parse_day(cell: Any) -> date:
    """A day, however written: real date, serial number, 2023.3.13, 2023年3月13日, 20230313, full-width digits."""
    value = parse_moment(cell)
    return value.date() if isinstance(value, datetime) else value


def parse_moment(cell: Any) -> date | datetime:
    """A day, or an aware moment (Asia/Shanghai) where the cell has a clock time as well. Raises ValueError for a day too early."""
    value = _moment_of_text(cell.strip()) if isinstance(cell, str) else _moment_of_number(float(cell))
    day = value.date() if isinstance(value, datetime) else value
    earliest = limits()["values"]["earliest_date"]
    if day < earliest:
        raise ValueError(f"日期{day}早于{earliest}")
    if isinstance(value, datetime):
        # Midnight is what spreadsheets add to a day; nobody records a step of a case at that minute.
        return day if value.time() == value.min.time() else value
    return value


def _moment_of_text(text: str) -> date | datetime:
    if text.startswith(DATE_MARK):
        iso = text[1:]
        return datetime.fromisoformat(iso).replace(tzinfo=SHANGHAI) if "T" in iso else date.fromisoformat(iso)
    tidy = "".join(unicodedata.normalize("NFKC", text).split())
    if SERIAL.fullmatch(tidy):
        return _moment_of_number(float(tidy))
    found = DATE.fullmatch(_with_time_apart(text)) or SOLID_DATE.fullmatch(tidy)
    if found is None:
        raise ValueError(f"日期“{text[:20]}”无法识别，正确写法如2023-03-13" if text else "日期是空的")
    try:
        return datetime(*(int(part) for part in found.groups(default="0")), tzinfo=SHANGHAI)  # type: ignore[arg-type,misc]
    except ValueError:
        raise ValueError(f"日期“{text[:20]}”不存在") from None


def _with_time_apart(text: str) -> str:
    """No spaces, but for the one between a day and a clock time, which becomes T: 2023-3-13 08:30 is not 2023-3-1308:30."""
    tidy = unicodedata.normalize("NFKC", text).strip()
    return "".join(re.sub(r"(?<=[\d日])\s+(?=\d{1,2}[:时])", "T", tidy).split())


def _moment_of_number(number: float) -> date | datetime:
    """A serial number of a spreadsheet (45000 = 2023-03-15), or 20230313 typed as a number."""
    whole = int(number)
    if len(str(whole)) == 8 and whole == number and (found := SOLID_DATE.fullmatch(str(whole))):
        try:
            return date(*(int(part) for part in found.groups()))
        except ValueError:
            raise ValueError(f"日期{whole}不存在") from None
    if len(str(whole)) != SERIAL_DIGITS:
        raise ValueError(f"数字{number:g}不是日期，正确写法如2023-03-13")
    day = EPOCH + timedelta(days=whole)
    if number == whole:
        return day
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + timedelta(seconds=round((number - whole) * 86400))


def parse_yuan(cell: Any, unit: str = "") -> Decimal | None:
    """An amount in yuan with two places; None for an empty cell. `unit` is what the header says (万元).

    Exact; rounded half up to the fen only where the cell has more digits. A unit in the cell beats the header's. Raises ValueError for an amount too large or negative.
    """
    if cell.__class__ is float or cell.__class__ is int:
        negative, amount, own = cell < 0, Decimal(repr(cell)), ""
    else:
        text = text_of(cell)
        if not text:
            return None
        if PLAIN_AMOUNT.fullmatch(text):
            negative, amount, own = False, Decimal(text), ""
        else:
            negative, amount, own = _amount_in_words(text)
    if negative:
        raise ValueError("金额不能是负数")
    if own or unit:
        amount *= vocabulary().units[own or unit]
    # Compared before rounding: quantize fails where the digits outgrow the context.
    if not amount.is_finite() or amount > _most_yuan():
        raise ValueError("金额过大，请核对单位")
    return amount.quantize(FEN, ROUND_HALF_UP)


@cache
def _most_yuan() -> Decimal:
    return Decimal(limits()["values"]["most_yuan"])


def _amount_in_words(text: str) -> tuple[bool, Decimal, str]:
    tidy = "".join(unicodedata.normalize("NFKC", text).split())
    found = AMOUNT.fullmatch(tidy)
    if found is None:
        raise ValueError(f"金额“{text[:20]}”无法识别，正确写法如13829.06")
    sign, whole, cents, unit = found.groups(default="")
    own = unit + "元" if unit in ("万", "亿") else unit
    return sign not in ("", "+"), Decimal(whole.replace(",", "") + cents), own


def split_parties(text: str, places: int | None = None) -> list[str]:
    """The names (or numbers) in one cell, in order; separators within brackets do not count.

    With `places`, empty places count when the cell then has exactly that many: 号码甲;;号码丙 for three debtors.
    """
    if SEPARATOR.search(text) is None:
        return [text] if text else []
    every = [part.strip() for part in SEPARATOR.split(text)]
    filled = [part for part in every if part]
    return every if len(every) == places and len(filled) != places else filled


def tidy_name(text: str) -> str:
    """A name without the spaces that clerks put between its characters (王　某); Latin names keep theirs."""
    return INNER_SPACE.sub("", text) if " " in text or "\u3000" in text else text


def tidy_phone(text: str) -> str:
    """A phone in half-width characters without spaces."""
    return text if text.isdigit() and text.isascii() else "".join(unicodedata.normalize("NFKC", text).split())
