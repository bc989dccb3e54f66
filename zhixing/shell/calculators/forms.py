"""Forms of the calculators: what is asked, and rows that may be added; a row left empty is no row."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.forms import BoundField

from zhixing.rulebook.money.amounts import day_of, fen_of
from zhixing.rulebook.money.table import standard
from zhixing.rulebook.refusals import Refusal

MOST_ROWS = 60
MORE = 3
LEGAL = "按法定顺序"


class Read(forms.CharField):
    """A field read by the money reader; its refusal stands beside the field."""

    def __init__(self, reader: Callable[[str, str], Any], **kwargs: Any) -> None:
        super().__init__(max_length=40, error_messages={"required": f"没有填写{kwargs['label']}"}, **kwargs)
        self.reader = reader

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return self.reader(text, "")
        except Refusal as refused:
            raise forms.ValidationError(refused.reasons[0].why) from None


def yuan(label: str, help_text: str = "", required: bool = False, zero: bool = False) -> Read:
    """An amount in yuan, read as fen."""
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return Read(lambda text, field: fen_of(text, field, zero=zero), label=label, help_text=help_text, required=required, widget=widget)


def day(label: str, help_text: str = "", required: bool = False) -> Read:
    """A date."""
    return Read(day_of, label=label, help_text=help_text, required=required, widget=forms.DateInput(attrs={"type": "date"}))


def percent(label: str) -> Read:
    """A yearly rate in percent."""
    return Read(_percent, label=label, required=False, widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))


def _percent(text: str, field: str) -> Fraction:
    try:
        number = Decimal(text.strip().removesuffix("%"))
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or not 0 < number <= 100 or -int(number.as_tuple().exponent) > 6:
        raise Refusal.because("利率没有看懂", f"年利率应是 0 到 100 之间的百分数：{text}", field=field)
    return Fraction(number)


class Rows(NamedTuple):
    """A table of rows: what a row is called, its columns (name → field maker, whether a row needs it), how many are shown."""

    title: str
    help: str
    columns: dict[str, tuple[Callable[[], forms.Field], bool]]
    least: int = 1


class Row(NamedTuple):
    """A filled-in row: its number on the page and its values."""

    number: int
    values: dict[str, Any]


class Calculator(forms.Form):
    """Plain fields plus `TABLES`; row fields are called table-number-column, as `Refusal.field` names a row."""

    TABLES: ClassVar[dict[str, Rows]] = {}

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="c-%s")
        self.counts = {name: self._count(name, rows) for name, rows in self.TABLES.items()}
        for name, rows in self.TABLES.items():
            for n in range(self.counts[name]):
                for column, (make, _) in rows.columns.items():
                    field = make()
                    field.required = False
                    field.widget.attrs["aria-label"] = f"{rows.title}第 {n + 1} 行{field.label}"
                    self.fields[f"{name}-{n}-{column}"] = field

    def _count(self, name: str, rows: Rows) -> int:
        numbers = [int(found[1]) for key in self.data if (found := re.match(rf"{name}-([0-9]{{1,2}})-", key))]
        asked = max([n + 1 for n in numbers], default=rows.least)
        return min(asked + (MORE if self.data.get("more") == name else 0), MOST_ROWS)

    def table(self, name: str) -> list[list[BoundField]]:
        """The rows of a table as bound fields."""
        columns = self.TABLES[name].columns
        return [[self[f"{name}-{n}-{c}"] for c in columns] for n in range(self.counts[name])]

    def tables(self) -> list[tuple[str, Rows, list[list[BoundField]]]]:
        """(name, what it is, rows) of every table."""
        return [(name, rows, self.table(name)) for name, rows in self.TABLES.items()]

    def plain(self) -> list[BoundField]:
        """The fields outside the tables."""
        return [b for b in self.visible_fields() if b.name.partition("-")[0] not in self.TABLES and b not in self.agreements()]

    def agreements(self) -> list[BoundField]:
        """The fields for what the parties agreed on."""
        return []

    def clean(self) -> dict[str, Any]:
        """Collect the rows: an empty one is skipped, a half-filled one is an error beside what is missing."""
        data = super().clean() or {}
        self.rows: dict[str, list[Row]] = {}
        for name, rows in self.TABLES.items():
            self.rows[name] = [r for n in range(self.counts[name]) if (r := self._row(name, rows, n)) is not None]
        return data

    def _row(self, name: str, rows: Rows, n: int) -> Row | None:
        typed = {c: self.data.get(f"{name}-{n}-{c}", "").strip() for c in rows.columns}
        marked = [c for c in rows.columns if typed[c] and not isinstance(self.fields[f"{name}-{n}-{c}"], forms.ChoiceField)]
        if not marked:
            return None
        values = {c: self.cleaned_data.get(f"{name}-{n}-{c}") for c in rows.columns}
        for column, (_, needed) in rows.columns.items():
            if needed and not typed[column]:
                field = self.fields[f"{name}-{n}-{column}"]
                self.add_error(f"{name}-{n}-{column}", f"第 {n + 1} 行没有填写{field.label}")
        return Row(n, values)

    def values(self, name: str) -> list[dict[str, Any]]:
        """The filled-in rows of a table."""
        return [row.values for row in self.rows[name]]

    def take(self, refused: Refusal) -> Refusal | None:
        """Put every reason beside the field or row it names; what names none is left for the panel above."""
        rest = []
        for reason in refused.reasons:
            where = self.place(reason.field)
            if where:
                self.add_error(where, f"{reason.why}（{reason.clause}）" if reason.clause else reason.why)
            else:
                rest.append(reason)
        return Refusal(refused.what, rest) if rest else None

    def place(self, name: str) -> str:
        """The form's field for the field or row a refusal names, "" for none."""
        if name in self.fields:
            return name
        found = re.fullmatch(r"(\w+)-(\d+)(?:-(\w+))?", name)
        if not found or found[1] not in self.TABLES:
            return ""
        table, filled = found[1], self.rows[found[1]]
        row = filled[int(found[2])].number if int(found[2]) < len(filled) else 0
        return f"{table}-{row}-{found[3] or next(iter(self.TABLES[table].columns))}"


