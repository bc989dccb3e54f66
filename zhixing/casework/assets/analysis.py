"""Whether what was found covers the claim, each figure with where it comes from (四(二)2(3)). Nothing is estimated here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from .kinds import having, kinds
from .models import Asset, Measure
from .totals import NOTHING, Holding


@dataclass(frozen=True, slots=True)
class Figure:
    """A sum (yuan) and what it is made of: `of` are (asset, its part or None where nobody said what it is worth, where that is from)."""

    id: str
    label: str
    of: tuple[tuple[Asset, Decimal | None, str], ...]

    @property
    def yuan(self) -> Decimal:
        """The sum of what is known."""
        return sum((part for _, part, _ in self.of if part is not None), NOTHING)

    @property
    def unknown(self) -> int:
        """How many things nobody put a figure to."""
        return sum(part is None for _, part, _ in self.of)


@dataclass(frozen=True, slots=True)
class Analysis:
    """The figures, and whether they cover the claim (None: cannot be said, `why` says why)."""

    claim_yuan: Decimal | None
    figures: tuple[Figure, ...]
    covers: bool | None
    why: str

    def __getitem__(self, ident: str) -> Figure:
        return next(f for f in self.figures if f.id == ident)


def analysed(rows: Iterable[Holding], claim_yuan: Decimal | None) -> Analysis:
    """Of the assets of a case. Covered: money that can be had, and things of known worth without any burden, reach the claim. Not
    covered: everything there is, burdened or not, stays below it and has a figure. Else it cannot be said."""
    mine = [h for h in rows if h.asset.state != Asset.LEFT and h.is_worth]
    figures = tuple(Figure(ident, label, tuple((h.asset, worth(h), origin(h)) for h in mine if fits(h))) for ident, label, fits in FIGURES)
    free, everything = figures[-1], [worth(h) for h in mine]
    if claim_yuan is None:
        return Analysis(None, figures, None, "没有登记申请执行标的额")
    if free.yuan >= claim_yuan:
        return Analysis(claim_yuan, figures, True, "可用资金和无负担的财产合计不少于标的额")
    total = sum((w for w in everything if w is not None), NOTHING)
    if None in everything:
        return Analysis(claim_yuan, figures, None, f"有 {everything.count(None)} 项财产没有金额或估值")
    if total >= claim_yuan:
        return Analysis(claim_yuan, figures, None, "合计够，但有权利负担、轮候或地级市外的财产，能得多少要看处置结果")
    return Analysis(claim_yuan, figures, False, "全部财产合计少于标的额")


def worth(holding: Holding) -> Decimal | None:
    """What an asset is good for: money as it can be had, a thing as it was said to be worth."""
    return holding.usable_yuan if holding.asset.kind in having("cash") else holding.asset.amount_yuan


def origin(holding: Holding) -> str:
    """Where the figure comes from."""
    asset = holding.asset
    online = f"网络查控 {asset.source.number}" if asset.source else "网络查控"
    if asset.origin == Asset.OFFLINE:
        return f"线下登记，后有{online}" if asset.source else "线下登记"
    return online


def _burdened(h: Holding) -> bool:
    return bool(h.asset.encumbrance.strip()) or (h.standing is not None and h.standing.state == Measure.WAITING)


def _controlled(h: Holding) -> bool:
    return h.standing is not None and h.standing.state == Measure.ACTIVE


FIGURES: Sequence[tuple[str, str, Callable[[Holding], bool]]] = (
    ("online", "网络查到", lambda h: h.asset.origin == Asset.ONLINE),
    ("offline", "线下查到", lambda h: h.asset.origin == Asset.OFFLINE),
    ("controlled", "已控制", _controlled),
    ("burdened", "有负担或轮候", _burdened),
    ("outside", "在地级市外", lambda h: h.asset.area == Asset.OUT),
    ("free", "可用、无负担", lambda h: not _burdened(h) and h.asset.area != Asset.OUT),
)

HEADS = ("案号", "编号", "种类", "财产", "账号或证号", "所有人", "来源", "金额（元）", "可用（元）", "所在地", "辖区", "权利负担", "控制情况", "到期日", "下一步", "登记时点")


def cells(number: str, holding: Holding, step: str, masked: Callable[[str], str]) -> tuple[str, ...]:
    """An asset as the cells of HEADS, all text; `masked` hides what a number says of a person."""
    asset, measure = holding.asset, holding.standing or holding.failed
    control = "" if measure is None else f"{measure.number} {measure.get_kind_display()} {measure.get_result_display()}"
    yuan = [f"{v:.2f}" if v is not None else "" for v in (asset.amount_yuan, asset.available_yuan)]
    return (
        number, asset.no, kinds()[asset.kind].title, asset.title, masked(asset.mark), asset.holder.name, origin(holding), *yuan, asset.place,
        asset.get_area_display(), asset.encumbrance, control, f"{measure.expires_on:%Y-%m-%d}" if measure is not None and measure.expires_on else "",
        step, f"{asset.as_of:%Y-%m-%d}",
    )  # fmt: skip
