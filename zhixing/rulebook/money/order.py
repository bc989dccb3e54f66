"""What one receipt pays, and in which order: costs, priority, costs of realising, interest, principal, the doubled part last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..refusals import Refusal
from .amounts import words
from .steps import Step, step
from .table import Due, MoneyTable, standard


@dataclass(frozen=True, slots=True)
class Paid:
    """One entry: what was due, what of it is paid, in fen."""

    id: str
    title: str
    due_fen: int
    paid_fen: int

    @property
    def left_fen(self) -> int:
        """What stays open."""
        return self.due_fen - self.paid_fen


@dataclass(frozen=True, slots=True)
class Payout:
    """The entries in the order they were paid, what is left of the receipt for the debtor, and the steps."""

    parts: tuple[Paid, ...]
    surplus_fen: int
    steps: tuple[Step, ...]


def pay(received_fen: int, dues: Mapping[str, int], *, agreed: Sequence[str] = (), table: MoneyTable | None = None) -> Payout:
    """Spread a receipt over what is due (entry id → fen). `agreed`: all agreeable entries in the order the parties agreed on.
    Amounts in fen; raises ValueError for a negative one and an unknown entry."""
    table = table or standard()
    known = {d.id for d in table.order_of_payment}
    if received_fen <= 0:
        raise Refusal.because("没有计算清偿顺序", "收到的金额应大于零", field="received")
    for name, fen in dues.items():
        if name not in known:
            raise Refusal.because("没有计算清偿顺序", f"没有这一项：{name}", field="dues")
        if fen < 0:
            raise Refusal.because("没有计算清偿顺序", "金额不能是负数", field=name)
    left, parts, steps = received_fen, [], []
    for due in order(agreed, table):
        wanted = dues.get(due.id, 0)
        paid = min(left, wanted)
        left -= paid
        if wanted:
            parts.append(Paid(due.id, due.title, wanted, paid))
            formula = f"应付 {words(wanted)} 元，可用 {words(paid + left)} 元，清偿后剩 {words(left)} 元"
            article = table.cite(table.agreed_order) + "但书" if agreed and due.agreeable else table.cite(due.article, due.verify)
            steps.append(step(due.title, formula, paid, article))
    if left:
        steps.append(step(table.surplus.title, "全部清偿后的余款", left, table.cite(table.surplus.article)))
    return Payout(tuple(parts), left, tuple(steps))


def order(agreed: Sequence[str], table: MoneyTable) -> list[Due]:
    """The entries in order. What the parties agreed on moves only the entries that are agreeable. Refuses an agreed order that does not name each entry once."""
    entries = table.order_of_payment
    if not agreed:
        return list(entries)
    free = {d.id: d for d in entries if d.agreeable}
    if sorted(agreed) != sorted(free):
        titles = "、".join(d.title for d in free.values())
        raise Refusal.because("没有计算清偿顺序", f"约定的顺序应写全这几项，每项一次：{titles}", clause=table.cite(table.agreed_order),
                              field="agreed")  # fmt: skip
    moved = iter(agreed)
    return [free[next(moved)] if d.agreeable else d for d in entries]
