"""A row of a statement → a `Line`, or the reasons why not. A row that is wrong never costs another one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple

from zhixing.casework.register.parsing import DATE_MARK, SHANGHAI, parse_moment, parse_yuan, text_of, tidy_name
from zhixing.casework.register.sheets import BRACKETED, plain_header

from .layout import Layout, vocabulary

IN, OUT = "in", "out"
NOISE = Decimal("0.000001")  # what adding binary fractions leaves behind in a spreadsheet's cell
QUOTED = re.compile(r'="(.*)"', re.DOTALL)  # how programs keep Excel from turning a long number into another one
EXPONENT = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]+", re.ASCII)
# A time alone; spreadsheets give it the first days of their calendar.
CLOCK = re.compile(r"(?:(?:1899-12-3[01]|1900-01-0[01])T)?([0-9]{1,2}):?([0-9]{2})(?::?([0-9]{2}))?(?:\.0+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Line:
    """One movement on the account. Amounts in fen; `booked_at` aware (Asia/Shanghai), midnight where only a day is known; `row` is
    where it stands in its file, as Excel counts."""

    serial: str
    booked_at: datetime
    amount_fen: int
    direction: str
    payer_name: str
    payer_account: str
    remark: str
    balance_fen: int | None
    row: int = field(default=0, compare=False)


class Remark(NamedTuple):
    """What is wrong with a row: its number as Excel shows it, the column's title, why."""

    row: int
    column: str
    why: str