class FeeForm(Calculator):
    """What fee, on what amount."""

    kind = forms.ChoiceField(label="费用", choices=[(f.id, f.title) for f in standard().fees])
    amount = yuan("执行金额或保全财产数额（元）", "没有金额的不填", zero=False)


DEBTS = Rows("未清偿的金钱债务", "不含一般债务利息；分期履行的每期一行。迟延首日一般是履行期间届满之日。",
             {"yuan": (lambda: yuan("金额（元）"), True), "from": (lambda: day("迟延的第一日"), True)}, least=2)  # fmt: skip
PAYMENTS = Rows("其间的清偿", "清偿日：履行之日，划拨、提取之日，成交或抵债裁定生效之日。先抵先到期的债务。",
                {"on": (lambda: day("清偿日"), True), "yuan": (lambda: yuan("清偿的金钱债务（元）"), True)}, least=2)  # fmt: skip
STAYS = Rows("不计算的期间", "非因被执行人申请的中止、暂缓执行和再审中止执行，首末两日都不计算。",
             {"first": (lambda: day("首日"), True), "last": (lambda: day("末日"), True)}, least=1)  # fmt: skip
RATES = Rows("生效法律文书确定的年利率", "利率有变化的每次一行；没有确定利率的期间不予计算。",
             {"from": (lambda: day("从哪日起"), True), "percent": (lambda: percent("年利率（%）"), True)}, least=2)  # fmt: skip


class DelayForm(Calculator):
    """The doubled part of delay interest."""

    TABLES: ClassVar[dict[str, Rows]] = {"debts": DEBTS, "payments": PAYMENTS, "stays": STAYS}
    until = day("迟延的最后一日", "清偿之日或计算到的日子，当日计入", required=True)


class OrdinaryForm(Calculator):
    """General interest under the judgment."""

    TABLES: ClassVar[dict[str, Rows]] = {
        "debts": Rows("计息本金", "分期到期的每期一行。", {"yuan": (lambda: yuan("本金（元）"), True), "from": (lambda: day("起息日"), True)}),
        "rates": RATES,
        "payments": Rows("其间偿还的本金", "只写冲抵本金的部分。",
                         {"on": (lambda: day("偿还日"), True), "yuan": (lambda: yuan("偿还的本金（元）"), True)}),
    }  # fmt: skip
    until = day("计算到哪日", "当日计入", required=True)
    year_days = forms.TypedChoiceField(label="一年按多少天", coerce=int, choices=[(n, f"{n} 天") for n in standard().ordinary_interest.year_days])


class OrderForm(Calculator):
    """What one receipt pays."""

    received = yuan("收到的款项（元）", required=True)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        entries = standard().order_of_payment
        free = [e for e in entries if e.agreeable]
        for entry in entries:
            self.fields[entry.id] = yuan(f"{entry.title}（元）", entry.words, zero=True)
        places = [("", LEGAL), *((str(n), f"约定第 {n}") for n in range(1, len(free) + 1))]
        for entry in free:
            self.fields[f"{entry.id}_place"] = forms.ChoiceField(label=f"{entry.title}的约定顺序", choices=places, required=False)

    def agreements(self) -> list[BoundField]:
        """Where each entry stands by agreement."""
        return [self[f"{e.id}_place"] for e in standard().order_of_payment if e.agreeable]

    def agreed(self) -> list[str]:
        """The entries in the order agreed on, empty when nothing was agreed. Raises ValidationError for a word that is none of them."""
        places = {e.id: self.cleaned_data.get(f"{e.id}_place") or "" for e in standard().order_of_payment if e.agreeable}
        if not any(places.values()):
            return []
        if len(set(places.values())) < len(places) or "" in places.values():
            first = next(k for k, v in places.items() if not v or list(places.values()).count(v) > 1)
            why = "约定了顺序的，每一项都要选，且不重复"
            raise Refusal.because("没有计算清偿顺序", why, field=f"{first}_place")
        return sorted(places, key=lambda k: places[k])


def ranks() -> Sequence[tuple[str, str]]:
    """Every rank of every scheme once, with all the names it has."""
    titles: dict[str, dict[str, None]] = {}
    for rank in (r for s in standard().schemes for r in s.ranks):
        titles.setdefault(rank.id, {})[rank.title] = None
    return [(ident, "、".join(names)) for ident, names in titles.items()]


class SharingForm(Calculator):
    """Sharing among creditors."""

    TABLES: ClassVar[dict[str, Rows]] = {
        "claims": Rows(
            "债权", "担保物权只就该担保物的变价款优先，超出部分另写一行普通债权；按先后清偿的顺位填第几位。",
            {
                "creditor": (lambda: forms.CharField(label="债权人", max_length=60), True),
                "basis": (lambda: forms.CharField(label="依据文号", max_length=60), False),
                "rank": (lambda: forms.ChoiceField(label="顺位", choices=ranks(), initial="ordinary"), True),
                "yuan": (lambda: yuan("债权金额（元）"), True),
                "turn": (lambda: forms.IntegerField(label="第几位", min_value=1, max_value=999), False),
            },
            least=5,
        )
    }  # fmt: skip
    pool = yuan("可分配的款项（元）", "同一财产的变价款为一次分配", required=True)
    scheme = forms.ChoiceField(label="分配方式", choices=[(s.id, s.title) for s in standard().schemes])
