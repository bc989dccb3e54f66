"""A query system that knows nobody: invents the property of whoever is asked about, the same for the same seed and request.

    POST /inquiry/queries {"request_id", "court", "case_number", "system", "name", "id_number"} → {"request_id", "number", "state"}
    GET  /inquiry/queries/<request_id>/feedback → {"request_id", "state": pending|partial|done, "sections": [...]}

An answer takes some asking: first nothing, then the banks, then everything. Rows come twice, lines lack what they should
have, amounts are written in every way; from a nasty server also other people's accounts. Every answer says that it is one
of a simulation, and so does every name in it.
"""

from __future__ import annotations

import json
import threading
from random import Random
from typing import Any
from urllib.parse import unquote, urlsplit

from . import REQUEST
from .faults import Answer, answer, refusal

TITLE = "财产查控（总对总、点对点）"
NOTICE = "模拟数据：不是真实的查询结果"
SYSTEMS = ("zdz", "ddd")
BANKS = ("模拟样银行东街支行", "模拟样银行西街支行", "模拟甲银行", "模拟乙农商行")
CITIES = ("411502", "411503", "410105", "110101", "420106")
DEPOSITS = ("户名", "开户银行", "账号", "账户状态", "币种", "余额", "可用余额")

_asked: dict[tuple[int, str], dict[str, str]] = {}
_polls: dict[tuple[int, str], int] = {}
_lock = threading.Lock()


def handle(method: str, path: str, body: bytes, seed: int) -> Answer:
    """Answer one request."""
    parts = [unquote(p) for p in urlsplit(path).path.strip("/").split("/")]
    if (method, parts) == ("POST", ["queries"]):
        return _take(body, seed)
    if method == "GET" and len(parts) == 3 and parts[0] == "queries" and parts[2] == "feedback":
        return _feedback(parts[1], seed)
    return _said(refusal(404, "没有这个地址"))


def _said(done: Answer) -> Answer:
    status, _, body = done
    return answer(status, {**json.loads(body), "simulated": True, "notice": NOTICE})


def _take(body: bytes, seed: int) -> Answer:
    try:
        said = json.loads(body)
        query = {name: str(said[name]) for name in ("request_id", "case_number", "system", "name", "id_number")}
    except (ValueError, KeyError, TypeError):
        return _said(refusal(400, "内容不是约定的格式"))
    if query["system"] not in SYSTEMS or not query["name"]:
        return _said(refusal(422, "没有写明系统或被查询人"))
    with _lock:
        before = _asked.setdefault((seed, query["request_id"]), query)
    if before != query:
        return _said(refusal(409, "同一请求单号的内容不同"))
    ident = query["request_id"]
    number = f"MN{Random(f'{seed}:{ident}').randrange(10**10):010}"
    return _said(answer(200, {"request_id": ident, "number": number, "state": "accepted"}))


def _feedback(request_id: str, seed: int) -> Answer:
    with _lock:
        query = _asked.get((seed, request_id))
        n = _polls[seed, request_id] = _polls.get((seed, request_id), 0) + 1
    if query is None:
        return _said(refusal(404, "没有这次查询"))
    chance = Random(f"{seed}:{request_id}:play")
    wait, half = chance.randrange(2), chance.randrange(2)
    sections = sections_of(query, seed, nasty=REQUEST.get().nasty)
    if n <= wait:
        state, shown = "pending", []
    elif n <= wait + half:
        state, shown = "partial", sections[:1]
    else:
        state, shown = "done", sections
    return _said(answer(200, {"request_id": request_id, "state": state, "sections": shown}))


def sections_of(query: dict[str, str], seed: int, *, nasty: bool = False) -> list[dict[str, Any]]:
    """The property of one debtor, by the system asked: money first, then things."""
    chance = Random(f"{seed}:{query['name']}:{query['id_number']}:{query['system']}")
    if query["system"] == "ddd":
        return [_housing_fund(query["name"], chance)]
    made = [_deposits(query["name"], chance, nasty), _payments(query["name"], chance)]
    made += [make(query["name"], chance) for make in (_vehicles, _houses, _shares) if chance.random() < 0.5]
    return made


def _section(title: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> dict[str, Any]:
    return {"title": title if rows else f"{title}：查无", "columns": list(columns) if rows else [], "rows": [list(r) for r in rows]}


def _yuan(chance: Random) -> str:
    """An amount, written as the many systems write them."""
    fen = chance.choice((0, 1, 305, 99999, chance.randrange(10**7), chance.randrange(10**9)))
    text = f"{fen // 100}.{fen % 100:02}"
    return chance.choice((text, f"{fen // 100:,}.{fen % 100:02}", f"￥{text}", f"{text}元"))


def _deposits(name: str, chance: Random, nasty: bool) -> dict[str, Any]:
    rows = []
    for _ in range(chance.randrange(4)):
        yuan = _yuan(chance)
        account = f"6222{chance.randrange(10**15):015}"
        rows.append((name, chance.choice(BANKS), account, chance.choice(("正常", "正常", "销户")), "人民币", yuan, chance.choice((yuan, "0.00"))))
    rows.append((name, "模拟丙银行", "查无开户信息", "", "", "", ""))
    if len(rows) > 1 and chance.random() < 0.5:
        rows.append(rows[0])  # the same account, reported twice
    if nasty:
        rows.append(("模拟路某某", "模拟甲银行", "62220000000000000", "正常", "人民币", "1.00", "1.00"))
        rows.append((name, "模拟甲银行", "", "正常", "人民币", "1.00", "1.00"))
        rows.append((name, "模拟甲银行", "62220000000000001", "正常", "人民币", "-1.00", "=1+1"))
    return _section("银行存款", DEPOSITS, rows)


def _payments(name: str, chance: Random) -> dict[str, Any]:
    rows = [(name, platform, f"1990000{chance.randrange(10**4):04}", _yuan(chance)) for platform in ("支付宝", "微信支付") if chance.random() < 0.6]
    return _section("网络资金", ("户名", "支付平台", "支付账号", "余额"), rows)


def _vehicles(name: str, chance: Random) -> dict[str, Any]:
    serial = chance.randrange(10**5)
    row = (name, f"模A{serial:05}", f"LSIMU{chance.randrange(10**12):012}", "模拟牌轿车", chance.choice(("无", "已抵押")))
    return _section("车辆", ("机动车所有人", "车牌号", "车辆识别代号", "品牌型号", "抵押情况"), [row])


def _houses(name: str, chance: Random) -> dict[str, Any]:
    serial, city = chance.randrange(10**7), chance.choice(CITIES)
    row = (name, f"模（2020）不动产权第{serial:07}号", f"{city}001001GB00001F{serial:08}", "模拟市模拟路1号", f"{chance.randrange(50, 200)}.5", "无")
    return _section("不动产", ("权利人", "不动产权证号", "不动产单元号", "坐落", "面积", "抵押情况"), [row])


def _shares(name: str, chance: Random) -> dict[str, Any]:
    serial, city = chance.randrange(10**3), chance.choice(CITIES)
    row = (name, f"模拟{serial}号有限公司", f"91{city}MA{serial:08}", f"{chance.randrange(1, 100)}%", "100000")
    return _section("工商股权", ("股东名称", "企业名称", "企业统一社会信用代码", "持股比例", "认缴出资额"), [row])


def _housing_fund(name: str, chance: Random) -> dict[str, Any]:
    rows = [(name, "模拟市公积金中心", f"GJJ{chance.randrange(10**8):08}", _yuan(chance))] if chance.random() < 0.5 else []
    return _section("住房公积金", ("缴存人", "公积金中心", "公积金账号", "缴存余额"), rows)
