"""Feedback forms as clerks download them. Everybody and everything in them is made up."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import typst
import xlsxwriter

DEPOSITS = ["序号", "被查询人", "开户银行", "账号", "账户状态", "币种", "余额", "可用余额", "反馈时间"]
Rows = Sequence[Sequence[Any]]


def deposit(account: str, yuan: str, *, free: str | None = None, who: str = "样乙公司", bank: str = "试验银行东街支行", on: str = "2026-03-01 08:00",
            status: str = "正常", currency: str = "人民币") -> list[str]:  # fmt: skip
    """One line of the table of deposits."""
    return ["1", who, bank, account, status, currency, yuan, yuan if free is None else free, on]


def workbook(*sheets: tuple[str, Rows]) -> bytes:
    """An .xlsx of (sheet name, lines)."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            for line, row in enumerate(rows):
                for column, cell in enumerate(row):
                    sheet.write(line, column, cell)
    return target.getvalue()


def deposits(*rows: Sequence[Any]) -> bytes:
    """A workbook with the table of deposits alone."""
    return workbook(("银行存款", [DEPOSITS, *rows]))


def page(*tables: tuple[str, Rows], head: str = "") -> bytes:
    """An .html as the system's print page: a title before each table."""
    cells = "".join(
        f"<table><tr><td>{escape(title)}</td></tr></table><table>"
        + "".join("<tr>" + "".join(f"<td>{escape(str(c))}</td>" for c in row) + "</tr>" for row in rows) + "</table>"
        for title, rows in tables
    )  # fmt: skip
    return f"<html><head><meta charset='utf-8'></head><body><table><tr><td>{escape(head)}</td></tr></table>{cells}</body></html>".encode()


def pdf(title: str, rows: Rows) -> bytes:
    """A printed form with text in it."""
    cells = ", ".join(f'"{cell}"' for row in rows for cell in row)
    source = f'#set page(width: 420mm, height: 297mm)\n#set text(font: "Noto Sans CJK SC", size: 9pt)\n{title}\n\n#table(columns: {len(rows[0])}, {cells})'
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "form.typ"
        path.write_text(source, encoding="utf-8")
        return typst.compile(str(path))


ALL_KINDS = [
    ("一、银行存款", [DEPOSITS, deposit("62200000000000001", "12,345.67"), deposit("62200000000000002", "0.00", status="销户")]),
    ("二、车辆", [["被查询人", "车牌号", "车辆识别代号", "品牌型号", "登记机关"], ["样乙公司", "豫Z00001", "LTEST000000000001", "样牌轿车", "试验市车管所"]]),
    ("三、不动产", [["权利人", "不动产权证号", "不动产单元号", "坐落", "面积", "抵押情况"],
                ["样乙公司", "样（2020）不动产权第0000001号", "110101000001GB00001F00010001", "北京市样区样路1号", "88.5", "已抵押"]]),
    ("四、工商股权", [["股东名称", "企业名称", "企业统一社会信用代码", "持股比例", "认缴出资额"], ["样乙公司", "样丙有限公司", "91411502MA00000000", "30%", "300000"]]),
    ("五、证券", [["持有人", "证券账户", "证券代码", "证券简称", "持股数量", "市值"], ["样乙公司", "A000000001", "000000", "样股份", "100", "1500.00"]]),
    ("六、金融理财产品", [["被查询人", "理财账号", "产品编号", "产品名称", "总额"], ["样乙公司", "LC0001", "P01", "样样盈", "20000"]]),
    ("七、网络资金", [["被查询人", "支付平台", "支付账号", "余额"], ["样乙公司", "支付宝", "19900000001", "88.80"]]),
    ("八、住房公积金", [["缴存人", "公积金中心", "公积金账号", "缴存余额"], ["样乙公司", "试验市公积金中心", "GJJ0001", "5000.50"]]),
    ("九、保险", [["投保人", "保险公司", "保单号", "险种", "现金价值"], ["样乙公司", "样样人寿", "BD0001", "两全险", "3000"]]),
    ("十、船舶：查无", []),
]  # fmt: skip