class Wrong(ValueError):
    """A cell that cannot be read: the column's title and why."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.column, self.why = vocabulary().titles.get(field, ""), why


class LineReader:
    """Reads rows one by one; `errors`, `warnings` and `skipped` fill up on the way."""

    def __init__(self, layout: Layout, today: date) -> None:
        self.columns, self.headers, self.today = layout.columns, layout.bank.headers, today
        self.errors: list[Remark] = []
        self.warnings: list[Remark] = []
        self.skipped: list[tuple[int, str]] = []
        self._seen: dict[str, int] = {}

    def read(self, first: int, rows: Sequence[Sequence[Any]]) -> Iterator[Line]:
        """The lines of some rows; `first` is the number of the first one."""
        for number, row in enumerate(rows, first):
            texts = [c.strip() if isinstance(c, str) else c for c in row]
            filled = [c for c in texts if c not in ("", None)]
            if not filled:
                continue
            if why := self._no_line(texts, filled[0]):
                self.skipped.append((number, why))
                continue
            try:
                line = self._line(number, texts)
            except Wrong as wrong:
                self.errors.append(Remark(number, wrong.column, wrong.why))
            else:
                yield line

    def _no_line(self, row: Sequence[Any], first: Any) -> str:
        """Why a row is none: a total, or the header once more on a new page; "" for a line."""
        if isinstance(first, str) and first.rstrip("：: ") in vocabulary().total_words:
            return first
        serial = self._cell(row, "serial")
        again = isinstance(serial, str) and self.headers.get(plain_header(serial)) == "serial"
        return "重复的表头" if again else ""

    def _line(self, number: int, row: Sequence[Any]) -> Line:
        serial = self._serial(row)
        booked_at = self._booked_at(row)
        amount, direction = self._amount(row)
        currency = self._text(row, "currency")
        if currency and currency.upper() not in vocabulary().yuan_words:
            raise Wrong("currency", f"币种是“{currency[:10]}”，案款账户只导入人民币")
        if serial in self._seen:
            raise Wrong("serial", f"流水号{serial}与第{self._seen[serial]}行重复，没有再次导入")
        line = Line(serial, booked_at, amount, direction, tidy_name(self._text(row, "payer_name")),
                    self._text(row, "payer_account").replace(" ", ""), self._remark(row), self._balance(number, row), number)  # fmt: skip
        self._seen[serial] = number
        return line

    def _cell(self, row: Sequence[Any], field: str) -> Any:
        index = self.columns.get(field, [-1])[0]
        return row[index] if 0 <= index < len(row) else None

    def _text(self, row: Sequence[Any], field: str) -> str:
        text = self._plain(self._cell(row, field), field)
        longest = vocabulary().longest.get(field, 0)
        if longest and len(text) > longest:
            raise Wrong(field, f"内容有{len(text)}个字，最多{longest}个")
        return text

    def _plain(self, cell: Any, field: str) -> str:
        if isinstance(cell, float) and abs(cell) >= 10 ** vocabulary().serial_digits:
            raise Wrong(field, "号码存成了数字格式，末尾几位已经丢失，请从网银重新导出为文本格式")
        try:
            text = text_of(cell)
        except (ValueError, OverflowError) as error:
            raise Wrong(field, str(error)) from None
        found = QUOTED.fullmatch(text)
        text = (found[1] if found else text).lstrip("'`\t").strip()
        if EXPONENT.fullmatch(text):
            raise Wrong(field, f"“{text[:30]}”是科学计数法，末尾几位已经丢失，请从网银重新导出为文本格式")
        return text

    def _serial(self, row: Sequence[Any]) -> str:
        serial = self._text(row, "serial")
        if not serial:
            raise Wrong("serial", "没有流水号")
        if serial[0] in "=+@" or not serial.isprintable():
            raise Wrong("serial", f"“{serial[:20]}”不是流水号（像公式）")
        return serial

    def _booked_at(self, row: Sequence[Any]) -> datetime:
        """The moment, from one column or from two (a day, and a time that may stand under 交易时间)."""
        field, clock = "booked_at", self._clock(row, "booked_at")
        if clock is not None or self._cell(row, "booked_at") in ("", None):
            field, clock = "booked_on", clock or self._clock(row, "clock")
        cell = self._cell(row, field)
        if cell in ("", None):
            raise Wrong(field, "没有交易日期")
        try:
            value = parse_moment(_compact(cell))
        except (ValueError, OverflowError) as error:
            raise Wrong(field, str(error)) from None
        if not isinstance(value, datetime):
            value = datetime.combine(value, clock or time.min, SHANGHAI)
        value = value.astimezone(SHANGHAI)
        if value.date() > self.today:
            raise Wrong(field, f"日期{value.date()}晚于今天")
        if value.date() < vocabulary().earliest:
            raise Wrong(field, f"日期{value.date()}早于{vocabulary().earliest}")
        return value

    def _clock(self, row: Sequence[Any], field: str) -> time | None:
        """A time without a day; None where the cell holds something else (as text 93005 and 093005 are both times)."""
        cell = self._cell(row, field)
        text = self._plain(cell, field) if cell not in ("", None) else ""
        found = CLOCK.fullmatch(text.zfill(6) if text.isdigit() and field == "clock" else text)
        if found is None or (field == "booked_at" and text.isdigit() and len(text) != 6):
            if text and field == "clock":
                raise Wrong(field, f"时间“{text[:20]}”无法识别")
            return None
        try:
            return time(*(int(part or 0) for part in found.groups()))
        except ValueError:
            raise Wrong(field, f"时间“{text[:20]}”无法识别") from None

    def _amount(self, row: Sequence[Any]) -> tuple[int, str]:
        """The amount and its direction, from two columns or from one with a mark. Negative and mixed ones are refused."""
        if "amount_in" in self.columns:
            fen_in, fen_out = self._fen(row, "amount_in"), self._fen(row, "amount_out")
            if fen_in and fen_out:
                raise Wrong("amount_in", "同一行既有收入又有支出")
            if fen_in or fen_out:
                return (fen_in, IN) if fen_in else (fen_out or 0, OUT)
        if "amount" not in self.columns or "direction" not in self.columns:
            raise Wrong("amount_in", "没有收入或支出金额")
        fen = self._fen(row, "amount")
        if not fen:
            raise Wrong("amount", "没有金额")
        word = BRACKETED.sub("", unicodedata.normalize("NFKC", self._text(row, "direction"))).strip()
        side = vocabulary().directions.get(word.upper())
        if side is None:
            raise Wrong("direction", f"借贷标志“{word[:10]}”不认识" if word else "没有借贷标志")
        return fen, side

    def _fen(self, row: Sequence[Any], field: str) -> int:
        """An amount in fen, 0 for an empty cell. Finer than a fen is refused, not rounded."""
        cell = self._cell(row, field)
        if isinstance(cell, str):
            cell = self._plain(cell, field)
        if cell in ("", None):
            return 0
        if isinstance(cell, bool):
            raise Wrong(field, "金额无法识别")
        try:
            yuan = parse_yuan(cell)
        except (ValueError, OverflowError, ArithmeticError) as error:
            why = str(error) if isinstance(error, ValueError) else "金额无法识别"
            raise Wrong(field, f"{why}；冲正、退汇请核对后单独登记" if "负数" in why else why) from None
        if yuan is None:
            return 0
        exact = Decimal(repr(cell)) if isinstance(cell, (int, float)) else _written(cell)
        if exact is not None and abs(exact - yuan) > NOISE:
            raise Wrong(field, f"金额“{str(cell)[:20]}”比分还细，请核对原件")
        return int(yuan * 100)

    def _remark(self, row: Sequence[Any]) -> str:
        parts: list[str] = []
        for index in self.columns.get("remark", []):
            text = self._plain(row[index], "remark") if index < len(row) else ""
            if text and text not in parts:
                parts.append(text)
        return " ".join(parts)[: vocabulary().longest["remark"]]

    def _balance(self, number: int, row: Sequence[Any]) -> int | None:
        """The balance after the line; one that cannot be read is a warning: it is only for checking."""
        cell = self._cell(row, "balance")
        if cell in ("", None):
            return None
        try:
            return self._fen(row, "balance")
        except Wrong as wrong:
            self.warnings.append(Remark(number, wrong.column, f"余额没有采用：{wrong.why}"))
            return None


def _compact(cell: Any) -> Any:
    """20230403103000 and 2023-04-03T10:30:00+08:00 as the parser of moments reads them."""
    if isinstance(cell, float) and cell.is_integer() and 10**13 <= cell < 10**14:
        cell = str(int(cell))
    if not isinstance(cell, str):
        return cell
    if re.fullmatch(r"[0-9]{14}", cell, re.ASCII):
        return f"{cell[:4]}-{cell[4:6]}-{cell[6:8]} {cell[8:10]}:{cell[10:12]}:{cell[12:]}"
    if re.fullmatch(r"[0-9]{8} [0-9:]{7,8}", cell, re.ASCII):
        return f"{cell[:4]}-{cell[4:6]}-{cell[6:8]} {cell[9:]}"
    if re.fullmatch(r"[0-9-]{10}T[0-9:.]+(?:Z|[+-][0-9:]{5})", cell, re.ASCII):
        return DATE_MARK + datetime.fromisoformat(cell).astimezone(SHANGHAI).replace(tzinfo=None).isoformat()
    return cell.split("+")[0] if re.fullmatch(r"[0-9-]{10}\+[0-9:]{5}", cell, re.ASCII) else cell


def _written(text: str) -> Decimal | None:
    """The number as it stands in a text, None where it carries a unit of its own."""
    found = re.fullmatch(r"[¥￥+ ]*([0-9,]+(?:\.[0-9]+)?) *元?", text, re.ASCII)
    return Decimal(found[1].replace(",", "")) if found else None
