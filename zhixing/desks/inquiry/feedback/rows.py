"""A row of a feedback → what it says about one asset, or why it cannot be taken. A wrong row never costs the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from functools import cache
from typing import Any

from zhixing.casework.assets.keeping import Sighting, keys_of, normal
from zhixing.casework.assets.kinds import Kind, kinds
from zhixing.casework.assets.places import area_of
from zhixing.casework.cases.models import Case, Party
from zhixing.casework.register.parsing import SHANGHAI, parse_moment, parse_yuan, text_of
from zhixing.casework.register.sheets import plain_header

from .columns import kind_in, says_nothing, titles, words
from .reading import Form, Row

MONEY = ("amount", "available")
LONGEST = {"title": 200, "mark": 80, "place": 200}
DIGITS_OF_A_FLOAT = 15  # beyond them a spreadsheet has lost what it shows


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not taken: where it stood, the column, and why."""

    row: int
    column: str
    reason: str
    sheet: str = ""

    def as_json(self) -> dict[str, Any]:
        """For the command line and the row of the feedback."""
        return {"row": self.row, "column": self.column, "reason": self.reason, **({"sheet": self.sheet} if self.sheet else {})}


@dataclass(slots=True)
class Read:
    """A feedback against a case: what it says of assets, what was not taken, lines that say nothing was found."""

    sightings: list[Sighting] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    nothing: int = 0
    as_of: datetime | None = None
    query_no: str = ""


class _Wrong(Exception):
    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.reason = column, reason


def read_rows(form: Form, *, case: Case, debtors: Sequence[Party], received_at: datetime) -> Read:
    """Every row of the form. `received_at` holds where a row does not say when the system answered.
    A row that cannot be read is refused by itself, with why."""
    read = Read(nothing=form.nothing, query_no=form.head.get("query_no", "")[:60])
    for row in form.rows:
        try:
            found = _sighting(row, case, debtors, received_at)
        except _Wrong as wrong:
            read.rejected.append(Rejected(row.number, titles().get(wrong.column, wrong.column), wrong.reason, row.sheet))
            continue
        if found is None:
            read.nothing += 1
        else:
            read.sightings.append(found)
    read.as_of = max((s.as_of for s in read.sightings), default=None)
    return read


def _sighting(row: Row, case: Case, debtors: Sequence[Party], received_at: datetime) -> Sighting | None:
    said = {name: _text(name, cell) for name, cell in row.cells.items() if name not in (*MONEY, "as_of")}
    if _is_total(said) or not any(v for k, v in said.items() if k != "serial"):
        return None
    _same_case(said.get("case_number") or row.head.get("case_number", ""), case)
    kind = _kind(said, row)
    if _is_nothing(said, kind):
        return None
    holder = _holder(said, row.head, debtors)
    said["institution"] = words()["institutions"].get(plain_header(said.get("institution", "")), said.get("institution", ""))
    keys = keys_of(kind, {**said, "holder": str(holder.pk)})
    if not keys:
        columns = [group[0] for group in kind.identity]
        raise _Wrong(columns[0], f"没有{'或'.join(titles()[c] for c in columns)}，不能确定是哪一项{kind.title}")
    amount, available, foreign = _money(row.cells, said, kind)
    place = said.get("place", "") or (said.get("institution", "") if "located" in kind.traits else "")
    told = [f"{titles()[n]}：{said[n]}" for n in words()["told"] if said.get(n, "") not in words()["usual"]] + foreign
    return Sighting(
        kind=kind.id, holder_id=holder.pk, keys=keys, as_of=_as_of(row, received_at), area=area_of(kind, said, place, case.court),
        title=_title(kind, said)[: LONGEST["title"]], mark=said.get(words()["marks"][kind.id], "")[: LONGEST["mark"]],
        description="；".join(told), place=place[: LONGEST["place"]], amount_yuan=amount, available_yuan=available,
        encumbrance="" if says_nothing(said.get("encumbrance", "")) else said.get("encumbrance", ""), row=row.number,
    )  # fmt: skip


def _text(name: str, cell: Any) -> str:
    if isinstance(cell, float) and abs(cell) >= 10**DIGITS_OF_A_FLOAT:
        raise _Wrong(name, "号码被表格软件当成了数字，后几位已经丢失，请把该列改为文本格式后重新导出")
    try:
        text = " ".join(text_of(cell).split())
    except ValueError as error:
        raise _Wrong(name, str(error)) from None
    if len(text) > LONGEST["mark"] and name in _identifying():
        raise _Wrong(name, f"超过{LONGEST['mark']}个字，不像{titles()[name]}，请核对")
    if not text.isprintable():
        raise _Wrong(name, "单元格里有不能保存的字符，请检查后重新导出")
    return text


