"""The whole suite, each part with its own line; what fails fails, what cannot run here is said with the reason."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from postgres import binaries, server

BIN = Path(sys.executable).parent
CHECKS = [
    ("ruff", [str(BIN / "ruff"), "check", "zhixing", "tests", "scripts", "benchmarks"]),
    ("mypy", [str(BIN / "mypy")]),
    ("import-linter", [str(BIN / "lint-imports")]),
    ("djlint", [str(BIN / "djlint"), "zhixing", "--lint", "--quiet"]),
    ("rulebook", [str(BIN / "zhixing"), "rulebook", "check"]),
]
PYTEST = [str(BIN / "python"), "-m", "pytest", "-q", "-p", "no:cacheprovider"]


def run(name: str, command: list[str], env: dict[str, str] | None = None) -> bool:
    """Run one part and say how it went."""
    start = time.monotonic()
    print(f"── {name}", flush=True)
    code = subprocess.run(command, env={**os.environ, "PYTHONWARNINGS": "default", **(env or {})}).returncode
    print(f"── {name}：{'通过' if code == 0 else f'失败（{code}）'}，{time.monotonic() - start:.0f} 秒\n", flush=True)
    return code == 0


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that PostgreSQL is stopped on the way out
    os.environ.pop("DATABASE_URL", None)  # the suite chooses its own databases, never the one somebody works with
    results = [run(name, command) for name, command in CHECKS]
    if sys.argv[1:] != ["check"]:
        results.append(run("测试（SQLite）", [*PYTEST, "-n", "2", "-m", "not browser and not postgresql"]))
        results.append(run("测试（浏览器）", [*PYTEST, "-m", "browser"]))
        if binaries() is None:
            print("── 测试（PostgreSQL）：没有安装 PostgreSQL，不能运行", flush=True)
            results.append(False)
        else:
            with server() as url:
                results.append(run("测试（PostgreSQL）", [*PYTEST, "-n", "2", "-m", "not browser"], {"DATABASE_URL": url}))
    print("全部通过" if all(results) else "有失败", flush=True)
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
