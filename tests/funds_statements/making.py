"""Statements made on the spot. Every account, firm and person is made up."""

from __future__ import annotations

import csv
import io
from typing import Any

HEADS = ["交易流水号", "交易日期", "收入金额", "支出金额", "余额", "对方户名", "对方账号", "摘要"]
UNKNOWN = ["唯一编号甲", "哪一天", "进账数", "出账数", "结存数", "来往人", "来往号", "说明"]


def line(serial: str, amount: str = "100.00", out: str = "", *, balance: str = "", day: str = "2026-02-27", payer: str = "样乙公司", remark: str = "案款") -> list[str]:
    return [serial, day, amount, out, balance, payer, "6200000000000000001", remark]


def table(*rows: list[Any], heads: list[str] | None = None, encoding: str = "gb18030") -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([heads or HEADS, *rows])
    return out.getvalue().encode(encoding)


def running(*amounts: str, opening: int = 0, start: int = 1, day: str = "2026-02-27") -> list[list[str]]:
    """Lines with the balances that follow from one another; an amount with a minus goes out."""
    rows, fen = [], opening
    for n, amount in enumerate(amounts, start):
        whole = round(float(amount) * 100)
        fen += whole
        text = f"{abs(whole) // 100}.{abs(whole) % 100:02}"
        rows.append(line(f"Y{n:04}", "" if whole < 0 else text, text if whole < 0 else "", balance=f"{fen // 100}.{fen % 100:02}", day=day))
    return rows