@cache
def _identifying() -> frozenset[str]:
    """The columns that tell one asset from another."""
    return frozenset(column for kind in kinds().values() for group in kind.identity for column in group)


def _is_total(said: Mapping[str, str]) -> bool:
    return any(plain_header(v) in words()["totals"] for v in said.values())


def _is_nothing(said: Mapping[str, str], kind: Kind) -> bool:
    """A line that says nothing was found, or an account or thing that is no more."""
    named = [said.get(column, "") for group in kind.identity for column in group[:1]]
    if any(says_nothing(v) for v in (*named, said.get("result", "")) if v):
        return True
    return said.get("status", "") in words()["gone"]


def _same_case(number: str, case: Case) -> None:
    """A query's answer serves its own case only."""
    if number and normal(number.replace("(", "（").replace(")", "）")) != normal(case.number):
        raise _Wrong("case_number", f"写的是{number[:40]}，不是{case.number}，查询结果只能用于本案")


def _kind(said: Mapping[str, str], row: Row) -> Kind:
    found = kind_in(said.get("kind", "")) or row.kind
    if not found:
        found = next((kind for column, kind in words()["telling"].items() if said.get(column)), "")
    if not found:
        found = kind_in(said.get("account_kind", "")) or kind_in(said.get("institution", ""))
    if not found:
        raise _Wrong("kind", "看不出是哪一类财产，请在表中加一列财产种类，或在表前写明（如“银行存款”）")
    return kinds()[found]


def _holder(said: Mapping[str, str], head: Mapping[str, str], debtors: Sequence[Party]) -> Party:
    """The debtor it belongs to. What concerns others is not taken (query results are for the case alone)."""
    name, number = said.get("holder") or head.get("holder", ""), said.get("holder_id") or head.get("holder_id", "")
    if not name and not number:
        if len(debtors) == 1:
            return debtors[0]
        raise _Wrong("holder", "没有写被查询人，本案被执行人不止一人" if debtors else "本案没有登记被执行人")
    found = [d for d in debtors if _same_person(d, name, number)]
    if len(found) != 1:
        why = "不是本案被执行人" if not found else "与本案几名被执行人同名，没有证件号码不能区分"
        raise _Wrong("holder", f"“{(name or number)[:40]}”{why}，没有导入")
    return found[0]


def _same_person(debtor: Party, name: str, number: str) -> bool:
    """By number where both have one whole; a masked number (411***) only has to fit."""
    own, given = normal(debtor.id_number), normal(number)
    if own and given:
        if "*" not in given:
            return own == given
        fits = len(own) == len(given) and all(a in ("*", b) for a, b in zip(given, own, strict=True))
        return fits and (not name or normal(name) == normal(debtor.name))
    return bool(name) and normal(name) == normal(debtor.name)


def _money(cells: Mapping[str, Any], said: Mapping[str, str], kind: Kind) -> tuple[Decimal | None, Decimal | None, list[str]]:
    """(amount, available, remarks). Foreign money and book values are told, not counted."""
    found: dict[str, Decimal | None] = {}
    for name in MONEY:
        cell = cells.get(name)
        if isinstance(cell, str) and cell.strip() in ("-", "--", "—", "/", "无"):
            cell = ""
        try:
            found[name] = parse_yuan("" if cell is None else cell)
        except ValueError as error:
            raise _Wrong(name, str(error)) from None
    currency = said.get("currency", "")
    if currency not in words()["yuan"]:
        return None, None, [f"外币 {found['amount'] or found['available'] or ''} {currency}，未折算"]
    if kind.id in words()["book_value"]:
        return None, None, [f"登记金额 {found['amount']} 元"] if found["amount"] is not None else []
    return found["amount"], found["available"], []


def _as_of(row: Row, received_at: datetime) -> datetime:
    cell = row.cells.get("as_of") or row.head.get("as_of")
    if not cell:
        return received_at
    try:
        value = parse_moment(cell)
    except ValueError as error:
        raise _Wrong("as_of", str(error)) from None
    moment = value if isinstance(value, datetime) else datetime.combine(value, time(), SHANGHAI)
    if moment > received_at:
        raise _Wrong("as_of", f"{moment:%Y-%m-%d %H:%M}晚于收到反馈的时间，请核对")
    return moment


def _title(kind: Kind, said: Mapping[str, str]) -> str:
    parts = [said[name] for name in words()["titles"][kind.id] if said.get(name)]
    return " ".join(dict.fromkeys(parts)) or kind.title
