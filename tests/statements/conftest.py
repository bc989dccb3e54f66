"""Statements made on the spot. Every account, firm and person is made up."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import xlsxwriter

from zhixing.desks.funds.statements import Statement, read_statement

TODAY = date(2026, 3, 2)
HEADER = ["交易流水号", "交易时间", "收入金额", "支出金额", "余额", "对方户名", "对方账号", "摘要"]
ROW = ["LS0001", "2026-02-27 10:30:05", "1234.56", "", "9999.00", "甲公司", "6200000000000000001", "（2026）豫1502执1号案款"]


def row(serial: str, **changes: Any) -> list[Any]:
    """The good row with another serial and some cells changed by header."""
    return [serial if h == "交易流水号" else changes.get(h, c) for h, c in zip(HEADER, ROW, strict=True)]


def workbook(rows: list[list[Any]], **options: Any) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm:ss", **options}) as book:
        sheet = book.add_worksheet("明细")
        for n, cells in enumerate(rows):
            for c, cell in enumerate(cells):
                if isinstance(cell, str) and cell.startswith("=SUM"):
                    sheet.write_formula(n, c, cell, None, "")
                elif isinstance(cell, str):
                    sheet.write_string(n, c, cell)
                elif cell is not None:
                    sheet.write(n, c, cell)
    return out.getvalue()


def table(rows: list[list[Any]], encoding: str = "utf-8") -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


ENTRY = """<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts>{status}</Sts><BookgDt><Dt>{day}</Dt></BookgDt>
<AcctSvcrRef>{serial}</AcctSvcrRef><NtryDtls>{details}</NtryDtls></Ntry>"""
DETAIL = """<TxDtls><Amt Ccy="CNY">{amount}</Amt><RltdPties><Dbtr><Nm>{name}</Nm></Dbtr><DbtrAcct><Id><Othr><Id>6200000000000000002</Id></Othr></Id></DbtrAcct>
</RltdPties><RmtInf><Ustrd>案款</Ustrd></RmtInf></TxDtls>"""


BALANCE = '<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-02-27</Dt></Dt></Bal>'


def balance(code: str, amount: str) -> str:
    return BALANCE.format(code=code, amount=amount)


def entry(serial: str = "R1", amount: str = "100.00", side: str = "CRDT", details: str = "", **more: str) -> str:
    given = {"currency": "CNY", "status": "BOOK", "day": "2026-02-27", **more}
    return ENTRY.format(serial=serial, amount=amount, side=side, details=details, **given)


def message(*entries: str, before: str = "", root: str = "") -> bytes:
    root = root or '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">'
    return f'<?xml version="1.0" encoding="UTF-8"?>{before}{root}<BkToCstmrStmt><Stmt><Id>1</Id>{"".join(entries)}</Stmt></BkToCstmrStmt></Document>'.encode()


@pytest.fixture
def read() -> Callable[..., Statement]:
    def reading(file: Any, name: str, **more: Any) -> Statement:
        return read_statement(file, name, **{"today": TODAY, **more})

    return reading
