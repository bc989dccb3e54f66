"""The server of the simulations: small, threaded, for this machine only unless told otherwise; says everywhere what it is."""

from __future__ import annotations

import json
import pkgutil
import threading
import time
from collections import Counter
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from types import ModuleType
from typing import Any

import zhixing.simulator

from . import REQUEST, Request
from .faults import NASTY, NONE, Answer, Faults, luck, refusal, spoiled

NOTICE = "模拟系统：仅供演示和测试，没有连接任何真实的外部系统"
BODY_BYTES, SOCKET_SECONDS = 2_000_000, 30
PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>模拟系统</title></head>
<body><h1>{notice}</h1><table><tr><th>系统</th><th>地址</th><th>已答</th></tr>{rows}</table></body></html>"""


def systems() -> dict[str, ModuleType]:
    """Name → module of every simulated system that is there."""
    names = sorted(m.name for m in pkgutil.iter_modules(zhixing.simulator.__path__) if not m.name.startswith("_"))
    found = {name: import_module(f"zhixing.simulator.{name}") for name in names}
    return {name: module for name, module in found.items() if hasattr(module, "handle")}


class Simulator:
    """A running server. `with Simulator(seed=1) as simulator: simulator.url`. Port 0 takes any free one."""

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0, seed: int = 1, faults: Faults = NONE) -> None:
        self.seed, self.faults = seed, faults
        self.systems = systems()
        self.counts: Counter[str] = Counter()
        self._counting = threading.Lock()
        self.http = ThreadingHTTPServer((host, port), type("Handler", (_Handler,), {"simulator": self}))
        self.http.daemon_threads = True
        self.url = f"http://{host}:{self.http.server_address[1]}"

    def __enter__(self) -> Simulator:
        self._thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.http.shutdown()
        self.http.server_close()
        self._thread.join()

    def answer(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        """The answer of the system whose name is the first part of the path, through whatever befalls it."""
        name, slash, rest = path.lstrip("/").partition("/")
        module = self.systems.get(name)
        if module is None:
            return self._index() if path == "/" else refusal(404, f"没有名为“{name}”的模拟系统")
        with self._counting:
            self.counts[name] += 1
            n = self.counts[name]
        fate = luck(self.faults, self.seed, name, n)
        time.sleep(fate.wait_seconds)
        if fate.refused:
            return refusal(503, "模拟的故障：系统不可用")
        REQUEST.set(Request(headers, self.faults != NONE, n))
        done = marked(module.handle(method, slash + rest or "/", body, self.seed))
        if fate.lost:
            return refusal(502, "模拟的故障：已经处理，答复丢失")
        return spoiled(done) if fate.malformed else done

    def _index(self) -> Answer:
        rows = "".join(
            f"<tr><td>{escape(getattr(module, 'TITLE', name))}</td><td>/{name}/</td><td>{self.counts[name]}</td></tr>"
            for name, module in self.systems.items()
        )
        return 200, {"Content-Type": "text/html; charset=utf-8"}, PAGE.format(notice=NOTICE, rows=rows).encode()


def marked(done: Answer) -> Answer:
    """The answer, saying in its own words that it is a simulation: a line on a page, a member of a JSON object."""
    status, headers, body = done
    kind = headers.get("Content-Type", "")
    if kind.startswith("text/html"):
        return status, headers, body.replace(b"<body>", f"<body><p>{NOTICE}</p>".encode(), 1)
    if kind.startswith("application/json") and body.startswith(b"{"):
        whole: dict[str, Any] = json.loads(body)
        return status, headers, json.dumps({**whole, "simulated": True}, ensure_ascii=False).encode()
    return done


class _Handler(BaseHTTPRequestHandler):
    """Reads one request within limits and writes one answer."""

    simulator: Simulator
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "ZhixingSimulator", ""
    timeout = SOCKET_SECONDS

    def _do(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > BODY_BYTES:
            self.close_connection = True
            return self._write(refusal(413, "内容过长"))
        body = self.rfile.read(int(length))
        return self._write(self._answered(body))

    def _answered(self, body: bytes) -> Answer:
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            return self.simulator.answer(self.command, self.path, body, headers)
        except Exception as error:  # whatever a simulation gets wrong is an answer, not a hung connection
            return refusal(500, f"模拟系统出错：{type(error).__name__}：{error}")

    def _write(self, done: Answer) -> None:
        status, headers, body = done
        self.send_response(status)
        for name, value in {**headers, "X-Simulation": "true", "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _do

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: what simulations are asked is not kept."""


def run(*, host: str, port: int, seed: int, nasty: bool) -> None:
    """Serve until interrupted."""
    simulator = Simulator(host=host, port=port, seed=seed, faults=NASTY if nasty else NONE)
    print(f"{NOTICE}\n{simulator.url}/  {'、'.join(simulator.systems)}", flush=True)
    try:
        simulator.http.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        simulator.http.server_close()
